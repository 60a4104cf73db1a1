"""`manage.py demo` as a person starts it: a process of its own, its output, its computers' state files."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.e2e.visiting import Visitor
from tests.e2e.watching import Seen, family, started_with
from tests.e2e.world import ROOT, wait_for
from tests.fixtures.run import passed_on

State = dict[str, Any]
_ACCOUNT = re.compile(r"^  (\w+) +(\S+@\S+) +(\S+)$", re.MULTILINE)
_READY = re.compile(r"^Ready: (http://127\.0\.0\.1:\d+)$", re.MULTILINE)


class Demo:
    """The demo in a folder; it can be started again there, and goes on from how it was left."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder / "var", port
        self.output = folder / "output"
        self.env = passed_on("PATH") | {"HOME": str(folder), "MENDPOINT_VAR": str(self.folder)}
        self.env |= {"PYTHONUNBUFFERED": "1", "MENDPOINT_CATALOG_DIRS": "docs/examples/catalog"}  # as the Makefile says
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str, **env: str) -> Demo:
        """Start it, and do not wait."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(self.port), *more],
                cwd=ROOT,
                env=self.env | env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # A test run in the background may have been told to ignore Ctrl-C; a terminal's program has not.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - touches no lock
            )
        return self

    def ready(self) -> float:
        """Wait until it says so; the seconds that it took."""
        begun = time.monotonic()

        def up() -> bool | None:
            assert self.process is not None
            assert self.process.poll() is None, self.said
            return _READY.search(self.said) is not None or None

        wait_for(up, "Ready:", seconds=170, every=0.1)
        return time.monotonic() - begun

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command in the same folder, to its end."""
        line = [sys.executable, "manage.py", *arguments]
        return subprocess.run(line, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False, timeout=60)

    @property
    def pid(self) -> int:
        """The process that was started."""
        assert self.process
        return self.process.pid

    @property
    def said(self) -> str:
        """What it printed so far."""
        return self.output.read_text(encoding="utf-8")

    @property
    def accounts(self) -> dict[str, list[tuple[str, str]]]:
        """Role -> address and password of each account that was printed."""
        found: dict[str, list[tuple[str, str]]] = {}
        for role, email, password in _ACCOUNT.findall(self.said):
            found.setdefault(role, []).append((email, password))
        return found

    def visitor(self, role: str, place: int = 0) -> Visitor:
        """Somebody who has signed in with one of the printed accounts, at the printed address."""
        address = _READY.search(self.said)
        assert address
        made = Visitor(address[1])
        made.signs_in(*self.accounts[role][place])
        return made

    def child(self, word: str) -> Seen:
        """One of its processes."""
        (found,) = [one for one in family(self.pid)[1:] if word in one.line and _is_first(one, self.pid)]
        return found

    def state(self, name: str) -> State:
        """What a simulated computer says about itself."""
        found: State = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        return found

    def edit(self, name: str, state: State) -> None:
        """Change a computer as a person with an editor does, and wait until it has taken it over."""
        file = self.folder / f"{name}.json"
        made = file.with_suffix(".edited")
        made.write_text(json.dumps(state), encoding="utf-8")
        ours = made.stat().st_ino
        made.replace(file)
        wait_for(lambda: file.stat().st_ino != ours or None, f"{name} to follow its file")

    def interrupt(self) -> float:
        """Ctrl-C, as a terminal sends it to the whole foreground group; the seconds until its end."""
        begun = time.monotonic()
        os.killpg(self.pid, signal.SIGINT)
        assert self.process
        assert self.process.wait(timeout=60) == 0, self.said
        return time.monotonic() - begun

    def left(self) -> dict[int, str]:
        """Processes that were started in its folder and are still there."""
        return started_with("MENDPOINT_VAR", str(self.folder))

    def end(self) -> None:
        """Whatever happened: nothing of it stays; what its web server complained of is shown beside a failure."""
        with suppress(FileNotFoundError):
            print((self.folder / "web.log").read_text(encoding="utf-8"))
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()


def _is_first(one: Seen, parent: int) -> bool:
    """Whether it is the demo's own child: a web server has workers that look the same."""
    return Path(f"/proc/{one.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1] == str(parent)
