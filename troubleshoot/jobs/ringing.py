"""When a queued job is rung for, and when it is rung for again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models.functions import Now

from troubleshoot.jobs import dispatch
from troubleshoot.models import Job
from troubleshoot.remote import Failpoint, failpoint

#: Seconds until the keeper rings again for a queued job: after 10, 20, 40, then every 60.
RING_AGAIN = (10, 20, 40, 60)


def ring_job(job: Job) -> bool:
    """Ring for a queued job and set the time of the next ring; False when the broker could not be reached."""
    wait = RING_AGAIN[min(job.rings, len(RING_AGAIN) - 1)]
    Job.objects.filter(pk=job.pk).update(rings=job.rings + 1, ring_at=Now() + dt.timedelta(seconds=wait))
    return dispatch.ring_doorbell(job.pk, queue=job.host.site.queue)


def ring_after_commit(job: Job) -> None:
    """Ring once the row is safe. A hint, not a promise: it is lost if the process dies after the commit."""
    transaction.on_commit(lambda: _ring(job), robust=True)


def _ring(job: Job) -> None:
    failpoint(Failpoint.BEFORE_BELL)
    ring_job(job)
