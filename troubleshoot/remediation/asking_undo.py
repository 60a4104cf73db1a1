"""The own undo of a computer that the portal asks about: it is told that it need not, or what became of it is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction

from troubleshoot import engine, hosts, jobs, remote
from troubleshoot.audit import Machine, Tag
from troubleshoot.engine import Code, Explanation, SettleResult
from troubleshoot.hosts import CredentialMissing
from troubleshoot.models import Job, JobState
from troubleshoot.remediation import computer_undo, planning
from troubleshoot.remediation.asking_again import NotKnown, ask_again, held, why_unclear
from troubleshoot.remote import UndoState, VisitResult

Visit = Callable[[Job], VisitResult]
#: What is said where an answer leaves something to be asked again.
_STILL = {Job.HostUndo.ARMED: Code.UNDO_ARMED, Job.HostUndo.FAILED: Code.UNDO_FAILED_THERE}


def ask_about_undo(settle: Job, change: Job, *, worker: Machine) -> bool:
    """Tell a computer that it need not undo a change by itself, or ask it what became of that; False where neither is
    wanted any more."""
    if Job.objects.left_armed().filter(pk=change.pk).exists():
        _ask(settle, change, partial(computer_undo.ask_to_disarm, actor=worker), worker)
    elif Job.objects.undos_to_ask_about().filter(pk=change.pk).exists():
        _ask(settle, change, _look, worker)
    else:
        return False
    return True


def _look(change: Job) -> VisitResult:
    """Ask what became of the attempt, and with it of its undo; what the change is about is read after that."""
    plan = planning.job_plan(change)
    asked: dict[str, Any] = {"attempt": change.attempt_id, "job": change.pk, "case": change.case_id}
    return hosts.settle_attempt(change.host, plan, **asked)


def _ask(settle: Job, change: Job, visit: Visit, worker: Machine) -> None:
    found = _answer(change, visit)
    if isinstance(found, NotKnown):
        ask_again(settle, found, worker=worker)
        return
    undo, states = found
    with transaction.atomic():
        held(settle)
        computer_undo.learn(change, undo, states, worker)
        change.refresh_from_db()
        more = _to_ask_again(change)
        if more is not None:
            ask_again(settle, more, worker=worker)
            return
        result, said = SettleResult(attempt=""), Explanation(Code.KNOWN_NOW)
        ended: dict[str, Any] = {"tag": Tag.JOB_END, "actor": worker, "fence": settle.fence, "found": result}
        if not jobs.move_job(settle, JobState.DONE, said, **ended):
            transaction.set_rollback(True)  # another worker asks by now


def _answer(change: Job, visit: Visit) -> tuple[UndoState, engine.States] | NotKnown:
    try:
        found = visit(change)
    except (remote.DoorError, CredentialMissing) as error:
        silent = isinstance(error, remote.HostUnreachable | remote.ContactLost)
        return NotKnown(hosts.ended(error, Code.UNDO_STAYS), slowly=not silent)
    except engine.PlanError as error:
        return NotKnown(Explanation.of(Code.PLAN_UNREADABLE, refused=error.to_json()), slowly=True)
    undo = found.undo or (found.attempt.undo or UndoState() if found.attempt else None)
    if undo is None:
        return NotKnown(why_unclear(found), slowly=found.outcome != "failed")
    return computer_undo.or_lost(change, undo), found.before


def _to_ask_again(change: Job) -> NotKnown | None:
    """Return why what stands now has to be asked about again, with back-off: the keeper would ask at once."""
    if change.own_undo == engine.OwnUndo.SAID:
        return NotKnown(Explanation(Code.UNDO_SAID))
    still = _STILL.get(Job.HostUndo(change.host_undo)) if change.host_undo else None
    return NotKnown(Explanation(still), slowly=True) if still else None
