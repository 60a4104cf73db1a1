"""How the demo begins and ends: every process goes with the one that started it, and whoever started it is told why."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.demo import Demo
from tests.e2e.watching import family
from tests.e2e.world import ROOT, wait_for
from troubleshoot.management import processes

_BROKER = """
import time
from troubleshoot.management.processes import Broker
with Broker():
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def demo(tmp_path: Path) -> Generator[Demo]:
    """One that was never started."""
    made = Demo(tmp_path, processes.free_port())
    yield made
    made.end()


def _code(demo: Demo) -> int:
    assert demo.process
    return demo.process.wait(timeout=60)


class TestADemoThatIsStillStarting:
    def test_is_ended_by_ctrl_c_at_once_and_leaves_no_process(self, demo: Demo) -> None:
        demo.start()
        wait_for(lambda: [one for one in family(demo.pid) if "manage.py lab" in one.line] or None, "the lab")
        seen = family(demo.pid)
        assert any("valkey" in one.line for one in seen)
        took = demo.interrupt()
        print(f"\nthe demo's end while it was starting: {took:.1f} s")
        assert "Stopped." in demo.said
        assert "Ready:" not in demo.said
        assert [one for one in seen if one.is_there] == []
        assert demo.left() == {}

    def test_ends_with_a_clear_line_when_a_part_of_it_is_killed(self, demo: Demo) -> None:
        demo.start()
        wait_for(lambda: [one for one in family(demo.pid) if "manage.py lab" in one.line] or None, "the lab")
        seen = family(demo.pid)
        os.kill(demo.child("valkey").pid, signal.SIGKILL)
        assert _code(demo) == 1
        assert "The broker has ended" in demo.said
        assert "Traceback" not in demo.said
        assert [one for one in seen if one.is_there] == []


class TestAPort:
    def test_that_is_taken_is_named_with_the_way_out(self, demo: Demo) -> None:
        with socket.create_server(("127.0.0.1", demo.port)):
            assert _code(demo.start()) == 1
        assert f"Port {demo.port} cannot be used" in demo.said
        assert "make demo PORT=" in demo.said
        assert not (demo.folder / "mendpoint.sqlite3").exists()

    def test_that_is_none_is_refused_in_words(self, demo: Demo) -> None:
        demo.env["PORT"] = "eight"
        answer = demo.command("demo")
        assert answer.returncode != 0
        assert "invalid int value: 'eight'" in answer.stderr
        assert "Traceback" not in answer.stderr


class TestTheBroker:
    def test_dies_with_a_parent_that_is_killed(self) -> None:
        parent = subprocess.Popen([sys.executable, "-c", _BROKER], cwd=ROOT, stdout=subprocess.PIPE)
        try:
            assert parent.stdout
            assert parent.stdout.readline() == b"up\n"
            _, broker = family(parent.pid)
            assert "valkey" in broker.line
        finally:
            parent.kill()
            parent.communicate()
        wait_for(lambda: not broker.is_there or None, "the end of the broker")
