"""The undo that a computer makes by itself: when it is armed, what is learned of it, what that makes of a change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from troubleshoot import audit, catalog, engine, hosts, jobs, remote
from troubleshoot.audit import Actor, Machine, Tag
from troubleshoot.engine import Code, Explanation, PlanDocument
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
_SAID = {Armed.ARMED: Code.UNDO_ARMED, Armed.LOST: Code.UNDO_LOST, Armed.DISARMED: Code.UNDO_DISARMED}


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


def has_put_back(undo: UndoState | None) -> bool:
    """Tell whether the computer has come to the end of its own undo."""
    return undo is not None and undo.state == "fired" and undo.outcome != "failed"


def why_undone(change: Job, undo: UndoState) -> Explanation:
    """Return in which way the computer has put a change back."""
    if not undo.left:
        return Explanation(Code.UNDONE_BY_COMPUTER)
    items = planning.job_plan(change).items
    titles = [items[index].title for index in undo.left if index < len(items)]
    return Explanation.of(Code.UNDONE_BY_COMPUTER_PARTLY, titles=titles)


def columns_of(undo: UndoState | None) -> dict[str, Any]:
    """Return what is written on a change's row of what its computer says of its undo."""
    if undo is None or undo.state not in _KEPT:
        return {}
    failed = undo.state == "fired" and not has_put_back(undo)  # its task is there, and tries again
    kept = Armed.ARMED if failed else _KEPT[undo.state]
    return {"host_undo": kept, ("armed_at" if kept == Armed.ARMED else "host_undo_ended_at"): Now()}


def perhaps_armed(change: Job) -> dict[str, Any]:
    """Return what is written of a lost change that a person settles: its computer, which has said nothing, may stand
    ready to undo it, and is told later that it need not."""
    try:
        ordered = change.kind == Job.Kind.APPLY and undo_order(planning.job_plan(change)) is not None
    except engine.PlanError:
        return {}
    return {"host_undo": Armed.ARMED, "armed_at": change.started_at} if ordered and not change.host_undo else {}


def answer_to_disarming(undo: UndoState) -> UndoState:
    """Return what an answer to a disarming says: where nothing is kept of an undo any more, it is lost."""
    return replace(undo, state="lost") if undo.state == "none" else undo


def stays_armed(undo: UndoState) -> bool:
    """Tell whether the computer still stands ready to undo after it was told that it need not."""
    return columns_of(undo).get("host_undo") == Armed.ARMED


def learn(change: Job, undo: UndoState | None, actor: Actor) -> None:
    """Keep what a computer says of its own undo of a change, where that is news; a change that the computer has put
    back is put back, by the computer. Runs in a transaction of the caller."""
    columns = columns_of(undo)
    if undo is None or not columns or columns["host_undo"] == change.host_undo:
        return
    rows = Job.objects.filter(pk=change.pk).exclude(host_undo=columns["host_undo"])
    if not rows.update(**columns):
        return
    change.refresh_from_db(fields=list(columns))
    if has_put_back(undo):
        _put_back(change, why_undone(change, undo), undo)
        return
    jobs.add_line(change, Explanation(_SAID[Armed(change.host_undo)]))
    if undo.outcome == "failed":  # what it could do by then stays done
        jobs.add_line(change, Explanation(Code.UNDO_FAILED_THERE))
    audit.record(
        Tag.JOB_DISARM,
        actor=actor,
        on_behalf=change.beneficiary,
        objects=jobs.audited_objects(change),
        details={"undo": change.host_undo, "attempt": str(change.attempt_id)},
    )


def computer(change: Job) -> Machine:
    """Return the computer of a change as an actor."""
    return Machine("computer", str(change.host)[:64])  # as long as an entry has room for


def _put_back(change: Job, why: Explanation, undo: UndoState) -> None:
    """Let a change be put back by its computer; what else is being done about it goes on, and finds it so."""
    if change.state in UNDOABLE_STATES:
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


def take_back(change: Job) -> UndoState | None:
    """Tell the computer of a change that could have cut our own access that we are back: it need not undo it. Return
    what stands there; None where that was not to be said, or could not be, which is tried again later."""
    if change.host_undo != Armed.ARMED or change.undo_at is not None:
        return None
    try:
        return ask_to_disarm(change).undo
    except (remote.DoorError, CredentialMissing) as error:
        jobs.add_line(change, hosts.ended(error, Code.UNDO_STAYS))
    except engine.PlanError as error:
        jobs.add_line(change, error.explanation)
    return None


def ask_to_disarm(change: Job) -> remote.VisitResult:
    """Make the visit that disarms a change. Raises DoorError, CredentialMissing and PlanError."""
    asked: dict[str, Any] = {"attempt": change.attempt_id, "job": change.pk, "case": change.case_id}
    return hosts.disarm_attempt(change.host, planning.job_plan(change), **asked)


def learn_of_undone(job: Job, undo: UndoState | None, actor: Actor) -> None:
    """Keep what an undo by us has learned of the computer's own: it is about the change that was put back."""
    if job.origin is None or undo is None or undo.state == "none":
        return
    columns = columns_of(undo)
    with transaction.atomic():
        if Job.objects.filter(pk=job.origin.pk).exclude(host_undo=columns["host_undo"]).update(**columns):
            job.origin.refresh_from_db(fields=list(columns))
            audit.record(
                Tag.JOB_DISARM,
                actor=actor,
                on_behalf=job.beneficiary,
                objects=jobs.audited_objects(job.origin),
                details={"undo": job.origin.host_undo, "attempt": str(job.origin.attempt_id)},
            )
