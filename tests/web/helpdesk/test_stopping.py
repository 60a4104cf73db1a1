"""Stopping a change that has begun: who may press it, and what the pages say before, after, and once it is too late."""

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import Browser
from troubleshoot import jobs
from troubleshoot.engine import Code, Explanation
from troubleshoot.models import Job, JobState, Person

WANTED = "The computer is told to let it be. If it has begun to write by then, it goes on to its end"
LATE = "It had already begun to write; it is not stopped in mid-write. How it ends is said here."


@pytest.fixture
def running(lab: MakeLab, employee: Person, work: Work) -> Job:
    """A change of the person's own that a worker has begun."""
    case = opened(employee, lab("certificate-service-stopped").row, work)
    job = planned(employee, case, work)
    jobs.start_job(actor=employee, job=job)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, started_at=job.created_at)
    return Job.objects.get(pk=job.pk)


@pytest.mark.parametrize("helps", [False, True], ids=["the person", "helpdesk"])
def test_is_pressed_once_and_both_pages_say_the_same(
    running: Job, employee: Person, helpdesk: Person, helps: bool
) -> None:
    own, desk = Browser(employee), Browser(helpdesk)
    addresses = {own: f"/cases/{running.case_id}", desk: f"/desk/cases/{running.case_id}"}
    before = {page: page.get(address) for page, address in addresses.items()}
    assert "It has begun." in before[own]
    assert "Once the first setting is written, it is not stopped any more." in before[desk]
    presses = desk if helps else own
    presses.press("Stop")
    running.refresh_from_db()
    assert (running.state, running.stopper) == (JobState.RUNNING, helpdesk if helps else employee)
    for page, address in addresses.items():
        said = page.get(address)
        assert WANTED in said
        assert f"{running.stopper} wants it stopped; the computer is told to let it be" in said
        with pytest.raises(AssertionError, match="no button"):
            page.press("Stop")


def test_that_came_too_late_says_so_on_both_pages(running: Job, employee: Person, helpdesk: Person) -> None:
    jobs.cancel_job(actor=employee, job=running)
    jobs.add_line(running, Explanation(Code.STOP_TOO_LATE))
    for page, address in ((Browser(employee), "/cases"), (Browser(helpdesk), "/desk/cases")):
        said = page.get(f"{address}/{running.case_id}")
        assert LATE in said
        assert WANTED not in said


@pytest.mark.parametrize("state", [JobState.VERIFYING, JobState.UNKNOWN])
def test_is_not_offered_once_nothing_of_it_can_be_stopped(running: Job, helpdesk: Person, state: JobState) -> None:
    Job.objects.filter(pk=running.pk).update(state=state)
    desk = Browser(helpdesk)
    desk.get(f"/desk/cases/{running.case_id}")
    with pytest.raises(AssertionError, match="no button"):
        desk.press("Stop")
