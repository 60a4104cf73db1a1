"""A change whose end nobody knows: a person looks at the computer and says how it ended, which frees the computer."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from troubleshoot import diagnosis, jobs, notifications, people
from troubleshoot.audit import Tag
from troubleshoot.engine import Code, Explanation, Json, NoticeCode, Refusal, RefusalCode
from troubleshoot.models import UNDOABLE_STATES, Case, Job, JobState, Person
from troubleshoot.remediation import computer_undo
from troubleshoot.remediation.asking_host import stop_asking

MOST_REASON = 2000
"""Characters of a reason that are kept."""


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


def may_settle(person: Person, job: Job) -> bool:
    """Tell whether a person may say how a lost job ended."""
    return people.may(person, _right(job), job).allowed


def settle_by_hand(*, actor: Person, job: Job, end: SettledEnd, reason: str) -> None:
    """Keep how a change ended of which the portal lost sight, by the word of a person who looked at the computer.

    It is recorded with the reason, frees the computer, and lets the case go on; nothing is proved by it. A temporary
    change stays due to be undone. The portal asks the computer itself first: one that never began cannot begin any more
    after that. Where a change is dangerous, or temporary, neither who asked for it nor whose
    computer it is may say it, and who approved it is told. Raises PermissionRefused, and Refusal without a reason, for
    an end that does not fit, or where the end is known.
    """
    people.require_permission(actor, _right(job), job)
    if not reason.strip():
        raise Refusal(RefusalCode.SETTLED_WITHOUT_REASON)
    if end not in settled_ends(job):
        raise Refusal(RefusalCode.NOT_AS_THINGS_STAND)
    if job.state != JobState.UNKNOWN:
        raise Refusal(RefusalCode.DECIDED_MEANWHILE)
    if job.asked_first:
        raise Refusal(RefusalCode.PORTAL_ASKS, host=str(job.host))
    with transaction.atomic():
        _settle(job, end, actor, reason.strip()[:MOST_REASON])
        if end == SettledEnd.NOT_DONE and job.case_id:  # perhaps half changed: that waits for nobody
            Case.objects.filter(pk=job.case_id).update(urgency=Case.Urgency.MINUTES)
        diagnosis.act_for_case(job.case, actor)


def _right(job: Job) -> str:
    return "job.settle_risky" if _is_risky(job) else "job.settle"


def _is_risky(job: Job) -> bool:
    change = job.origin or job
    return change.risk == Job.Risk.DANGEROUS or change.undo_at is not None


def _settle(job: Job, end: SettledEnd, actor: Person, reason: str) -> None:
    state, code = _ENDS[end]
    said = Explanation.of(code, who=str(actor), reason=reason)
    moved = jobs.move_job(
        job,
        state,
        said,
        tag=Tag.JOB_SETTLE,
        actor=actor,
        details={"end": end.value},
        personal={"reason": reason},
        explanation=said,
        facts={},  # they were read before the change
        **computer_undo.perhaps_armed(job),
    )
    origin = job.origin if end == SettledEnd.PUT_BACK else None
    if moved and origin and origin.state in UNDOABLE_STATES:
        moved = jobs.move_job(origin, JobState.REVERTED, said, tag=Tag.JOB_REVERT, actor=actor, explanation=said)
    if not moved:
        raise Refusal(RefusalCode.DECIDED_MEANWHILE)
    stop_asking(job, actor=actor)
    voters = {vote.approver for vote in (job.origin or job).approvals.select_related("approver")} - {actor}
    if _is_risky(job) and voters:
        values: dict[str, Json] = {"host": str(job.host), "why": said.to_json()}
        notifications.notify(voters, NoticeCode.CHANGE_ENDED, values, case=job.case, job=job)
