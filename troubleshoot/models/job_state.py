"""Where a job can stand, and every move that it can make."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from troubleshoot.engine import STARTABLE, STOPPABLE, UNDER_WAY, WRITTEN


class JobState(models.TextChoices):
    """Where a job stands.

    planned → queued → claimed → starting → running → verifying → verified | not_verified, and the other ends. In place
    of planned, `dangerous` jobs and jobs on critical hosts begin with waiting_approval → approved. A job that only
    reads (see `READS`) needs no plan, and ends `done`.
    """

    PLANNED = "planned", _("Planned")
    WAITING_APPROVAL = "waiting_approval", _("Waiting Approval")
    APPROVED = "approved", _("Approved")
    QUEUED = "queued", _("Queued")
    CLAIMED = "claimed", _("Claimed")
    STARTING = "starting", _("Starting")
    RUNNING = "running", _("Running")
    VERIFYING = "verifying", _("Verifying")
    DONE = "done", _("Done")
    VERIFIED = "verified", _("Verified")
    NOT_VERIFIED = "not_verified", _("Not Verified")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")
    DRIFTED = "drifted", _("Drifted")
    REFUSED = "refused", _("Refused")
    UNREACHABLE = "unreachable", _("Unreachable")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")
    REVERTED = "reverted", _("Reverted")


S = JobState
#: Every move a job may make. `claimed → queued` is a lost lease before anything started, `starting → queued` a computer
#: that was silent, so that nothing can have started there.
JOB_MOVES: dict[JobState, frozenset[JobState]] = {
    S.PLANNED: frozenset({S.QUEUED, S.CANCELLED, S.EXPIRED}),
    S.WAITING_APPROVAL: frozenset({S.APPROVED, S.DECLINED, S.EXPIRED, S.CANCELLED}),
    S.APPROVED: frozenset({S.QUEUED, S.EXPIRED, S.CANCELLED}),
    S.QUEUED: frozenset({S.CLAIMED, S.EXPIRED, S.CANCELLED}),
    S.CLAIMED: frozenset({S.STARTING, S.QUEUED, S.REFUSED, S.UNREACHABLE, S.CANCELLED, S.DONE}),
    S.STARTING: frozenset(
        {S.RUNNING, S.QUEUED, S.DRIFTED, S.REFUSED, S.UNREACHABLE, S.FAILED, S.UNKNOWN, S.VERIFYING, S.CANCELLED}
    ),
    S.RUNNING: frozenset({S.VERIFYING, S.DRIFTED, S.REFUSED, S.FAILED, S.UNKNOWN, S.CANCELLED}),
    S.VERIFYING: frozenset({S.VERIFIED, S.NOT_VERIFIED}),
    S.VERIFIED: frozenset({S.REVERTED}),
    S.NOT_VERIFIED: frozenset({S.REVERTED}),
    S.FAILED: frozenset({S.REVERTED}),
    # By what the computer's own record says of it, or by a person who looked: until then it is held. What is proved is
    # proved by a check: nothing goes from here to `verified`.
    S.UNKNOWN: frozenset({S.VERIFYING, S.DRIFTED, S.UNREACHABLE, S.NOT_VERIFIED, S.FAILED, S.REVERTED}),
}
WAITING_STATES = frozenset({S.PLANNED, S.WAITING_APPROVAL, S.APPROVED, S.QUEUED})
ACTIVE_STATES = frozenset({S.CLAIMED, S.STARTING, S.RUNNING, S.VERIFYING})
#: A plan that lies before whoever decides.
UNDECIDED_STATES = WAITING_STATES - {S.QUEUED}
#: It can be started; it waits for a worker, or a worker has it; something was written, or may have been. As the engine
#: says it of a case's jobs.
STARTABLE_STATES = frozenset(map(JobState, STARTABLE))
UNDER_WAY_STATES = frozenset(map(JobState, UNDER_WAY))
WRITTEN_STATES = frozenset(map(JobState, WRITTEN))
#: A lost lease here means that something may have started on the host.
STARTED_STATES = frozenset({S.STARTING, S.RUNNING})
#: A worker has it, and its computer can still be told to let it be.
STOPPABLE_STATES = frozenset(map(JobState, STOPPABLE))
ENDED_STATES = frozenset(S) - WAITING_STATES - ACTIVE_STATES
#: Ends after which somebody has to know, and to act.
BAD_ENDS = ENDED_STATES - {S.DONE, S.VERIFIED, S.CANCELLED, S.REVERTED}
#: Ends of a change after which the host may still carry what it wrote.
UNDOABLE_STATES = frozenset({S.VERIFIED, S.NOT_VERIFIED, S.FAILED})
