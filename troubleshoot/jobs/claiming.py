"""Claims a queued job for one worker and holds it: one conditional UPDATE, a fence, and a lease that is renewed."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import uuid
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from troubleshoot import audit
from troubleshoot.audit import Machine, Tag
from troubleshoot.jobs.lifecycle import audited_objects
from troubleshoot.models import Job

log = logging.getLogger(__name__)


class JobLease:
    """Holds a claimed job: renews its lease while the block runs, from a thread of its own."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._time = lease_time()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"lease-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _renew(self) -> None:
        try:
            while not self._over.wait(self._time.total_seconds() / 5):
                if not self._renewed():
                    return  # the fence has passed on; every further write of this worker will find that out
        finally:
            connection.close()

    def _renewed(self) -> bool:
        try:
            return Job.objects.renew(self._job, lease=self._time)
        except DatabaseError:
            log.warning("the lease of job %s could not be renewed now; trying again", self._job.pk)
            connection.close()
            return True


def lease_time() -> dt.timedelta:
    """How long a silent worker keeps its job."""
    return dt.timedelta(seconds=settings.MENDPOINT_LEASE_SECONDS)


def claim_job(job_id: uuid.UUID, *, worker: Machine) -> Job | None:
    """Claim a job for a worker, in the transaction of its audit entry; None when it is not to be had.

    Another worker was faster, it is not queued any more, or another job holds its host: the keeper rings again.
    """
    job = Job.objects.select_related("host__site", "host__credential", "case", "plan", "requester").filter(pk=job_id)
    found = job.first()
    if found is None:
        return None
    try:
        with transaction.atomic():
            if not Job.objects.claim(found, worker=str(worker), lease=lease_time()):
                return None
            audit.record(
                Tag.JOB_CLAIM,
                actor=worker,
                on_behalf=found.beneficiary,
                objects=audited_objects(found),
                details={"fence": found.fence, "state": found.state},
            )
    except IntegrityError:
        return None  # another job holds this host; the keeper rings again
    return found
