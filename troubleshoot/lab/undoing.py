"""The undo that a simulated host makes by itself: arming it before a change, taking it back, and what its task does.

It follows runner_undo.ps1 and runner_restore.ps1 statement by statement; the two are bound by the same vectors.
"""

import contextlib
import hashlib
import html
import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from troubleshoot.lab import scheduler
from troubleshoot.lab.powershell import run as run_script
from troubleshoot.lab.powershell.errors import ScriptFailed, ScriptRefused
from troubleshoot.lab.run_records import (
    PRIVATE,
    is_over,
    is_private,
    property_of,
    read_file,
    set_file,
    task_name,
    undo_state,
)
from troubleshoot.lab.state import HostState, iso
from troubleshoot.remote.envelope import RUNNER, Malformed, check_state

State = dict[str, Any]
_TEXTS = dict(re.findall(r"^\$(undo\w+) = @'\n(.*?)\n'@", RUNNER, re.MULTILINE | re.DOTALL))
_PROGRAM = re.findall(r"^\$undoProgram = '(.*)'", RUNNER, re.MULTILINE)[0]
UNDO_LINE = _TEXTS["undoLine"].replace("PRIVATE", PRIVATE)
"""What the task of every undo runs; `ATTEMPT` and `DIGEST` stand where the attempt and the digest of its order do."""
_LINE = re.compile(re.escape(UNDO_LINE).replace("ATTEMPT", r"([0-9a-f-]{36})").replace("DIGEST", r"([0-9A-F]{64})"))
#: Seconds for which whoever puts back, or is to, waits for whoever is at work on the same attempt.
PATIENCE, TASK_PATIENCE = 20, 600


def new_order(state: HostState, request: State, before: list[State | None]) -> State:
    """Return what the undo of a change will be given."""
    entries = [
        {"item": index, "before": found, "expected": None}
        | {name: item[name] for name in ("resource", "params", "read", "write", "desired", "undo")}
        for index, (item, found) in enumerate(zip(request["items"], before, strict=True))
        if item["desired"] is not None and item["undo"] is not None
    ]
    same = {name: request[name] for name in ("runner", "nonce", "job", "case", "read_seconds", "attempt")}
    due = iso(state.now() + timedelta(seconds=request["undo"]["after"]))
    more = {"due": due, "at_start": request["undo"]["at_start"], "v": 2, "at": iso(state.now())}
    return {"mode": "undo", "identity": None, "items": entries, **same, **more}


def digest(order: State) -> str:
    """Return the digest of an order, as the task of its attempt keeps it."""
    return hashlib.sha256(json.dumps(order, sort_keys=True).encode()).hexdigest().upper()


def arm(state: HostState, order: State) -> None:
    """Keep the order, make the task, read it back, and note it. Raises Malformed and TaskRefusedError."""
    attempt = order["attempt"]
    set_file(state, "undo_orders", attempt, order)
    name = task_name(attempt)
    line = html.escape(_arguments(attempt, digest(order)), quote=False)
    text = _TEXTS["undoTask"].replace("DUE", order["due"]).replace("PROGRAM", _PROGRAM).replace("LINE", line)
    scheduler.register(state, name, text)
    found = scheduler.find_task(state, name)
    if found is None:
        raise Malformed("the task was taken, and is not there")
    if not found["enabled"] or not found["next_run"] or found["next_run"] <= iso(state.now()):
        scheduler.remove(state, name)
        raise Malformed("the task is not going to be started")
    set_file(state, "undo_armed", attempt, {"due": order["due"]})


def disarm(state: HostState, attempt: str) -> State:
    """Take the task back, unless it has come to its good end; return what stands. Raises as arm() does."""
    found = undo_state(state, attempt)
    if found["state"] == "disarmed":
        return found
    scheduler.remove(state, task_name(attempt))
    if found["state"] == "none" or is_over(found):
        return found
    set_file(state, "undo_disarmed", attempt, {"due": found["due"]})
    return undo_state(state, attempt)


def add_tried(state: HostState, attempt: str) -> None:
    """Note beside an undo that the portal has begun to put the change back: any item may be half way. Raises
    Malformed."""
    with state.lock:
        if attempt in state.document["undo_armed"]:
            set_file(state, "undo_tried", attempt, {"items": _tried(state, attempt) | {"all": None}})


def _tried(state: HostState, attempt: str) -> dict[str, State | None]:
    with state.lock:
        known = attempt in state.document["undo_tried"]
        found = property_of(read_file(state.document, "undo_tried", attempt), "items") if known else {}
    return dict(found)


@contextlib.contextmanager
def entered(state: HostState, attempt: str, seconds: float) -> Iterator[None]:
    """Hold an attempt: its change, its undo, and who takes that back do not write at once. Raises Malformed."""
    with state.lock:
        lock = state.attempts.setdefault(attempt, threading.Lock())
    if not lock.acquire(timeout=seconds):
        raise Malformed("The process cannot access the file because it is being used by another process.")
    try:
        yield
    finally:
        lock.release()


def undo_of(text: str) -> tuple[str, str] | None:
    """Return the attempt whose undo this text starts, and the digest of its order; None for any other text."""
    found = _LINE.fullmatch(text.strip())
    return (found[1], found[2]) if found else None


def start(state: HostState, attempt: str, proof: str) -> int:
    """Do what powershell.exe does with that text: find the order, prove it, carry it out. Returns the exit code."""
    with state.lock:
        powershell, order = state.document["powershell"], state.document["undo_orders"].get(attempt)
    if powershell["language_mode"] != "FullLanguage" or powershell["antimalware_blocks"]:
        return 1
    if not is_private(state):
        return 7
    if order is None:
        return 1
    if digest(order) != proof:
        return 6
    with contextlib.suppress(Malformed, scheduler.TaskRefusedError), entered(state, attempt, TASK_PATIENCE):
        return 0 if _carry_out(state, order) else 8
    return 8


def _arguments(attempt: str, proof: str) -> str:
    line = UNDO_LINE.replace("ATTEMPT", attempt).replace("DIGEST", proof)
    return f'-NoProfile -NonInteractive -Command "{line}"'


def _carry_out(state: HostState, order: State) -> bool:
    """Undo what is due, or has put access at risk and was not confirmed; False where it failed."""
    attempt = order["attempt"]
    stands = undo_state(state, attempt)
    if is_over(stands):
        scheduler.remove(state, task_name(attempt))
        return True
    if not order["at_start"] and iso(state.now()) < order["due"]:
        return True
    if stands["outcome"] is None:
        _notice(state, order)
    report = _Undo(state, order).report()
    set_file(state, "undo_reports", attempt, report)
    if report["outcome"] == "failed":
        return False
    scheduler.remove(state, task_name(attempt))
    return True


def _notice(state: HostState, order: State) -> None:
    said = "Mendpoint puts a change of this computer back. Case {}, job {}, attempt {}."
    message = said.format(order["case"] or "", order["job"], order["attempt"])
    with state.changing() as document:
        line = {"log": "Application", "source": "Mendpoint", "id": 1000, "time": iso(state.now()), "message": message}
        document["event_log"].append(line)


class _Undo:
    """One undo: its items from the last to the first, each by itself."""

    def __init__(self, state: HostState, order: State) -> None:
        self._state = state
        self._order = order
        self._tried = _tried(state, order["attempt"])
        self._report: State = {"outcome": "undone", "written": [], "left": [], "errors": []}

    def report(self) -> State:
        """Put back what can be, and return the report."""
        for item in reversed(self._order["items"]):
            try:
                self._put_back(item)
            except (ScriptFailed, ScriptRefused, Malformed) as error:
                self._report["errors"].append({"index": item["item"], "stage": "write", "text": str(error)[:500]})
        if self._report["left"]:
            self._report["outcome"] = "left"
        if self._report["errors"]:
            self._report["outcome"] = "failed"
        return self._report

    def _put_back(self, item: State) -> None:
        """Put an item back. A try is noted before it writes, and what it left is noted after that."""
        now, made = self._read(item), self._made(item)
        back = back_of(item, self._states(item, made), now)
        if back is None:
            self._report["left"].append(item["item"])
            return
        cut = [passed for passed in item["undo"]["passes"] if _was_cut(passed, item, made, now)]
        back |= {passed["field"]: item["before"][passed["field"]] for passed in cut}
        if not back:
            return
        self._note(item, None)
        marks = [*item["undo"]["marks"], *(passed["event"] for passed in cut)]
        try:
            self._write(item, back | dict.fromkeys(marks, True), back, now)
        finally:
            with contextlib.suppress(ScriptFailed, ScriptRefused, Malformed):
                self._note(item, self._read(item))

    def _write(self, item: State, wanted: State, back: State, now: State) -> None:
        if run_script(item["write"], {**item["params"], "Desired": wanted, "Before": now}, self._state):
            raise Malformed("a write must output nothing")
        self._report["written"].append(item["item"])
        again = self._read(item)
        if any(not _same(value, again.get(name)) for name, value in back.items()):
            raise Malformed("it is not as it was")

    def _note(self, item: State, left: State | None) -> None:
        self._tried[str(item["item"])] = left
        set_file(self._state, "undo_tried", self._order["attempt"], {"items": dict(self._tried)})

    def _states(self, item: State, made: State | None) -> list[State | None]:
        """Return the states in which we have left an item; None where nobody has seen it."""
        names = [name for name in ("all", str(item["item"])) if name in self._tried]
        return [item["desired"], *([made] if made else []), *(self._tried[name] for name in names)]

    def _read(self, item: State) -> State:
        output = run_script(item["read"], item["params"], self._state)
        if len(output) != 1 or not isinstance(output[0], dict):
            raise Malformed("a read must output exactly one table")
        return dict(check_state(output[0]))

    def _made(self, item: State) -> State | None:
        """Return what the change made, as it has reported it; None where it has not."""
        with self._state.lock:
            document, attempt = self._state.document, self._order["attempt"]
            after = read_file(document, "reports", attempt)["after"] if attempt in document["reports"] else None
        found: State | None = after and after[item["item"]]
        return found


def _was_cut(passed: State, item: State, made: State | None, now: State) -> bool:
    """Tell whether an event of the change came no further than half way."""
    name, values = passed["field"], passed["values"]
    if passed["event"] not in item["desired"] or item["before"].get(name) in values:
        return False
    return now.get(name) in values and (made is None or made.get(name) in values)


def back_of(item: State, states: list[State | None], now: State) -> State | None:
    """Return what is put back of an item: of what the change set, whatever is still as we left it in one of these
    states; None where somebody else has changed any of that since."""
    back, before = State(), item["before"]
    for name in item["undo"]["fields"]:
        if name not in item["desired"] or _same(now.get(name), before.get(name)):
            continue
        if not any(state is None or _same(now.get(name), state.get(name)) for state in states):
            return None
        back[name] = before.get(name)
    gone = {name for name in item["undo"]["fields"] if now.get(name) is None and before.get(name) is not None}
    return back | {name: before[name] for name in gone} if back else back


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other
