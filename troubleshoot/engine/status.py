"""Where a case stands: who acts now, what for, since when, and what each reader may press. Pure and total.

Every page, list, notice and command reads this, and derives nothing of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from troubleshoot.engine.status_buttons import allowed_presses
from troubleshoot.engine.status_inputs import (
    STARTABLE,
    UNBEGUN,
    UNDER_WAY,
    WAITING,
    CaseView,
    JobKind,
    JobPhase,
    JobView,
    OwnUndo,
    UndoReason,
)
from troubleshoot.engine.status_terms import (
    ACTORS,
    PUT_BACK,
    UNKNOWN_END,
    CaseActor,
    CaseMatter,
    CasePress,
    Hindrance,
    Reader,
)
from troubleshoot.engine.status_waiting import hindrance_of, waits_for_turn

#: What a message of the person waits behind: nothing is more pressing than a lost contact, and closed is closed.
_BEFORE_A_MESSAGE = frozenset({CaseMatter.DECIDE, CaseMatter.CLOSED})


@dataclass(frozen=True)
class ToldWords:
    """What the person who waits is told: a code, and what its sentence names."""

    code: CaseMatter
    why: UndoReason | None = None
    by: str = ""
    """Who of helpdesk takes care of it; empty while nobody does."""
    again: bool = False
    """Whether the case was opened or checked again."""
    own_pc: bool = False
    """Whether an observation was made from the person's own PC."""
    waits: bool = False
    """Whether a change waits for its turn: no worker has begun it."""
    hindrance: Hindrance | None = None
    also_own: bool = False
    """Whether the person can do by hand themselves what helpdesk cares for."""
    unread: bool = False
    """Whether the case goes on without readings, because whoever needed them may not have the computer read."""
    left: CaseMatter | None = None
    """Of a closed case: what its changes have left on the computer, which its end does not settle."""

    @property
    def actor(self) -> CaseActor:
        """Return who acts now: of a closed case whoever has to do with what its changes left."""
        open_end = self.left is not None and self.left != CaseMatter.UNDONE
        return ACTORS[self.left if self.left and open_end else self.code]


@dataclass(frozen=True)
class CaseStatus:
    """The one answer to the question where a case stands."""

    actor: CaseActor
    matter: CaseMatter
    since: dt.datetime
    work: CaseMatter
    """The matter apart from what somebody wrote and waits to have answered: what the pages' next step is about."""
    told: ToldWords
    owed: CaseMatter | None
    """What helpdesk has to do; a plan that is being made for them is still theirs to start."""
    presses: Mapping[Reader, frozenset[CasePress]] = field(repr=False)
    changed_at: dt.datetime | None = None
    """When a change of the case last wrote, or may have written, on the computer."""
    proved_at: dt.datetime | None = None
    """When the check was taken that proves the last change; None where nothing is proved, or no longer."""
    same_error_at: dt.datetime | None = None
    """When the person said that a proved change has not helped."""
    undone: JobView | None = None
    """The job that put the last change back, or was to."""
    lost: JobView | None = None
    """The change of which nobody knows how it ended."""
    stays_open: bool = False
    """Whether the guide's end closes nothing: a change has begun, or was put back, and somebody has to look."""

    def may(self, reader: Reader, press: CasePress) -> bool:
        """Tell whether a reader may press this as the case stands."""
        return press in self.presses[reader]

    def speaks(self, taken_at: dt.datetime | None) -> bool:
        """Tell whether a reading that was taken then tells of the computer as it is after the last change."""
        return taken_at is not None and (self.changed_at is None or taken_at >= self.changed_at)


def judge_status(case: CaseView) -> CaseStatus:
    """Return where a case stands."""
    work, since = _work(case)
    message = case.message_at if work not in _BEFORE_A_MESSAGE else None
    question = case.question_at if work == CaseMatter.APPROVAL else None
    matter = CaseMatter.ANSWER if message else CaseMatter.REPLY if question else work
    written = message or question
    since = _latest(written, case.began_at) if written else since
    left = _left(case)
    undone = _last_change(case) if (left or work) in PUT_BACK else None
    told = _told(case, matter, undone, left)
    return CaseStatus(
        actor=told.actor,
        matter=matter,
        since=since,
        work=work,
        told=told,
        owed=_owed(case, work),
        presses=allowed_presses(case, work, left),
        changed_at=_changed_at(case),
        proved_at=_proved_at(case),
        same_error_at=case.same_error_at,
        undone=undone,
        lost=_lost(case),
        stays_open=work in PUT_BACK | UNKNOWN_END or case.change_begun or case.undo_waits,
    )


def _owed(case: CaseView, work: CaseMatter) -> CaseMatter | None:
    if ACTORS[work] == CaseActor.HELPDESK:
        return work
    reading = [job for job in case.jobs if job.kind in {JobKind.PLAN, JobKind.CHECK_BY_HAND} and job.state in UNDER_WAY]
    desks = work in {CaseMatter.PLANNING, CaseMatter.HAND_CHECK} and not reading[-1].by_person
    return _helpdesks(case) if desks else None


def _left(case: CaseView) -> CaseMatter | None:
    """Return what the changes of a closed case have left: what had not begun was taken back, but for an undo."""
    if case.closed_at is None:
        return None
    jobs = tuple(job for job in case.jobs if job.kind == JobKind.REVERT or job.state not in WAITING)
    found = _change(replace(case, jobs=jobs))
    return found[0] if found else None


def _told(case: CaseView, matter: CaseMatter, undone: JobView | None, left: CaseMatter | None) -> ToldWords:
    states = [job.state for job in case.jobs]
    return ToldWords(
        matter,
        why=undone.why if undone else None,
        by=case.taken_by,
        again=case.round > 1,
        own_pc=case.pc_at is not None,
        waits=waits_for_turn(left or matter, states),
        hindrance=hindrance_of(left or matter, states, worker=case.worker, held=case.held),
        also_own=matter == CaseMatter.BY_HAND and case.self_service,
        unread=case.unread and case.closed_at is None,
        left=left,
    )


def job_phase(state: JobPhase) -> JobPhase:
    """Return the state that stands for all those between which a case stands alike."""
    return JobPhase.QUEUED if state in UNDER_WAY else state


def _work(case: CaseView) -> tuple[CaseMatter, dt.datetime]:
    if case.closed_at is not None:
        return CaseMatter.CLOSED, case.closed_at
    work, since = _change(case) or _reading(case) or _asked(case) or _step(case)
    return work, since if work in _BEFORE_A_MESSAGE else _latest(since, case.answered_at)


def _latest(at: dt.datetime, *others: dt.datetime | None) -> dt.datetime:
    return max([at, *(other for other in others if other is not None)])


def _after_jobs(case: CaseView, at: dt.datetime) -> dt.datetime:
    """Return when something began that waited behind the changes of this round and what was read for them."""
    kinds = {JobKind.APPLY, JobKind.REVERT, JobKind.PLAN, JobKind.CHECK_BY_HAND}
    return _latest(at, case.began_at, *(job.ended_at for job in case.jobs if job.kind in kinds))


def _change(case: CaseView) -> tuple[CaseMatter, dt.datetime] | None:
    """Return what the changes of this round ask for: the least certain first."""
    if lost := _lost(case):
        return CaseMatter.DECIDE if lost.for_desk else CaseMatter.SETTLE, lost.at
    changes = [job for job in case.jobs if job.is_change]
    if going := [job for job in changes if job.state in UNDER_WAY]:
        return CaseMatter.UNDO if going[-1].kind == JobKind.REVERT else CaseMatter.CHANGE, going[-1].at
    for job in reversed(changes):
        if job.state == JobPhase.WAITING_APPROVAL:
            return CaseMatter.APPROVAL, job.at
        if job.state in STARTABLE:
            work = _ready(case, job)
            asked = case.asked_at if work == CaseMatter.START and job.by_person and job.self_service else None
            return work, _latest(job.at, asked)
    return _put_back(case)


def _lost(case: CaseView) -> JobView | None:
    """Return the latest change of which nobody knows how it ended."""
    return next((job for job in reversed(case.jobs) if job.is_change and job.state == JobPhase.UNKNOWN), None)


def _ready(case: CaseView, job: JobView) -> CaseMatter:
    """Return who lets a plan run: the person who asked for it and may, unless they have asked for helpdesk since."""
    asked = case.asked_at is not None and case.asked_at > job.created_at
    theirs = job.by_person and job.self_service and job.state == JobPhase.PLANNED and not asked
    return CaseMatter.AGREE if theirs else CaseMatter.START


def _put_back(case: CaseView) -> tuple[CaseMatter, dt.datetime] | None:
    last = _last_change(case)
    if last is None:
        return None
    undone = last.kind == JobKind.REVERT and (last.is_back or last.state == JobPhase.VERIFIED)
    if undone or last.state == JobPhase.REVERTED:
        return CaseMatter.UNDONE, _after_jobs(case, last.at)
    if last.own_undo == OwnUndo.SAID:
        return CaseMatter.UNDO_SAID, last.written_at
    if last.kind == JobKind.REVERT and last.why == UndoReason.TIME_OVER and last.state == JobPhase.UNREACHABLE:
        return CaseMatter.UNDO, last.at  # the portal tries again by itself until the computer answers
    failed = last.kind == JobKind.REVERT or last.own_undo == OwnUndo.FAILED
    return (CaseMatter.UNDO_FAILED, _after_jobs(case, last.written_at)) if failed else None


def _last_change(case: CaseView) -> JobView | None:
    """Return the latest change that began, or may still begin: one that was taken back or declined left nothing
    behind."""
    changes = [job for job in case.jobs if job.is_change and job.state not in UNBEGUN]
    return changes[-1] if changes else None


def _reading(case: CaseView) -> tuple[CaseMatter, dt.datetime] | None:
    """Return the matter of an observation that somebody asked for: it takes seconds, and nobody need act meanwhile."""
    matters = {JobKind.PLAN: CaseMatter.PLANNING, JobKind.CHECK_BY_HAND: CaseMatter.HAND_CHECK}
    for job in reversed(case.jobs):
        if job.kind in matters and job.state in UNDER_WAY:
            return matters[job.kind], job.at
    return None


def _asked(case: CaseView) -> tuple[CaseMatter, dt.datetime] | None:
    """Return the matter of a person who asked for somebody of helpdesk, while no proved change has answered that."""
    proved_at = _proved_at(case)
    if case.asked_at is None or (proved_at is not None and proved_at > case.asked_at):
        return None
    since = _after_jobs(case, _latest(case.asked_at, case.same_error_at))
    return (_helpdesks(case), _latest(since, case.moved_at)) if case.step == "fix" else (CaseMatter.HELP, since)


def _helpdesks(case: CaseView) -> CaseMatter:
    return CaseMatter.BY_HAND if case.by_hand else CaseMatter.PLAN


def _step(case: CaseView) -> tuple[CaseMatter, dt.datetime]:
    """Return what the step asks for at which the guide stands."""
    since = _after_jobs(case, case.moved_at)
    if case.step == "fix":
        return _remedy(case, since)
    if case.step == "fact":
        observation = [job for job in case.jobs if job.kind == JobKind.DIAGNOSE and job.state in UNDER_WAY]
        return (CaseMatter.OBSERVE, observation[-1].at) if observation else (CaseMatter.HELP, since)
    if case.step == "try" and _proved_at(case) is not None:
        return CaseMatter.CONFIRM, since
    return {"ask": CaseMatter.QUESTION, "try": CaseMatter.TRY}.get(case.step, CaseMatter.HELP), since


def _remedy(case: CaseView, since: dt.datetime) -> tuple[CaseMatter, dt.datetime]:
    """Return whose a remedy is for which nobody has done anything yet. Helpdesk is given none before it is asked."""
    later = case.put_off_at
    if later is not None and not any(job.action == case.subject and job.created_at > later for job in case.jobs):
        return CaseMatter.LATER, _latest(since, later)
    if case.self_service:
        return CaseMatter.DO_BY_HAND if case.by_hand else CaseMatter.CHOOSE, since
    return _helpdesks(case) if case.for_another else CaseMatter.CHOOSE, since


def _changed_at(case: CaseView) -> dt.datetime | None:
    return max((job.written_at for job in case.jobs if job.may_have_written), default=None)


def _proved_at(case: CaseView) -> dt.datetime | None:
    """Return when the check was taken that proved the change which led here, unless something was written since."""
    changed_at = _changed_at(case)
    if case.proved_at is None or (changed_at is not None and changed_at > case.proved_at):
        return None
    return case.proved_at
