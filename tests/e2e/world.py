"""A whole Mendpoint in processes of its own, in a folder of its own; what the tests do with it, they do by command."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeVar

from tests import postgres
from tests.e2e.commands import Commands
from tests.e2e.watching import ArgumentWatch
from tests.fixtures.run import passed_on
from troubleshoot.lab import FAULTS
from troubleshoot.lab.state import healthy
from troubleshoot.management import processes

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
SECRET = "MENDPOINT_SECRET_LAB"
USER = "lab-admin"
ACTION = ROOT / "troubleshoot" / "catalog" / "actions" / "require-tls.toml"
#: A worker that is silent for this long is taken for dead. Generous: the machine may be busy with other tests.
LEASE_SECONDS = 20


def wait_for(ready: Callable[[], T | None], what: str, *, seconds: float = 60, every: float = 0.02) -> T:
    """The first answer that is not None. AssertionError when the time is over."""
    end = time.monotonic() + seconds
    while (found := ready()) is None:
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(every)
    return found


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it printed."""

    command: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """What was printed, as JSON."""
        try:
            found: dict[str, Any] = json.loads(self.out)
        except ValueError:
            raise AssertionError(f"{' '.join(self.command)} ended {self.code}: {self.out}{self.err}") from None
        return found

    def good(self) -> Self:
        """The same answer, if the command ended well."""
        assert self.code == 0, f"{' '.join(self.command)} ended {self.code}: {self.out}{self.err}"
        return self


@dataclass
class Computer:
    """A simulated host as its own files show it."""

    name: str
    faults: tuple[str, ...]
    folder: Path
    options: dict[str, Any] = field(default_factory=dict)
    ready: dict[str, Any] = field(default_factory=dict)

    @property
    def state_file(self) -> Path:
        """Where the host writes its state on every change."""
        return self.folder / f"{self.name}.json"

    @property
    def state(self) -> dict[str, Any]:
        """What the host itself says now."""
        found: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        return found

    @property
    def wanted_file(self) -> Path:
        """The state with which the host starts, and which it reads again when it is told to."""
        return self.folder / f"{self.name}.wanted.json"

    def want(self, document: Mapping[str, Any]) -> None:
        """Write the state to start with."""
        self.wanted_file.write_text(json.dumps(document), encoding="utf-8")

    def spec(self) -> dict[str, Any]:
        """The host as an entry of a fleet file."""
        document = healthy(self.name)
        for fault in self.faults:
            FAULTS[fault](document)
        self.want(document)
        files = {"state": str(self.wanted_file), "state_out": str(self.state_file)}
        return {"name": self.name, "user": USER, "auth": "ntlm", **files, **self.options}


class World:
    """The processes, and what is registered there. Every process ends with the block."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.folder, self.settings = folder, settings
        self.database: postgres.Server | None = None
        self.password = secrets.token_urlsafe(24)
        self.key = secrets.token_urlsafe(48)
        self.account = secrets.token_urlsafe(16)
        self.broker = processes.Broker()
        self.computers: dict[str, Computer] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _begin(self) -> None:
        for name in ("var", "hosts", "logs", "catalog/actions"):
            (self.folder / name).mkdir(parents=True)
        self.start_broker()
        self._stack.callback(self.kill_broker)
        self.plain = passed_on("PATH", "HOME", "LANG", "TMPDIR") | {
            "MENDPOINT_VAR": str(self.folder / "var"),
            "MENDPOINT_SIGNING_KEY": self.key,
            "MENDPOINT_CATALOG_DIRS": str(self._more_content()),
            "MENDPOINT_PROBE_SECONDS": "3",
            "MENDPOINT_VISIT_SECONDS": "60",
            "REDIS_URL": self.broker.url,
            **self.settings,
        }
        if os.environ.get("E2E_DATABASE") == "postgres":
            self.plain["DATABASE_URL"] = self._postgres()
        self.commands = Commands(ROOT, self.plain)
        self._stack.callback(self.commands.stop)
        hidden = [self.password, self.key, self.account, self.broker.url.split(":")[2].split("@")[0]]
        self.watch = self._stack.enter_context(ArgumentWatch(hidden))

    def _more_content(self) -> Path:
        """An organisation's own remedy: the shipped one, checked for a few seconds only."""
        shipped = ACTION.read_text(encoding="utf-8")
        own = re.sub(r'(?m)^within( *)= "60s"', r'within\1= "5s"', shipped)
        assert own != shipped
        (self.folder / "catalog" / "actions" / "quickly-require-tls.toml").write_text(own, encoding="utf-8")
        return self.folder / "catalog"

    def _postgres(self) -> str:
        programs = postgres.binaries()
        assert programs, "PostgreSQL is not installed"
        self.database = postgres.Server.start(programs)
        self._stack.callback(self.database.stop)
        return self.database.url

    def run(self, *command: str, typed: str = "", secret: bool = False) -> Answer:
        """Run `manage.py COMMAND` to its end, with `typed` on its standard input."""
        code, out, err = self.commands.run(command, typed=typed, env={SECRET: self.password} if secret else {})
        return Answer(command, code, out, err)

    def start(self, name: str, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """Start a process that stays; its output goes to a log of that name."""
        process = processes.spawn(
            [sys.executable, *command], env=self.plain | env, log=self.folder / "logs" / f"{name}.log"
        )
        self._stack.callback(processes.stop, process)
        self.running[name] = process
        return process

    def log(self, name: str) -> str:
        """What a process said so far."""
        with suppress(FileNotFoundError):
            return (self.folder / "logs" / f"{name}.log").read_text(encoding="utf-8")
        return ""

    def start_broker(self) -> None:
        """Start the embedded broker; again on the same port, with the same password and nothing in it."""
        self.broker.__enter__()

    def kill_broker(self) -> None:
        """End the broker without a word to anybody."""
        if process := self.broker._process:
            process.kill()
            process.wait()

    def start_worker(self, *, lease: int = LEASE_SECONDS) -> subprocess.Popen[bytes]:
        """Start the worker, the only process that is given the hosts' password."""
        return self.start(
            "worker", "manage.py", "worker", **{SECRET: self.password}, MENDPOINT_LEASE_SECONDS=str(lease)
        )

    def start_keeper(self) -> None:
        """Start the keeper."""
        self.start("keeper", "manage.py", "keeper", "--every", "0.5")

    def start_web(self) -> str:
        """Start a web server; its address, when it answers."""
        address = f"127.0.0.1:{processes.free_port()}"
        self.start("web", *gunicorn(address))

        def answers() -> bool | None:
            with suppress(OSError):
                return bool(urllib.request.urlopen(f"http://{address}/", timeout=5).status == 200)
            return None

        assert wait_for(answers, "the web server")
        return f"http://{address}"

    def start_lab(self, name: str, computers: Iterable[Computer]) -> subprocess.Popen[bytes]:
        """Start simulated hosts in one process and learn where they listen."""
        fleet = self.folder / "hosts" / f"{name}.fleet.json"
        known = {computer.name: computer for computer in computers}
        fleet.write_text(json.dumps([computer.spec() for computer in known.values()]), encoding="utf-8")
        password = {"MENDPOINT_LAB_PASSWORD": self.password}
        process = self.start(name, "manage.py", "lab", "--fleet", str(fleet), **password)

        def lines() -> list[dict[str, Any]] | None:
            found = [json.loads(line) for line in self.log(name).splitlines() if line.startswith("{")]
            return found if len(found) == len(known) else None

        for line in wait_for(lines, f"the simulated hosts of {name}"):
            known[line["host"]].ready = line
        self.computers |= known
        return process

    def change(self, lab: str, computer: Computer, change: Callable[[dict[str, Any]], None]) -> None:
        """Let somebody else change a host that has a process of its own."""
        document = computer.state
        change(document)
        computer.want(document)
        self.running[lab].send_signal(signal.SIGHUP)
        wait_for(lambda: computer.state == document or None, "the changed state")


def gunicorn(address: str) -> tuple[str, ...]:
    """The web server's command."""
    return ("-m", "gunicorn", "portal.wsgi", "--bind", address, "--workers", "1", "--no-control-socket")
