"""What waits is told with its reason, who put a change back by who did, and nothing twice."""

import re

import pytest

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, agreed, opened, planned
from tests.web.helpdesk.conftest import LONG_AGO, Browser, lose_contact, text_of
from tests.web.helpdesk.one_status import Pages
from troubleshoot import diagnosis, jobs, operations, remediation
from troubleshoot.models import Case, Job, Notice, Person, Site

HELD = "it is held, and nothing else is changed on it"


@pytest.fixture
def repaired(lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> tuple[Registered, Pages]:
    """A computer whose certificate was renewed, which can be put back in part, and the pages of its case."""
    host = lab("certificate-service-stopped")
    case = opened(employee, host.row, work)
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
    work()
    return host, Pages(case, helpdesk, employee)


class TestAChangeThatIsKeptWaiting:
    def test_by_the_lost_change_of_another_case_is_not_told_to_wait_for_its_turn(
        self, host: Registered, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        waiting, lost = opened(employee, host.row, work), opened(employee, host.row, work)
        first, second = planned(helpdesk, waiting, work), planned(helpdesk, lost, work)
        jobs.start_job(actor=helpdesk, job=first)
        lose_contact(second, helpdesk)
        first.refresh_from_db()
        assert first.state == "queued"
        pages = Pages(waiting, helpdesk, employee).look()
        for page in (pages.own, pages.desk, pages.board):
            assert HELD in text_of(page.html)
            assert "for its turn" not in text_of(page.html)
        assert diagnosis.status_of(waiting).actor == "portal"


class TestATemporaryChangeWhoseComputerIsAway:
    def test_stays_with_the_portal_and_is_told_once(self, repaired: tuple[Registered, Pages], work: Work) -> None:
        host, pages = repaired
        change = pages.case.jobs.get(kind=Job.Kind.APPLY)
        Job.objects.filter(pk=change.pk).update(undo_at=change.ended_at)
        with host.lab.state.changing() as document:
            document["network"]["winrm"] = "refused"
        told = []
        for _ in range(2):
            operations.sweep()
            work()
            assert pages.look().actor == "portal"
            for page in (pages.own, pages.desk, pages.board):
                assert "The portal tries again by itself until it does." in text_of(page.html)
                assert "for its turn" not in text_of(page.html)
            told.append(Notice.objects.count())
            Job.objects.filter(kind=Job.Kind.REVERT).update(ended_at=LONG_AGO)
        assert Job.objects.filter(kind=Job.Kind.REVERT).count() == 2
        assert told[0] == told[1]


class TestAChangeThatWasPutBack:
    def test_by_the_person_is_not_told_as_helpdesks(
        self, repaired: tuple[Registered, Pages], employee: Person, work: Work
    ) -> None:
        _host, pages = repaired
        remediation.request_revert(actor=employee, job=pages.case.jobs.get(kind=Job.Kind.APPLY))
        work()
        pages.look()
        assert "You have put the change back." in text_of(pages.own.html)
        assert "The person has put the change back." in text_of(pages.desk.html)
        for page in (pages.own, pages.desk):
            assert "Helpdesk has put" not in text_of(page.html)

    def test_in_part_is_not_told_as_it_was(
        self, repaired: tuple[Registered, Pages], helpdesk: Person, work: Work
    ) -> None:
        _host, pages = repaired
        remediation.request_revert(actor=helpdesk, job=pages.case.jobs.get(kind=Job.Kind.APPLY))
        work()
        pages.look()
        for page in (pages.own, pages.desk):
            assert "<h1>It was put back, but not all of it</h1>" in page.html
            assert "LAB-01 is as it was before" not in text_of(page.html)
        assert "as it was" not in text_of(pages.board.html)


def test_a_vote_stands_once_in_the_timeline(
    lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, work: Work, person: MakePerson, north: Site
) -> None:
    case = opened(helpdesk, lab("nla-required").row, work, beneficiary=employee)
    job = planned(helpdesk, case, work, why="The trust is broken")
    remediation.ask_requester(actor=approver, job=job, text="Until when?")
    agreed(approver, job)
    page = Browser(person("Mia", "manager", site=north)).get(f"/history/cases/{case.pk}")
    story = page.partition("What happened, in order")[2]
    assert len(re.findall(r"(?i)\bapproved", story.partition("Approved by")[0])) == 1
    desk = Browser(helpdesk).get(f"/history/cases/{case.pk}")
    assert desk.count("Until when?") == 1
    assert "asks something, in an internal note" not in desk


def test_an_approver_is_told_of_runs_before_the_plan_alone(
    lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, work: Work
) -> None:
    case = opened(helpdesk, lab("nla-required").row, work, beneficiary=employee)
    job = planned(helpdesk, case, work, why="The trust is broken")
    first = Browser(approver).get(f"/approvals/{job.pk}")
    assert "Before this plan it had not run at your sites." in first
    agreed(approver, job)
    work()
    after = Browser(approver).get(f"/approvals/{job.pk}")
    assert "It never ran here" not in after
    assert "On this computer before this plan: never." in after
    assert Case.objects.get(pk=case.pk).jobs.get(pk=job.pk).started_at
