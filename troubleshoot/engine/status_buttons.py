"""What each reader of a case may press as it stands. Whether the rules let this very person do it, `access` says."""

from __future__ import annotations

from collections.abc import Mapping

from troubleshoot.engine.status_inputs import STOPPABLE, CaseView, JobKind, JobPhase, UndoReason
from troubleshoot.engine.status_terms import UNKNOWN_END, UNSETTLED, CaseMatter, CasePress, Reader

#: A plan lies before somebody, or is being made: readings are not taken anew beside it.
_PLANNED = frozenset(
    {
        CaseMatter.AGREE,
        CaseMatter.START,
        CaseMatter.APPROVAL,
        CaseMatter.PLANNING,
        CaseMatter.HAND_CHECK,
        CaseMatter.OBSERVE,
    }
)
#: The guide's question is asked, whoever acts.
_ASKED = frozenset({CaseMatter.QUESTION, CaseMatter.TRY, CaseMatter.CONFIRM, CaseMatter.HELP})
#: What a closed case may have left, and be opened again all the same: nothing moves on the computer any more.
_OVER = frozenset({None, CaseMatter.UNDO_SAID, CaseMatter.UNDONE, CaseMatter.UNDO_FAILED})


def allowed_presses(
    case: CaseView, work: CaseMatter, left: CaseMatter | None = None
) -> Mapping[Reader, frozenset[CasePress]]:
    """Return what each reader may press while the case asks for this; `left` is what a closed one has left."""
    if case.invented:
        return dict.fromkeys(Reader, frozenset[CasePress]())
    if work == CaseMatter.CLOSED:
        again = frozenset({CasePress.AGAIN}) if case.may_reopen and left in _OVER else frozenset[CasePress]()
        settles = frozenset({CasePress.SETTLE}) if left == CaseMatter.DECIDE else frozenset[CasePress]()
        return {Reader.EMPLOYEE: again, Reader.HELPDESK: again | settles, Reader.APPROVER: frozenset()}
    decides = {CasePress.APPROVE, CasePress.DECLINE, CasePress.ASK} if work == CaseMatter.APPROVAL else set[CasePress]()
    return {
        Reader.EMPLOYEE: frozenset(_employees(case, work)),
        Reader.HELPDESK: frozenset(_desks(case, work)),
        Reader.APPROVER: frozenset(decides),
    }


def _employees(case: CaseView, work: CaseMatter) -> set[CasePress]:
    found = _both(case, work)
    if case.asked_at is None and not (work == CaseMatter.HELP and case.step == "end"):
        found.add(CasePress.HELP)
    if work not in UNSETTLED and not case.undo_waits:
        found.add(CasePress.WITHDRAW)
    if work in {CaseMatter.CHOOSE, CaseMatter.AGREE}:
        found.add(CasePress.NOT_NOW)
    if work in {CaseMatter.CHOOSE, CaseMatter.LATER} and case.self_service:
        found.add(CasePress.DONE if case.by_hand else CasePress.PLAN)
    if work == CaseMatter.BY_HAND and case.self_service:
        found.add(CasePress.DONE)
    by_matter = {CaseMatter.AGREE: CasePress.START, CaseMatter.DO_BY_HAND: CasePress.DONE}
    found |= {by_matter[work]} if work in by_matter else set()
    return found | ({CasePress.STOP} if work == CaseMatter.CHANGE and _stoppable(case) else set())


def _desks(case: CaseView, work: CaseMatter) -> set[CasePress]:
    found = _both(case, work) | {CasePress.TAKE}
    if not case.change_begun:
        found.add(CasePress.CLOSE)
    if case.step == "fix" and work in {
        CaseMatter.PLAN,
        CaseMatter.BY_HAND,
        CaseMatter.CHOOSE,
        CaseMatter.LATER,
        CaseMatter.DO_BY_HAND,
    }:
        found.add(CasePress.DONE if case.by_hand else CasePress.PLAN)
    if work in UNKNOWN_END:
        found.add(CasePress.READ)
    if work == CaseMatter.DECIDE:
        found.add(CasePress.SETTLE)
    if work in {CaseMatter.START, CaseMatter.AGREE}:
        found.add(CasePress.START)
    planned = work in {CaseMatter.START, CaseMatter.AGREE, CaseMatter.APPROVAL}
    stoppable = planned or (work in {CaseMatter.CHANGE, CaseMatter.UNDO} and _stoppable(case))
    return found | ({CasePress.STOP} if stoppable else set())


def _both(case: CaseView, work: CaseMatter) -> set[CasePress]:
    """Return what the person and helpdesk may press alike: helpdesk answers for a person on the phone."""
    found = {CasePress.SAY}
    if case.registered and work not in UNSETTLED | _PLANNED:
        found.add(CasePress.AGAIN)
    if case.step in {"ask", "try"} and work in _ASKED:
        found.add(CasePress.ANSWER)
    return found


def _stoppable(case: CaseView) -> bool:
    """Tell whether the change that is under way can still be stopped, and nobody wants that yet; nobody takes back what
    the portal itself puts back."""
    going = [job for job in case.jobs if job.is_change and job.state in STOPPABLE | {JobPhase.QUEUED}]
    theirs = [job for job in going if job.kind == JobKind.APPLY or job.why in {UndoReason.ASKED, UndoReason.OWN}]
    return any(not job.stop_asked for job in theirs)
