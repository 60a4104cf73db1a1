"""A change, or an undo, of which nobody knows how it ended: no page calls it good, and nothing else begins there."""

import pytest

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import hear_nothing, lose_contact, text_of
from tests.web.helpdesk.one_status import Pages
from troubleshoot import jobs, operations, remediation
from troubleshoot.cases import close_case
from troubleshoot.diagnosis import status_of
from troubleshoot.engine import CaseMatter, Refusal, RefusalCode
from troubleshoot.models import Case, Entry, Job, JobState, Person, Site
from troubleshoot.operations import health
from troubleshoot.people import PermissionRefused
from troubleshoot.remediation import SettledEnd


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    return lab("security-layer-rdp")


@pytest.fixture
def pages(host: Registered, employee: Person, helpdesk: Person, work: Work) -> Pages:
    """A case whose computer helpdesk has repaired."""
    case = opened(employee, host.row, work)
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
    work()
    return Pages(case, helpdesk, employee)


def lose_undo(case: Case) -> Job:
    """An undo of the case's change whose worker fell silent in the middle of it."""
    change = case.jobs.get(kind=Job.Kind.APPLY)
    assert change.starter is not None
    undo = remediation.queue_revert(change, actor=change.starter)
    assert undo is not None
    Job.objects.filter(pk=undo.pk).update(state=JobState.RUNNING, fence=1, lease_until="2026-01-01T00:00:00Z")
    operations.sweep()
    undo.refresh_from_db()
    assert undo.state == JobState.UNKNOWN
    hear_nothing(undo)
    return undo


def test_an_undo_takes_the_good_heading_away_from_both_pages(pages: Pages) -> None:
    assert "answers properly again" in text_of(pages.look().own.html)
    lose_undo(pages.case)
    pages.look()
    for page in (pages.own, pages.desk):
        assert "<h1>It is not known whether it was put back</h1>" in page.html
    assert "Undo on LAB-01" not in pages.desk.html, "a button that would only be refused"


def test_a_change_of_another_remedy_than_the_guides_is_told_as_lost(
    host: Registered, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = opened(employee, host.row, work)
    remedy = "restart-remote-desktop"
    remediation.request_plan(actor=helpdesk, host=host.row, action=remedy, case=case, reason="it hangs")
    work()
    lose_contact(case.jobs.get(kind=Job.Kind.APPLY), helpdesk)
    pages = Pages(case, helpdesk, employee).look()
    for page in (pages.own, pages.desk):
        assert "<h1>It is not known how the change ended</h1>" in page.html


def test_no_other_change_is_planned_or_started_on_its_computer(
    host: Registered, employee: Person, helpdesk: Person, work: Work
) -> None:
    waiting = planned(helpdesk, opened(employee, host.row, work), work)
    lose_contact(planned(helpdesk, opened(employee, host.row, work), work), helpdesk)
    with pytest.raises(Refusal) as refused:
        jobs.start_job(actor=helpdesk, job=waiting)
    assert refused.value.code == RefusalCode.HOST_HELD
    with pytest.raises(Refusal) as refused:
        planned(helpdesk, opened(employee, host.row, work), work)
    assert refused.value.code == RefusalCode.HOST_HELD
    waiting.refresh_from_db()
    assert waiting.state in {JobState.PLANNED, JobState.APPROVED}


def test_a_change_that_was_queued_before_says_on_every_page_what_it_waits_for(
    host: Registered, employee: Person, helpdesk: Person, work: Work, north: Site
) -> None:
    health.note_heartbeat("worker", "w1", [north.slug])
    case = opened(employee, host.row, work)
    waiting = planned(helpdesk, case, work)
    other = planned(helpdesk, opened(employee, host.row, work), work)
    jobs.start_job(actor=helpdesk, job=waiting)
    held = "How another change of this computer ended is not known"
    pages = Pages(case, helpdesk, employee).look()
    for page in (pages.desk, pages.own, pages.board):
        assert held not in text_of(page.html)
    lose_contact(other, helpdesk)
    pages = Pages(case, helpdesk, employee).look()
    for page in (pages.desk, pages.own):
        assert held in text_of(page.html)
    assert "A change waits: the computer is held" in text_of(pages.board.html)
    assert "begins by itself" not in text_of(pages.own.html)


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.VERIFYING])
def test_a_worker_that_died_and_is_missing_is_named_wherever_it_is_waited_for(
    host: Registered, employee: Person, helpdesk: Person, work: Work, state: JobState
) -> None:
    case = opened(employee, host.row, work)
    job = planned(helpdesk, case, work)
    jobs.start_job(actor=helpdesk, job=job)
    Job.objects.filter(pk=job.pk).update(state=state, fence=1, lease_until="2026-01-01T00:00:00Z")
    pages = Pages(case, helpdesk, employee).look()
    assert "The portal cannot reach your site now." in text_of(pages.own.html)
    assert "No worker serves this site now" in text_of(pages.desk.html)
    assert "No worker serves this site now" in text_of(pages.board.get(f"/board?q={pages.case.pk}"))


def settle(pages: Pages, job: Job, end: str, why: str = "I looked at its screen.") -> str:
    """What helpdesk reads after they said how it ended."""
    address = f"/desk/cases/{pages.case.pk}"
    answer = pages.desk.client.post(f"{address}/settle", {"job": str(job.pk), "end": end, "why": why}, follow=True)
    return text_of(answer.getvalue().decode())


@pytest.fixture
def lost(host: Registered, employee: Person, helpdesk: Person, work: Work) -> tuple[Pages, Job]:
    """A case of whose change the portal lost sight."""
    case = opened(employee, host.row, work)
    job = planned(helpdesk, case, work)
    lose_contact(job, helpdesk)
    return Pages(case, helpdesk, employee).look(), Job.objects.get(pk=job.pk)


class TestAPersonWhoLooked:
    @pytest.mark.parametrize(
        ("end", "state", "own", "desk"),
        [
            ("done", JobState.NOT_VERIFIED, "The change was made, and nobody has checked it", "the change was made"),
            ("not_done", JobState.FAILED, "The change was not made, or only in part", "was not made, or only in part"),
            ("put_back", JobState.REVERTED, "put back", "it is as it was before"),
        ],
    )
    def test_says_how_it_ended_and_frees_the_computer(
        self,
        lost: tuple[Pages, Job],
        host: Registered,
        employee: Person,
        helpdesk: Person,
        work: Work,
        end: str,
        state: JobState,
        own: str,
        desk: str,
    ) -> None:
        pages, job = lost
        assert "If you have looked at the computer: how did it end?" in text_of(pages.desk.html)
        settle(pages, job, end)
        job.refresh_from_db()
        assert job.state == state
        pages.look()
        assert own in text_of(pages.own.html)
        assert desk in text_of(pages.desk.html)
        for page in (pages.own, pages.desk):
            assert "It is not known how the change ended" not in page.html
        entry = Entry.objects.get(tag="job:settle")
        assert b'"to":"%s"' % str(state).encode() in bytes(entry.canonical)
        assert planned(helpdesk, opened(employee, host.row, work), work).state in {JobState.PLANNED, JobState.APPROVED}

    def test_says_why(self, lost: tuple[Pages, Job]) -> None:
        pages, job = lost
        assert "Say what you saw on the computer" in settle(pages, job, "done", "  ")
        job.refresh_from_db()
        assert job.state == JobState.UNKNOWN

    def test_is_not_heard_twice(self, lost: tuple[Pages, Job]) -> None:
        pages, job = lost
        settle(pages, job, "done")
        assert "Somebody else has just decided this" in settle(pages, job, "not_done")
        job.refresh_from_db()
        assert job.state == JobState.NOT_VERIFIED

    def test_is_no_employee(self, lost: tuple[Pages, Job], employee: Person) -> None:
        _, job = lost
        with pytest.raises(PermissionRefused):
            remediation.settle_by_hand(actor=employee, job=job, end=SettledEnd.DONE, reason="I saw it.")

    def test_says_of_an_undo_whether_it_put_the_change_back(self, pages: Pages) -> None:
        undo = lose_undo(pages.case)
        assert "The change was made" not in text_of(pages.look().desk.html)
        settle(pages, undo, "put_back")
        assert undo.origin is not None
        undo.origin.refresh_from_db()
        assert undo.origin.state == JobState.REVERTED
        assert status_of(Case.objects.for_status().get(pk=pages.case.pk)).work == CaseMatter.UNDONE

    def test_settles_a_closed_case_too(self, lost: tuple[Pages, Job], helpdesk: Person) -> None:
        pages, job = lost
        close_case(actor=helpdesk, case=pages.case, solved=False, sent_to="The computer's makers")
        assert "If you have looked at the computer" in text_of(pages.look().desk.html)
        settle(pages, job, "done")
        job.refresh_from_db()
        assert job.state == JobState.NOT_VERIFIED
