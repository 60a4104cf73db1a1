"""What stands of the undo that a computer makes by itself, in words: for helpdesk, and for whose computer it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from troubleshoot.models import Job, JobState
from troubleshoot.wording.times import moment_words

Undo = Job.HostUndo
#: What the computer says of having put a change back, once that was read: all of it, or what nobody else had changed.
_READ, _PARTLY = "read", "partly"
_WORDS: Mapping[str, str | Promise] = {
    Undo.ARMED: _("it puts this back by itself unless we do; ready since %(at)s"),
    Undo.LOST: _("it cannot put this back by itself any more, its scheduled task is gone; seen at %(at)s"),
    Undo.FIRED: _("it says that it has put this back by itself, and nobody has read that yet; it said so at %(at)s"),
    _READ: _("it has put this back by itself; we know that since %(at)s"),
    _PARTLY: _(
        "it has put this back by itself, but for what somebody had changed there since; we know that since %(at)s"
    ),
    Undo.FAILED: _("it tried to put this back by itself and could not; we know that since %(at)s"),
    Undo.DISARMED: _("it does not put this back by itself any more, since %(at)s"),
}
_PLAIN: Mapping[str, str | Promise] = {
    Undo.ARMED: _("If we cannot come back to this computer in time, it takes this change back by itself."),
    Undo.LOST: _("The computer cannot take this change back by itself: we do that."),
    Undo.FIRED: _("The computer says that it has taken this change back by itself. We look whether that is so."),
    _READ: _("The computer has taken this change back by itself."),
    _PARTLY: _("The computer has taken this change back by itself, but for what somebody had changed there since."),
    Undo.FAILED: _("The computer tried to take this change back by itself and could not. Helpdesk has your case."),
}


def host_undo_words(job: Job) -> str:
    """Return what stands of the computer's own undo of a change, and since when; empty where it was never told to."""
    words = _WORDS.get(_standing(job))
    return str(words) % {"at": _since(job)} if words else ""


def host_undo_plain(job: Job) -> str:
    """Return the same for the person whose computer it is; empty where there is nothing to expect of it."""
    return str(_PLAIN.get(_standing(job), ""))


def _standing(job: Job) -> str:
    """Return what stands of it; what a computer says of having put a change back is so once that was read."""
    if job.host_undo != Undo.FIRED or job.state != JobState.REVERTED or job.is_settled_by_word:
        return job.host_undo
    return _PARTLY if job.undo_left else _READ


def _since(job: Job) -> str:
    at: dt.datetime | None = job.armed_at if job.host_undo == Undo.ARMED else job.host_undo_ended_at
    return moment_words(at, to_the_second=True) if at else ""
