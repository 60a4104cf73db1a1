"""Situations of people who are signed in: nothing is wrong, but what is done to the computer may concern them."""

from datetime import timedelta

from troubleshoot.lab.faults.events import SESSIONS_LOG, happened
from troubleshoot.lab.sessions import without_desktops
from troubleshoot.lab.state import RDP_TCP, Document, host_now, iso, session

_SOURCE = SESSIONS_LOG.partition("/")[0]
_SIGNED_IN, _LEFT = 21, 24
_AWAY = 40 * 60  # seconds


def _without_desktop(document: Document) -> None:
    """Somebody works in a published program: a session in which no desktop (explorer.exe) runs."""
    without_desktops(document)
    for row in document["sessions"]:
        _told(document, row, _SIGNED_IN, "Session logon succeeded", ago=7200)


def _disconnected(document: Document) -> None:
    """Somebody closed the window forty minutes ago without signing out: their programs still run."""
    for row in document["sessions"]:
        row.update(state="disconnected", since=iso(host_now(document) - timedelta(seconds=_AWAY)))
        _told(document, row, _LEFT, "Session has been disconnected", ago=_AWAY)


def _told(document: Document, row: Document, number: int, what: str, *, ago: int) -> None:
    user, session_id = f"{row['domain']}\\{row['user']}", str(row["id"])
    said = f"Remote Desktop Services: {what}. User: {user} Session ID: {session_id}"
    data = {"User": user, "SessionID": session_id, "Address": "192.0.2.40"}
    happened(document, _SOURCE, number, said, log=SESSIONS_LOG, ago=ago, data=data)


def _one_place(document: Document) -> None:
    """Only one person may be signed in at once, and somebody is."""
    document["registry"][RDP_TCP]["MaxInstanceCount"] = {"kind": "DWord", "value": 1}


def _place_left(document: Document) -> None:
    """Only one person may be signed in at once; somebody has left the session without signing out."""
    _one_place(document)
    _disconnected(document)


def _two_left(document: Document) -> None:
    """Two people have left their sessions without signing out."""
    since = host_now(document) - timedelta(hours=5)
    document["sessions"].append(session(3, "CORP", "eve", since))
    desktop = {"name": "explorer.exe", "owner_domain": "CORP", "owner_user": "eve", "session_id": 3}
    document["processes"].append(desktop | {"process_id": 6124, "created_at": iso(since)})
    _disconnected(document)


FAULTS = {
    "session-without-desktop": _without_desktop,
    "session-disconnected": _disconnected,
    "sessions-disconnected": _two_left,
    "places-taken": _one_place,
    "place-left": _place_left,
}
