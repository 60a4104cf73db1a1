"""The records of attempts on a simulated host: its files in `runs`, and what they say of an attempt.

It follows the functions of runner_tools.ps1 that have to do with these files, statement by statement.
"""

import contextlib
import re
from datetime import timedelta
from typing import Any

from troubleshoot.lab import scheduler
from troubleshoot.lab.state import Document, HostState, iso
from troubleshoot.remote.envelope import RUNNER, Malformed, check_state

VERSION = 2
FILES = ("runs", "reports", "undo_orders", "undo_armed", "undo_tried", "undo_reports", "undo_disarmed")
"""The sections of a state that are files of attempts."""
PRIVATE = re.findall(r"^\$administratorsOnly = '(.*)'", RUNNER, re.MULTILINE)[0]
"""The pattern of who owns a folder that is private to administrators, and of who may enter it."""
_SYSTEM = 4
_TASK = re.compile(r"Mendpoint undo ([0-9a-f-]{36})")


def is_private(state: HostState) -> bool:
    """Tell whether the folder of these files is private to administrators."""
    with state.lock:
        return re.search(PRIVATE, state.document["runs_access"]) is not None


def assert_private(state: HostState) -> None:
    """Refuse a folder that somebody else has made. Raises Malformed."""
    if not is_private(state):
        raise Malformed("the folder is not private to administrators")


def begin_process(state: HostState) -> int:
    """Start a process for a visit; it is never part of the document, because no visit outlives the lab."""
    with state.lock:
        known = [row["process_id"] for row in state.document["processes"]]
        number: int = max([*known, *state.visits, 1000 * _SYSTEM]) + 4
        state.visits[number] = iso(state.now())
        return number


def process_start(state: HostState, number: int) -> str:
    """Return when a process began, empty when there is none; that of the system is the start of Windows."""
    with state.lock:
        if number == _SYSTEM:
            return str(state.document["booted_at"])
        rows = state.document["processes"]
        known = {row["process_id"]: row["created_at"] for row in rows} | state.visits
        return str(known.get(number, ""))


def new_record(state: HostState, request: dict[str, Any], before: list[Any], process: int) -> bool:
    """Tell whether this attempt is new here; its record is kept before anything is written."""
    entries = [
        {"resource": item["resource"], "params": item["params"], "before": found, "desired": item["desired"]}
        for item, found in zip(request["items"], before, strict=True)
    ]
    body = {
        "job": request["job"],
        "case": request["case"],
        "process": process,
        "started": process_start(state, process),
        "boot": process_start(state, _SYSTEM),
        "items": entries,
    }
    return new_file(state, "runs", request["attempt"], body)


def new_file(state: HostState, files: str, attempt: str, body: dict[str, Any]) -> bool:
    """Make a file of this attempt, in this section of the state; False when somebody was here before."""
    with state.changing() as document:
        if attempt in document[files]:
            return False
        document[files][attempt] = {**body, "v": VERSION, "attempt": attempt, "at": iso(state.now())}
        return True


def set_file(state: HostState, files: str, attempt: str, body: dict[str, Any]) -> None:
    """Make a file of this attempt, or write over it."""
    with state.changing() as document:
        document[files].pop(attempt, None)
        new_file(state, files, attempt, body)


def remove_idle(state: HostState) -> None:
    """Remove the tasks that stand for nothing: with no order, never noted by whoever made them, or over. Raises
    TaskRefusedError."""
    with state.changing() as document:
        for attempt in _attempts_with_task(state):
            held = state.attempts.get(attempt)
            if held and held.locked():
                continue
            found = undo_state(state, attempt)
            if found["state"] == "none" or is_over(found) or attempt not in document["undo_orders"]:
                scheduler.remove(state, task_name(attempt))


def _attempts_with_task(state: HostState) -> list[str]:
    return [found[1] for name in scheduler.task_names(state) if (found := _TASK.fullmatch(name))]


def remove_old(state: HostState, keep: set[str]) -> None:
    """Remove what is older than 30 days; nothing of these attempts, and of those that a task still stands for, and no
    record. Raises TaskRefusedError."""
    before, kept = iso(state.now() - timedelta(days=30)), keep | set(_attempts_with_task(state))
    with state.changing() as document:
        for files in FILES[1:]:
            for attempt, body in list(document[files].items()):
                if isinstance(body, dict) and str(body.get("at", before)) < before and attempt not in kept:
                    del document[files][attempt]


def forestalled(state: HostState, attempt: str) -> str:
    """Return how an attempt ends whose record could not be made: a tombstone is there, or a record of its own. Raises
    Malformed where that cannot be read."""
    with state.lock:
        return "cancelled" if "tombstone" in read_file(state.document, "runs", attempt) else "duplicate"


def find_attempt(state: HostState, attempt: str) -> dict[str, Any]:
    """Return what became of an attempt; one that has not begun never will. Raises Malformed."""
    found: dict[str, Any] = {
        "state": "never",
        "outcome": None,
        "written": [],
        "errors": [],
        "before": None,
        "after": None,
        "undo": None,
    }
    if new_file(state, "runs", attempt, {"tombstone": True}):
        return found
    with state.lock:
        document = state.document
        record = read_file(document, "runs", attempt)
        if "tombstone" in record:
            return found
        found["before"] = [property_of(item, "before") for item in property_of(record, "items")]
        lives = _lives(state, record)
        found["state"] = "running" if lives else "cut"
        if attempt in document["reports"]:
            report = read_file(document, "reports", attempt)
            found["state"] = "ended"
            found |= {name: property_of(report, name) for name in found.keys() - {"state", "undo"}}
        undo = undo_state(state, attempt)
        found["undo"] = undo if undo["state"] != "none" else None
        if found["undo"] is None and not lives:
            with contextlib.suppress(scheduler.TaskRefusedError):
                scheduler.remove(state, task_name(attempt))
        _check_values(found)
        return found


def read_file(document: Document, files: str, attempt: str) -> dict[str, Any]:
    """Return a file of this attempt, once it is found to be one. Raises Malformed."""
    found = document[files][attempt]
    if property_of(found, "v") != VERSION or property_of(found, "attempt") != attempt:
        raise Malformed("not a record of this attempt")
    return dict(found)


def property_of(found: Any, name: str) -> Any:
    """Return a property of what was read from a file. Raises Malformed."""
    if not isinstance(found, dict) or name not in found:
        raise Malformed(f"the property {name!r} cannot be found on this object")
    return found[name]


def _lives(state: HostState, record: dict[str, Any]) -> bool:
    number = property_of(record, "process")
    if not isinstance(number, int):
        raise Malformed("a process has a number")
    began, boot = (str(property_of(record, name)) for name in ("started", "boot"))
    return process_start(state, number) == began and process_start(state, _SYSTEM) == boot


def _check_values(found: dict[str, Any]) -> None:
    for states in (found["before"], found["after"]):
        for state in states or ():
            check_state(state or {})


def undo_state(state: HostState, attempt: str) -> dict[str, Any]:
    """Return what stands of the computer's own undo of an attempt. Raises Malformed."""
    found: dict[str, Any] = {"state": "none", "due": None, "at": None, "outcome": None, "left": []}
    with state.lock:
        document = state.document
        if attempt not in document["undo_armed"]:
            return found
        found |= {"state": "armed", "due": property_of(read_file(document, "undo_armed", attempt), "due")}
        if attempt in document["undo_reports"]:
            report = read_file(document, "undo_reports", attempt)
            found |= {"state": "fired"} | {name: property_of(report, name) for name in ("at", "outcome", "left")}
        if attempt in document["undo_disarmed"]:
            found["state"] = "disarmed"
        elif not is_over(found) and _is_lost(state, attempt):
            found["state"] = "lost"
        return found


def is_over(found: dict[str, Any]) -> bool:
    """Tell whether an undo has come to its good end, or was taken back."""
    return bool(found["state"] == "disarmed" or (found["state"] == "fired" and found["outcome"] != "failed"))


def task_name(attempt: str) -> str:
    """Return the name of the task that undoes an attempt."""
    return f"Mendpoint undo {attempt}"


def _is_lost(state: HostState, attempt: str) -> bool:
    """Tell whether the task has gone or was switched off; while the Task Scheduler does not answer, nobody has seen it
    go."""
    try:
        task = scheduler.find_task(state, task_name(attempt))
        return task is None or not task["enabled"]
    except scheduler.TaskRefusedError:
        return False
