"""Who may have a computer read for a case: whoever it belongs to now, and helpdesk of the site where it is now."""

from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import TESTER, MakePerson
from tests.fixtures.computers import computer
from tests.fixtures.steps import ERROR
from tests.support import replace_everywhere
from tests.web.helpdesk.conftest import Browser
from troubleshoot import cases, hosts, operations, wording
from troubleshoot.engine import UNKNOWN
from troubleshoot.hosts import visits
from troubleshoot.models import Case, Host, Job, JobState, Person, Site

NOT_READ = "MOVE-1 was not checked: it is no longer a computer of %s, nor of a site that they serve."

GOES_ON = "The computer was not checked: it is no longer one of whoever asked for it."


@pytest.fixture
def case(north: Site, employee: Person) -> Case:
    """A case whose first reading is over."""
    host = computer("MOVE-1", north, employee)
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=host)
    Job.objects.filter(case=case).update(state=JobState.DONE, ended_at=timezone.now())
    return case


@pytest.fixture
def _no_visits(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the computer was visited")

    replace_everywhere(monkeypatch, visits, "observe", fail)


def moved(case: Case, **to: Any) -> None:
    assert case.host
    hosts.change_host(actor=TESTER, host=Host.objects.get(pk=case.host.pk), **to)


def latest(case: Case) -> tuple[str, str]:
    job = case.jobs.order_by("-created_at")[0]
    return job.state, wording.explained(job.explanation)


def test_the_owner_of_before_goes_on_without_readings_and_is_told_so(
    case: Case, employee: Person, north: Site, person: MakePerson
) -> None:
    moved(case, owner=person("Nell", "employee", site=north))
    mine = Browser(employee)
    mine.post(f"/cases/{case.pk}/again", round=case.round)
    assert mine.status == 200
    assert latest(case) == (JobState.REFUSED, NOT_READ % "Emil")
    assert not case.jobs.filter(state=JobState.QUEUED).exists()
    assert UNKNOWN in case.answers.filter(round=2).values_list("value", flat=True)
    assert GOES_ON in mine.get(f"/cases/{case.pk}")


def test_helpdesk_of_the_site_of_before_has_nothing_read(
    case: Case, helpdesk: Person, south: Site, person: MakePerson
) -> None:
    moved(case, site=south, owner=person("Sid", "employee", site=south))
    desk = Browser(helpdesk)
    desk.post(f"/desk/cases/{case.pk}/read")
    assert desk.status == 403
    desk.post(f"/desk/cases/{case.pk}/again")
    assert (desk.status, latest(case)) == (200, (JobState.REFUSED, NOT_READ % "Hanna"))
    assert NOT_READ % "Hanna" in desk.get(f"/history/cases/{case.pk}")


@pytest.mark.usefixtures("_no_visits")
@pytest.mark.parametrize("kind", ["diagnose", "check_by_hand"])
def test_a_worker_refuses_what_was_asked_for_before_the_computer_moved(
    case: Case, kind: str, employee: Person, north: Site, person: MakePerson
) -> None:
    assert case.host
    action = "" if kind == "diagnose" else "stop-guessing"
    job = Job.objects.create(
        kind=kind, host=case.host, case=case, action=action, requester=employee, beneficiary=employee, state="queued"
    )
    moved(case, owner=person("Nell", "employee", site=north))
    operations.run_job(job.pk)
    assert latest(case) == (JobState.REFUSED, NOT_READ % "Emil")


def test_whoever_is_assigned_and_helpdesk_that_serves_may(
    case: Case, employee: Person, helpdesk: Person, north: Site, person: MakePerson
) -> None:
    assert case.host
    moved(case, owner=person("Nell", "employee", site=north))
    case.host.assigned.add(employee)
    for who, address in ((employee, f"/cases/{case.pk}/again"), (helpdesk, f"/desk/cases/{case.pk}/again")):
        case.refresh_from_db()
        Browser(who).post(address, round=case.round)
        assert case.jobs.filter(kind="diagnose", state=JobState.QUEUED, requester=who).exists()
        case.jobs.filter(state=JobState.QUEUED).update(state=JobState.DONE, ended_at=timezone.now())
