"""A world for what is done to many computers at once: they all have one fault, and are registered in one process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.e2e.fleet import RDP_TCP
from tests.e2e.walks import APPROVER, EMPLOYEE, HELPDESK, Person
from tests.e2e.world import SECRET, USER, Computer, World, wait_for

FAULT = "security-layer-rdp"
#: The organisation's own remedy: the shipped one, checked for five seconds only.
QUICK = "quickly-require-tls"
ADMINISTRATOR = "administrator@corp.example"
#: Of a worker that is silent for so many seconds the others take over.
LEASE = 4


@dataclass
class Bench:
    """The world, and its computers, each with changes allowed."""

    world: World
    computers: list[Computer]
    _stack: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def of(cls, folder: Path, number: int, **settings: str) -> Self:
        """Make one with so many computers, and settings for all its processes; nothing runs yet."""
        names = [f"ACC-{one:02}" for one in range(number)]
        return cls(World(folder, settings), [Computer(name, (FAULT,), folder / "hosts") for name in names])

    def __enter__(self) -> Self:
        world, run = self._stack.enter_context(self.world), self.world.run
        run("migrate", "--verbosity", "0").good()
        run("people", "site", "north", "--name", "North").good()
        for email in (EMPLOYEE, HELPDESK, APPROVER, ADMINISTRATOR):
            role = email.partition("@")[0]
            run("people", "add", email, "--name", role.title(), typed=f"{world.account}\n").good()
            run("people", "grant", email, role, "--site", "north").good()
        run("hosts", "credential", "lab", "--site", "north", "--username", USER, "--reference", f"env:{SECRET}").good()
        self.start_hosts()
        for one in self.computers:
            self._register(one, self.winrm_port(one))
        return self

    def start_hosts(self) -> None:
        """Start the computers, in one process."""
        self.world.start_lab("fleet", self.computers)

    def winrm_port(self, computer: Computer) -> int:
        """Where the portal reaches a computer."""
        port: int = computer.ready["winrm_port"]
        return port

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _register(self, computer: Computer, winrm: int) -> None:
        ports = ["--rdp-port", str(computer.ready["rdp_port"]), "--winrm-port", str(winrm), "--no-tls", "--lab"]
        where = ["--site", "north", "--address", "127.0.0.1", "--owner", EMPLOYEE, "--credential", "lab"]
        self.world.run("hosts", "add", computer.name, *where, *ports).good()
        self.world.run("hosts", "allow-changes", computer.name).good()

    @property
    def helpdesk(self) -> Person:
        """Who does it all."""
        return Person(self.world, HELPDESK)

    def plan(self, computer: Computer) -> str:
        """Plan the repair of a computer; the number of the job."""
        job: str = self.helpdesk.do("jobs", "plan", "--host", computer.name, "--action", QUICK).good().json["job"]
        return job

    def shown(self, job: str) -> dict[str, Any]:
        """A job as it stands."""
        return self.helpdesk.do("jobs", "show", job).good().json

    def ended(self, job: str, *states: str) -> dict[str, Any]:
        """A job, when it stands at one of these ends."""

        def end() -> dict[str, Any] | None:
            found = self.shown(job)
            return found if found["state"] in states else None

        return wait_for(end, f"the end of {job}", seconds=90, every=0.3)

    def entries(self) -> list[dict[str, Any]]:
        """The audit log, the oldest first."""
        lines = self.world.run("audit", "export").good().out.splitlines()
        return [json.loads(line)["entry"] for line in lines]


def about(entries: Iterable[dict[str, Any]], job: str) -> list[dict[str, Any]]:
    """What the log has of a job."""
    return [one for one in entries if ["job", job] in one["objects"]]


def is_repaired(computer: Computer) -> bool:
    """Whether the computer itself says so."""
    return bool(computer.state["registry"][RDP_TCP]["SecurityLayer"]["value"] == 2)


def begun(computer: Computer) -> dict[str, dict[str, Any]]:
    """The attempts that have begun on the computer: what it has recorded, without the tombstones."""
    return {name: one for name, one in computer.state["runs"].items() if "tombstone" not in one}
