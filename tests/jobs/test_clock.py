"""Claims, leases and sweeps go by the clock of the database: that of a process may be an hour off."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest
from django.db.models import ExpressionWrapper, F, fields
from django.db.models.functions import Now
from django.utils import timezone

import troubleshoot
from tests.operations.test_overlooked import queued
from troubleshoot import jobs, operations
from troubleshoot.audit import Machine
from troubleshoot.models import Heartbeat, Job, JobState, Person, Site

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = Machine("worker", "tests")
ROOT = Path(troubleshoot.__file__).parent
#: What goes by a clock that everybody shares. A connection test compares the computer's clock with our own, on purpose.
SHARED = [*ROOT.glob("jobs/*.py"), *ROOT.glob("operations/*.py"), *ROOT.glob("models/job*.py")]
SHARED = [one for one in [*SHARED, ROOT / "models" / "heartbeat.py"] if one.name != "connection_test.py"]
#: Calls that give the time of the process.
OWN = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("time", "time")}


@pytest.fixture(params=[-1, 1], ids=["an hour behind", "an hour ahead"])
def off(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process has another idea of the time."""
    now, wrong = timezone.now, dt.timedelta(hours=request.param)
    monkeypatch.setattr(timezone, "now", lambda: now() + wrong)


def left(job: Job, name: str) -> float:
    """The seconds until a moment of the job, by the database."""
    ahead = ExpressionWrapper(F(name) - Now(), output_field=fields.DurationField())
    found: dt.timedelta = Job.objects.filter(pk=job.pk).values_list(ahead, flat=True).get()
    return found.total_seconds()


@pytest.mark.parametrize("path", SHARED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nobody_there_asks_the_process_for_the_time(path: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = {
        (one.value.attr if isinstance(one.value, ast.Attribute) else one.value.id, one.attr)
        for one in calls
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name | ast.Attribute)
    }
    assert named & OWN == set()


@pytest.mark.usefixtures("off")
class TestAProcessWhoseClockIsWrong:
    def test_claims_at_once_and_its_lease_is_as_long_as_any(self, north: Site, helpdesk: Person) -> None:
        job = jobs.claim_job(queued("ACC-01", north, helpdesk), worker=WORKER)
        assert job is not None
        assert jobs.lease_time().total_seconds() - 10 < left(job, "lease_until") <= jobs.lease_time().total_seconds()
        operations.sweep()
        job.refresh_from_db()
        assert job.state == JobState.CLAIMED, "its worker lives"

    def test_frees_what_a_dead_worker_had_and_expires_what_is_over(self, north: Site, helpdesk: Person) -> None:
        dead, late = (Job.objects.filter(pk=queued(name, north, helpdesk)) for name in ("ACC-01", "ACC-02"))
        dead.update(state=JobState.CLAIMED, lease_until=Now() - dt.timedelta(seconds=5))
        late.update(expires_at=Now() - dt.timedelta(seconds=5))
        operations.sweep()
        assert (dead.get().state, late.get().state) == (JobState.QUEUED, JobState.EXPIRED)

    def test_is_alive_by_its_own_heartbeat(self) -> None:
        operations.sweep()
        assert Heartbeat.objects.alive("keeper").count() == 1
