"""The keeper: whatever must happen even when nobody asks. Rings, sweeps dead leases, expires, undoes temporary changes.

Every step is a conditional update, so two keepers at once do no harm.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from troubleshoot import care, health, jobs, notices, plans
from troubleshoot.audit import Machine, Tag
from troubleshoot.jobs import NotPossible
from troubleshoot.models import Job
from troubleshoot.models.job import ENDED, STARTED, WAITING, State

log = logging.getLogger(__name__)
#: A failed undo is tried again after 10, 20, 40 … seconds, at most every 10 minutes, for ever.
UNDO_AGAIN = (10, 600)
BATCH = 200


def sweep() -> None:
    """One round of everything. A defect in one duty is logged and does not keep the others from running."""
    me = Machine("keeper", f"{socket.gethostname()}:{os.getpid()}")
    for duty in (_ring, _free_dead_leases, _expire, _undo, _follow_up, _mail):
        try:
            duty(me)
        except Exception:
            log.exception("the keeper's duty %s met a defect", duty.__name__)
    health.beat("keeper", me.name)


def _jobs(condition: Q) -> QuerySet[Job]:
    return Job.objects.filter(condition).select_related("host__site", "case", "plan", "requester")[:BATCH]


def _ring(me: Machine) -> None:
    """Rings for queued jobs, and for a check that a dead worker left; losing the broker loses nothing."""
    due = Q(state=State.QUEUED, not_before__lte=Now()) | Q(state=State.VERIFYING, lease_until__lt=Now())
    for job in _jobs(due & Q(ring_at__lte=Now())):
        jobs.ring(job)


def _free_dead_leases(me: Machine) -> None:
    """Nothing started: back into the queue. Something may have started: unknown, and never repeated."""
    for job in _jobs(Q(state=State.CLAIMED, lease_until__lt=Now())):
        jobs.move(
            job,
            State.QUEUED,
            "Its worker went silent before anything started; it waits for another",
            tag=Tag.JOB_QUEUE,
            actor=me,
            fence=job.fence,
            revoke=True,
            lease_until=None,
            ring_at=Now(),
        )
    for job in _jobs(Q(state__in=STARTED, lease_until__lt=Now())):
        text = "Its worker went silent after the start. Whether the change was made is not known; it is not repeated."
        jobs.move(job, State.UNKNOWN, text, tag=Tag.JOB_END, actor=me, fence=job.fence, revoke=True, explanation=text)


def _expire(me: Machine) -> None:
    for job in _jobs(Q(state__in=WAITING, expires_at__lt=Now())):
        text = "Nobody decided in time." if job.state != State.QUEUED else "No worker of its site took it in time."
        jobs.move(job, State.EXPIRED, text, tag=Tag.JOB_END, actor=me, explanation=text)


def _undo(me: Machine) -> None:
    """Undoes temporary changes whose time is over, and tries for ever."""
    due = health.overdue().filter(state__in=plans.MAY_BE_UNDONE)
    for job in due.select_related("host__site", "case", "plan")[:BATCH]:
        if _is_being_undone(job) or _was_tried_just_now(job):
            continue
        try:
            undo = plans.undo_of(job, actor=me, reason="The time of this temporary change is over.")
        except NotPossible as error:
            log.info("job %s is not undone now: %s", job.pk, error)
            continue
        if undo is None:
            Job.objects.filter(pk=job.pk).update(undo_at=None)
            jobs.tell(job, "Nothing of this temporary change is left to undo.")


def _follow_up(me: Machine) -> None:
    care.follow_up(actor=me)


def _mail(me: Machine) -> None:
    notices.mail_waiting()


def _is_being_undone(job: Job) -> bool:
    return job.reverts.exclude(state__in=ENDED).exists()


def _was_tried_just_now(job: Job) -> bool:
    tried = list(job.reverts.filter(state__in=ENDED).order_by("-ended_at").values_list("ended_at", flat=True)[:10])
    if not tried or tried[0] is None:
        return False
    least, most = UNDO_AGAIN
    wait = dt.timedelta(seconds=min(least * 2 ** (len(tried) - 1), most))
    return job.reverts.filter(ended_at=tried[0], ended_at__gt=Now() - wait).exists()
