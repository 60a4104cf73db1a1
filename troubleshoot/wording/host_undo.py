"""What stands of the undo that a computer makes by itself, in words: for helpdesk, and for whose computer it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from troubleshoot.models import Job
from troubleshoot.wording.times import moment_words

Undo = Job.HostUndo
_WORDS: Mapping[str, str | Promise] = {
    Undo.ARMED: _("it puts this back by itself unless we do; ready since %(at)s"),
    Undo.LOST: _("it cannot put this back by itself any more, its scheduled task is gone; seen at %(at)s"),
    Undo.FIRED: _("it has put this back by itself; we know that since %(at)s"),
    Undo.DISARMED: _("it does not put this back by itself any more, since %(at)s"),
}
_PLAIN: Mapping[str, str | Promise] = {
    Undo.ARMED: _("If we cannot come back to this computer in time, it takes this change back by itself."),
    Undo.LOST: _("The computer cannot take this change back by itself: we do that."),
    Undo.FIRED: _("The computer has taken this change back by itself."),
}


def host_undo_words(job: Job) -> str:
    """Return what stands of the computer's own undo of a change, and since when; empty where it was never told to."""
    words = _WORDS.get(job.host_undo)
    return str(words) % {"at": _since(job)} if words else ""


def host_undo_plain(job: Job) -> str:
    """Return the same for the person whose computer it is; empty where there is nothing to expect of it."""
    return str(_PLAIN.get(job.host_undo, ""))


def _since(job: Job) -> str:
    at: dt.datetime | None = job.armed_at if job.host_undo == Undo.ARMED else job.host_undo_ended_at
    return moment_words(at, to_the_second=True) if at else ""
