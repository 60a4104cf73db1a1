"""The whole chain on one machine, each part a process that may die: whoever tends it starts what is gone again."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.bench import Bench
from tests.e2e.world import SECRET, USER, Computer, gunicorn, wait_for
from tests.soak_faults.line import Line
from tests.soak_faults.table import Table
from troubleshoot.management import processes

#: Seconds after which a silent worker has lost what it had.
LEASE = 5
SETTINGS = {
    "MENDPOINT_LEASE_SECONDS": str(LEASE),
    "MENDPOINT_QUEUE_PER_PERSON": "1000",
    "MENDPOINT_QUEUE_PER_SITE": "1000",
}
#: So that a write takes long enough to be hit.
WRITE_SECONDS = 0.15
WORKERS = ("worker-1", "worker-2", "worker-3")
#: So many computers share a process: they lose their power together.
TOGETHER = 6
Process = subprocess.Popen[bytes]


@dataclass
class Chain(Bench):
    """The processes by their parts, and what is to be done to them later."""

    lines: dict[str, Line] = field(default_factory=dict)
    labs: dict[str, list[Computer]] = field(default_factory=dict)
    parts: dict[str, Process] = field(default_factory=dict)
    #: Parts that died at a failpoint, which nobody else did to them.
    died: int = 0
    _ours: set[int] = field(default_factory=set)
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def start_hosts(self) -> None:
        """Start the computers, a few in each process, and a line to each that can be broken."""
        groups = max(1, len(self.computers) // TOGETHER)
        for number in range(groups):
            name = f"lab-{number}"
            self.labs[name] = self.computers[number::groups]
            self.parts[name] = self.world.start_lab(name, self.labs[name])
        for one in self.computers:
            self.lines[one.name] = self._stack.enter_context(Line())
            self.lines[one.name].target = one.ready["winrm_port"]

    def winrm_port(self, computer: Computer) -> int:
        """The line's port."""
        return self.lines[computer.name].port

    def begin(self) -> None:
        """Start the portal's own processes; return when the web answers."""
        self.web = f"127.0.0.1:{processes.free_port()}"
        self.table = Table(self.world)
        for name in (*WORKERS, "keeper", "web"):
            self.start(name)
        wait_for(lambda: _answers(self.web) or None, "the web server", every=0.1)

    def start(self, name: str, *, dies_at: str = "") -> None:
        """Start a part, perhaps one that dies at a failpoint; a computer as its own file says that it was."""
        env = {"MENDPOINT_FAILPOINTS": f"{dies_at}:kill"} if dies_at else {}
        if name in self.labs:
            self._switch_on(name)
        elif name == "web":
            self.parts[name] = self.world.start(name, *gunicorn(self.web), **env)
        elif name == "keeper":
            self.parts[name] = self.world.start(name, "manage.py", "keeper", "--every", "1", **env)
        else:
            given = env | {SECRET: self.world.password}
            self.parts[name] = self.world.start(name, "manage.py", "worker", "--threads", "6", **given)

    def is_there(self, name: str) -> bool:
        """Whether a part runs."""
        return self.parts[name].poll() is None

    def kill(self, name: str) -> bool:
        """End a part at once, with its children; False when it was dead already."""
        if not self.is_there(name):
            return False
        _signal(self.parts[name], signal.SIGKILL)
        self.parts[name].wait()
        self._ours.add(self.parts[name].pid)
        return True

    def pause(self, process: Process, seconds: float) -> bool:
        """Stop a process without ending it, for so long; False when it was dead already."""
        if process.poll() is not None:
            return False
        _signal(process, signal.SIGSTOP)
        self.later(seconds, lambda: _signal(process, signal.SIGCONT))
        return True

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        self._later.append((time.monotonic() + seconds, act))

    def tend(self, revive: Callable[[str], None]) -> None:
        """Do what is due, and have every part revived that has died."""
        due = [one for one in self._later if one[0] <= time.monotonic()]
        self._later = [one for one in self._later if one not in due]
        for _, act in due:
            act()
        for name, process in self.parts.items():
            if process.poll() is not None:
                self.died += process.returncode == -signal.SIGKILL and process.pid not in self._ours
                revive(name)

    def heal(self) -> None:
        """Undo every fault that lasts, and start every part that has died."""
        for _, act in self._later:
            act()
        self._later = []
        for line in self.lines.values():
            line.break_at(None)
        for name in WORKERS:  # another one in the place of one that is still to die somewhere
            processes.stop(self.parts[name], seconds=30)
        self.tend(self.start)

    def _switch_on(self, name: str) -> None:
        """Start computers that lost their power: what was on their disks is there, and nothing runs of what did."""
        specs = []
        for one in self.labs[name]:
            one.want(one.state | {"booted_at": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"})
            specs.append(_spec(one))
        file = self.world.folder / "hosts" / f"{name}.again.json"
        file.write_text(json.dumps(specs), encoding="utf-8")
        password = {"MENDPOINT_LAB_PASSWORD": self.world.password}
        self.parts[name] = self.world.start(name, "manage.py", "lab", "--fleet", str(file), **password)


def _signal(process: Process, sign: signal.Signals) -> None:
    """Tell a process and its children, if it is still there."""
    if process.poll() is None:
        os.killpg(process.pid, sign)


def _spec(computer: Computer) -> dict[str, Any]:
    files = {"state": str(computer.wanted_file), "state_out": str(computer.state_file)}
    ports = {port: computer.ready[port] for port in ("rdp_port", "winrm_port")}
    return {"name": computer.name, "user": USER, "auth": "ntlm", **files, **ports}


def _answers(address: str) -> bool:
    host, _, port = address.partition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False
