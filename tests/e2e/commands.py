"""Commands without the start of a Python each time: one process has loaded everything and forks for each command.

What a command does, prints and ends with is `manage.py`'s own, in a process of its own; only the modules and the
catalogue, which cost more than most commands do, are loaded once.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO

import django
from django.core.checks import run_checks
from django.core.management import execute_from_command_line

from tests.support import load_everything
from troubleshoot.catalog import installed_catalog

_MOST = 65_536
#: What Celery loads when it first rings a doorbell.
_WHEN_NEEDED = "kombu.transport.redis"


class Commands:
    """The process that forks. Several threads may ask it for a command at the same time."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                cwd=folder,
                env={**env, "DJANGO_SETTINGS_MODULE": "portal.settings"},
                stdin=theirs.fileno(),
            )

    def run(self, command: Sequence[str], *, typed: str = "", env: Mapping[str, str]) -> tuple[int, str, str]:
        """Carry out `manage.py COMMAND` with what was typed for it: its code, and what it printed."""
        told, telling = os.pipe()
        with tempfile.TemporaryFile() as typing, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            typing.write(typed.encode())
            typing.seek(0)
            asked = json.dumps({"command": [*command], "env": {**env}}).encode()
            with os.fdopen(telling, "wb"):
                socket.send_fds(self._ours, [asked], [typing.fileno(), out.fileno(), err.fileno(), telling])
            with os.fdopen(told, "rb") as line:
                code = int(line.read() or -signal.SIGKILL)
            return code, _said(out), _said(err)

    def stop(self) -> None:
        """End it, as nobody will ask any more."""
        self._ours.close()
        self._process.wait(timeout=60)


def _said(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def serve(line: socket.socket) -> None:
    """Fork for each command that is asked for on the line, until nobody is at its other end."""
    django.setup()
    load_everything()
    import_module(_WHEN_NEEDED)
    run_checks()
    installed_catalog()
    gc.freeze()
    while True:
        asked, files, *_ = socket.recv_fds(line, _MOST, 4)
        if not asked:
            return
        if os.fork() == 0:
            line.close()
            _carry_out(files, **json.loads(asked))
        for file in files:
            os.close(file)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                """One that has ended since the last command."""


def _carry_out(files: Sequence[int], *, command: Sequence[str], env: Mapping[str, str]) -> None:
    """In the process of the command: what `manage.py` does, up to the end of the process."""
    for place, file in enumerate(files[:3]):
        os.dup2(file, place)
        os.close(file)
    os.environ.update(env)
    code = _code_of(command)
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(files[3], str(code).encode())
    sys.exit(code)


def _code_of(command: Sequence[str]) -> int:
    try:
        execute_from_command_line(["manage.py", *command])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does with whatever nobody caught
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve(socket.socket(fileno=0))
