"""The Task Scheduler of a simulated host: what it takes, when it starts what, and how it fails."""

from typing import Any

import pytest
import time_machine

from troubleshoot.lab import FAULTS, BadStateError, build_state, scheduler
from troubleshoot.lab.scheduler import TaskRefusedError
from troubleshoot.lab.state import HostState, healthy

XML = """<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<Triggers><TimeTrigger><Repetition><Interval>PT15M</Interval><Duration>PT60M</Duration></Repetition>
<StartBoundary>2026-12-01T12:00:00Z</StartBoundary></TimeTrigger><BootTrigger /></Triggers>
<Principals><Principal><UserId>S-1-5-18</UserId></Principal></Principals>
<Actions><Exec><Command>powershell.exe</Command><Arguments>-Command "exit"</Arguments></Exec></Actions></Task>"""
BEFORE = "2026-12-01T11:00:00Z"


class Watched:
    """A host with one task, and what was started on it."""

    def __init__(self, **changes: Any) -> None:
        self.state = HostState({**healthy(), "booted_at": "2026-11-30T06:00:00Z"})
        self.state.document["scheduler"] |= changes
        self.started: list[tuple[str, str]] = []

    def ticks(self, at: str) -> int:
        """How many tasks are started at this time."""
        before = len(self.started)
        with time_machine.travel(at, tick=False):
            scheduler.tick(self.state, lambda _, *what: self.started.append(what))
        return len(self.started) - before


@pytest.fixture
def host() -> Watched:
    found = Watched()
    scheduler.register(found.state, "one", XML)
    return found


def test_a_task_is_started_when_it_is_due_and_again_until_its_time_is_over(host: Watched) -> None:
    times = ("11:59:59", "12:00:00", "12:00:01", "12:15:00", "12:40:00", "12:41:00", "13:00:00", "14:00:00")
    assert [host.ticks(f"2026-12-01T{time}Z") for time in times] == [0, 1, 0, 1, 1, 0, 1, 0]
    assert set(host.started) == {("powershell.exe", '-Command "exit"')}


def test_a_task_without_an_end_is_started_for_ever() -> None:
    host = Watched()
    scheduler.register(host.state, "one", XML.replace("<Duration>PT60M</Duration>", ""))
    times = ("2026-12-01T12:00:00Z", "2026-12-02T12:00:00Z", "2027-12-01T12:00:00Z", "2027-12-01T12:15:00Z")
    assert [host.ticks(time) for time in times] == [1, 1, 1, 1]


def test_a_task_that_was_missed_is_started_late(host: Watched) -> None:
    assert host.ticks("2026-12-03T08:00:00Z") == 1


def test_windows_that_starts_again_starts_what_starts_with_it_once(host: Watched) -> None:
    assert host.ticks(BEFORE) == 0
    with host.state.changing() as document:
        document["booted_at"] = "2026-12-01T10:59:00Z"
    assert [host.ticks(BEFORE), host.ticks(BEFORE)] == [1, 0]


def test_nothing_is_started_that_was_switched_off_or_removed(host: Watched) -> None:
    host.state.document["scheduler"]["tasks"]["one"]["enabled"] = False
    assert host.ticks("2026-12-01T12:00:00Z") == 0
    assert scheduler.find_task(host.state, "one") is not None
    assert scheduler.remove(host.state, "one")
    assert (scheduler.find_task(host.state, "one"), scheduler.remove(host.state, "one")) == (None, False)


def test_a_task_of_that_name_is_not_written_over(host: Watched) -> None:
    with pytest.raises(TaskRefusedError) as found:
        scheduler.register(host.state, "one", XML)
    assert found.value.code == scheduler.EXISTS


@pytest.mark.parametrize(
    ("fault", "code"), [("scheduler-stopped", scheduler.NOT_RUNNING), ("tasks-refused", scheduler.DENIED)]
)
def test_a_fault_refuses_a_task_by_its_number(fault: str, code: int) -> None:
    host = Watched()
    FAULTS[fault](host.state.document)
    with pytest.raises(TaskRefusedError) as found:
        scheduler.register(host.state, "one", XML)
    assert (found.value.code, host.state.document["scheduler"]["tasks"]) == (code, {})


def test_a_task_may_vanish_though_it_was_taken() -> None:
    host = Watched(loses=True)
    scheduler.register(host.state, "one", XML)
    assert scheduler.find_task(host.state, "one") is None


def test_while_the_service_is_stopped_nothing_is_started(host: Watched) -> None:
    host.state.document["services"]["Schedule"] = {**host.state.document["services"]["WinRM"], "state": "Stopped"}
    assert host.ticks("2026-12-01T12:00:00Z") == 0
    with pytest.raises(TaskRefusedError):
        scheduler.find_task(host.state, "one")


@pytest.mark.parametrize(
    "text",
    ["no XML", XML.replace("S-1-5-18", "S-1-5-19"), XML.replace("PT15M", "PT15S"), XML.replace("Exec", "ComHandler")],
)
def test_what_is_not_simulated_is_refused(text: str) -> None:
    with pytest.raises(TaskRefusedError) as found:
        scheduler.register(Watched().state, "one", text)
    assert found.value.code == scheduler.MALFORMED


def test_a_state_with_a_task_that_nobody_can_read_is_refused(tmp_path: Any) -> None:
    file = tmp_path / "state.json"
    file.write_text('{"scheduler": {"tasks": {"one": {"xml": "x", "enabled": true, "next_run": null}}}}')
    with pytest.raises(BadStateError, match=r"scheduler\.tasks\.one\.xml"):
        build_state(name="LAB-01", file=file)
