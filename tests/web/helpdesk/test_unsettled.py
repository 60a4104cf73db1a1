"""A change, or an undo, of which nobody knows how it ended: no page calls it good, and nothing else begins there."""

import pytest

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import lose_contact, text_of
from tests.web.helpdesk.one_status import Pages
from troubleshoot import jobs, operations, remediation
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import Case, Job, JobState, Person, Site
from troubleshoot.operations import health


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
    for page in (pages.own, pages.desk):
        assert "No worker serves this site now" in text_of(page.html)
    assert "No worker serves this site now" in text_of(pages.board.get(f"/board?q={pages.case.pk}"))
