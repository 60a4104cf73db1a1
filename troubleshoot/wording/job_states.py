"""How a job stands or ended, in the words of every page, list and file."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from troubleshoot.models import JobState

STATES: Mapping[JobState, str | Promise] = {
    JobState.PLANNED: gettext_lazy("planned, not started"),
    JobState.WAITING_APPROVAL: gettext_lazy("waiting for approval"),
    JobState.APPROVED: gettext_lazy("approved, not started"),
    JobState.QUEUED: gettext_lazy("not begun yet"),
    JobState.CLAIMED: gettext_lazy("starting"),
    JobState.STARTING: gettext_lazy("starting"),
    JobState.RUNNING: gettext_lazy("running"),
    JobState.VERIFYING: gettext_lazy("being checked"),
    JobState.DONE: gettext_lazy("done"),
    JobState.VERIFIED: gettext_lazy("verified"),
    JobState.NOT_VERIFIED: gettext_lazy("not verified"),
    JobState.DECLINED: gettext_lazy("declined"),
    JobState.EXPIRED: gettext_lazy("expired"),
    JobState.CANCELLED: gettext_lazy("taken back"),
    JobState.DRIFTED: gettext_lazy("someone else had changed it; nothing was changed"),
    JobState.REFUSED: gettext_lazy("refused; nothing was changed"),
    JobState.UNREACHABLE: gettext_lazy("not reached; nothing was changed"),
    JobState.FAILED: gettext_lazy("failed"),
    JobState.UNKNOWN: gettext_lazy("end not known"),
    JobState.REVERTED: gettext_lazy("undone later"),
}


def state_words(state: str) -> str:
    """Return how a job stands or ended, within a sentence. Raises ValueError for no state."""
    return str(STATES[JobState(state)])
