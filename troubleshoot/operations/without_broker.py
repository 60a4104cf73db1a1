"""A worker's other way to its jobs: while the broker is down, it claims them from the table."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import close_old_connections, connection
from django.db.models.functions import Now

from troubleshoot import jobs
from troubleshoot.models import Job, JobState
from troubleshoot.operations import draining
from troubleshoot.operations.worker import run_job

log = logging.getLogger(__name__)
#: How often the table is looked at, in seconds: with the time that it takes to find no broker, a job waits 6 at most.
EVERY = 4.0


@contextmanager
def work_without_broker(sites: Callable[[], Sequence[str]], *, threads: int) -> Iterator[None]:
    """Run the block; whenever the broker is down meanwhile, run what is queued for these sites, `threads` at a time.

    At the end of the block, what runs is finished first. A job that a late ring brings as well is claimed once only.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="without-broker") as pool:
        table = _Table(sites, pool, threads)
        with jobs.RepeatingWrite("jobs without a broker", table.look, seconds=EVERY, at_once=False):
            yield


class _Table:
    """The queued jobs of some sites, and those of them that run here now."""

    def __init__(self, sites: Callable[[], Sequence[str]], pool: ThreadPoolExecutor, threads: int) -> None:
        self._sites, self._pool, self._threads = sites, pool, threads
        self._running: dict[uuid.UUID, Future[None]] = {}

    def look(self) -> bool:
        """Start what waits, if nobody can ring for it; False once the worker is told to end."""
        if draining.is_draining():
            return False
        self._running = {key: run for key, run in self._running.items() if not run.done()}
        waiting = self._waiting()
        if waiting and not jobs.broker_reachable():
            for key in waiting:
                self._running[key] = self._pool.submit(_run, key)
        return True

    def _waiting(self) -> list[uuid.UUID]:
        due = Job.objects.filter(state=JobState.QUEUED, not_before__lte=Now(), host__site__slug__in=self._sites())
        found = due.exclude(pk__in=self._running).order_by("created_at").values_list("pk", flat=True)
        return list(found[: self._threads - len(self._running)])


def _run(key: uuid.UUID) -> None:
    close_old_connections()
    try:
        run_job(key)
    except Exception:
        log.exception("job %s, claimed from the table, met a defect", key)
    finally:
        connection.close()
