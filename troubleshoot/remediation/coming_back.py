"""What a visit brought back from a host, made the end of its change: at once, or when it is learned later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from troubleshoot import catalog, engine, jobs
from troubleshoot.audit import Actor, Tag
from troubleshoot.engine import ChangeResult, Code, Explanation, HostError, PlanDocument, as_change
from troubleshoot.models import Case, Job, JobState
from troubleshoot.remediation.failed_steps import facts_after_hang, failed_step
from troubleshoot.remote import VisitResult


@dataclass(frozen=True)
class VisitEnd:
    """Where a change stands after its visit, why, and what was found."""

    state: JobState
    why: Explanation
    found: ChangeResult
    doubts: tuple[str, ...] = ()
    """Events that were to happen, and that the readings do not show."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the change's own readings tell, where they take the place of all that was read before."""


#: Ends of a visit that wrote nothing of its own.
_UNSTARTED = {
    "cancelled": (JobState.REFUSED, Code.NEVER_BEGAN),
    "not_armed": (JobState.REFUSED, Code.NOT_ARMED),
    "duplicate": (JobState.UNKNOWN, Code.DUPLICATE),
}


def end_of_visit(job: Job, plan: PlanDocument, visit: VisitResult) -> VisitEnd:
    """Return where a change stands by what its visit brought back."""
    found = _found(job, visit)
    match visit.outcome:
        case "done":
            doubts = engine.unseen_events(plan, visit.before, visit.after or (), catalog.installed_catalog())
            return VisitEnd(JobState.VERIFYING, Explanation(Code.CHECKING), found, doubts)
        case "drifted":
            return _drifted(job, plan, found)
        case "failed":
            return VisitEnd(JobState.FAILED, failed_step(plan, visit), found, facts=facts_after_hang(plan, visit))
        case "cancelled" | "not_armed" | "duplicate":
            state, code = _UNSTARTED[visit.outcome]
            return VisitEnd(state, Explanation(code), found)
    changed = visit.outcome == "identity_changed"
    why = Explanation(Code.IDENTITY_CHANGED) if changed else Explanation.of(Code.SCRIPT_REFUSED, reason=visit.reason)
    return VisitEnd(JobState.REFUSED, why, found)


def _drifted(job: Job, plan: PlanDocument, found: ChangeResult) -> VisitEnd:
    """Return the end of a change that found another state than planned: an undo may find that it is back already."""
    states = found.before or ()
    if job.kind == Job.Kind.REVERT and engine.is_as_wanted(plan, states, catalog.installed_catalog()):
        return VisitEnd(JobState.VERIFYING, Explanation(Code.ALREADY_BACK), replace(found, after=states))
    found = replace(found, differences=engine.plan_drift(plan, states))
    return VisitEnd(JobState.DRIFTED, Explanation(Code.DRIFTED), found)


def keep_visit_end(
    job: Job, end: VisitEnd, actor: Actor, *, tag: Tag | None = None, attempt: str = "", **fields: Any
) -> bool:
    """Move a change to where it stands after its visit. False when it no longer stands where this object says.

    `attempt` says what the host has kept of the visit, where that is learned later.
    """
    details: dict[str, Any] = {"attempt": attempt} if attempt else {}
    if end.facts:
        fields["facts"] = dict(end.facts)
    if end.state != JobState.VERIFYING:
        fields["details"] = details
        return end_change(job, end.state, end.why, actor, tag=tag or Tag.JOB_END, found=end.found, **fields)
    with transaction.atomic():
        for doubt in end.doubts:
            jobs.add_line(job, Explanation.of(Code.EVENT_UNSEEN, event=doubt))
        return jobs.move_job(
            job,
            end.state,
            end.why,
            tag=tag or Tag.JOB_PROGRESS,
            actor=actor,
            fence=job.fence,
            found=end.found,
            details={"written": list(end.found.written or ()), **details},
            **fields,
        )


def end_change(
    job: Job, to: JobState, why: Explanation, actor: Actor, *, tag: Tag = Tag.JOB_END, **fields: Any
) -> bool:
    """End a change under its fence; one that failed waits for nobody."""
    if not job.is_change:
        raise ValueError("a reading ends by itself")
    with transaction.atomic():
        moved = jobs.move_job(job, to, why, tag=tag, actor=actor, fence=job.fence, explanation=why, **fields)
        if moved and to == JobState.FAILED and job.case_id:  # perhaps half changed
            Case.objects.filter(pk=job.case_id).update(urgency=Case.Urgency.MINUTES)
    return moved


def _found(job: Job, visit: VisitResult) -> ChangeResult:
    return replace(
        as_change(job.found),
        outcome=visit.outcome,
        reason=visit.reason or "",
        before=visit.before,
        after=visit.after,
        written=visit.written,
        errors=tuple(HostError(error.index, error.stage, error.text) for error in visit.errors),
        round_trips=visit.round_trips,
    )
