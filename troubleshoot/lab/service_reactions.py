"""What a Windows host does by itself when a service starts or stops."""

import secrets

from troubleshoot.lab.certificates import stamp
from troubleshoot.lab.key_files import may_make_keys
from troubleshoot.lab.state import (
    CONNECTION_MANAGER,
    REMOTE_DESKTOP_STORE,
    Document,
    HostState,
    find,
    host_now,
    iso,
    moment,
    self_signed,
)

# Status texts of the two ways in which the key container can fail.
_KEY_STATUS = {"denied": "Access is denied.", "missing": "Keyset does not exist."}


def service_started(state: HostState, name: str) -> None:
    """Mark a service as running with a new process and start time; SessionEnv also sees to its certificate, and the
    spooler lets go of documents that were to be removed.

    KeyError when the host has no such service.
    """
    with state.changing() as document:
        found = _service(document, name)
        document["services"][found].update(
            state="Running", started_at=iso(host_now(document)), process_id=_next_process_id(document)
        )
        if found in document.get("hung", ()):
            document["hung"].remove(found)
        if found.casefold() == "sessionenv":
            provide_certificate(document)
        if found.casefold() == "spooler" and "print_jobs" in document:
            document["print_jobs"] = [one for one in document["print_jobs"] if not one["deleting"]]


def service_stopped(state: HostState, name: str) -> None:
    """Mark a service as stopped: no process, no start time. KeyError when the host has no such service."""
    with state.changing() as document:
        mark_stopped(document, name)


def mark_stopped(document: Document, name: str) -> None:
    """Write into a document that a service is stopped; KeyError when the host has no such service."""
    document["services"][_service(document, name)].update(state="Stopped", started_at=None, process_id=0)


def valid_now(document: Document, entry: Document) -> bool:
    """Tell whether a certificate entry has a private key and is within its dates by the host's own clock."""
    inside = moment(entry["not_before"]) <= host_now(document) <= moment(entry["not_after"])
    return bool(entry["has_private_key"]) and inside


def _service(document: Document, name: str) -> str:
    found = find(document["services"], name)
    if found is None:
        raise KeyError(name)
    return found


def _next_process_id(document: Document) -> int:
    """Return an unused process id; Windows hands out multiples of four."""
    used = [service["process_id"] for service in document["services"].values()]
    used += [process["process_id"] for process in document["processes"]]
    return (max(used, default=0) // 4 + 1) * 4


def provide_certificate(document: Document) -> None:
    """Make a new self-signed certificate when none is valid and the key can be used, else log the failure.

    The log entries are 1058 (an expired one could not be replaced) and 1057 (none could be made).
    """
    store = document["certificates"].setdefault(REMOTE_DESKTOP_STORE, [])
    if any(valid_now(document, entry) for entry in store):
        return
    status = _KEY_STATUS.get(document["key_store"]["rdp_key"] if may_make_keys(document) else "denied")
    if status is None:
        serial = secrets.randbelow(2**53 - 1) + 1
        store[:] = [self_signed(document["name"], serial, host_now(document))]
        stamp(document)
        return
    number, verb = (1058, "replace the expired") if store else (1057, "create a new")
    message = f"The host could not {verb} self-signed certificate for Remote Desktop. Status: {status}"
    log(document, source=CONNECTION_MANAGER, number=number, message=message)


def log(document: Document, *, source: str, number: int, message: str) -> None:
    """Append one entry to the host's System event log, at the host's time."""
    document["event_log"].append(
        {"log": "System", "source": source, "id": number, "time": iso(host_now(document)), "message": message}
    )
