"""Every vector of bootstrap.ps1 and runner.ps1, run as WinRM runs them, and held to the lab's stand-in for them."""

from __future__ import annotations

import copy
import json
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.catalog.resources.vectors import ordered
from tests.powershell import shell
from tests.powershell.conditions import CONDITIONS, PLAIN, Condition
from tests.powershell.host import Host
from tests.powershell.resources import Finding, function_of, work
from tests.remote.test_vectors import KEY, NONCE, VECTORS, host, job, visit
from troubleshoot.lab import runner as lab_runner
from troubleshoot.remote.envelope import ARGUMENTS, BOOTSTRAP, RUNNER, request_line
from troubleshoot.remote.reply import Reader

#: Functions of the runner that call what only Windows has, and what is run in their place; nothing else is replaced.
ONLY_WINDOWS = {
    "Get-DataFolder": "function Get-DataFolder {{ '{folder}' }}",
    "New-PrivateFolder": "function New-PrivateFolder($Path) {{ [void] [IO.Directory]::CreateDirectory($Path) }}",
    "Get-FolderAccess": "function Get-FolderAccess {{\n"
    "    @{{ owner = 'S-1-5-32-544'; protected = $true; named = @('S-1-5-18', 'S-1-5-32-544') }}\n}}",
    "Test-EventSource": "function Test-EventSource {{ $false }}",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_YEARS = range(2020, 2100)
_PLAIN = {"TZ": "UTC", "LC_ALL": "C"}


def needs_windows() -> dict[str, str]:
    """Return the vectors that only Windows can try, each with its reason."""
    return {one["name"]: one["simulated_only"] for one in VECTORS if "simulated_only" in one}


def real_vectors() -> list[dict[str, Any]]:
    """Return the vectors that a real PowerShell can try."""
    return [one for one in VECTORS if "simulated_only" not in one]


def prepared(script: str, folder: str) -> str:
    """Return the runner for this platform: the functions that only Windows can run are replaced, and nothing else."""
    text = script
    for name, other in ONLY_WINDOWS.items():
        found = function_of(text, name)
        text = text[: found.start()] + other.format(folder=folder) + text[found.end() :]
    assert without(text) == without(script), "something else was replaced"
    return text


def without(script: str) -> str:
    """Return a runner without the functions that only Windows can run."""
    for name in ONLY_WINDOWS:
        found = function_of(script, name)
        script = script[: found.start()] + script[found.end() :]
    return script


@dataclass
class Attempt:
    """One vector on its way: the host, the folder of its records, and the line of standard input."""

    vector: Mapping[str, Any]
    host: Host
    folder: Path
    line: bytes

    @property
    def record(self) -> Path:
        """Where the runner writes what it is about to do."""
        return self.folder / "Mendpoint" / "runs" / f"{self.vector['request']['attempt']}.json"

    def fault(self, code: int | None, said: bytes) -> str | None:
        """Return what is wrong with how it ended, or None; no code where none can be seen."""
        expected, reader = self.vector["expected"], Reader(job(self.vector["request"]), NONCE)
        reader.feed(said)
        found = visit(reader)
        document = self.host.state.document
        values = document["registry"].get(KEY, {})
        is_now: dict[str, Any] = {
            "exit_code": expected["exit_code"] if code is None else code,
            "outcome": found.outcome,
            "reason": found.reason,
            "before": list(found.before),
            "after": None if found.after is None else list(found.after),
            "written": list(found.written),
            "errors": [[error.index, error.stage] for error in found.errors],
            "registry": {name: values[name]["value"] for name in expected.get("registry", {})},
            "recorded": self.record.exists(),
        }
        wanted = {"registry": {}, "recorded": False} | expected | {"before": expected["before"] or []}
        wrong = {name: value for name, value in is_now.items() if ordered(value) != ordered(wanted[name])}
        return str(wrong) if wrong else self.host.refused or self._recorded()

    def _recorded(self) -> str | None:
        """Hold the record and the line in the event log to those of the lab's stand-in."""
        if not self.record.exists() or self.vector["expected"]["outcome"] == "duplicate":
            return None
        twin = _twin(self.vector)
        found, lab = (
            json.loads(self.record.read_text(encoding="ascii")),
            twin["runs"][self.vector["request"]["attempt"]],
        )
        at = found.pop("at")
        if not _MOMENT.fullmatch(at) or int(at[:4]) not in _YEARS:
            return f"the record says {at!r} as its time"
        if ordered(found) != ordered(_but(lab, "at")):
            return f"the record says {found}, the lab's {lab}"
        line, other = self.host.state.document["event_log"][-1], twin["event_log"][-1]
        return None if _but(line, "time") == _but(other, "time") else f"the event log says {line}, the lab's {other}"


def _but(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key != name}


def _twin(vector: Mapping[str, Any]) -> dict[str, Any]:
    state = host(copy.deepcopy(vector["state"]))
    lab_runner.run(state, request_line(job(vector["request"]), NONCE), lambda _: None, threading.Event())
    return state.document


def _attempt(vector: Mapping[str, Any], folder: Path, script: str) -> Attempt:
    body = json.loads(request_line(job(vector["request"]), NONCE))
    line = json.dumps(body | {"runner": prepared(script, str(folder))}).encode("ascii") + b"\n"
    attempt = Attempt(vector, Host(host(copy.deepcopy(vector["state"]))), folder, line)
    if vector["request"]["attempt"] in attempt.host.state.document["runs"]:
        attempt.record.parent.mkdir(parents=True)
        attempt.record.touch()
    return attempt


def as_winrm(program: str, modules: str, vector: Mapping[str, Any]) -> Finding | None:
    """Run one vector as WinRM does: a process of its own, -EncodedCommand, the request on standard input."""
    with tempfile.TemporaryDirectory() as folder, shell.listening() as (path, server):
        attempt = _attempt(vector, Path(folder), RUNNER)
        answering = threading.Thread(target=_answer, args=(server, attempt.host), daemon=True)
        answering.start()
        done = shell.run(
            program, list(ARGUMENTS), attempt.line, _PLAIN | {"XDG_DATA_HOME": modules, "MENDPOINT_LAB": path}
        )
        answering.join(shell.PATIENCE)
        return _finding(vector, PLAIN, attempt.fault(done.returncode, done.stdout))


def _answer(server: Any, answering: Host) -> None:
    connection, _ = server.accept()
    with connection:
        answering.serve(shell.Wire(connection))


def many(wire: shell.Wire, vector: Mapping[str, Any], script: str = RUNNER) -> Iterator[Finding]:
    """Run one vector under the other conditions, in the process that the wire leads to."""
    for condition in CONDITIONS:
        if condition != PLAIN:
            yield from _again(wire, vector, condition, script)


def _again(wire: shell.Wire, vector: Mapping[str, Any], condition: Condition, script: str) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory() as folder:
        attempt = _attempt(vector, Path(folder), script)
        wire.send(work(condition, bootstrap=BOOTSTRAP, line=attempt.line.decode("ascii").strip()))
        done = attempt.host.serve(wire)
        said = done["failed"] or attempt.fault(None, done["output"].encode("ascii"))
        if (finding := _finding(vector, condition, said)) is not None:
            yield finding


def _finding(vector: Mapping[str, Any], condition: Condition, said: str | None) -> Finding | None:
    return None if said is None else Finding(f"runner: {vector['name']}", condition, said, None)
