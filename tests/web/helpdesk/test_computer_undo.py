"""The undo that a computer makes by itself, on the pages: of whose computer it is, of helpdesk, of the record."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import Browser
from tests.web.helpdesk.one_status import Pages
from troubleshoot import diagnosis, jobs, remediation
from troubleshoot.models import Case, Job, JobState, Person

ARMED, LOST, FIRED, FAILED, DISARMED = Job.HostUndo


@pytest.fixture
def verified(lab: MakeLab, employee: Person, work: Work) -> Job:
    """A change of the person's own that is proved."""
    case = opened(employee, lab("certificate-service-stopped").row, work)
    job = planned(employee, case, work)
    jobs.start_job(actor=employee, job=job)
    work()
    return Job.objects.get(pk=job.pk)


@pytest.mark.parametrize(
    ("state", "own", "desk"),
    [
        (ARMED, "If we cannot come back to this computer in time, it takes", "unless we do; ready since"),
        (LOST, "The computer cannot take this change back by itself", "its scheduled task is gone; seen at"),
        (FIRED, "says that it has taken the change back by itself.", "by itself, and nobody has read that yet"),
        (FAILED, "The change was to be put back, and that did not get through.", "by itself and could not; we know"),
        (DISARMED, "", "it does not put this back by itself any more, since"),
    ],
)
def test_is_told_to_each_reader_in_their_words(
    verified: Job, employee: Person, helpdesk: Person, state: str, own: str, desk: str
) -> None:
    now = timezone.now()
    Job.objects.filter(pk=verified.pk).update(host_undo=state, armed_at=now, host_undo_ended_at=now)
    assert own in Browser(employee).get(f"/cases/{verified.case_id}")
    assert desk in Browser(helpdesk).get(f"/desk/cases/{verified.case_id}")
    assert desk in Browser(helpdesk).get(reverse("history-change", args=[verified.pk]))


def test_is_not_told_where_nothing_was_armed(verified: Job, employee: Person, helpdesk: Person) -> None:
    assert verified.host_undo == ""
    assert "by itself" not in Browser(helpdesk).get(reverse("history-change", args=[verified.pk]))
    assert "take this change back" not in Browser(employee).get(f"/cases/{verified.case_id}")


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ("firewall-closed", "Unless the portal has come back, the computer puts it back by itself"),
        ("nla-required", "Where the portal cannot, the computer puts it back by itself"),
        ("certificate-service-stopped", None),
    ],
)
def test_is_told_beforehand_to_whoever_decides(
    faults: str, told: str | None, lab: MakeLab, helpdesk: Person, approver: Person, work: Work
) -> None:
    job = planned(helpdesk, opened(helpdesk, lab(faults).row, work), work, why="it is needed")
    assert job.plan is not None
    ordered = remediation.undo_order(remediation.job_plan(job))
    assert (ordered is not None) is (told is not None)
    pages = {
        "desk": Browser(helpdesk).get(f"/desk/cases/{job.case_id}"),
        "approver": Browser(approver).get(f"/approvals/{job.pk}"),
    }
    for place, page in pages.items():
        assert ("the computer puts it back by itself" in page) is (told is not None), place
        assert told is None or told in page, place


def test_that_failed_is_helpdesks_work_with_a_press_that_puts_it_back(
    verified: Job, employee: Person, helpdesk: Person, work: Work
) -> None:
    Job.objects.filter(pk=verified.pk).update(host_undo=FAILED, host_undo_ended_at=timezone.now())
    diagnosis.keep_status_again(verified.case_id, actor=helpdesk)
    assert verified.case_id
    pages = Pages(Case.objects.get(pk=verified.case_id), helpdesk, employee).look()
    assert (pages.actor, pages.on_the_board) == ("helpdesk", ["you"])
    for page in (pages.desk, pages.own):
        assert "<h1>It could not be put back</h1>" in page.html
    pages.desk.press("Undo on LAB-01", why="the computer could not")
    work()
    assert Job.objects.get(pk=verified.pk).state == JobState.REVERTED
    assert "<h1>It was put back" in pages.look().desk.html


def test_that_is_only_said_leaves_no_green_check_and_nobody_is_asked_whether_it_works(
    verified: Job, employee: Person, helpdesk: Person
) -> None:
    Job.objects.filter(pk=verified.pk).update(host_undo=FIRED, host_undo_ended_at=timezone.now())
    diagnosis.keep_status_again(verified.case_id, actor=helpdesk)
    assert verified.case_id
    pages = Pages(Case.objects.get(pk=verified.case_id), helpdesk, employee).look()
    assert pages.actor == "portal"
    for page in (pages.desk, pages.own):
        assert "<h1>The computer says that it was put back</h1>" in page.html
        assert "Does it work now?" not in page.html
    assert "The computer says that it was put back" in pages.board.html
