"""Claims a queued job for one worker and holds it: one conditional UPDATE, a fence, and a lease that is renewed."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction

from troubleshoot import audit
from troubleshoot.audit import Machine, Tag
from troubleshoot.engine import Code, Explanation
from troubleshoot.jobs.repeating import RepeatingWrite
from troubleshoot.jobs.story import add_line, audited_objects
from troubleshoot.models import Job


def hold_job(job: Job) -> RepeatingWrite:
    """Return a block that renews the lease of a claimed job while it runs, until the fence has passed on.

    Every further write of a worker that lost its job finds that out by itself.
    """
    time = lease_time()
    return RepeatingWrite(
        f"lease-{job.pk}", lambda: Job.objects.renew(job, lease=time), seconds=time.total_seconds() / 5, at_once=False
    )


def lease_time() -> dt.timedelta:
    """Return how long a silent worker keeps its job."""
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
        _say_what_holds(found)
        return None  # another job holds this host; the keeper rings again
    return found


def _say_what_holds(job: Job) -> None:
    """Tell the story of a queued change, once, which lost change keeps its computer from it."""
    holder = Job.objects.holding(job.host).select_related("plan").first() if job.is_change else None
    latest = job.lines.last()
    said = latest.explanation.code if latest else None
    if holder is None or said in {Code.HELD_BY, Code.HELD_BY_CASE}:
        return
    what = {"title": holder.plan.document["title"] if holder.plan else "", "at": holder.created_at.isoformat()}
    in_case = Explanation.of(Code.HELD_BY_CASE, case=holder.case_id, **what)
    add_line(job, in_case if holder.case_id else Explanation.of(Code.HELD_BY, **what))
