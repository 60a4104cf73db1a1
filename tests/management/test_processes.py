"""The first real use with real processes: setup, broker, worker and keeper, a simulated computer, and a second site."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from troubleshoot.management import processes
from troubleshoot.probes import WINDOWS_READINGS

SECRET = "simulated-only"
ROOT = Path(__file__).parents[2]


@dataclass
class Installation:
    """A folder of its own, and the processes that were started in it."""

    folder: Path
    stack: ExitStack
    env: dict[str, str] = field(default_factory=dict)

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        line = [sys.executable, "manage.py", *command]
        return subprocess.run(
            line,
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )

    def start(self, *command: str, **env: str) -> Path:
        """A process that goes on; its log."""
        log = self.folder / f"{command[0]}.log"
        line = [sys.executable, str(ROOT / "manage.py"), *command]
        child = processes.spawn(line, env=self.env | env, log=log)
        self.stack.callback(processes.stop, child)
        return log

    def living(self) -> dict[str, list[str]]:
        """Which processes have given a sign of life, and the sites that they serve."""
        with closing(sqlite3.connect(self.folder / "mendpoint.sqlite3")) as database:
            rows = database.execute("SELECT kind, sites FROM troubleshoot_heartbeat").fetchall()
        return {kind: json.loads(sites) for kind, sites in rows}

    def until(self, ready: Callable[[], bool], what: str) -> None:
        """Wait, but not for ever."""
        end = time.monotonic() + 40
        while not ready():
            assert time.monotonic() < end, f"{what}\n" + "\n".join(
                file.read_text(errors="replace") for file in self.folder.glob("*.log")
            )
            time.sleep(0.2)


@pytest.fixture
def installation(tmp_path: Path) -> Generator[Installation]:
    """An empty one, with a broker."""
    with ExitStack() as stack:
        broker = stack.enter_context(processes.Broker())
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("MENDPOINT_", "DATABASE_"))}
        found = Installation(tmp_path, stack)
        found.env = plain | {"MENDPOINT_VAR": str(tmp_path), "REDIS_URL": broker.url, "PYTHONUNBUFFERED": "1"}
        yield found


def test_from_nothing_to_a_passed_connection_test_and_a_second_site(installation: Installation) -> None:
    people = ("--site", "north", "--email", "dora@corp.example")
    account = ("--account", "lab", "--username", "lab-admin", "--reference", "env:MENDPOINT_SECRET_LAB")
    first = installation.manage("setup", *people, *account)
    assert first.returncode == 1
    assert "[ made  ] An administrator" in first.stdout
    assert "a worker (manage.py worker)" in first.stdout

    lab = installation.start("lab", MENDPOINT_LAB_PASSWORD=SECRET)
    installation.until(lambda: "{" in lab.read_text(), "the lab")
    ready = json.loads(next(line for line in lab.read_text().splitlines() if line.startswith("{")))
    ports = ("--rdp-port", str(ready["rdp_port"]), "--winrm-port", str(ready["winrm_port"]))
    way = ("--lab", "--no-tls", "--transport", "ntlm", "--credential", "lab")
    added = installation.manage("hosts", "add", ready["host"], "--site", "north", *ports, *way)
    assert added.returncode == 0, added.stderr
    installation.start("worker", MENDPOINT_SECRET_LAB=SECRET)
    installation.start("keeper")
    installation.until(lambda: set(installation.living()) == {"worker", "keeper"}, "worker and keeper")

    second = installation.manage("setup")
    assert f"ok  Can Windows be read? {len(WINDOWS_READINGS)} of {len(WINDOWS_READINGS)} readings" in second.stdout, (
        second.stdout
    )
    assert f"[ there ] A connection test that is passed: {ready['host']}" in second.stdout

    # A worker of all sites serves one that is made while it runs.
    assert installation.manage("people", "site", "south", "--name", "South").returncode == 0
    moved = installation.manage("hosts", "add", "LAB-99", "--site", "south", "--lab", "--no-tls")
    assert moved.returncode == 0, moved.stderr
    installation.until(lambda: installation.living()["worker"] == ["north", "south"], "the second site")
    third = installation.manage("setup", "--test", "LAB-99")
    assert "NO  Is the account accepted? No account is registered for this computer" in third.stdout, third.stdout


def test_a_worker_that_is_there_before_any_site_serves_the_first_one(installation: Installation) -> None:
    assert installation.manage("migrate", "--verbosity", "0").returncode == 0
    installation.start("worker")
    installation.until(lambda: installation.living() == {"worker": []}, "the worker")
    assert installation.manage("people", "site", "north", "--name", "North").returncode == 0
    installation.until(lambda: installation.living() == {"worker": ["north"]}, "the first site")
