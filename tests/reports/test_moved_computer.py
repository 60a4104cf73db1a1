"""What is read of a computer that has moved to another site: each part only by whoever may read that part."""

from dataclasses import dataclass

import pytest

from tests.conftest import TESTER, MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, agreed, asked, opened, planned
from tests.reports.pages import read
from tests.web.helpdesk.conftest import Browser
from troubleshoot import cases, hosts, jobs
from troubleshoot.models import Case, Host, Job, Person, Site

SECRETS = ("CONFIDENTIAL", "Emil", "Hanna", "Abel", "Not now, please", "INTERNAL NOTE")
NOT_SHOWN = "not shown: it belongs to a case of another site"


@dataclass
class Moved:
    """A change of North's, on a computer that is South's today."""

    case: Case
    job: Job


def move(case: Case, site: Site, owner: Person | None = None) -> None:
    assert case.host
    credential = hosts.register_credential(
        actor=TESTER, name="lab-s", site=site, username="mendpoint", reference="env:MENDPOINT_SECRET_LAB"
    )
    hosts.change_host(
        actor=TESTER, host=Host.objects.get(pk=case.host.pk), site=site, owner=owner, credential=credential
    )


@pytest.fixture
def moved(lab: MakeLab, helpdesk: Person, employee: Person, approver: Person, south: Site, work: Work) -> Moved:
    case = asked(employee, lab("certificate-service-stopped").row, work)
    Host.objects.update(critical=True)
    job = planned(helpdesk, case, work, why="CONFIDENTIAL")
    cases.send_message(actor=helpdesk, case=case, text="INTERNAL NOTE", internal=True)
    agreed(approver, job)
    work()
    case.refresh_from_db()
    cases.answer_step(actor=employee, case=case, step=case.at_step, value="worked")
    move(case, south)
    return Moved(case, Job.objects.get(pk=job.pk))


@pytest.mark.parametrize("role", ["manager", "helpdesk", "approver"])
def test_who_may_read_the_change_alone_reads_what_was_done_and_not_for_whom(
    moved: Moved, role: str, south: Site, person: MakePerson
) -> None:
    reader = Browser(person("Sue", role, site=south))
    reader.get(f"/history/cases/{moved.case.pk}")
    assert reader.status == 404
    text = reader.get(f"/history/changes/{moved.job.pk}")
    assert (reader.status, NOT_SHOWN in text, "verified" in text) == (200, True, True)
    assert [word for word in (*SECRETS, f"Case {moved.case.pk}", "The person says") if word in text] == []
    (row,) = [one for one in read(reader.client, "/history.csv") if one["job"] == str(moved.job.pk)]
    assert [word for word in SECRETS if word in str(row)] == []
    assert (row["case"], row["person said"], row["end"], row["asked by"]) == ("", "", "verified", NOT_SHOWN)
    assert f"/history/changes/{moved.job.pk}" not in reader.client.get("/history?who=Emil").content.decode()
    text = reader.get("/history")
    assert "asked for at another site" in text
    assert [word for word in SECRETS if word in text] == []


def test_an_approver_reads_no_notes_of_a_case_of_another_site(moved: Moved, south: Site, person: MakePerson) -> None:
    text = Browser(person("Sam", "approver", site=south)).get(f"/approvals/{moved.job.pk}")
    assert "INTERNAL NOTE" not in text


def test_whoever_may_read_the_case_still_reads_all(moved: Moved, person: MakePerson) -> None:
    text = Browser(person("Mia", "manager")).get(f"/history/changes/{moved.job.pk}")
    shown = ("CONFIDENTIAL", "Emil", "Hanna", "Abel", f"Case {moved.case.pk}")
    assert [word for word in shown if word not in text] == []


def test_the_site_of_before_reads_nothing_of_what_came_after(
    lab: MakeLab, helpdesk: Person, employee: Person, work: Work, person: MakePerson, south: Site
) -> None:
    host = lab("security-layer-rdp").row
    case = opened(employee, host, work)
    sid, sue = person("Sid", "employee", site=south), person("Sue", "helpdesk", site=south)
    move(case, south, sid)
    theirs = opened(sue, Host.objects.get(pk=host.pk), work, beneficiary=sid)
    job = planned(sue, theirs, work, why="SOUTH-REASON")
    jobs.start_job(actor=sue, job=job)
    work()
    text = Browser(helpdesk).get(f"/desk/cases/{case.pk}")
    assert [word for word in ("SOUTH-REASON", "Sue", "Sid", f"Case {theirs.pk}") if word in text] == []
    record = f"/history/changes/{job.pk}"
    assert Browser(helpdesk).client.get(record).status_code == 404
    text = Browser(sue).get(f"/desk/cases/{theirs.pk}") + Browser(sue).get(record)
    assert "SOUTH-REASON" in text
    assert "Emil" not in text
