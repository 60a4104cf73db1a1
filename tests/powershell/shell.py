"""Finds a PowerShell and starts it; each process talks to us over a socket of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_OLDEST = (7, 4)
#: A process that has said nothing for so long is stuck.
PATIENCE = 120
#: No colours in what is said; and no counting of how often code runs, which pays only in processes that live for long.
PLAIN = {"NO_COLOR": "1", "DOTNET_TieredPGO": "0"}


class NoPowerShellError(Exception):
    """There is no PowerShell that the tests can use; the message says why."""


def find(environment: Mapping[str, str] = os.environ) -> str:
    """Return the program: what MENDPOINT_PWSH names, else the one on PATH, else the one beside the checkout."""
    beside = _ROOT.parent / "shared" / "tools" / "pwsh"
    found = environment.get("MENDPOINT_PWSH") or shutil.which("pwsh") or (str(beside) if beside.exists() else None)
    if found is None:
        raise NoPowerShellError("there is no pwsh: name one in MENDPOINT_PWSH, or put it on PATH")
    told = run(found, ["-NoProfile", "-NonInteractive", "-Command", "$PSVersionTable.PSVersion.ToString()"]).stdout
    version = re.match(rb"(\d+)\.(\d+)", told)
    if version is None or (int(version[1]), int(version[2])) < _OLDEST:
        raise NoPowerShellError(f"{found} is no PowerShell from 7.4 on: it answers {told[:80]!r}")
    return found


def run(
    program: str, arguments: list[str], stdin: bytes = b"", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a PowerShell to its end."""
    environment = os.environ | PLAIN | dict(more or {})
    return subprocess.run(
        [program, *arguments], input=stdin, capture_output=True, check=False, timeout=PATIENCE, env=environment
    )


def listen(
    program: str, arguments: list[str], stdin: bytes, more: Mapping[str, str], *, lines: int | None
) -> tuple[int, bytes]:
    """Run a PowerShell to its end; return its code and what was heard: all, or so many lines before the pipe closed."""
    if lines is None:
        done = run(program, arguments, stdin, more)
        return done.returncode, done.stdout
    with opened(program, arguments, more) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(stdin)
        process.stdin.close()
        heard = [process.stdout.readline() for _ in range(lines)]
        process.stdout.close()
        return process.wait(PATIENCE), b"".join(heard)


def opened(
    program: str, arguments: list[str], more: Mapping[str, str], *, errors: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start a PowerShell whose input and output are pipes."""
    environment = os.environ | PLAIN | dict(more)
    pipe = subprocess.PIPE
    return subprocess.Popen([program, *arguments], env=environment, stdin=pipe, stdout=pipe, stderr=errors)


class Wire:
    """Lines of JSON, both ways; ``peer`` is the process at the other end."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rwb")
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self.peer: int = struct.unpack("3i", credentials)[0]

    def send(self, message: Any) -> None:
        """Send one message."""
        self._file.write(json.dumps(message).encode("ascii") + b"\n")
        self._file.flush()

    def receive(self) -> Any:
        """Return the next message; None when the other side has gone."""
        line = self._file.readline()
        return json.loads(line) if line else None


@contextmanager
def listening() -> Iterator[tuple[str, socket.socket]]:
    """Yield a socket that a PowerShell can reach, with its path."""
    with tempfile.TemporaryDirectory(prefix="pwsh") as folder, socket.socket(socket.AF_UNIX) as server:
        path = f"{folder}/lab"
        server.bind(path)
        server.listen(1)
        server.settimeout(PATIENCE)
        yield path, server


@contextmanager
def started(program: str, script: Path, modules: str) -> Iterator[Wire]:
    """Start a script that talks over a socket, and yield the wire to it; ends the process at the end."""
    with listening() as (path, server):
        environment = os.environ | PLAIN | {"MENDPOINT_LAB": path, "XDG_DATA_HOME": modules}
        with subprocess.Popen(
            [program, "-NoProfile", "-NonInteractive", "-File", str(script)], env=environment, stdin=subprocess.DEVNULL
        ) as process:
            try:
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(PATIENCE)
                    wire = Wire(connection)
                    wire.receive()
                    yield wire
            finally:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=5)
                process.kill()
