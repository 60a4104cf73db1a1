"""Situations of people who are signed in: nothing is wrong, but what is done to the computer may concern them."""

from datetime import timedelta

from troubleshoot.lab.faults.events import SESSIONS_LOG, happened
from troubleshoot.lab.sessions import end_desktops
from troubleshoot.lab.state import Document, host_now, iso

_SOURCE = SESSIONS_LOG.partition("/")[0]
_SIGNED_IN, _LEFT = 21, 24
_AWAY = 40 * 60  # seconds


def _without_desktop(document: Document) -> None:
    """Somebody works in a published program: a session in which no desktop (explorer.exe) runs."""
    end_desktops(document)
    for session in document["sessions"]:
        _told(document, session, _SIGNED_IN, "Session logon succeeded", ago=7200)


def _disconnected(document: Document) -> None:
    """Somebody closed the window forty minutes ago without signing out: their programs still run."""
    for session in document["sessions"]:
        session.update(state="disconnected", since=iso(host_now(document) - timedelta(seconds=_AWAY)))
        _told(document, session, _LEFT, "Session has been disconnected", ago=_AWAY)


def _told(document: Document, session: Document, number: int, what: str, *, ago: int) -> None:
    who = f"User: {session['domain']}\\{session['user']} Session ID: {session['id']}"
    happened(document, _SOURCE, number, f"Remote Desktop Services: {what}. {who}", log=SESSIONS_LOG, ago=ago)


FAULTS = {"session-without-desktop": _without_desktop, "session-disconnected": _disconnected}
