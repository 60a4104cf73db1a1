"""Faults of licences: the computer shares its desktop with many, and lets in only whom a licence covers."""

from troubleshoot.lab.state import Document

_SERVER = "licences.corp.example"


def _counts(document: Document, mode: str, *ways: str, days: int = 0) -> None:
    """Let the computer share its desktop, with one licence server for each of these ways to one."""
    servers = [{"name": _SERVER, "way": way} for way in ways]
    document["licensing"] = {"shares_desktops": True, "mode": mode, "grace_days": days, "servers": servers}


def _in_order(document: Document) -> None:
    """The computer shares its desktop, and finds its licence server. Nothing is wrong."""
    _counts(document, "per_person", "reached")


def _server_gone(document: Document) -> None:
    """The time without licences is over, and the licence server does not answer."""
    _counts(document, "per_person", "not_reached")


def _server_not_named(document: Document) -> None:
    """The time without licences is over, and nobody has named a licence server."""
    _counts(document, "per_device")


def _mode_not_decided(document: Document) -> None:
    """The time without licences is over, and nobody has decided how licences are counted."""
    _counts(document, "not_decided", "reached")


def _time_left(document: Document) -> None:
    """No licence server is named yet, and for some weeks none is needed."""
    _counts(document, "not_decided", days=83)


FAULTS = {
    "licences-in-order": _in_order,
    "licence-server-gone": _server_gone,
    "licence-server-not-named": _server_not_named,
    "licence-mode-not-decided": _mode_not_decided,
    "licence-time-left": _time_left,
}
