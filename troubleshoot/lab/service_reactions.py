"""What a Windows host does by itself when a service starts or stops.

A service starts and stops at once, unless its `start_seconds` or `stop_seconds` says how long that takes; null there:
it hangs in it until somebody ends its process. The seconds pass while a script waits.
"""

from troubleshoot.lab.renewal import provide_certificate
from troubleshoot.lab.state import Document, HostState, find, host_now, iso


def service_started(state: HostState, name: str) -> None:
    """Mark a service as running with a new process and start time; SessionEnv also sees to its certificate, and the
    spooler lets go of documents that were to be removed.

    KeyError when the host has no such service.
    """
    with state.changing() as document:
        found = _service(document, name)
        _give_process(document, found)
        _come_up(document, found)


def start_asked(state: HostState, name: str) -> None:
    """Tell a service to start: at once, or after its seconds. KeyError when the host has no such service."""
    with state.changing() as document:
        found = _service(document, name)
        _give_process(document, found)
        if document["services"][found].get("start_seconds", 0) == 0:
            _come_up(document, found)
        else:
            document["services"][found]["state"] = "Start Pending"


def service_stopped(state: HostState, name: str) -> None:
    """Mark a service as stopped: no process, no start time. KeyError when the host has no such service."""
    with state.changing() as document:
        mark_stopped(document, name)


def stop_asked(state: HostState, name: str) -> None:
    """Tell a service to stop: at once, or after its seconds. KeyError when the host has no such service."""
    with state.changing() as document:
        service = document["services"][_service(document, name)]
        if service.get("stop_seconds", 0) == 0:
            mark_stopped(document, name)
        else:
            service["state"] = "Stop Pending"


def time_passed(state: HostState, seconds: float) -> None:
    """Let the services that are starting or stopping come that much nearer to their end."""
    ends = {"Stop Pending": ("stop_seconds", mark_stopped), "Start Pending": ("start_seconds", _come_up)}
    with state.changing() as document:
        for name, service in document["services"].items():
            field, end = ends.get(service["state"], ("", mark_stopped))
            left = service.get(field)
            if left is not None:
                service[field] = _plain(max(0, left - seconds))
                if service[field] == 0:
                    end(document, name)


def process_ended(state: HostState, number: int) -> bool:
    """End a process, and with it every service that it hosts; False where no process has this number."""
    with state.changing() as document:
        hosted = [name for name, one in document["services"].items() if number and one["process_id"] == number]
        for name in hosted:
            mark_stopped(document, name)
        left = [one for one in document["processes"] if one["process_id"] != number]
        found = bool(hosted) or len(left) < len(document["processes"])
        document["processes"] = left
    return found


def _give_process(document: Document, name: str) -> None:
    document["services"][name].update(started_at=iso(host_now(document)), process_id=_next_process_id(document))


def _come_up(document: Document, name: str) -> None:
    """Let a service that has its process run, and do what it does when it comes up."""
    document["services"][name]["state"] = "Running"
    if name in document.get("hung", ()):
        document["hung"].remove(name)
    if name.casefold() == "sessionenv":
        provide_certificate(document)
    if name.casefold() == "spooler" and "print_jobs" in document:
        document["print_jobs"] = [one for one in document["print_jobs"] if not one["deleting"]]


def _plain(seconds: float) -> float:
    """Return whole seconds as a whole number."""
    return int(seconds) if seconds == int(seconds) else seconds


def mark_stopped(document: Document, name: str) -> None:
    """Write into a document that a service is stopped; KeyError when the host has no such service."""
    service = document["services"][_service(document, name)]
    service.update(state="Stopped", started_at=None, process_id=0)
    if "stop_seconds" in service:
        service["stop_seconds"] = 0  # what hung was that process


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
