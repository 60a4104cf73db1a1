"""The keeper: whatever must happen even when nobody asks. Rings, sweeps dead leases, expires, undoes temporary changes.

Every step is a conditional update, so two keepers at once do no harm.
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

from troubleshoot.audit import Machine, Tag
from troubleshoot.cases import handling as care
from troubleshoot.jobs import lifecycle as jobs
from troubleshoot.jobs.lifecycle import NotPossible
from troubleshoot.models import Job
from troubleshoot.models.job import ENDED, MAY_BE_UNDONE, STARTED, WAITING, State
from troubleshoot.notifications import outbox as notices
from troubleshoot.operations import health
from troubleshoot.remediation import planning as plans
from troubleshoot.reports import monthly_summary as monthly

log = logging.getLogger(__name__)
#: A failed undo is tried again after 10, 20, 40 … seconds, at most every 10 minutes, for ever.
UNDO_AGAIN = (10, 600)
#: A check that a dead worker left waits this long for another worker; it keeps its host from every other visit.
CHECK_LIFETIME = dt.timedelta(minutes=10)


def sweep() -> None:
    """One round of everything. A defect in one duty is logged and does not keep the others from running."""
    me = Machine("keeper", f"{socket.gethostname()}:{os.getpid()}")
    for duty in (_ring, _free_dead_leases, _expire, _undo, _follow_up, _report, _mail, _beat):
        try:
            duty(me)
        except Exception:
            log.exception("the keeper's duty %s met a defect", duty.__name__)


def _beat(me: Machine) -> None:
    health.beat("keeper", me.name)


def _jobs(condition: Q) -> QuerySet[Job]:
    related = ("host__site", "case", "plan", "requester", "beneficiary")
    return Job.objects.filter(condition).select_related(*related).order_by("created_at")


def _each(found: Iterable[Job], act: Callable[[Job], object]) -> None:
    """Acts on each job by itself: one that cannot be moved must not keep the others waiting."""
    for job in found:
        try:
            act(job)
        except Exception:
            log.exception("the keeper could not move job %s", job.pk)


def _ring(me: Machine) -> None:
    """Rings for queued jobs, and for a check that a dead worker left; losing the broker loses nothing."""
    due = Q(state=State.QUEUED, not_before__lte=Now()) | Q(state=State.VERIFYING, lease_until__lt=Now())
    for job in _jobs(due & Q(ring_at__lte=Now())):
        if not jobs.ring(job):
            return  # no broker: waiting for it once for each job would keep the other duties from their time


def _free_dead_leases(me: Machine) -> None:
    """Nothing started: back into the queue. Something may have started: unknown, and never repeated."""

    def free(job: Job) -> None:
        text = "Its worker went silent before anything started; it waits for another"
        again: dict[str, Any] = {"lease_until": None, "ring_at": Now()}
        jobs.move(job, State.QUEUED, text, tag=Tag.JOB_QUEUE, actor=me, fence=job.fence, revoke=True, **again)

    def end(job: Job, to: State, text: str) -> None:
        jobs.move(job, to, text, tag=Tag.JOB_END, actor=me, fence=job.fence, revoke=True, explanation=text)

    lost = "Its worker went silent after the start. Whether the change was made is not known; it is not repeated."
    unchecked = "Done on the computer, but no worker was there to check it."
    dead = Q(lease_until__lt=Now())
    _each(_jobs(dead & Q(state=State.CLAIMED)), free)
    _each(_jobs(dead & Q(state__in=STARTED)), lambda job: end(job, State.UNKNOWN, lost))
    left = Q(state=State.VERIFYING, lease_until__lt=Now() - CHECK_LIFETIME)
    _each(_jobs(left), lambda job: end(job, State.NOT_VERIFIED, unchecked))


def _expire(me: Machine) -> None:
    def expire(job: Job) -> None:
        text = "Nobody decided in time." if job.state != State.QUEUED else "No worker of its site took it in time."
        jobs.move(job, State.EXPIRED, text, tag=Tag.JOB_END, actor=me, explanation=text)

    _each(_jobs(Q(state__in=WAITING, expires_at__lt=Now())), expire)


def _undo(me: Machine) -> None:
    """Undoes temporary changes whose time is over, and tries for ever."""
    due = (
        Job.objects.overdue().filter(state__in=MAY_BE_UNDONE).select_related("host__site", "case", "plan", "requester")
    )
    _each(due, lambda job: _undo_one(job, me))


def _undo_one(job: Job, me: Machine) -> None:
    if _is_being_undone(job) or _was_tried_just_now(job):
        return
    try:
        undo = plans.undo_of(job, actor=me, reason="The time of this temporary change is over.")
    except NotPossible as error:
        log.info("job %s is not undone now: %s", job.pk, error)
        return
    if undo is None and Job.objects.filter(pk=job.pk, undo_at__isnull=False).update(undo_at=None):
        jobs.tell(job, "Nothing of this temporary change is left to undo.")


def _follow_up(me: Machine) -> None:
    care.follow_up(actor=me)


def _report(_me: Machine) -> None:
    monthly.send()


def _mail(me: Machine) -> None:
    notices.mail_waiting()


def _is_being_undone(job: Job) -> bool:
    return job.reverts.exclude(state__in=ENDED).exists()


def _was_tried_just_now(job: Job) -> bool:
    tried = job.reverts.filter(state__in=ENDED)
    least, most = UNDO_AGAIN
    wait = dt.timedelta(seconds=min(least * 2 ** max(tried[:10].count() - 1, 0), most))
    return tried.filter(ended_at__gt=Now() - wait).exists()
