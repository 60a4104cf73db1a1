"""Stands in for bootstrap.ps1 and runner.ps1 on a simulated host; knows those two texts only, by digest.

It follows them statement by statement; `tests/remote/vectors` bind both to one meaning.
"""

import json
import threading
from collections.abc import Callable
from typing import Any

from troubleshoot.lab.powershell import run as run_script
from troubleshoot.lab.powershell.errors import ScriptFailed, ScriptRefused
from troubleshoot.lab.state import HostState
from troubleshoot.remote.envelope import RUNNER_DIGEST, Malformed, check_state, script_digest

_OLDEST = (5, 1)
_LONGEST_TEXT = 500

Emit = Callable[[bytes], None]


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
    if powershell["antimalware_blocks"]:
        _mark(request, emit, "result", {"outcome": "refused", "reason": "antimalware"})
        return 5
    _Runner(state, request, emit, cancelled).work()
    return 0


def _request(stdin: bytes) -> dict[str, Any] | None:
    try:
        request = json.loads(stdin.decode("ascii"))
    except ValueError:
        return None
    complete = isinstance(request, dict) and isinstance(request.get("runner"), str) and "nonce" in request
    return request if complete else None


def _mark(request: dict[str, Any], emit: Emit, kind: str, body: dict[str, Any]) -> None:
    text = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    emit(f"#mendpoint {request['nonce']} {kind} {text}\r\n".encode("ascii"))


class _Runner:
    """runner.ps1 in Python: read all, compare, record, write, read again, report."""

    def __init__(self, state: HostState, request: dict[str, Any], emit: Emit, cancelled: threading.Event) -> None:
        self._state = state
        self._request = request
        self._emit = emit
        self._cancelled = cancelled
        self._items: list[dict[str, Any]] = request["items"]
        self._before: list[dict[str, Any] | None] = []
        self._result: dict[str, Any] = {
            "outcome": "failed",
            "identity": {},
            "written": [],
            "errors": [],
        }

    def work(self) -> None:
        """Do the request and report; a command that was ended from outside reports nothing."""
        self._result["outcome"] = self._invoke()
        if not self._cancelled.is_set():
            _mark(self._request, self._emit, "result", self._result)

    def _invoke(self) -> str:
        with self._state.lock:
            self._result["identity"] = dict(self._state.document["identity"])
        if not _matches(self._request["identity"], self._result["identity"]):
            return "identity_changed"
        self._before = self._read_all("read")
        if self._request["mode"] == "read":
            return "done"
        if self._result["errors"]:
            return "failed"
        pairs = zip(self._items, self._before, strict=True)
        if not all(_matches(item["expected"], before) for item, before in pairs):
            return "drifted"
        return self._apply()

    def _apply(self) -> str:
        if self._cancelled.is_set():
            return "failed"
        if not self._record():
            return "duplicate"
        for index, item in enumerate(self._items):
            if item["desired"] is not None and not self._result["errors"] and not self._cancelled.is_set():
                self._write(index, item)
        self._read_all("check")
        return "failed" if self._result["errors"] else "done"

    def _read_all(self, stage: str) -> list[dict[str, Any] | None]:
        states: list[dict[str, Any] | None] = []
        for index, item in enumerate(self._items):
            self._progress(index, stage)
            state = None
            try:
                state = _one_table(run_script(item["read"], item["params"], self._state))
            except (ScriptRefused, ScriptFailed, Malformed) as error:
                self._fault(index, "read", error)
            states.append(state)
            _mark(self._request, self._emit, "state", {"item": index, "stage": stage, "state": state})
        return states

    def _write(self, index: int, item: dict[str, Any]) -> None:
        self._progress(index, "write")
        params = {**item["params"], "Desired": item["desired"], "Before": self._before[index]}
        try:
            output = run_script(item["write"], params, self._state)
        except (ScriptRefused, ScriptFailed) as error:
            self._fault(index, "write", error)
            return
        self._result["written"].append(index)
        if output:
            self._fault(index, "write", Malformed("a write must output nothing"))

    def _record(self) -> bool:
        """Tell whether this attempt is new here; it and the line in the event log are kept before anything is
        written."""
        attempt = self._request["attempt"]
        entries = [
            {"resource": item["resource"], "params": item["params"], "before": before, "desired": item["desired"]}
            for item, before in zip(self._items, self._before, strict=True)
        ]
        at = self._state.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._state.changing() as document:
            if attempt in document["runs"]:
                return False
            known = {name: self._request[name] for name in ("attempt", "job", "case")}
            document["runs"][attempt] = {"v": 1, **known, "at": at, "items": entries}
            text = "Mendpoint is about to change this computer. Case {case}, job {job}, attempt {attempt}."
            message = text.format_map(known | {"case": known["case"] or ""})
            line = {"log": "Application", "source": "Mendpoint", "id": 1000, "time": at, "message": message}
            document["event_log"].append(line)
        return True

    def _progress(self, index: int, stage: str) -> None:
        body = {"item": index, "stage": stage, "text": self._items[index]["resource"]}
        _mark(self._request, self._emit, "progress", body)

    def _fault(self, index: int, stage: str, error: Exception) -> None:
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
