"""Processes that end with the one that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.e2e.watching import family, started_with
from tests.e2e.world import ROOT, wait_for
from troubleshoot.management import processes

_BROKER = """
import time
from troubleshoot.management.processes import Broker
with Broker():
    print("up", flush=True)
    time.sleep(600)
"""


def _start(mark: Path, *command: str) -> subprocess.Popen[bytes]:
    """A process whose whole family carries a mark in its environment, with its output in a file of that name."""
    mark.mkdir()
    with (mark / "output").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "MENDPOINT_VAR": str(mark), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # A test run in the background may have been told to ignore Ctrl-C; a terminal's program has not.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - touches no lock
        )


def _until(mark: Path, text: str) -> None:
    wait_for(lambda: text in (mark / "output").read_text(encoding="utf-8") or None, text, seconds=90)


class TestTheDemo:
    def test_stopped_by_ctrl_c_leaves_no_process(self, tmp_path: Path) -> None:
        mark = tmp_path / "demo"
        demo = _start(mark, "manage.py", "demo", "--port", str(processes.free_port()))
        try:
            _until(mark, "Ready: http://127.0.0.1:")
            seen = family(demo.pid)
            lines = " ".join(one.line for one in seen)
            assert [word for word in ("valkey", "lab", "worker", "keeper", "gunicorn") if word not in lines] == []
            os.killpg(demo.pid, signal.SIGINT)
            assert demo.wait(timeout=40) == 0
        finally:
            demo.kill()
        assert "Stopped." in (mark / "output").read_text(encoding="utf-8")
        assert [one for one in seen if one.is_there] == []
        assert started_with("MENDPOINT_VAR", str(mark)) == {}


class TestTheBroker:
    def test_dies_with_a_parent_that_is_killed(self, tmp_path: Path) -> None:
        mark = tmp_path / "broker"
        parent = _start(mark, "-c", _BROKER)
        _until(mark, "up")
        _, broker = family(parent.pid)
        assert "valkey" in broker.line
        parent.kill()
        parent.wait()
        wait_for(lambda: not broker.is_there or None, "the end of the broker")
