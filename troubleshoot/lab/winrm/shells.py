"""Shells and their commands: ids, streams, quotas, idle time-outs, and the thread that runs each command line."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from troubleshoot.lab.winrm import faults, soap
from troubleshoot.lab.winrm.faults import FaultError
from troubleshoot.lab.winrm.limits import Limits

CONTROL_C_EXIT = 0xC000013A  # STATUS_CONTROL_C_EXIT
_STOP_SECONDS = 10.0

Chunk = tuple[str, bytes]
# What ended a command that still ran: a signal, the removal of its shell, or the shell's idle time-out.
Ender = Literal["terminate", "delete", "idle"]


@dataclass(frozen=True)
class Taken:
    """What one Receive gets: chunks of ("stdout" or "stderr", octets), and the exit code once all is delivered."""

    chunks: tuple[Chunk, ...]
    exit_code: int | None


class Command:
    """One command line in one shell, run by a thread of its own."""

    def __init__(self, command_id: str, body: Callable[["Command"], int]) -> None:
        """Run ``body``, which reads and writes through this object and returns the exit code."""
        self.id = command_id
        self.cancelled = threading.Event()
        self.was_cut_off = False  # ended from outside while it ran
        self._body = body
        self._changed = threading.Condition()
        self._input = bytearray()
        self._input_ended = False
        self._output: list[Chunk] = []
        self._exit_code: int | None = None
        self._aborted = False
        self._delivered = False
        self._newest = 0
        self._in_flight = False
        self._thread = threading.Thread(target=self._run, name=f"lab-winrm-command-{command_id}", daemon=True)

    def start(self) -> None:
        """Run the command line."""
        self._thread.start()

    def feed(self, data: bytes, *, end: bool) -> None:
        """Add to standard input; FaultError when it has been closed before."""
        with self._changed:
            if self._input_ended:
                raise FaultError(faults.PIPE_CLOSED)
            self._input += data
            self._input_ended = end
            self._changed.notify_all()

    def read(self) -> bytes:
        """Wait for the end of standard input and return all of it; empty when the command is cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: self._input_ended or self.cancelled.is_set())
            return bytes(self._input) if self._input_ended else b""

    def write(self, stream: str, data: bytes) -> None:
        """Add output; dropped when nobody can receive it any more."""
        with self._changed:
            if data and not self._aborted:
                self._output.append((stream, data))
                self._changed.notify_all()

    def take(self, timeout: float, most: int) -> Taken:
        """Return at most ``most`` octets of output as soon as there is any, or the end; ``settle`` must follow.

        An older call that still waits gives way: its client has come back on another connection. Nothing documents
        what Windows does with the older one. Raises FaultError: TIMED_OUT after ``timeout`` seconds of silence,
        ABORTED when the command is removed meanwhile or a newer call came, UNKNOWN_COMMAND when its end has already
        been delivered.
        """
        with self._changed:
            if self._delivered and not self._in_flight:
                raise FaultError(faults.UNKNOWN_COMMAND)
            self._newest += 1
            mine = self._newest
            self._changed.notify_all()
            ready = self._changed.wait_for(lambda: self._aborted or self._newest != mine or self._ready(), timeout)
            if self._aborted or self._newest != mine:
                raise FaultError(faults.ABORTED)
            if not ready:
                raise FaultError(faults.TIMED_OUT)
            if self._delivered:  # while this call waited for what was in flight
                raise FaultError(faults.UNKNOWN_COMMAND)
            chunks = self._cut(most)
            self._delivered = self._exit_code is not None and not self._output
            self._in_flight = True
            return Taken(chunks, self._exit_code if self._delivered else None)

    def settle(self, taken: Taken, *, arrived: bool) -> None:
        """Say what became of what was taken: it has left for its client, or the next call gets it again."""
        with self._changed:
            self._in_flight = False
            if not arrived:
                self._output[:0] = taken.chunks
                self._delivered = False
            self._changed.notify_all()

    def interrupt(self) -> bool:
        """Press Ctrl+C; False when the command has ended already."""
        with self._changed:
            if self._exit_code is not None:
                return False
            self.cancelled.set()
            self._changed.notify_all()
            return True

    def abort(self) -> None:
        """Cancel the command and everyone who waits for it."""
        with self._changed:
            self.was_cut_off = self._exit_code is None
            self._aborted = True
            self.cancelled.set()
            self._changed.notify_all()

    @property
    def alive(self) -> bool:
        """Tell whether the thread of the command still runs."""
        return self._thread.is_alive()

    def join(self) -> None:
        """Wait until the thread of the command is gone."""
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        code = 1
        try:
            code = self._body(self)
        finally:
            with self._changed:
                self._exit_code = CONTROL_C_EXIT if self.cancelled.is_set() else code & 0xFFFFFFFF
                self._changed.notify_all()

    def _ready(self) -> bool:
        """Tell whether the next call gets something; output never overtakes what is still in flight."""
        return not self._in_flight and bool(self._output or self._exit_code is not None)

    def _cut(self, most: int) -> tuple[Chunk, ...]:
        chunks: list[Chunk] = []
        while self._output and most > 0:
            stream, data = self._output.pop(0)
            if len(data) > most:
                self._output.insert(0, (stream, data[most:]))
            chunks.append((stream, data[:most]))
            most -= len(data)
        return tuple(chunks)


@dataclass
class Shell:
    """One shell: its settings and the commands that were started in it."""

    id: str
    user: str
    client: str
    idle_seconds: float
    directory: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    codepage: int = 437
    commands: dict[str, Command] = field(default_factory=dict)
    operations: int = 0  # command operations are given back only with the shell
    waiting: int = 0
    used_at: float = field(default_factory=time.monotonic)

    def idle(self) -> bool:
        """Tell whether no request has used the shell for longer than its time-out."""
        return not self.waiting and time.monotonic() - self.used_at > self.idle_seconds


class Shells:
    """All shells of one host."""

    def __init__(self, limits: Limits, on_ended: Callable[[str, Ender], None] = lambda *_: None) -> None:
        """Take who hears of each command that was ended while it ran: its id, and by what."""
        self._limits = limits
        self._on_ended = on_ended
        self._lock = threading.Lock()
        self._shells: dict[str, Shell] = {}
        self._ending: list[Command] = []

    def add(self, shell: Shell) -> None:
        """Open a shell; FaultError when its id is taken or the user has too many."""
        with self._lock:
            if shell.id.upper() in self._shells:
                raise FaultError(faults.ID_TAKEN)
            if sum(other.user == shell.user for other in self._shells.values()) >= self._limits.shells_per_user:
                raise FaultError(faults.shells_quota(self._limits.shells_per_user))
            self._shells[shell.id.upper()] = shell

    def get(self, shell_id: str, user: str) -> Shell:
        """Return an open shell of this user and note its use; FaultError when there is none."""
        with self._lock:
            shell = self._shells.get(shell_id.upper())
            if shell is None or shell.user != user:
                raise FaultError(faults.UNKNOWN_SHELL)
            shell.used_at = time.monotonic()
            return shell

    def run(self, shell: Shell, command_id: str, body: Callable[[Command], int]) -> Command:
        """Start a command; FaultError when its id is taken or the user has used up the operations."""
        command = Command(command_id or soap.new_id(), body)
        with self._lock:
            if command.id.upper() in shell.commands:
                raise FaultError(faults.ID_TAKEN)
            used = sum(other.operations for other in self._shells.values() if other.user == shell.user)
            if used >= self._limits.operations_per_user:
                raise FaultError(faults.operations_quota(self._limits.operations_per_user))
            shell.operations += 1
            shell.commands[command.id.upper()] = command
            command.start()
        return command

    def command(self, shell: Shell, command_id: str) -> Command:
        """Return a command of a shell; FaultError when there is none."""
        with self._lock:
            command = shell.commands.get(command_id.upper())
        if command is None:
            raise FaultError(faults.UNKNOWN_COMMAND)
        return command

    def receive(self, shell: Shell, command: Command, timeout: float, most: int) -> Taken:
        """Wait for output; the shell is in use meanwhile."""
        with self._lock:
            shell.waiting += 1
        try:
            return command.take(timeout, most)
        finally:
            with self._lock:
                shell.waiting -= 1
                shell.used_at = time.monotonic()

    def forget(self, shell: Shell, command: Command) -> None:
        """Remove one command, ending it first."""
        with self._lock:
            shell.commands.pop(command.id.upper(), None)
            self._end(command)
        self._tell([command], "terminate")

    def close(self, shell: Shell, by: Ender | None = "delete") -> None:
        """Remove a shell with all its commands."""
        with self._lock:
            self._shells.pop(shell.id.upper(), None)
            for command in shell.commands.values():
                self._end(command)
        if by is not None:
            self._tell(list(shell.commands.values()), by)

    def expire(self) -> None:
        """Remove the shells that nobody has used for their idle time-out."""
        with self._lock:
            late = [shell for shell in self._shells.values() if shell.idle()]
        for shell in late:
            self.close(shell, "idle")

    def stop(self) -> None:
        """Remove every shell and wait until no command runs."""
        with self._lock:
            shells = list(self._shells.values())
        for shell in shells:
            self.close(shell, None)
        with self._lock:
            ending, self._ending = self._ending, []
        for command in ending:
            command.join()

    def __len__(self) -> int:
        with self._lock:
            return len(self._shells)

    def _tell(self, commands: list[Command], by: Ender) -> None:
        for command in commands:
            if command.was_cut_off:
                self._on_ended(command.id, by)

    def _end(self, command: Command) -> None:
        command.abort()
        self._ending = [other for other in self._ending if other.alive] + [command]
