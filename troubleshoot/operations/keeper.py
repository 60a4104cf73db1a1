"""The keeper: whatever must happen even when nobody asks. Rings, sweeps dead leases, expires, undoes temporary changes.

Every step is a conditional update, so two keepers at once do no harm. Nothing is done about what was invented.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from troubleshoot import cases, jobs, notifications, remediation, reports
from troubleshoot.audit import Machine, Tag
from troubleshoot.engine import Code, Explanation, Json, Refusal
from troubleshoot.models import CHANGES, ENDED_STATES, STARTED_STATES, UNDOABLE_STATES, WAITING_STATES, Job, JobState
from troubleshoot.operations import health
from troubleshoot.remote import Failpoint, failpoint

log = logging.getLogger(__name__)
#: A failed undo is tried again after 10, 20, 40 … seconds, at most every 10 minutes, for ever.
UNDO_AGAIN = (10, 600)
#: A check that a dead worker left waits this long for another worker; it keeps its host from every other visit.
CHECK_LIFETIME = dt.timedelta(minutes=10)
#: What nobody did in time about a job that stood there.
_NOT_IN_TIME = {
    JobState.PLANNED: Code.PLAN_NOT_STARTED,
    JobState.WAITING_APPROVAL: Code.UNDECIDED,
    JobState.APPROVED: Code.APPROVED_NOT_STARTED,
    JobState.QUEUED: Code.NO_WORKER,
}


def sweep() -> None:
    """Do every duty once. A defect in one is logged and does not keep the others from running."""
    me = Machine("keeper", f"{socket.gethostname()}:{os.getpid()}")
    for duty in (_ring, _free_dead_leases, _settle, _disarm, _expire, _undo, _follow_up, _report, _deliver, _beat):
        try:
            duty(me)
        except Exception:
            log.exception("the keeper's duty %s met a defect", duty.__name__)
        failpoint(Failpoint.BETWEEN_DUTIES)


def _beat(me: Machine) -> None:
    health.note_heartbeat("keeper", me.name)


def _jobs(condition: Q) -> QuerySet[Job]:
    related = ("host__site", "case", "plan", "requester", "beneficiary")
    return Job.objects.filter(condition, invented=False).select_related(*related).order_by("created_at")


def _each(found: Iterable[Job], act: Callable[[Job], object]) -> None:
    """Act on each job by itself: one that cannot be moved must not keep the others waiting."""
    for job in found:
        try:
            act(job)
        except Exception:
            log.exception("the keeper could not move job %s", job.pk)


def _ring(me: Machine) -> None:
    """Ring for queued jobs, and for a check that a dead worker left; losing the broker loses nothing."""
    due = Q(state=JobState.QUEUED, not_before__lte=Now()) | Q(state=JobState.VERIFYING, lease_until__lt=Now())
    for job in _jobs(due & Q(ring_at__lte=Now())):
        if not jobs.ring_job(job):
            return  # no broker: waiting for it once for each job would keep the other duties from their time
        failpoint(Failpoint.AFTER_RING)


def _free_dead_leases(me: Machine) -> None:
    """Free jobs of dead workers: back into the queue where nothing started; unknown, and never repeated, where it may
    have."""

    def free(job: Job) -> None:
        if job.stop_asked_at is not None:
            end(job, JobState.CANCELLED, Code.STOPPED_IN_TIME, who=str(job.stopper or ""))
            return
        said = Explanation(Code.WORKER_SILENT)
        again: dict[str, Any] = {"lease_until": None, "ring_at": Now()}
        jobs.move_job(job, JobState.QUEUED, said, tag=Tag.JOB_QUEUE, actor=me, fence=job.fence, revoke=True, **again)

    def end(job: Job, to: JobState, code: Code, **params: Json) -> None:
        why = Explanation.of(code, **params)
        jobs.move_job(job, to, why, tag=Tag.JOB_END, actor=me, fence=job.fence, revoke=True, explanation=why)

    dead = Q(lease_until__lt=Now())
    _each(_jobs(dead & Q(state=JobState.CLAIMED)), free)
    _each(_jobs(dead & Q(state__in=STARTED_STATES)), lambda job: end(job, JobState.UNKNOWN, Code.WORKER_LOST))
    left = Q(state=JobState.VERIFYING, lease_until__lt=Now() - CHECK_LIFETIME)
    _each(_jobs(left), lambda job: end(job, JobState.NOT_VERIFIED, Code.UNCHECKED_NO_WORKER))


def _settle(me: Machine) -> None:
    """Have the computer of each lost change asked what became of it, and bring in a person where that takes long."""
    lost = Q(state=JobState.UNKNOWN, kind__in=CHANGES)
    _each(_jobs(lost), lambda job: jobs.queue_settle(job, actor=me))
    remediation.hand_over_unasked(actor=me)


def _disarm(me: Machine) -> None:
    """Have each computer told that still stands ready to undo a change by itself, and need not any more; have it asked
    where what it says of that is not enough."""
    related = ("host__site", "case", "plan", "requester", "beneficiary")
    _each(Job.objects.left_armed().select_related(*related), lambda job: jobs.queue_disarm(job, actor=me))
    asked = Job.objects.undos_to_ask_about().select_related(*related)
    _each(asked, lambda job: jobs.queue_look(job, actor=me))


def _expire(me: Machine) -> None:
    def expire(job: Job) -> None:
        held = job.is_change and job.state == JobState.QUEUED and Job.objects.holding(job.host).exists()
        why = Explanation(Code.HELD_TOO_LONG if held else _NOT_IN_TIME[JobState(job.state)])
        jobs.move_job(job, JobState.EXPIRED, why, tag=Tag.JOB_END, actor=me, explanation=why)

    _each(_jobs(Q(state__in=WAITING_STATES, expires_at__lt=Now())), expire)


def _undo(me: Machine) -> None:
    """Undo temporary changes whose time is over, and try for ever."""
    due = (
        Job.objects.overdue()
        .filter(state__in=UNDOABLE_STATES)
        .select_related("host__site", "case", "plan", "requester")
    )
    _each(due, lambda job: _undo_one(job, me))


def _undo_one(job: Job, me: Machine) -> None:
    if _is_being_undone(job) or _was_tried_just_now(job):
        return
    try:
        undo = remediation.queue_revert(job, actor=me, because=Code.UNDOING_IN_TIME)
    except Refusal as error:
        log.info("job %s is not undone now: %s", job.pk, error)
        return
    if job.is_settled_by_word:  # nobody has read whether it is there: it stays overdue until somebody puts it back
        return
    if undo is None and Job.objects.filter(pk=job.pk, undo_at__isnull=False).update(undo_at=None):
        jobs.add_line(job, Explanation(Code.NOTHING_TO_UNDO))


def _follow_up(me: Machine) -> None:
    cases.follow_up_unconfirmed(actor=me)


def _report(_me: Machine) -> None:
    reports.send_monthly_summaries()


def _deliver(_me: Machine) -> None:
    notifications.send_due_deliveries()


def _is_being_undone(job: Job) -> bool:
    return job.reverts.exclude(state__in=ENDED_STATES).exists()


def _was_tried_just_now(job: Job) -> bool:
    tried = job.reverts.filter(state__in=ENDED_STATES)
    least, most = UNDO_AGAIN
    wait = dt.timedelta(seconds=min(least * 2 ** max(tried[:10].count() - 1, 0), most))
    return tried.filter(ended_at__gt=Now() - wait).exists()
