"""The job that asks a computer what became of a lost change, or of its own undo of one; or tells it that it need not
undo one by itself.

There is one for each change, which comes again until that is known."""

from __future__ import annotations

import contextlib

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from troubleshoot import audit
from troubleshoot.audit import Actor, Tag
from troubleshoot.engine import Code, Explanation
from troubleshoot.jobs.ringing import ring_after_commit
from troubleshoot.jobs.story import add_line, audited_objects
from troubleshoot.models import Job, JobState


def queue_settle(lost: Job, *, actor: Actor) -> None:
    """Queue the job that asks the computer what became of a lost change, unless one does already. It never expires."""
    _queue(lost, Code.SETTLE_ASKED, actor)


def _queue(lost: Job, said: Code, actor: Actor) -> None:
    if lost.invented or Job.objects.settling().filter(lost=lost).exists():
        return
    with contextlib.suppress(IntegrityError), transaction.atomic():  # another keeper was faster
        job = Job.objects.create(
            kind=Job.Kind.SETTLE,
            host=lost.host,
            lost=lost,
            requester=lost.requester,
            beneficiary=lost.beneficiary,
            state=JobState.QUEUED,
            ring_at=Now(),
        )
        add_line(job, Explanation.of(said, host=str(lost.host)))
        audit.record(
            Tag.JOB_REQUEST,
            actor=actor,
            on_behalf=lost.beneficiary,
            objects=audited_objects(job),
            details={"kind": job.kind, "attempt": str(lost.attempt_id)},
        )
        ring_after_commit(job)


def queue_disarm(change: Job, *, actor: Actor) -> None:
    """Queue the job that tells a computer that it need not undo a change by itself, unless one does already."""
    _queue(change, Code.DISARM_ASKED, actor)


def queue_look(change: Job, *, actor: Actor) -> None:
    """Queue the job that asks a computer what became of its own undo of a change, unless one does already."""
    _queue(change, Code.UNDO_LOOKED_FOR, actor)


def hasten_settle(lost: Job) -> None:
    """Let the next time at which the computer is asked about a lost change be now."""
    job = Job.objects.settling().filter(lost=lost, state=JobState.QUEUED).select_related("host__site").first()
    if job is not None:
        Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(not_before=Now(), rings=0)
        ring_after_commit(job)
