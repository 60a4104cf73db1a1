"""What the end of a case means to its jobs: what waits is taken back, and no change begins any more."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import WAITING_STATES, Case, Job, JobState


def ended_with_case(case: Case, *, undos: bool = False) -> QuerySet[Job]:
    """Return the jobs that are taken back when their case closes: every reading and every change that has not begun.

    An undo outlives the case: it is about the computer, on which a change is in force, and that stays true when the
    person needs no more help. With `undos`, those that somebody asked for end too; never what the portal promised.
    """
    kept = Q(kind=Job.Kind.REVERT)
    if undos:
        kept &= Q(state=JobState.QUEUED, starter=None)
    waiting = case.jobs.filter(state__in=WAITING_STATES).exclude(kept)
    return waiting.select_related("host__site", "requester", "beneficiary")


def refuse_closed_case(job: Job) -> None:
    """Hold the case of a job until the transaction ends, and raise Refusal when nobody needs the job any more.

    An undo is needed as long as its change is in force, whatever has become of the case.
    """
    if job.case_id is None or job.kind == Job.Kind.REVERT:
        return
    if Case.objects.held().only("closed_at").get(pk=job.case_id).closed_at is not None:
        raise Refusal(RefusalCode.CASE_CLOSED)
