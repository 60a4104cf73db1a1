"""A change whose end nobody knows: a person looks at the computer and says how it ended, which frees the computer."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from troubleshoot import diagnosis, jobs, people
from troubleshoot.audit import Tag
from troubleshoot.engine import Code, Explanation, Refusal, RefusalCode
from troubleshoot.models import UNDOABLE_STATES, Case, Job, JobState, Person


class SettledEnd(StrEnum):
    """How a person found a computer whose change was lost."""

    DONE = "done"
    NOT_DONE = "not_done"
    PUT_BACK = "put_back"


#: What the change is after each. By a person's word nothing is proved: only readings do that.
_ENDS = {
    SettledEnd.DONE: (JobState.NOT_VERIFIED, Code.SETTLED_DONE),
    SettledEnd.NOT_DONE: (JobState.FAILED, Code.SETTLED_NOT_DONE),
    SettledEnd.PUT_BACK: (JobState.REVERTED, Code.SETTLED_PUT_BACK),
}
#: What can be said of an undo: it has put the change back, or it has not.
UNDO_ENDS = (SettledEnd.PUT_BACK, SettledEnd.NOT_DONE)


def settled_ends(job: Job) -> tuple[SettledEnd, ...]:
    """Return what can be said of how a lost job ended."""
    return UNDO_ENDS if job.kind == Job.Kind.REVERT else tuple(SettledEnd)


def settle_by_hand(*, actor: Person, job: Job, end: SettledEnd, reason: str) -> None:
    """Keep how a change ended of which the portal lost sight, by the word of a person who looked at the computer.

    It is recorded with the reason, frees the computer, and lets the case go on; what was written can be put back as
    after any other change. Raises PermissionRefused, and Refusal where the end is known, or without a reason.
    """
    people.require_permission(actor, "job.settle", job)
    if not reason.strip():
        raise Refusal(RefusalCode.SETTLED_WITHOUT_REASON)
    if job.state != JobState.UNKNOWN or end not in settled_ends(job):
        raise Refusal(RefusalCode.DECIDED_MEANWHILE)
    state, code = _ENDS[end]
    said = Explanation.of(code, who=str(actor), reason=reason.strip())
    with transaction.atomic():
        if not jobs.move_job(job, state, said, tag=Tag.JOB_SETTLE, actor=actor, explanation=said):
            raise Refusal(RefusalCode.DECIDED_MEANWHILE)
        if job.origin and end == SettledEnd.PUT_BACK and job.origin.state in UNDOABLE_STATES:
            jobs.move_job(job.origin, JobState.REVERTED, Explanation(Code.UNDONE), tag=Tag.JOB_REVERT, actor=actor)
        if end == SettledEnd.NOT_DONE and job.case_id:  # perhaps half changed: that waits for nobody
            Case.objects.filter(pk=job.case_id).update(urgency=Case.Urgency.MINUTES)
        diagnosis.act_for_case(job.case, actor)
