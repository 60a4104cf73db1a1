"""The jobs of a case, and each as the plain value by which the engine judges where the case stands."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Subquery

from troubleshoot.engine import JobKind, JobPhase, JobView, UndoReason
from troubleshoot.models import WAITING_STATES, Case, Job, JobLine, JobState


def round_jobs(case: Case) -> list[Job]:
    """Return the jobs of a case's present round, the newest first; with each when the computer was changed apart from
    the case, and whether temporary changes are left on it."""
    if case.host_id is None:
        return []
    line = JobLine.objects.filter(job=OuterRef("pk"), job__state__in=WAITING_STATES).order_by("-pk").values("at")[:1]
    known = {
        "moved_at": Subquery(line),
        "changed_apart_at": Subquery(Job.objects.changed_apart_at(case)),
        "standing": Exists(Job.objects.standing(case.host_id, case)),
    }
    rows = case.jobs.of_round().order_by("-created_at").annotate(**known)
    found = list(rows.select_related("plan", "requester", "origin__plan"))
    for job in found:
        if case.host and job.host_id == case.host_id:  # it was read with the case: not once more for each job
            job.host = case.host
    return found


def job_view(job: Job, beneficiary: object) -> JobView:
    """Return a job's row as the engine's plain value; `beneficiary` is the key of the person whose case it is."""
    change = job.origin if job.origin is not None else job
    asking = job.asking if job.is_change and job.state == JobState.UNKNOWN else None
    return JobView(
        kind=JobKind(job.kind),
        state=JobPhase(job.state),
        action=job.action,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        by_person=job.requester_id == beneficiary,
        self_service=job.self_service,
        why=undo_reason(job) if job.kind == Job.Kind.REVERT else None,
        key=str(job.pk),
        partly=_is_partly_back(job),
        moved_at=getattr(job, "moved_at", None),
        stop_asked=job.stop_asked_at is not None,
        asked_at=asking.started_at if asking else None,
        asks_at=asking.not_before if asking else None,
        own_undo=change.own_undo,
        own_undo_at=change.host_undo_ended_at if change.own_undo else None,
        is_back=change.state == JobState.REVERTED,
        for_desk=job.invented or (asking is not None and asking.for_desk),
    )


def _is_partly_back(job: Job) -> bool:
    """Tell of an undo, or of what was undone, whether something of it cannot be put back."""
    change = job.origin if job.kind == Job.Kind.REVERT else job if job.state == JobState.REVERTED else None
    items = change.plan.document["items"] if change and change.plan else ()
    return any(item["desired"] and item["irreversible"] for item in items)


def undo_reason(undo: Job) -> UndoReason:
    """Say why a change is put back: somebody asked, its time was over, or the check after it was worse."""
    if not undo.is_undo_by_portal:
        return UndoReason.OWN if undo.requester_id == undo.beneficiary_id else UndoReason.ASKED
    due = undo.origin.undo_at if undo.origin else None
    return UndoReason.TIME_OVER if due and undo.created_at >= due else UndoReason.WORSE
