"""What a Windows host does by itself when a service starts or stops."""

from troubleshoot.lab.renewal import provide_certificate
from troubleshoot.lab.state import Document, HostState, find, host_now, iso


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
