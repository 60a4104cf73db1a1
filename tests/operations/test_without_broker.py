"""A worker whose broker is down: it runs what is queued for its sites from the table, and each job once."""

from __future__ import annotations

import threading
import uuid

import pytest

from tests.e2e.world import wait_for
from tests.support import replace_everywhere
from troubleshoot import operations
from troubleshoot.jobs import dispatch
from troubleshoot.models import Host, Job, JobState, Person, Site
from troubleshoot.operations import without_broker, worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """The jobs that were run, in place of running them; the table is looked at all the time."""
    found: list[uuid.UUID] = []
    monkeypatch.setattr(without_broker, "EVERY", 0.05)
    replace_everywhere(monkeypatch, worker, "run_job", found.append)
    return found


def broker(monkeypatch: pytest.MonkeyPatch, *, answers: bool) -> None:
    """Let the broker answer, or not."""
    replace_everywhere(monkeypatch, dispatch, "broker_reachable", lambda: answers)


def queued(name: str, site: Site, person: Person) -> uuid.UUID:
    """A job that nobody could ring for."""
    host = Host.objects.create(name=name, address=name.lower(), site=site)
    return Job.objects.create(kind=Job.Kind.CONNECTION_TEST, state=JobState.QUEUED, host=host, requester=person).pk


def test_jobs_of_its_sites_run_while_no_broker_answers(
    ran: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch, north: Site, south: Site, helpdesk: Person
) -> None:
    mine, theirs = queued("ACC-01", north, helpdesk), queued("ACC-02", south, helpdesk)
    broker(monkeypatch, answers=False)
    with operations.work_without_broker(lambda: [north.slug], threads=2):
        wait_for(lambda: ran or None, "the job")
    assert mine in ran
    assert theirs not in ran


def test_nothing_is_taken_from_the_table_while_the_broker_answers(
    ran: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch, north: Site, helpdesk: Person
) -> None:
    queued("ACC-01", north, helpdesk)
    broker(monkeypatch, answers=True)
    with operations.work_without_broker(lambda: [north.slug], threads=2):
        threading.Event().wait(0.5)
    assert ran == []


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

    monkeypatch.setattr(without_broker, "EVERY", 0.05)
    replace_everywhere(monkeypatch, worker, "run_job", slow)
    broker(monkeypatch, answers=False)
    wanted = {queued(f"ACC-{number:02}", north, helpdesk) for number in range(4)}
    with operations.work_without_broker(lambda: [north.slug], threads=2):
        wait_for(lambda: most or None, "the first job")
        wait_for(lambda: len(done) >= 2 or None, "two jobs")
        wait_for(lambda: len(done) + len(running) == 4 or None, "the others")
    assert set(done) == wanted
    assert len(done) == 4
    assert max(most) <= 2
