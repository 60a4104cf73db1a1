"""Faults of whether Remote Desktop is switched on, where it listens, and whether it takes people in."""

from troubleshoot.lab.state import POLICY, RDP_TCP, TERMINAL_SERVER, Document


def set_number(document: Document, key: str, name: str, value: int) -> None:
    """Write one number into the registry of a host."""
    document["registry"].setdefault(key, {})[name] = {"kind": "DWord", "value": value}


def _off(document: Document) -> None:
    """Remote Desktop is switched off in the settings of the computer."""
    set_number(document, TERMINAL_SERVER, "fDenyTSConnections", 1)


def _off_by_policy(document: Document) -> None:
    """Remote Desktop is switched off by group policy, although the setting of the computer says on."""
    set_number(document, POLICY, "fDenyTSConnections", 1)


def _listener_off(document: Document) -> None:
    """The listener of Remote Desktop is off, although connections are allowed."""
    set_number(document, RDP_TCP, "fEnableWinStation", 0)


def _drained(document: Document) -> None:
    """The computer is drained for maintenance: it answers, but nobody can begin a session."""
    set_number(document, TERMINAL_SERVER, "TSServerDrainMode", 1)


def _logons_off(document: Document) -> None:
    """Signing in through Remote Desktop is switched off: the computer answers, but lets nobody in."""
    set_number(document, RDP_TCP, "fLogonDisabled", 1)


def _port_taken(document: Document) -> None:
    """Another program holds the port of Remote Desktop: what answers there is not Remote Desktop."""
    document["listeners"] = [{"port": 3389, "address": "0.0.0.0", "process": "relay.exe", "process_id": 5120}]  # noqa: S104 - told
    if not any(one["process_id"] == 5120 for one in document["processes"]):
        service = {"name": "relay.exe", "owner_domain": "NT AUTHORITY", "owner_user": "SYSTEM", "session_id": 0}
        started = document["services"]["WinRM"]["started_at"] or "2026-01-01T00:00:00Z"
        document["processes"].append(service | {"process_id": 5120, "created_at": started})


def _port_changed(document: Document) -> None:
    """Remote Desktop listens on port 3390, where nobody expects it."""
    set_number(document, RDP_TCP, "PortNumber", 3390)


FAULTS = {
    "rdp-off": _off,
    "rdp-off-by-policy": _off_by_policy,
    "listener-off": _listener_off,
    "drained": _drained,
    "logons-off": _logons_off,
    "port-taken": _port_taken,
    "port-changed": _port_changed,
}
