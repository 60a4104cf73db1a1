"""Every vector of bootstrap.ps1 and the runner, run as WinRM runs them, and held to the lab's stand-in for them."""

from __future__ import annotations

import copy
import json
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.catalog.resources.vectors import ordered
from tests.powershell import shell
from tests.powershell.conditions import CONDITIONS, PLAIN, Condition
from tests.powershell.host import Host
from tests.powershell.resources import Finding, work
from tests.powershell.run_folder import FILES, RunFolder
from tests.powershell.runner_text import DATA, paced, prepared
from tests.remote.test_vectors import (
    ALTERED,
    NONCE,
    VECTORS,
    exit_codes,
    host,
    job,
    leaves,
    prepare,
    run,
    started_by,
    tells,
    undoes,
    undone,
)
from troubleshoot.lab import runner as lab_runner
from troubleshoot.lab.state import HostState, iso
from troubleshoot.remote.envelope import ARGUMENTS, BOOTSTRAP, RUNNER, Malformed, request_line
from troubleshoot.remote.reply import Reader

_MOMENT = re.compile(r"20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PLAIN = {"TZ": "UTC", "LC_ALL": "C"}
#: Before anything else: what is called first decides whose commands are found afterwards.
_STAND_INS = "Import-Module WindowsPowerShell51"
#: Seconds to hear out a process that has ended; one that refused its order has not asked anything.
_LEFT_ALONE = 5


def needs_windows() -> dict[str, str]:
    """Return the vectors that only Windows can try, each with its reason."""
    return {one["name"]: one["simulated_only"] for one in VECTORS if "simulated_only" in one}


def real_vectors() -> list[dict[str, Any]]:
    """Return the vectors that a real PowerShell can try."""
    return [one for one in VECTORS if "simulated_only" not in one]


@dataclass
class Attempt:
    """One vector on its way: the host, the lab's own, the folder of its files, and the line of standard input."""

    vector: Mapping[str, Any]
    host: Host
    twin: HostState
    folder: RunFolder
    line: bytes
    process: int = 0

    def serve(self, wire: shell.Wire) -> Any:
        """Answer what is asked over this wire; who asks is a process of this host."""
        self.process = wire.peer
        if self.vector["request"]["mode"] == "apply":
            self.host.state.visits[self.process] = iso(self.host.state.now())
        return self.host.serve(wire)

    def fault(self, code: int | None, said: bytes) -> str | None:
        """Return what is wrong with how it ended, or None; no code where none can be seen."""
        expected, asked = self.vector["expected"], job(self.vector["request"])
        reader = Reader(asked, NONCE)
        reader.feed(said)
        try:
            found = reader.visit()
        except Malformed as reason:
            return f"it says what nobody can read: {reason}"
        if (strangers := self.folder.take(self.host.state.document)) or code not in {None, expected["exit_code"]}:
            return f"it ends with code {code} and leaves {strangers}"
        try:
            tells(found, expected)
            leaves(self.host.state, asked, expected)
            if then := self.vector.get("then"):
                undone(self.host.state, asked, then)
        except AssertionError:
            left = {kind: self.host.state.document[kind] for kind in FILES}
            return f"it says {found} and leaves {left}, not {expected}"
        return self.host.refused or self._difference(self._ends_as_the_lab())

    def _ends_as_the_lab(self) -> dict[str, tuple[Any, Any]]:
        """Return the files and the event log beside those of the lab's stand-in, without what differs each time."""
        asked = job(self.vector["request"])
        run(self.twin, asked, hears=self.vector.get("listener_hears"))
        if then := self.vector.get("then"):
            undoes(self.twin, asked, then)
        own, lab = self.host.state.document, self.twin.document
        compared = {kind: (_alike(own[kind]), _alike(lab[kind])) for kind in FILES}
        logs = [[_but(line, "time") for line in document["event_log"]] for document in (own, lab)]
        return compared | {"event_log": (logs[0], logs[1]), "moments": (self._moments(), [])}

    def task(self) -> str | None:
        """Return what PowerShell is given by the task that was made, where the vector starts it."""
        if "then" not in self.vector:
            return None
        prepare(self.host.state, self.vector["then"])
        self.folder.owned(self.host.state.document)
        if "unreported" in self.vector["then"]:
            self.folder.runs.joinpath(self.vector["request"]["attempt"] + FILES["reports"]).unlink()
        if "alters" in self.vector["then"]:
            (file,) = self.folder.runs.glob("*" + FILES["undo_orders"])
            file.write_text(file.read_text(encoding="ascii").replace(NONCE, ALTERED), encoding="ascii")
        _, arguments = started_by(self.host.state, job(self.vector["request"]))
        return arguments.removeprefix('-NoProfile -NonInteractive -Command "').removesuffix('"')

    def starts(self) -> int:
        """Return how often the task is started."""
        return int(self.vector["then"]["starts"])

    def _difference(self, compared: Mapping[str, tuple[Any, Any]]) -> str | None:
        wrong = {name: pair for name, pair in compared.items() if ordered(pair[0]) != ordered(pair[1])}
        return f"it leaves and the lab leaves: {wrong}" if wrong else None

    def _moments(self) -> list[str]:
        """Return what is wrong with the moments that were written down, and with the process that is named."""
        kept = [body for kind in FILES for body in self.host.state.document[kind].values() if isinstance(body, dict)]
        moments = [body[name] for body in kept for name in ("at", "started", "boot") if name in body]
        wrong = [f"{moment!r} is no moment" for moment in moments if not _MOMENT.fullmatch(moment)]
        begun = {str(self.process): self.host.state.visits.get(self.process)}
        own = [{str(body["process"]): body["started"]} for body in kept if "process" in body and self._is_new(body)]
        return wrong + [f"it names {one}, and it is {begun}" for one in own if one != begun]

    def _is_new(self, body: Mapping[str, Any]) -> bool:
        return body not in self.vector["state"].get("runs", {}).values()


def _alike(bodies: Mapping[str, Any]) -> list[Any]:
    """Return files without moments, numbers of processes and the words of errors."""
    return [_same(body) if isinstance(body, dict) else body for _, body in sorted(bodies.items())]


def _same(body: Mapping[str, Any]) -> dict[str, Any]:
    rest = _but(body, "at", "process", "started", "due", "runner")
    errors = rest.get("errors")
    return rest if errors is None else rest | {"errors": [_but(error, "text") for error in errors]}


def _but(table: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in names}


def _attempt(vector: Mapping[str, Any], folder: Path, script: str, *, shared: bool) -> Attempt:
    state = host(vector["state"])
    body = json.loads(request_line(job(vector["request"]), NONCE))
    items = [paced(item, state.document["slow"]) for item in body["items"]]
    text = prepared(script, shared=shared)
    line = json.dumps(body | {"runner": text, "items": items}).encode("ascii") + b"\n"
    attempt = Attempt(vector, Host(state), HostState(copy.deepcopy(state.document)), RunFolder(folder), line)
    attempt.folder.put(state.document)
    for end in vector.get("half_written", []):
        attempt.folder.put_half(vector["request"]["attempt"] + end)
    return attempt


def as_winrm(program: str, modules: str, vector: Mapping[str, Any]) -> Finding | None:
    """Run one vector as WinRM does: a process of its own, -EncodedCommand, the request on standard input."""
    with tempfile.TemporaryDirectory() as folder, shell.listening() as (path, server):
        attempt = _attempt(vector, Path(folder), RUNNER, shared=False)
        answering = threading.Thread(target=_answer, args=(server, attempt), daemon=True)
        answering.start()
        more = _PLAIN | {"XDG_DATA_HOME": modules, "MENDPOINT_LAB": path, DATA: folder}
        began = time.monotonic()
        code, said = shell.listen(program, list(ARGUMENTS), attempt.line, more, lines=vector.get("listener_hears"))
        took = time.monotonic() - began
        answering.join(shell.PATIENCE)
        wrong = _start_task(program, attempt, server, more)
        return _finding(vector, PLAIN, _waited(attempt, took) or wrong or attempt.fault(code, said))


def _start_task(program: str, attempt: Attempt, server: Any, more: Mapping[str, str]) -> str | None:
    """Start what the task starts, as often as the vector says, each time in a process of its own; return what is wrong
    with how one ended."""
    text, ends = attempt.task(), list[int]()
    for _ in range(attempt.starts() if text else 0):
        answering = threading.Thread(target=_answer, args=(server, attempt.host), daemon=True)
        answering.start()
        own = ["-NoProfile", "-NonInteractive", "-Command", f"{_STAND_INS}; {text}"]
        ends.append(shell.run(program, own, b"", more).returncode)
        answering.join(_LEFT_ALONE)
    expected = exit_codes(attempt.vector["then"]) if ends else []
    return None if ends == expected else f"its task ends with {ends}"


def _waited(attempt: Attempt, seconds: float) -> str | None:
    """Tell where a process did not end before a reading that it had left behind."""
    slow = attempt.host.state.document["slow"].values()
    behind = [one for one in slow if one > job(attempt.vector["request"]).read_seconds]
    late = behind and seconds > min(behind)
    return f"it took {seconds:.0f} s, as long as a reading that was overdue" if late else None


def _answer(server: Any, attempt: Attempt | Host) -> None:
    try:
        connection, _ = server.accept()
    except OSError:
        return  # what refuses its order asks the computer nothing
    with connection:
        attempt.serve(shell.Wire(connection))


def many(
    wire: shell.Wire, vector: Mapping[str, Any], script: str = RUNNER, conditions: Sequence[Condition] = CONDITIONS
) -> Iterator[Finding]:
    """Run one vector under these conditions but the plain one, in the process that the wire leads to."""
    for condition in conditions:
        if condition != PLAIN:
            yield from _again(wire, vector, condition, script)


def _again(wire: shell.Wire, vector: Mapping[str, Any], condition: Condition, script: str) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory() as folder:
        attempt = _attempt(vector, Path(folder), script, shared=True)
        line = attempt.line.decode("ascii").strip()
        wire.send(work(condition, bootstrap=BOOTSTRAP, line=line, room=_room(attempt), data=folder))
        done = attempt.serve(wire)
        text = attempt.task()
        for _ in range(attempt.starts() if text else 0):
            wire.send(work(condition, bootstrap=str(text), line="", room="", data=folder))
            attempt.host.serve(wire)
        said = done["failed"] or attempt.fault(None, done["output"].encode("ascii"))
        if (finding := _finding(vector, condition, said)) is not None:
            yield finding


def _room(attempt: Attempt) -> str:
    """Return how many bytes of the console are heard, as the lab's lines have them; empty where all are.

    The greeting is output and no line of the console.
    """
    hears = attempt.vector.get("listener_hears")
    if hears is None:
        return ""
    said: list[bytes] = []
    state = HostState(copy.deepcopy(attempt.twin.document))
    lab_runner.run(state, request_line(job(attempt.vector["request"]), NONCE), said.append, threading.Event())
    return str(len(b"".join(said[1:hears])))


def _finding(vector: Mapping[str, Any], condition: Condition, said: str | None) -> Finding | None:
    return None if said is None else Finding(f"runner: {vector['name']}", condition, said, None)
