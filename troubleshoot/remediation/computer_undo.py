"""The undo that a computer makes by itself: when it is armed, what is learned of it, what that makes of a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from troubleshoot import audit, catalog, diagnosis, engine, hosts, jobs, remote
from troubleshoot.audit import Actor, Machine, Tag
from troubleshoot.engine import ApplyResult, ChangeResult, Code, Explanation, PlanDocument, States, as_change
from troubleshoot.hosts import CredentialMissing
from troubleshoot.models import UNDOABLE_STATES, Job, JobState
from troubleshoot.remediation import planning
from troubleshoot.remote import UndoOrder, UndoState

#: Seconds by which the computer waits longer than the portal, which undoes a temporary change itself where it can.
MARGIN = 120
#: Seconds in which the portal has to come back, beside those of the check, after what could have cut its own access.
ACCESS = 600
Armed = Job.HostUndo
#: What is kept of a computer's own undo, by the word of its protocol.
_KEPT = {"armed": Armed.ARMED, "lost": Armed.LOST, "fired": Armed.FIRED, "disarmed": Armed.DISARMED}
_SAID = {
    Armed.ARMED: Code.UNDO_ARMED,
    Armed.LOST: Code.UNDO_LOST,
    Armed.DISARMED: Code.UNDO_DISARMED,
    Armed.FIRED: Code.UNDO_SAID,
    Armed.FAILED: Code.UNDO_FAILED_THERE,
}


def undo_order(plan: PlanDocument) -> UndoOrder | None:
    """Return when the computer puts a change back by itself; None where it need not: the change is to stay, and cannot
    cut our own access."""
    known = catalog.installed_catalog()
    action = known.actions.get(plan.action)
    if plan.kind != "apply" or action is None:
        return None
    if action.temporary:
        return UndoOrder(action.temporary + MARGIN, at_start=False)
    written = [item for item in plan.items if item.desired and item.resource in known.resources]
    if any(known.resources[item.resource].endangers_access(item.params) for item in written):
        return UndoOrder(action.verify.within + ACCESS, at_start=True)
    return None


def undone_attempt(job: Job) -> Any:
    """Return the attempt that an undo puts back, where its computer may stand ready to do that itself."""
    origin = job.origin
    if origin is None or origin.attempt is None:
        return None
    return origin.attempt if origin.host_undo or undo_order(planning.job_plan(origin)) else None


def says_back(undo: UndoState | None) -> bool:
    """Tell whether the computer says that it has come to the end of its own undo. Only what is read there proves it."""
    return undo is not None and undo.state == "fired" and undo.outcome != "failed"


def is_back(change: Job, undo: UndoState, states: States | None) -> bool | None:
    """Tell whether a change is back that its computer says it has put back, by what was read there after that; None
    where it was not read. Nothing else in the portal answers that."""
    try:
        plan = planning.job_plan(change)
    except engine.PlanError:
        return None
    return engine.is_put_back(plan, states or (), catalog.installed_catalog(), left=undo.left)


def why_undone(change: Job, left: Sequence[int]) -> Explanation:
    """Return in which way the computer has put a change back; `left` are the items that somebody else had changed."""
    if not left:
        return Explanation(Code.UNDONE_BY_COMPUTER)
    items = planning.job_plan(change).items
    titles = [items[index].title for index in left if index < len(items)]
    return Explanation.of(Code.UNDONE_BY_COMPUTER_PARTLY, titles=titles)


def end_of_undone(change: Job, undo: UndoState) -> tuple[Explanation, ChangeResult]:
    """Return in which way the computer has put a change back, and what is kept of that."""
    found = as_change(change.found)
    kept = replace(found, undo_left=undo.left) if isinstance(found, ApplyResult) else found
    return why_undone(change, undo.left), kept


def columns_of(undo: UndoState | None, *, back: bool | None = None) -> dict[str, Any]:
    """Return what is written on a change's row of what its computer says of its undo; `back`: whether that is so, where
    it was read. An undo that is over and has not put the change back is lost."""
    if undo is None or undo.state not in _KEPT:
        return {}
    failed = undo.state == "fired" and not says_back(undo)  # its task is there, and tries again
    not_so = says_back(undo) and back is False
    kept = Armed.FAILED if failed else Armed.LOST if not_so else _KEPT[undo.state]
    return {"host_undo": kept, ("armed_at" if kept == Armed.ARMED else "host_undo_ended_at"): Now()}


def perhaps_armed(change: Job) -> dict[str, Any]:
    """Return what is written of a lost change that a person settles: its computer, which has said nothing, may stand
    ready to undo it, and is told later that it need not."""
    try:
        ordered = change.kind == Job.Kind.APPLY and undo_order(planning.job_plan(change)) is not None
    except engine.PlanError:
        return {}
    return {"host_undo": Armed.ARMED, "armed_at": change.started_at} if ordered and not change.host_undo else {}


def or_lost(change: Job, undo: UndoState) -> UndoState:
    """Return what an answer says of an undo that was armed: where nothing is kept of it any more, it is lost; of one
    that only may have been armed, when a person settled its change, that it does not stand."""
    if undo.state != "none":
        return undo
    return replace(undo, state="disarmed" if change.is_settled_by_word else "lost")


def learn(change: Job, undo: UndoState | None, states: States | None, actor: Actor) -> None:
    """Keep what a computer says of its own undo of a change, where that is news. By that word alone no change is put
    back: it is where `states`, read after that, show it. Runs in a transaction of the caller, who holds the case."""
    if undo is None:
        return
    back = is_back(change, undo, states) if says_back(undo) else None
    news = _keep(change, undo, columns_of(undo, back=back))
    if back and change.state in UNDOABLE_STATES:
        _put_back(change, undo)
    elif news:
        not_so = says_back(undo) and change.host_undo == Armed.LOST
        said = Explanation(Code.UNDO_NOT_SO if not_so else _SAID[Armed(change.host_undo)])
        jobs.add_line(change, said)
        if undo.state == "disarmed" and undo.outcome == "failed":  # what it could do by then stays done
            jobs.add_line(change, Explanation(Code.UNDO_FAILED_THERE))
        _record(Tag.JOB_UNDO, change, actor, undo=change.host_undo)
        if change.own_undo == engine.OwnUndo.FAILED:
            jobs.tell_end(change, said, actor)
        diagnosis.keep_status_again(change.case_id, actor=actor)


def _keep(change: Job, undo: UndoState, columns: dict[str, Any]) -> bool:
    """Write what is news about a computer's own undo; tell whether anything was."""
    if not columns or columns["host_undo"] == change.host_undo:
        return False
    if says_back(undo):
        columns["result"] = end_of_undone(change, undo)[1].to_json()
    written = Job.objects.filter(pk=change.pk).exclude(host_undo=columns["host_undo"]).update(**columns)
    change.refresh_from_db(fields=list(columns))
    return bool(written)


def _record(tag: Tag, change: Job, actor: Actor, **details: object) -> None:
    audit.record(
        tag,
        actor=actor,
        on_behalf=change.beneficiary,
        objects=jobs.audited_objects(change),
        details={"attempt": str(change.attempt_id), **details},
    )


def record_before(job: Job, plan: PlanDocument, actor: Actor) -> None:
    """Record what the visit of a change that starts will do to the computer's own undo: it is armed before the first
    write, or taken back with what it would have put back. Runs in the transaction of the start."""
    if order := undo_order(plan):
        _record(Tag.JOB_ARM, job, actor, seconds=order.after, at_start=order.at_start)
    if job.origin is not None and undone_attempt(job):
        _record(Tag.JOB_DISARM, job.origin, actor, by=str(job.pk))


def computer(change: Job) -> Machine:
    """Return the computer of a change as an actor."""
    return Machine("computer", str(change.host)[:64])  # as long as an entry has room for


def _put_back(change: Job, undo: UndoState) -> None:
    """Let a change be put back by its computer; what else is being done about it goes on, and finds it so."""
    why = why_undone(change, undo.left)
    jobs.move_job(
        change,
        JobState.REVERTED,
        why,
        tag=Tag.JOB_REVERT,
        actor=computer(change),
        explanation=why,
        details={"undo": "fired", "by_its_clock": undo.at},
        facts={},
    )


def take_back(change: Job, actor: Actor) -> remote.VisitResult | None:
    """Tell the computer of a change that could have cut our own access that we are back: it need not undo it. Return
    what the visit found; None where that was not to be said, or could not be, which is tried again later."""
    if change.host_undo != Armed.ARMED or change.undo_at is not None:
        return None
    try:
        return ask_to_disarm(change, actor)
    except (remote.DoorError, CredentialMissing) as error:
        jobs.add_line(change, hosts.ended(error, Code.UNDO_STAYS))
    except engine.PlanError as error:
        jobs.add_line(change, error.explanation)
    return None


def ask_to_disarm(change: Job, actor: Actor) -> remote.VisitResult:
    """Record the visit that disarms a change, and make it. Raises DoorError, CredentialMissing and PlanError."""
    plan = planning.job_plan(change)
    with transaction.atomic():
        _record(Tag.JOB_DISARM, change, actor)
    asked: dict[str, Any] = {"attempt": change.attempt_id, "job": change.pk, "case": change.case_id}
    return hosts.disarm_attempt(change.host, plan, **asked)


def learn_of_undone(job: Job, undo: UndoState | None, actor: Actor) -> None:
    """Keep what an undo by us has learned of the computer's own: it is about the change that was put back, and whether
    that is back is read after it."""
    if job.origin is None or undo is None:
        return
    with transaction.atomic():
        jobs.hold_case(job.origin)
        learn(job.origin, undo, None, actor)
