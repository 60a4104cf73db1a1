"""What asks a computer about a change: it comes back until it has its answer, later each time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from troubleshoot import diagnosis, jobs
from troubleshoot.audit import Actor, Machine, Tag
from troubleshoot.engine import Code, Explanation
from troubleshoot.models import Case, Job, JobState
from troubleshoot.remote import VisitResult

#: The computer is asked again after 2, 4, 8 … seconds, at most every 10 minutes, for ever.
ASK_AGAIN = (2, 600)


@dataclass(frozen=True)
class NotKnown:
    """Why what became of a change is not known yet; `slowly` where asking soon again can only do harm."""

    why: Explanation
    slowly: bool = False


def ask_again(settle: Job, found: NotKnown, *, worker: Machine) -> None:
    """Let the same job ask again, later each time; its case learns when a person has to look too."""
    least, most = ASK_AGAIN
    wait = dt.timedelta(seconds=most if found.slowly else min(least * 2 ** min(settle.tries, 16), most))
    before = settle.explanation
    with transaction.atomic():
        lost = held(settle)
        moved = jobs.move_job(
            settle,
            JobState.QUEUED,
            found.why,
            tag=Tag.JOB_QUEUE,
            actor=worker,
            fence=settle.fence,
            explanation=found.why,
            tries=settle.tries + 1,
            started_at=Now(),
            not_before=Now() + wait,
            ring_at=Now() + wait,
            rings=0,
            lease_until=None,
        )
        if moved and (before is None or before.code != found.why.code):
            jobs.add_line(lost, found.why)
        if moved:
            diagnosis.keep_status_again(lost.case_id, actor=worker)


def stop(settle: Job, *, actor: Actor, fence: int | None = None) -> None:
    """Take back what was to ask a computer about a change."""
    said = Explanation(Code.SETTLED_MEANWHILE)
    jobs.move_job(settle, JobState.CANCELLED, said, tag=Tag.JOB_CANCEL, actor=actor, fence=fence, explanation=said)


def lost_change(settle: Job) -> Job:
    """Return the change that a job asks about."""
    related = ("host__site", "case", "plan", "requester", "beneficiary", "origin")
    return Job.objects.select_related(*related).get(settles=settle)


def held(settle: Job) -> Job:
    """Return the lost change, its case held: whoever needs the case and a job takes the case first."""
    lost = lost_change(settle)
    if lost.case_id:
        Case.objects.held().only("pk").get(pk=lost.case_id)
    return lost


def why_unclear(visit: VisitResult) -> Explanation:
    """Return why a visit that asked has brought no answer."""
    if visit.outcome == "identity_changed":
        return Explanation(Code.ANOTHER_COMPUTER)
    if visit.outcome == "refused":
        return Explanation.of(Code.SCRIPT_REFUSED, reason=visit.reason)
    return Explanation(Code.NOT_READ)
