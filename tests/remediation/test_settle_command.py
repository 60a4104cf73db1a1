"""`manage.py jobs` about a lost change: what it says while the computer is asked, and when a person is heard."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import hear_nothing
from troubleshoot import jobs, operations
from troubleshoot.models import Job, JobState, Person


@pytest.fixture
def lost(lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> Job:
    job = planned(helpdesk, opened(employee, lab("security-layer-rdp").row, work), work)
    jobs.start_job(actor=helpdesk, job=job)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, fence=1, lease_until="2026-01-01T00:00:00Z")
    operations.sweep()
    return job


def said(*words: str, who: Person) -> str:
    out = io.StringIO()
    call_command("jobs", *words, "--actor", who.email, stdout=out)
    return out.getvalue()


def test_shows_when_the_computer_is_asked(lost: Job, helpdesk: Person) -> None:
    shown = said("show", str(lost.pk), who=helpdesk)
    assert "the computer is asked what became of it (not asked yet)" in shown
    assert "next: portal" in shown
    hear_nothing(lost)
    asking = json.loads(said("show", str(lost.pk), "--json", who=helpdesk))["asking"]
    assert asking["asked_at"]
    assert "The computer was asked what became of the change" in asking["said"]


def test_hears_a_person_once_the_computer_was_asked(lost: Job, helpdesk: Person) -> None:
    words = ("settle", str(lost.pk), "--end", "done", "--why", "I looked.")
    with pytest.raises((CommandError, SystemExit)):
        said(*words, who=helpdesk)
    hear_nothing(lost)
    said(*words, who=helpdesk)
    lost.refresh_from_db()
    assert lost.state == JobState.NOT_VERIFIED
