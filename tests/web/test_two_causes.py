"""A computer with two causes: every page says which one is repaired first, and what is left to be repaired after it."""

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, at, opened, planned
from tests.web.employee.pages import Reader
from tests.web.helpdesk.conftest import _quick, north
from troubleshoot import cases, diagnosis, jobs, wording
from troubleshoot.catalog import installed_catalog
from troubleshoot.engine import Code
from troubleshoot.models import Case, JobState, Person

__all__ = ["_quick", "north"]
pytestmark = pytest.mark.django_db


def pages(case: Case, employee: Person, helpdesk: Person) -> list[str]:
    """The case as its person and helpdesk read it."""
    return [
        Reader.of(employee).get(f"/cases/{case.pk}").text,
        Reader.of(helpdesk).get(f"/desk/cases/{case.pk}").text,
    ]


@pytest.mark.parametrize(
    ("faults", "first", "after"),
    [
        ("service-stopped expired-certificate", "Remote Desktop is not running", "The certificate is out of date"),
        (
            "nla-required expired-certificate",
            "The certificate is out of date",
            "The computer cannot check accounts with its domain",
        ),
        ("firewall-closed expired-certificate", "The firewall of the computer blocks it", "The certificate is out"),
    ],
)
def test_are_named_in_the_order_of_their_repair(
    faults: str, first: str, after: str, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = opened(employee, lab(*faults.split()).row, work)
    for text in pages(case, employee, helpdesk):
        assert "More than one thing is broken." in text
        assert f"Repaired first: {first}" in text
        assert after in text.partition("After it, unless it is gone by then: ")[2].partition(".")[0] + "."


def test_are_told_of_as_long_as_one_is_left(lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> None:
    case = opened(employee, lab("nla-required", "expired-certificate").row, work)
    job = planned(employee, case, work)
    jobs.start_job(actor=employee, job=job)
    work()
    job.refresh_from_db()
    assert job.state == JobState.VERIFIED, wording.explained(job.explanation)
    for text in pages(case, employee, helpdesk):
        assert "More than one thing is broken" not in text
        left = text.partition("Found at the same time, and to be repaired as well, unless it is gone by now: ")[2]
        assert left.startswith("The computer cannot check accounts with its domain.")
    cases.check_computer_again(actor=employee, case=Case.objects.get(pk=case.pk))
    work()
    for text in pages(case, employee, helpdesk):
        assert "has lost the trust of its domain" in text
        assert "Found at the same time" not in text


def test_a_repair_that_does_what_it_promises_is_proved_and_the_next_one_is_offered(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = opened(employee, lab("security-layer-rdp", "certificate-service-stopped").row, work)
    assert at(case) == "require-tls"
    job = planned(helpdesk, case, work)
    jobs.start_job(actor=helpdesk, job=job)
    work()
    job.refresh_from_db()
    assert (job.state, job.explanation and job.explanation.code) == (JobState.VERIFIED, Code.VERIFIED_FURTHER)
    assert at(case) == "renew-rdp-certificate"
    for text in pages(case, employee, helpdesk):
        assert "not satisfied" not in text
        assert "still does not answer" not in text


def test_that_one_remedy_repairs_are_one_thing(lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> None:
    case = opened(employee, lab("renewal-stuck").row, work)
    assert "key" in case_title(case, employee)
    single = opened(employee, lab("expired-certificate").row, work)
    for text in pages(single, employee, helpdesk):
        assert "More than one thing" not in text


def case_title(case: Case, employee: Person) -> str:
    """What stands over the page."""
    return Reader.of(employee).get(f"/cases/{case.pk}").title


@pytest.mark.parametrize(
    "faults",
    ["service-stopped expired-certificate", "firewall-closed expired-certificate", "service-stopped tls12-off"],
)
def test_what_is_found_beside_the_reason_is_shown_with_its_own_remedy(
    faults: str, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = opened(employee, lab(*faults.split()).row, work)
    beside = [one.cause for one in diagnosis.judged_causes(case) if one.verdict == "also_found"]
    desk = pages(case, employee, helpdesk)[1]
    ticket = Reader.of(helpdesk).get(f"/desk/cases/{case.pk}/text").source
    assert beside
    own = pages(case, employee, helpdesk)[0].partition("How do we know?")[2]
    assert all(f"also found {cause.title}" in own for cause in beside)
    for cause in beside:
        titles = [installed_catalog().actions[name].title for name in cause.remedies]
        assert ("Its own remedy: " + "; ".join(titles) in desk) is bool(titles)
        assert all(title in ticket for title in titles)
