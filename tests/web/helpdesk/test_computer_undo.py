"""The undo that a computer makes by itself, on the pages: of whose computer it is, of helpdesk, of the record."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import Browser
from troubleshoot import jobs
from troubleshoot.models import Job, Person

ARMED, LOST, FIRED, DISARMED = Job.HostUndo


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
        (FIRED, "The computer has taken this change back by itself.", "it has put this back by itself"),
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
