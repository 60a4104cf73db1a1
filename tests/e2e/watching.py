"""What the kernel says about processes: their arguments, their environment, and who is still there."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_PROC = Path("/proc")


def pids() -> Iterator[int]:
    """Every process that is there now."""
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def arguments(pid: int) -> bytes:
    """The command line as every other process can read it; empty when the process has gone."""
    return _read(pid, "cmdline")


def environment(pid: int) -> dict[str, str]:
    """The first environment of a process, as the kernel keeps it for the process's whole life."""
    entries = _read(pid, "environ").split(b"\0")
    pairs = (entry.decode("utf-8", "replace").partition("=") for entry in entries if entry)
    return {name: value for name, _, value in pairs}


def started_with(name: str, value: str) -> dict[int, str]:
    """The processes that were started with this variable, each with its command line. Zombies have none."""
    return {
        pid: arguments(pid).replace(b"\0", b" ").decode("utf-8", "replace")
        for pid in pids()
        if environment(pid).get(name) == value
    }


@dataclass(frozen=True)
class Seen:
    """A process that was there; the start time tells it from a later one with the same number."""

    pid: int
    started: str
    line: str

    @property
    def is_there(self) -> bool:
        """Whether it still is. A zombie has ended."""
        state, _, started = _stat(self.pid)
        return started == self.started and state != "Z"


def family(pid: int) -> list[Seen]:
    """A process with all its descendants. (Valkey overwrites its environment, so a mark there does not find it.)"""
    parents = {one: _stat(one)[1] for one in pids()}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == str(one)]
    return [Seen(one, _stat(one)[2], arguments(one).replace(b"\0", b" ").decode("utf-8", "replace")) for one in found]


class ArgumentWatch:
    """Looks at every process's arguments, again and again, for texts that may not be there."""

    def __init__(self, secrets: Iterable[str], *, every: float = 0.25) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="argument-watch", daemon=True)
        self.rounds = 0
        self.found: set[bytes] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self._every):
            seen = {line for pid in pids() if (line := arguments(pid))}
            self.found |= {line for line in seen if any(secret in line for secret in self._secrets)}
            self.rounds += 1


def _stat(pid: int) -> tuple[str, str, str]:
    """State, parent and start time: fields 3, 4 and 22 of proc_pid_stat(5)."""
    fields = _read(pid, "stat").rpartition(b")")[2].decode("ascii").split()
    return (fields[0], fields[1], fields[19]) if fields else ("", "", "")


def _read(pid: int, name: str) -> bytes:
    try:
        return (_PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""
