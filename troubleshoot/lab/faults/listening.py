"""Faults of whether Remote Desktop is switched on, where it listens, and whether it takes people in."""

from troubleshoot.lab.state import POLICY, RDP_TCP, TERMINAL_SERVER, Document


def set_number(document: Document, key: str, name: str, value: int) -> None:
    """Write one number into the registry of a host."""
    document["registry"].setdefault(key, {})[name] = {"kind": "DWord", "value": value}


def _off(document: Document) -> None:
    """Switch Remote Desktop off in the settings of the computer."""
    set_number(document, TERMINAL_SERVER, "fDenyTSConnections", 1)


def _off_by_policy(document: Document) -> None:
    """Switch Remote Desktop off by group policy: the setting of the computer says on, and does not count."""
    set_number(document, POLICY, "fDenyTSConnections", 1)


def _listener_off(document: Document) -> None:
    """Switch the listener of Remote Desktop off, although connections are allowed."""
    set_number(document, RDP_TCP, "fEnableWinStation", 0)


def _drained(document: Document) -> None:
    """Drain the computer for maintenance: it answers, and lets nobody begin a session."""
    set_number(document, TERMINAL_SERVER, "TSServerDrainMode", 1)


def _logons_off(document: Document) -> None:
    """Switch signing in through Remote Desktop off: it answers, and lets nobody in."""
    set_number(document, RDP_TCP, "fLogonDisabled", 1)


def _port_taken(document: Document) -> None:
    """Let another program hold the port of Remote Desktop: something answers that is no Remote Desktop."""
    document["listeners"] = [{"port": 3389, "address": "0.0.0.0", "process": "relay.exe", "process_id": 5120}]  # noqa: S104 - told
    if not any(one["process_id"] == 5120 for one in document["processes"]):
        service = {"name": "relay.exe", "owner_domain": "NT AUTHORITY", "owner_user": "SYSTEM", "session_id": 0}
        started = document["services"]["WinRM"]["started_at"] or "2026-01-01T00:00:00Z"
        document["processes"].append(service | {"process_id": 5120, "created_at": started})


def _port_changed(document: Document) -> None:
    """Let Remote Desktop listen on port 3390, where nobody looks for it."""
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
