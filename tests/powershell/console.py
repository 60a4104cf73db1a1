"""The `powershell.exe` of a simulated host as a real PowerShell: what its WinRM runs in place of the lab's stand-in."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from tests.powershell import shell
from tests.powershell.host import Host
from tests.powershell.run_folder import RunFolder
from tests.powershell.runner_text import DATA, prepared
from troubleshoot.lab.process import Emit
from troubleshoot.lab.state import HostState, iso
from troubleshoot.remote.envelope import ARGUMENTS, RUNNER

_LOOK_SECONDS = 0.1


class RealPowerShell:
    """Runs the bootstrap as WinRM does: a process of its own, -EncodedCommand, the request on standard input.

    ``hears`` is told of each Windows command before it is carried out; ``refused`` is what the lab would not answer,
    and ``processes`` the numbers of the processes that there were.
    """

    def __init__(self, program: str, modules: str, data: Path) -> None:
        self.hears: Callable[[str], None] = lambda _: None
        self.refused: list[str] = []
        self.processes: list[int] = []
        self._program, self._modules, self._folder = program, modules, RunFolder(data)

    def __call__(self, state: HostState, stdin: bytes, emit: Emit, cancelled: threading.Event) -> int:
        """Run one visit to its end; return the exit code. A visit that is cut off is killed, as WinRM does it."""
        request = json.loads(stdin)
        assert request["runner"] == RUNNER
        line = json.dumps(request | {"runner": prepared(RUNNER)}).encode("ascii") + b"\n"
        self._folder.data.mkdir(parents=True, exist_ok=True)
        self._folder.owned(state.document)
        with shell.listening() as (path, server):
            answering = threading.Thread(target=self._answer, args=(server, state), daemon=True)
            answering.start()
            own = {"XDG_DATA_HOME": self._modules, "MENDPOINT_LAB": path, DATA: str(self._folder.data)}
            more = {"TZ": "UTC", "LC_ALL": "C", **own}
            with shell.opened(self._program, list(ARGUMENTS), more) as process:
                code = _spoken(process, line, emit, cancelled)
            answering.join(shell.PATIENCE)
        with state.changing() as document:
            assert not self._folder.take(document), "the runner has left a file that should not have stayed"
        return code

    def _answer(self, server: Any, state: HostState) -> None:
        connection, _ = server.accept()
        host = Host(state, self.hears)
        with connection:
            wire = shell.Wire(connection)
            self.processes.append(wire.peer)
            state.visits[wire.peer] = iso(state.now())
            try:
                host.serve(wire)
            finally:
                del state.visits[wire.peer]
        self.refused += [host.refused] if host.refused else []


def _spoken(process: subprocess.Popen[bytes], line: bytes, emit: Emit, cancelled: threading.Event) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line)
    process.stdin.close()
    speaking = threading.Thread(target=_pass_on, args=(process.stdout, emit), daemon=True)
    speaking.start()
    while process.poll() is None:
        if cancelled.wait(_LOOK_SECONDS):
            process.kill()
            process.wait()
    speaking.join(shell.PATIENCE)
    return process.returncode


def _pass_on(output: IO[bytes], emit: Emit) -> None:
    for line in output:
        emit(line)
