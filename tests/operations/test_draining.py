"""A worker that is told to end: it claims nothing more, and does not wait for ever."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.operations.test_overlooked import queued, ran
from troubleshoot import operations
from troubleshoot.models import Job, JobState, Person, Site
from troubleshoot.operations import draining

__all__ = ["ran"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The codes with which the process would have ended; after the test nothing ends it any more."""
    codes: list[int] = []
    monkeypatch.setattr(draining, "_DRAINING", threading.Event())
    monkeypatch.setattr("os._exit", codes.append)
    yield codes
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
            thread.join()


def test_leaves_a_job_for_which_somebody_rings_to_the_others(left: list[int], north: Site, helpdesk: Person) -> None:
    key = queued("ACC-01", north, helpdesk)
    operations.drain()
    operations.run_job(key)
    job = Job.objects.get(pk=key)
    assert (job.state, job.fence, left) == (JobState.QUEUED, 0, [])


def test_takes_nothing_from_the_table_either(
    left: list[int], ran: list[uuid.UUID], north: Site, helpdesk: Person
) -> None:
    queued("ACC-01", north, helpdesk)
    operations.drain()
    with operations.take_overlooked(lambda: [north.slug], threads=2):
        threading.Event().wait(0.5)
    assert ran == []
    assert left == []


def test_ends_when_its_time_is_over_whatever_still_runs(left: list[int], settings: Any) -> None:
    settings.MENDPOINT_DRAIN_SECONDS = 0.05
    operations.drain()
    operations.drain()
    for _ in range(100):
        if left:
            break
        threading.Event().wait(0.02)
    threading.Event().wait(0.2)
    assert left == [draining.LEFT_TO_OTHERS]
