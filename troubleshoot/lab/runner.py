"""Stands in for the bootstrap and the runner on a simulated host; knows those two texts only, by digest.

It follows them statement by statement; `tests/remote/vectors` bind both to one meaning.
"""

import contextlib
import json
import threading
from typing import Any

from troubleshoot.lab import undoing
from troubleshoot.lab.powershell import run as run_script
from troubleshoot.lab.powershell.errors import ScriptFailed, ScriptRefused
from troubleshoot.lab.run_records import (
    assert_private,
    begin_process,
    find_attempt,
    forestalled,
    new_record,
    remove_idle,
    remove_old,
    set_file,
    undo_state,
)
from troubleshoot.lab.scheduler import TaskRefusedError
from troubleshoot.lab.state import HostState, iso
from troubleshoot.lab.voice import Emit, Voice
from troubleshoot.remote.envelope import RUNNER_DIGEST, Malformed, check_state, script_digest

_OLDEST = (5, 1)
_LONGEST_TEXT = 500
#: What stands in the way of a file of an attempt, or of its task.
_REFUSED = (Malformed, TaskRefusedError)

State = dict[str, Any] | None


def run(state: HostState, stdin: bytes, emit: Emit, cancelled: threading.Event) -> int:
    """Do what powershell.exe would with the bootstrap, this standard input and this host; returns the exit code.

    A runner text with another digest ends with code 1 and no result, as any script would that cannot be simulated.
    """
    with state.lock:
        powershell = dict(state.document["powershell"])
    version, mode = str(powershell["version"]), str(powershell["language_mode"])
    hello = json.dumps({"ps": version, "mode": mode}, separators=(",", ":"))
    emit(f"#mendpoint - hello {hello}\r\n".encode("ascii"))
    if mode != "FullLanguage":
        return 3
    if tuple(int(part) for part in version.split(".")) < _OLDEST:
        return 4
    request = _request(stdin)
    if request is None or script_digest(request["runner"]) != RUNNER_DIGEST:
        return 1
    voice = Voice(request["nonce"], emit)
    if powershell["antimalware_blocks"]:
        voice.say("result", {"outcome": "refused", "reason": "antimalware"})
        return 5
    _Runner(state, request, voice, cancelled).work()
    return 0


def _request(stdin: bytes) -> dict[str, Any] | None:
    try:
        request = json.loads(stdin.decode("ascii"))
    except ValueError:
        return None
    complete = isinstance(request, dict) and isinstance(request.get("runner"), str) and "nonce" in request
    return request if complete else None


class _Runner:
    """The runner in Python: read all, compare, record, write, read again, report; or settle, or cancel."""

    def __init__(self, state: HostState, request: dict[str, Any], voice: Voice, cancelled: threading.Event) -> None:
        self._state = state
        self._request = request
        self._voice = voice
        self._cancelled = cancelled
        self._items: list[dict[str, Any]] = request["items"]
        self._result: dict[str, Any] = {"outcome": "failed", "identity": {}, "written": [], "errors": []}

    def work(self) -> None:
        """Do the request and report; a command that was ended from outside reports nothing."""
        self._result["outcome"] = self._invoke()
        if not self._cancelled.is_set():
            self._voice.say("result", self._result)

    def _invoke(self) -> str:
        with self._state.lock:
            self._result["identity"] = dict(self._state.document["identity"])
        if not _matches(self._request["identity"], self._result["identity"]):
            return "identity_changed"
        if self._request["mode"] == "apply":
            return self._return() if self._request["of"] else self._apply()
        try:
            self._inquire(self._request["attempt"])
        except _REFUSED as error:
            self._fault(None, "record", error)
            return "failed"
        if self._request["mode"] != "cancel":
            self._read_all("read")
        return "done"

    def _inquire(self, attempt: str) -> None:
        """Find out what became of one attempt, or take its undo back."""
        assert_private(self._state)
        if self._request["mode"] in {"settle", "cancel"}:
            self._result["attempt"] = find_attempt(self._state, attempt)
        if self._request["mode"] == "disarm":
            with undoing.entered(self._state, attempt, undoing.PATIENCE):
                self._result["undo"] = undoing.disarm(self._state, attempt)

    def _return(self) -> str:
        """Put a change back for the computer, which then need not do it itself."""
        state, origin = self._state, self._request["of"]
        try:
            assert_private(state)
            with undoing.entered(state, origin, undoing.PATIENCE):
                outcome = self._apply()
                self._result["undo"] = undo_state(state, origin)
                if outcome == "done":
                    with contextlib.suppress(*_REFUSED):
                        self._result["undo"] = undoing.disarm(state, origin)
        except Malformed as error:
            self._fault(None, "record", error)
            return "failed"
        return outcome

    def _apply(self) -> str:
        before = self._read_all("read")
        if self._result["errors"]:
            return "failed"
        if not all(_matches(item["expected"], found) for item, found in zip(self._items, before, strict=True)):
            return "drifted"
        try:
            assert_private(self._state)
        except Malformed as error:
            self._fault(None, "record", error)
            return "failed"
        return self._start(before)

    def _start(self, before: list[State]) -> str:
        process = begin_process(self._state)
        try:
            if self._cancelled.is_set():
                return "failed"
            return self._record(before, process)
        finally:
            del self._state.visits[process]

    def _record(self, before: list[State], process: int) -> str:
        """Keep the record, then arm the undo, then write: what cannot be armed is not written."""
        state, request = self._state, self._request
        order = undoing.new_order(state, request, before) if request["undo"] else None
        if not new_record(state, request, before, process):
            return self._forestalled()
        if order is None:
            return self._change(before)
        with undoing.entered(state, request["attempt"], 0):
            if self._arm(order):
                return self._change(before)
            self._report(before, None, "not_armed")
            return "not_armed"

    def _arm(self, order: dict[str, Any]) -> bool:
        try:
            undoing.arm(self._state, order)
            self._result["undo"] = undo_state(self._state, order["attempt"])
        except _REFUSED as error:
            self._fault(None, "arm", error)
            return False
        return True

    def _report(self, before: list[State], after: list[State] | None, outcome: str) -> None:
        said = {name: list(self._result[name]) for name in ("written", "errors")}
        body = {"outcome": outcome, "before": before, "after": after, **said}
        set_file(self._state, "reports", self._request["attempt"], body)

    def _forestalled(self) -> str:
        try:
            return forestalled(self._state, self._request["attempt"])
        except Malformed as error:
            self._fault(None, "record", error)
            return "duplicate"

    def _change(self, before: list[State]) -> str:
        self._notice()
        if self._request["of"]:
            undoing.add_tried(self._state, self._request["of"])
        for index, item in enumerate(self._items):
            if item["desired"] is not None and not self._result["errors"] and not self._cancelled.is_set():
                self._write(index, item, before[index])
        self._voice.wait()
        after = self._read_all("check")
        outcome = "failed" if self._result["errors"] else "done"
        if not self._cancelled.is_set():
            self._report(before, after, outcome)
        self._voice.go_on()
        with contextlib.suppress(TaskRefusedError):
            remove_idle(self._state)
            remove_old(self._state, {self._request["attempt"], self._request["of"]})
        return outcome

    def _read_all(self, stage: str) -> list[State]:
        return [self._read(stage, index) for index in range(len(self._items))]

    def _read(self, stage: str, index: int) -> State:
        item, state = self._items[index], None
        self._progress(index, stage)
        try:
            self._wait(item["resource"])
            state = _one_table(run_script(item["read"], item["params"], self._state))
        except (ScriptRefused, ScriptFailed, Malformed) as error:
            self._fault(index, "read", error)
        self._voice.say("state", {"item": index, "stage": stage, "state": state})
        return state

    def _wait(self, resource: str) -> None:
        """Let a reading take its time. Raises Malformed when it takes more than it may."""
        with self._state.lock:
            seconds = self._state.document["slow"].get(resource, 0)
        if seconds:
            self._cancelled.wait(min(seconds, self._request["read_seconds"]))
        if seconds >= self._request["read_seconds"]:
            raise Malformed("overdue")

    def _write(self, index: int, item: dict[str, Any], before: State) -> None:
        self._progress(index, "write")
        if self._cancelled.wait(self._state.document["powershell"]["write_seconds"]):
            return
        params = {**item["params"], "Desired": item["desired"], "Before": before}
        try:
            output = run_script(item["write"], params, self._state)
        except (ScriptRefused, ScriptFailed) as error:
            self._fault(index, "write", error)
            return
        self._result["written"].append(index)
        if output:
            self._fault(index, "write", Malformed("a write must output nothing"))

    def _notice(self) -> None:
        text = "Mendpoint is about to change this computer. Case {case}, job {job}, attempt {attempt}."
        message = text.format_map(self._request | {"case": self._request["case"] or ""})
        with self._state.changing() as document:
            line = {"log": "Application", "source": "Mendpoint", "id": 1000, "time": iso(self._state.now())}
            document["event_log"].append({**line, "message": message})

    def _progress(self, index: int, stage: str) -> None:
        self._voice.say("progress", {"item": index, "stage": stage, "text": self._items[index]["resource"]})

    def _fault(self, index: int | None, stage: str, error: Exception) -> None:
        self._result["errors"].append({"index": index, "stage": stage, "text": str(error)[:_LONGEST_TEXT]})


def _one_table(output: list[object]) -> dict[str, Any]:
    if len(output) != 1 or not isinstance(output[0], dict):
        raise Malformed("a read must output exactly one table")
    return dict(check_state(output[0]))


def _matches(wanted: dict[str, Any] | None, state: dict[str, Any] | None) -> bool:
    """Tell whether every wanted field has that value: ordinal, and of the same type (True is not 1)."""
    return wanted is None or all(
        state is not None and name in state and type(state[name]) is type(value) and state[name] == value
        for name, value in wanted.items()
    )
