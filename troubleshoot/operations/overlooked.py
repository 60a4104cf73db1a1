"""A worker's other way to its jobs: it takes from the table what no ring has brought to anybody.

Whether the broker is gone, was wiped, hangs, or lost a message with the process that had it: the job is seen waiting.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import close_old_connections, connection

from troubleshoot import jobs
from troubleshoot.models import ACTIVE_STATES, Job
from troubleshoot.operations import draining
from troubleshoot.operations.worker import WORKER, run_job

log = logging.getLogger(__name__)
#: How often the table is looked at, in seconds. What waits at two looks is taken: it waits for twice as long at most.
EVERY = 3.0
#: So many jobs are taken up at one look, the oldest first.
MOST = 100


@contextmanager
def take_overlooked(sites: Callable[[], Sequence[str]], *, threads: int) -> Iterator[None]:
    """Run the block; meanwhile run what waits for these sites and nobody takes, while this worker has room for it.

    At the end of the block, what runs is finished first. A job that a late ring brings as well is claimed once only.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="overlooked") as pool:
        table = _Table(sites, pool, threads)
        try:
            with jobs.RepeatingWrite("overlooked jobs", table.look, seconds=EVERY, at_once=False):
                yield
        finally:
            pool.shutdown(cancel_futures=True)


class _Table:
    """The jobs that wait for some sites, and those of them that were taken up here."""

    def __init__(self, sites: Callable[[], Sequence[str]], pool: ThreadPoolExecutor, threads: int) -> None:
        self._sites, self._pool, self._threads = sites, pool, threads
        self._seen: set[uuid.UUID] = set()
        self._taken: dict[uuid.UUID, Future[None]] = {}

    def look(self) -> bool:
        """Take up what waited at the last look too; False once the worker is told to end."""
        if draining.is_draining():
            return False
        self._taken = {key: run for key, run in self._taken.items() if not run.done()}
        found = Job.objects.claimable().filter(host__site__slug__in=self._sites()).order_by("created_at")
        waiting = list(found.values_list("pk", flat=True)[:MOST])
        for key in waiting:
            if key in self._seen and key not in self._taken:
                self._taken[key] = self._pool.submit(self._run, key)
        self._seen = set(waiting)
        return True

    def _run(self, key: uuid.UUID) -> None:
        close_old_connections()
        try:
            if self._has_room():
                run_job(key)
        except Exception:
            log.exception("job %s, claimed from the table, met a defect", key)
        finally:
            connection.close()

    def _has_room(self) -> bool:
        """Tell whether this worker does less at once than it may: otherwise the queue is long, and nothing is lost."""
        return Job.objects.filter(worker=str(WORKER), state__in=ACTIVE_STATES).count() < self._threads
