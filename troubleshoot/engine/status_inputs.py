"""What the status of a case is judged by: its walk, its jobs, its flags and their times, as plain values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class JobKind(StrEnum):
    """What a job is for."""

    DIAGNOSE = "diagnose"
    PLAN = "plan"
    CHECK_BY_HAND = "check_by_hand"
    CONNECTION_TEST = "connection_test"
    SETTLE = "settle"
    APPLY = "apply"
    REVERT = "revert"


class JobPhase(StrEnum):
    """Where a job stands. A test compares it with the states of the row."""

    PLANNED = "planned"
    WAITING_APPROVAL = "waiting_approval"
    APPROVED = "approved"
    QUEUED = "queued"
    CLAIMED = "claimed"
    STARTING = "starting"
    RUNNING = "running"
    VERIFYING = "verifying"
    DONE = "done"
    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    DRIFTED = "drifted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REVERTED = "reverted"


class UndoReason(StrEnum):
    """Why a change is put back."""

    ASKED = "asked"  # somebody of helpdesk wanted it
    OWN = "own"  # the person whose case it is wanted it
    WORSE = "worse"  # the check after it was worse than before
    TIME_OVER = "time_over"  # it was temporary


class OwnUndo(StrEnum):
    """What a computer says of the undo that it makes by itself, where somebody has to act on that."""

    SAID = "said"  # it has put the change back, it says, and nobody has read that
    FAILED = "failed"  # it has tried to, and could not


#: Whoever asked for it may let it run.
STARTABLE = frozenset({JobPhase.PLANNED, JobPhase.APPROVED})
#: It waits for a worker, or a worker has it.
UNDER_WAY = frozenset({JobPhase.QUEUED, JobPhase.CLAIMED, JobPhase.STARTING, JobPhase.RUNNING, JobPhase.VERIFYING})
#: A worker has it, and something may be written on the computer at any moment.
BEGUN = UNDER_WAY - {JobPhase.QUEUED}
#: Of these, its computer can still be told to let it be.
STOPPABLE = BEGUN - {JobPhase.VERIFYING}
#: It has not begun, and may.
WAITING = frozenset({JobPhase.PLANNED, JobPhase.WAITING_APPROVAL, JobPhase.APPROVED, JobPhase.QUEUED})
#: It ended before it began, because of people: declined, taken back, or nobody decided.
UNBEGUN = frozenset({JobPhase.DECLINED, JobPhase.EXPIRED, JobPhase.CANCELLED})
#: Something was written on the computer, or may have been.
WRITTEN = frozenset(
    {
        *(JobPhase.STARTING, JobPhase.RUNNING, JobPhase.VERIFYING, JobPhase.VERIFIED, JobPhase.NOT_VERIFIED),
        *(JobPhase.FAILED, JobPhase.UNKNOWN, JobPhase.REVERTED),
    }
)


@dataclass(frozen=True)
class JobView:
    """A job, as far as a case's status depends on it."""

    kind: JobKind
    state: JobPhase
    action: str
    created_at: dt.datetime
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    by_person: bool = False
    """Whether the person whose case it is asked for it."""
    self_service: bool = False
    why: UndoReason | None = None
    """Of an undo: why."""
    key: str = ""
    partly: bool = False
    """Of an undo, or what was undone: whether something of it cannot be put back."""
    moved_at: dt.datetime | None = None
    """When it came to where it waits: planned, approved or queued."""
    stop_asked: bool = False
    """Whether somebody wants it stopped, although it has begun."""
    asked_at: dt.datetime | None = None
    """Of a lost change: when the portal last asked the computer what became of it."""
    asks_at: dt.datetime | None = None
    """When the portal asks it next."""
    for_desk: bool = False
    """Whether the portal has asked in vain, so that a person looks too."""
    own_undo: OwnUndo | None = None
    """Of a change, or of an undo what it undoes: what the computer says of having put that back by itself."""
    own_undo_at: dt.datetime | None = None
    """When that was learned."""
    is_back: bool = False
    """Of an undo: whether what it undoes is back, by whatever."""

    @property
    def is_change(self) -> bool:
        """Tell whether it changes the computer."""
        return self.kind in {JobKind.APPLY, JobKind.REVERT}

    @property
    def may_have_written(self) -> bool:
        """Tell whether the computer may be another one since."""
        return self.is_change and self.state in WRITTEN

    @property
    def written_at(self) -> dt.datetime:
        """Return when it, or the computer putting it back, last wrote, as far as is known."""
        return max(self.at, self.own_undo_at or self.at)

    @property
    def at(self) -> dt.datetime:
        """Return when it came to where it stands, as far as is known."""
        return self.ended_at or self.started_at or self.moved_at or self.created_at


@dataclass(frozen=True)
class CaseView:
    """A case, as far as its status depends on it. `jobs` are those of the present round, the oldest first."""

    step: str
    """The kind of the step at which the guide stands: fact, ask, try, fix or end."""
    subject: str
    """What that step is about: of a fix the action's name."""
    moved_at: dt.datetime
    """When the guide came there."""
    jobs: tuple[JobView, ...] = ()
    proved_at: dt.datetime | None = None
    """When the check was taken that proved the remedy which led here, with nothing but good readings since."""
    same_error_at: dt.datetime | None = None
    """When the person said that a proved remedy has not helped."""
    asked_at: dt.datetime | None = None
    """When the person asked for a person."""
    put_off_at: dt.datetime | None = None
    """When the person said "not now" of a remedy."""
    began_at: dt.datetime | None = None
    """When this round began."""
    answered_at: dt.datetime | None = None
    """When somebody answered the person's latest message."""
    message_at: dt.datetime | None = None
    """When the person wrote what nobody of helpdesk has answered since."""
    question_at: dt.datetime | None = None
    """When an approver asked about the plan that waits what nobody has answered since."""
    taken_by: str = ""
    """Who of helpdesk has taken it."""
    pc_at: dt.datetime | None = None
    """When an observation was made from the person's own PC."""
    closed_at: dt.datetime | None = None
    may_reopen: bool = False
    round: int = 1
    for_another: bool = False
    """Whether helpdesk opened it for the person."""
    registered: bool = True
    """Whether it is about a computer that the portal knows."""
    self_service: bool = False
    """Whether the person may take the remedy at which the guide stands without helpdesk."""
    by_hand: bool = False
    """Whether that remedy is carried out by a person."""
    worker: bool = True
    """Whether a worker lives that serves the computer's site."""
    held: bool = False
    """Whether a change of another case holds the computer, because nobody knows how it ended."""
    unread: bool = False
    """Whether whoever needed the latest observation of the computer may not have it read."""
    invented: bool = False
    """Whether it is part of a demo's invented history: it is looked at, and that is all."""

    @property
    def change_begun(self) -> bool:
        """Tell whether something is being done on the computer right now."""
        return any(job.is_change and job.state in BEGUN for job in self.jobs)

    @property
    def undo_waits(self) -> bool:
        """Tell whether a change is to be put back, and that has not begun."""
        return any(job.kind == JobKind.REVERT and job.state in WAITING for job in self.jobs)
