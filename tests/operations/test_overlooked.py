"""A worker takes from the table what waits and nobody takes, whatever became of the rings; and each job once."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db.models.functions import Now

from tests.e2e.world import wait_for
from tests.support import replace_everywhere
from troubleshoot import operations
from troubleshoot.models import Host, Job, JobState, Person, Plan, Site
from troubleshoot.operations import overlooked, worker

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """The jobs that were run, in place of running them; the table is looked at all the time."""
    found: list[uuid.UUID] = []
    monkeypatch.setattr(overlooked, "EVERY", 0.05)
    replace_everywhere(monkeypatch, worker, "run_job", found.append)
    return found


def computer(name: str, site: Site) -> Host:
    return Host.objects.get_or_create(name=name, defaults={"address": name.lower(), "site": site})[0]


def queued(name: str, site: Site, person: Person, **more: Any) -> uuid.UUID:
    """A job of which no ring tells anybody."""
    given = {"kind": Job.Kind.CONNECTION_TEST, "state": JobState.QUEUED} | more
    return Job.objects.create(host=computer(name, site), requester=person, **given).pk


def looks(site: Site, *, threads: int = 2) -> None:
    """Look at the table several times."""
    with operations.take_overlooked(lambda: [site.slug], threads=threads):
        threading.Event().wait(0.5)


def test_what_waits_for_its_sites_is_run(ran: list[uuid.UUID], north: Site, south: Site, helpdesk: Person) -> None:
    mine, theirs = queued("ACC-01", north, helpdesk), queued("ACC-02", south, helpdesk)
    with operations.take_overlooked(lambda: [north.slug], threads=2):
        wait_for(lambda: ran or None, "the job")
    assert mine in ran
    assert theirs not in ran


def test_what_has_only_just_come_is_left_to_its_ring(
    ran: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch, north: Site, helpdesk: Person
) -> None:
    monkeypatch.setattr(overlooked, "EVERY", 0.4)
    key = queued("ACC-01", north, helpdesk)
    with operations.take_overlooked(lambda: [north.slug], threads=2):
        threading.Event().wait(0.6)
        assert ran == [], "seen once"
        wait_for(lambda: ran or None, "the job")
    assert ran == [key]


def test_a_worker_that_has_all_it_can_do_takes_nothing(ran: list[uuid.UUID], north: Site, helpdesk: Person) -> None:
    claimed = {"state": JobState.CLAIMED, "worker": str(worker.WORKER), "lease_until": Now() + 60 * SECOND}
    for name in ("ACC-01", "ACC-02"):
        queued(name, north, helpdesk, **claimed)
    waits = queued("ACC-03", north, helpdesk)
    looks(north, threads=2)
    assert ran == []
    looks(north, threads=3)
    assert set(ran) == {waits}


def test_a_check_that_a_dead_worker_left_is_taken(ran: list[uuid.UUID], north: Site, helpdesk: Person) -> None:
    left = queued("ACC-01", north, helpdesk, state=JobState.VERIFYING, lease_until=Now() - SECOND)
    queued("ACC-02", north, helpdesk, state=JobState.VERIFYING, lease_until=Now() + 60 * SECOND)
    looks(north)
    assert set(ran) == {left}


def test_what_cannot_begin_now_keeps_nothing_else_waiting(
    ran: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch, north: Site, helpdesk: Person
) -> None:
    monkeypatch.setattr(overlooked, "MOST", 1)
    change = {"kind": Job.Kind.APPLY, "plan": Plan.objects.create(host=computer("ACC-01", north), document={})}
    queued("ACC-01", north, helpdesk, **change, state=JobState.UNKNOWN)
    queued("ACC-01", north, helpdesk, **change)  # a lost change holds the computer
    queued("ACC-02", north, helpdesk, state=JobState.RUNNING)
    queued("ACC-02", north, helpdesk)  # another job has it
    queued("ACC-03", north, helpdesk, not_before=Now() + 60 * SECOND)
    queued("ACC-03", north, helpdesk, expires_at=Now() - SECOND)
    free = queued("ACC-04", north, helpdesk)
    looks(north)
    assert set(ran) == {free}


def test_a_reading_of_a_computer_that_a_lost_change_holds_is_taken(
    ran: list[uuid.UUID], north: Site, helpdesk: Person
) -> None:
    plan = Plan.objects.create(host=computer("ACC-01", north), document={})
    queued("ACC-01", north, helpdesk, kind=Job.Kind.APPLY, plan=plan, state=JobState.UNKNOWN)
    reading = queued("ACC-01", north, helpdesk)
    looks(north)
    assert set(ran) == {reading}


def test_no_more_run_at_once_than_the_worker_has_threads_and_what_runs_is_finished(
    monkeypatch: pytest.MonkeyPatch, north: Site, helpdesk: Person
) -> None:
    running, most, done = set[uuid.UUID](), list[int](), list[uuid.UUID]()

    def slow(key: uuid.UUID) -> None:
        running.add(key)
        most.append(len(running))
        threading.Event().wait(0.3)
        Job.objects.filter(pk=key).update(state=JobState.DONE)
        running.discard(key)
        done.append(key)

    monkeypatch.setattr(overlooked, "EVERY", 0.05)
    replace_everywhere(monkeypatch, worker, "run_job", slow)
    wanted = {queued(f"ACC-{number:02}", north, helpdesk) for number in range(4)}
    with operations.take_overlooked(lambda: [north.slug], threads=2):
        wait_for(lambda: len(done) >= 2 or None, "two jobs")
        wait_for(lambda: len(done) + len(running) == 4 or None, "the others")
    assert set(done) == wanted
    assert len(done) == 4
    assert max(most) <= 2
