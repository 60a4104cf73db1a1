"""The Task Scheduler of a simulated host: tasks made from XML, started when their time comes and when Windows starts.

A task runs as SYSTEM through the host's own programs. Only what the portal's tasks are made of is known here; anything
else is refused, as Windows refuses XML that it cannot read.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from troubleshoot.lab.state import Document, HostState, find, host_now, iso, moment

_SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
_SYSTEM = "S-1-5-18"
#: HRESULTs, learn.microsoft.com/windows/win32/taskschd/task-scheduler-error-and-success-constants; and E_ACCESSDENIED.
NOT_RUNNING, MALFORMED, EXISTS, DENIED = 0x80041315, 0x8004131A, 0x800700B7, 0x80070005

#: Starts a program with its arguments on a host, as SYSTEM.
Start = Callable[[HostState, str, str], object]


class TaskRefusedError(Exception):
    """The Task Scheduler does not do what it was asked."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Exception from HRESULT: 0x{code:08X}")
        self.code = code


@dataclass(frozen=True)
class Task:
    """What a task says: what is started, when first and how often again (for ever, where there is no end), and whether
    at each start of Windows too."""

    command: str
    arguments: str
    first: datetime
    every: timedelta | None
    until: datetime | None
    at_start: bool

    def after(self, now: datetime) -> datetime | None:
        """Return the next time after this moment; None where none comes."""
        if now < self.first:
            return self.first
        if not self.every:
            return None
        following = self.first + ((now - self.first) // self.every + 1) * self.every
        return following if self.until is None or following < self.until else None


def register(state: HostState, name: str, text: str) -> None:
    """Make a new task. Raises TaskRefusedError."""
    task = read_task(text)
    with state.changing() as document:
        own = _connected(document)
        if own["refuses"]:
            raise TaskRefusedError(DENIED)
        if name in own["tasks"]:
            raise TaskRefusedError(EXISTS)
        if not own["loses"]:
            own["tasks"][name] = {"xml": text, "enabled": True, "next_run": iso(task.first)}


def find_task(state: HostState, name: str) -> Document | None:
    """Return a task as the host keeps it; None where there is none. Raises TaskRefusedError."""
    with state.lock:
        found = _connected(state.document)["tasks"].get(name)
        return dict(found) if found else None


def task_names(state: HostState) -> list[str]:
    """Return the names of all tasks. Raises TaskRefusedError."""
    with state.lock:
        return list(_connected(state.document)["tasks"])


def remove(state: HostState, name: str) -> bool:
    """Remove a task; False where there is none. Raises TaskRefusedError."""
    with state.changing() as document:
        return _connected(document)["tasks"].pop(name, None) is not None


def tick(state: HostState, start: Start) -> None:
    """Start whatever is due, and, once Windows has started again, what starts with it."""
    with state.lock:
        due = _due(state, state.document)
        state.booted_at = state.document["booted_at"]
        if due:
            _go_on(state, due)
    for _name, task in due:
        start(state, task.command, task.arguments)


def _go_on(state: HostState, due: list[tuple[str, Task]]) -> None:
    """Let each task wait for its next time."""
    with state.changing() as document:
        for name, task in due:
            following = task.after(host_now(document))
            document["scheduler"]["tasks"][name]["next_run"] = None if following is None else iso(following)


def read_task(text: str) -> Task:
    """Return what the XML of a task says. Raises TaskRefusedError."""
    try:
        return _read(ET.fromstring(text))  # noqa: S314 - a few elements of one text, and no entities are declared
    except (ET.ParseError, ValueError, AttributeError) as error:
        raise TaskRefusedError(MALFORMED) from error


def _due(state: HostState, document: Document) -> list[tuple[str, Task]]:
    own = document["scheduler"]
    if not own["tasks"] or not _runs(document):
        return []
    now, started = host_now(document), document["booted_at"] != state.booted_at
    known = [(name, one, read_task(one["xml"])) for name, one in own["tasks"].items() if one["enabled"]]
    return [
        (name, task)
        for name, one, task in known
        if (started and task.at_start) or (one["next_run"] and moment(one["next_run"]) <= now)
    ]


def _read(root: ET.Element) -> Task:
    user = _of(root, "Principals/Principal/UserId")
    timed, repeated = "Triggers/TimeTrigger/", "Triggers/TimeTrigger/Repetition/"
    first, every = moment(_of(root, timed + "StartBoundary")), root.find(_path(repeated + "Interval"))
    lasts = root.find(_path(repeated + "Duration"))
    if user != _SYSTEM or root.tag != f"{_SPACE}Task":
        raise ValueError("only tasks of SYSTEM are simulated")
    return Task(
        command=_of(root, "Actions/Exec/Command"),
        arguments=_of(root, "Actions/Exec/Arguments"),
        first=first,
        every=None if every is None else _duration(every.text or ""),
        until=None if lasts is None else first + _duration(lasts.text or ""),
        at_start=root.find(_path("Triggers/BootTrigger")) is not None,
    )


def _of(root: ET.Element, path: str) -> str:
    found = root.find(_path(path))
    if found is None or not found.text:
        raise ValueError(f"{path} is missing")
    return found.text


def _path(path: str) -> str:
    return "/".join(_SPACE + part for part in path.split("/"))


def _duration(text: str) -> timedelta:
    """Return what a duration of XML Schema says, in the few forms that are used: P1D, PT15M."""
    if text.startswith("PT") and text.endswith("M"):
        return timedelta(minutes=int(text[2:-1]))
    if text.startswith("P") and text.endswith("D"):
        return timedelta(days=int(text[1:-1]))
    raise ValueError(f"another duration than is known: {text!r}")


def _connected(document: Document) -> Document:
    if not _runs(document):
        raise TaskRefusedError(NOT_RUNNING)
    own: Document = document["scheduler"]
    return own


def _runs(document: Document) -> bool:
    """Tell whether the service runs; `Schedule` in `services` says it too, and wins."""
    service = find(document["services"], "Schedule")
    if service is not None:
        return bool(document["services"][service]["state"] == "Running")
    return bool(document["scheduler"]["running"])
