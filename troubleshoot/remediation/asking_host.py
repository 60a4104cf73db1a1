"""A change whose end nobody knows: the computer is asked what became of it, again and again, and that settles it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from troubleshoot import catalog, diagnosis, engine, hosts, jobs, remote
from troubleshoot.audit import Actor, Machine, Tag
from troubleshoot.engine import Code, CutState, Explanation, PlanDocument, SettleResult, as_change
from troubleshoot.hosts import CredentialMissing
from troubleshoot.models import HAND_OVER, Job, JobState
from troubleshoot.remediation import computer_undo, planning
from troubleshoot.remediation.asking_again import NotKnown, ask_again, held, lost_change, stop, why_unclear
from troubleshoot.remediation.asking_undo import ask_about_undo
from troubleshoot.remediation.coming_back import VisitEnd, end_of_visit, keep_visit_end
from troubleshoot.remote import AttemptState, Failpoint, UndoState, VisitResult, failpoint

#: What may stand in the record of a run that came to its end.
_RECORDED = frozenset({"done", "failed", "drifted", "not_armed"})


def settle_by_host(settle: Job, *, worker: Machine) -> None:
    """Ask a computer what became of a lost change, and settle the change by that; else ask again later.

    Nothing is repeated, whatever it says: a change that never began can only be planned anew.
    """
    lost, fence = lost_change(settle), settle.fence
    if lost.state == JobState.UNKNOWN:
        found = _ask(settle, lost)
        if isinstance(found, NotKnown):
            ask_again(settle, found, worker=worker)
            return
        failpoint(Failpoint.BEFORE_SETTLED)
        if _settle(settle, lost, found, worker):
            failpoint(Failpoint.AFTER_SETTLED)
            return
        settle.refresh_from_db()
    elif ask_about_undo(settle, lost, worker=worker):
        return
    if settle.fence == fence:  # else another worker asks by now
        stop(settle, actor=worker, fence=fence)


def hand_over_unasked(*, actor: Actor) -> None:
    """Bring in a person where no worker has asked a computer in time what became of a lost change."""
    late = Q(why__isnull=True, created_at__lt=Now() - HAND_OVER, lost__state=JobState.UNKNOWN)
    for settle in Job.objects.settling().filter(late).select_related("lost"):
        why = Explanation(Code.NOT_ASKED)
        with transaction.atomic():
            lost = held(settle)
            if Job.objects.settling().filter(late, pk=settle.pk).update(why=why.to_json()):
                jobs.add_line(lost, why)
                diagnosis.keep_status_again(lost.case_id, actor=actor)


def stop_asking(lost: Job, *, actor: Actor) -> None:
    """Take back what was to ask a computer about a change that is settled now; what asks just now finds that out."""
    for settle in Job.objects.settling().filter(lost=lost, state=JobState.QUEUED):
        stop(settle, actor=actor)


def _ask(settle: Job, lost: Job) -> tuple[VisitEnd, AttemptState] | NotKnown:
    try:
        plan = planning.job_plan(lost)
        gone = {item.resource for item in plan.items} - catalog.installed_catalog().resources.keys()
        if gone:
            parts = [["resource", name] for name in sorted(gone)]
            return NotKnown(Explanation.of(Code.PLAN_OUTDATED, parts=parts), slowly=True)
        visit = hosts.settle_attempt(settle.host, plan, attempt=lost.attempt_id, job=lost.pk, case=lost.case_id)
    except engine.PlanError as error:
        return NotKnown(Explanation.of(Code.PLAN_UNREADABLE, refused=error.to_json()), slowly=True)
    except (remote.DoorError, CredentialMissing) as error:
        # A refused sign-in that comes again and again locks the account.
        silent = isinstance(error, remote.HostUnreachable | remote.ContactLost)
        return NotKnown(hosts.ended(error, Code.NO_ANSWER), slowly=not silent)
    if visit.attempt is None:
        return NotKnown(why_unclear(visit), slowly=visit.outcome != "failed")
    attempt = replace(visit.attempt, undo=_own_undo(lost, plan, visit.attempt))
    end = _end(lost, plan, visit, attempt)
    return (end, attempt) if isinstance(end, VisitEnd) else end


def _own_undo(lost: Job, plan: PlanDocument, attempt: AttemptState) -> UndoState | None:
    """Return what stands of the computer's own undo; one that it was not told to make is not believed."""
    ordered = lost.kind == Job.Kind.APPLY and computer_undo.undo_order(plan) is not None
    return attempt.undo if ordered else None


def _end(lost: Job, plan: PlanDocument, visit: VisitResult, attempt: AttemptState) -> VisitEnd | NotKnown:
    """Return where a change stands by what its computer has kept of it and by what is read there now."""
    if attempt.state == "never":
        return VisitEnd(JobState.UNREACHABLE, Explanation(Code.NEVER_BEGAN), as_change(lost.found))
    if attempt.undo and computer_undo.says_back(attempt.undo):
        back = computer_undo.is_back(lost, attempt.undo, visit.before)
        if back is None:
            return NotKnown(Explanation(Code.UNDO_SAID))
        if back:
            return VisitEnd(JobState.REVERTED, *computer_undo.end_of_undone(lost, attempt.undo))
    if attempt.state == "running":
        return NotKnown(Explanation(Code.STILL_RUNS))
    if attempt.state == "cut":
        return _end_of_cut(lost, plan, visit, attempt)
    return _end_of_ended(lost, plan, visit, attempt)


def _end_of_ended(lost: Job, plan: PlanDocument, visit: VisitResult, attempt: AttemptState) -> VisitEnd | NotKnown:
    """Return the end that the visit itself would have had, had it come back."""
    after = visit.before if attempt.outcome == "done" and attempt.after is None else attempt.after
    counted = {len(states) for states in (attempt.before, after) if states is not None}
    if attempt.outcome not in _RECORDED or counted != {len(plan.items)}:
        return NotKnown(Explanation(Code.NOT_READ))
    known = replace(
        visit,
        outcome=attempt.outcome,
        before=attempt.before,
        after=after,
        written=attempt.written,
        errors=attempt.errors,
    )
    end = end_of_visit(lost, plan, known)
    if end.state == JobState.REFUSED:  # as one that never began: nothing of it was written
        end = replace(end, state=JobState.UNREACHABLE)
    done = end.state == JobState.VERIFYING and end.why.code == Code.CHECKING
    return replace(end, why=Explanation(Code.CAME_TO_ITS_END)) if done else end


def _end_of_cut(lost: Job, plan: PlanDocument, visit: VisitResult, attempt: AttemptState) -> VisitEnd | NotKnown:
    before, now = attempt.before, visit.before
    stands = engine.judge_cut(plan, before, now, catalog.installed_catalog())
    if stands == CutState.UNREAD:
        return NotKnown(Explanation(Code.NOT_READ))
    written = engine.cut_items(plan, before, now, catalog.installed_catalog())
    found = replace(as_change(lost.found), before=before, after=now, written=written)
    if stands == CutState.WANTED:
        return VisitEnd(JobState.VERIFYING, Explanation(Code.CUT_AS_WANTED), found)
    if stands == CutState.BEFORE:
        return VisitEnd(JobState.FAILED, Explanation(Code.CUT_AS_BEFORE), found)
    titles = [plan.items[index].title for index in written]
    half = Explanation.of(Code.CUT_HALF_WAY, titles=titles) if titles else Explanation(Code.CUT_NO_TRACE)
    return VisitEnd(JobState.FAILED, half, found)


def _settle(settle: Job, lost: Job, found: tuple[VisitEnd, AttemptState], worker: Machine) -> bool:
    """End both jobs in one transaction, each under its fence. False when one of them was somebody else's by then.

    What asked ends first: a change that is to be checked takes the computer from it.
    """
    end, attempt = found
    with transaction.atomic():
        held(settle)
        done = jobs.move_job(
            settle,
            JobState.DONE,
            Explanation(Code.KNOWN_NOW),
            tag=Tag.JOB_END,
            actor=worker,
            fence=settle.fence,
            found=SettleResult(attempt=attempt.state),
        )
        back = end.state == JobState.REVERTED
        more = _columns_of(end.state) | computer_undo.columns_of(attempt.undo, back=back)
        if computer_undo.says_back(attempt.undo) and not back:
            jobs.add_line(lost, Explanation(Code.UNDO_NOT_SO))
        actor = computer_undo.computer(lost) if end.state == JobState.REVERTED else worker
        if not (done and keep_visit_end(lost, end, actor, tag=Tag.JOB_SETTLE, attempt=attempt.state, **more)):
            transaction.set_rollback(True)
            return False
        if end.state == JobState.VERIFYING:
            jobs.ring_after_commit(lost)
    return True


def _columns_of(state: JobState) -> dict[str, Any]:
    """Return what else is written when a lost change comes to a state."""
    if state == JobState.FAILED:
        return {"facts": {}}  # they were read before the change
    if state != JobState.VERIFYING:
        return {}
    # It is checked by whichever worker claims it, like a check that its worker left.
    over = Now() - dt.timedelta(seconds=1)
    return {"ended_at": None, "why": None, "lease_until": over, "ring_at": Now(), "rings": 0}
