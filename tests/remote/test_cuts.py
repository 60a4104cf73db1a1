"""A visit whose line breaks at any place: judged by the host's own state, it is never ended in a write, never writes
twice, and says no more than what is so."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from tests.lab.winrm_hosts import eventually
from tests.remote.conftest import Lab, MakeLab, work
from tests.remote.cuts import NEVER, Cut, Cutter
from tests.remote.test_visit import KEY, READ, go, value_of, with_value
from troubleshoot.engine import RefusalCode
from troubleshoot.lab.winrm.shells import Command
from troubleshoot.remote import ContactLost, DoorError, VisitItem, VisitProgress, VisitResult, VisitWork, visit_host

#: Counts how often it is done: a second write would show.
ADD = (
    "param([string] $Path, [hashtable] $Desired, [hashtable] $Before)\n"
    "$now = (Get-ItemPropertyValue -LiteralPath $Path -Name 'One' -ErrorAction Stop)\n"
    "Set-ItemProperty -LiteralPath $Path -Name 'One' -Value ($now + 1) -Type DWord -ErrorAction Stop"
)
EDGE = 200
SAMPLE = 40
SEED = 904  # so that a failure comes again; every byte of every edge is tried by `make soak`
OVER = ("ntlm", "basic")
MODES = ("read", "apply", "settle")


def job(mode: str) -> VisitWork:
    if mode == "read":
        return work(VisitItem("registry-value", {"Path": KEY}, READ))
    if mode == "settle":
        return asking(str(uuid.uuid4()))
    return work(VisitItem("registry-value", {"Path": KEY}, READ, ADD, {"value": 1}, {"value": 2}), mode="apply")


def asking(attempt: str) -> VisitWork:
    """What asks the host what became of an attempt."""
    return work(VisitItem("registry-value", {"Path": KEY}, READ), mode="settle", identity={}, attempt=attempt)


@dataclass
class Target:
    """A lab host that is as new before each visit."""

    lab: Lab

    def visit(self, mode: str, cut: Cut = NEVER, *, seconds: float = 10) -> Seen:
        self.renew()
        wanted = job(mode)
        with Cutter(self.lab, cut) as line:
            try:
                outcome: VisitResult | DoorError = go(self.lab.door(line.port), wanted, seconds=seconds)
            except DoorError as failure:
                outcome = failure
            return Seen(self.lab, wanted, cut, outcome, line.lengths)

    def renew(self) -> None:
        self.lab.server.service.shells.stop()
        with self.lab.state.changing() as document:
            document["registry"][KEY]["One"]["value"] = 1
            document["runs"].clear()
            document["winrm"]["ended"].clear()


@dataclass
class Seen:
    """What a visit came back with, beside what the host knows once nothing runs there any more."""

    lab: Lab
    work: VisitWork
    cut: Cut
    outcome: VisitResult | DoorError
    lengths: list[tuple[int, int]]

    @property
    def mode(self) -> str:
        return self.work.mode

    @property
    def kind(self) -> str:
        return self.outcome.outcome if isinstance(self.outcome, VisitResult) else type(self.outcome).__name__

    def commands(self) -> list[Command]:
        shells = self.lab.server.service.shells._shells
        return [one for shell in [*shells.values()] for one in [*shell.commands.values()]]

    def judge(self) -> Seen:
        """Assert what holds for every cut, once whatever has its request is done; what has none waits for ever."""
        assert eventually(lambda: not any(one.alive and one._input_ended for one in self.commands()), 5), self.cut
        document = self.lab.state.document
        begun = len([one for one in document["runs"].values() if "tombstone" not in one])
        ended = document["winrm"]["ended"]
        told = f"{self.mode}, cut {self.cut}: {self.kind}, {begun} begun, {value_of(self.lab) - 1} written, {ended}"
        assert value_of(self.lab) - 1 == begun, f"a change that began was ended, or came twice: {told}"
        assert begun <= (self.mode == "apply"), told
        assert not (begun and ended), f"it was ended although it had its request: {told}"
        if self.kind == "done":
            assert begun == (self.mode == "apply"), told
            assert isinstance(self.outcome, VisitResult)
            assert self.outcome.before == ({"value": 1},), told
        elif self.kind != "ContactLost":
            assert self.kind == "HostUnreachable", told
            assert begun == 0, told
        if self.mode == "settle" or (self.mode == "apply" and self.kind == "ContactLost"):
            self.settle(begun)
        return self

    def settle(self, begun: int) -> None:
        """Ask the host, and assert that it says what it did, and that it is left as it was."""
        if isinstance(self.outcome, VisitResult) and self.mode == "settle":
            assert self.outcome.attempt
            assert self.outcome.attempt.state == "never", self.cut
        found = go(self.lab.door(), asking(self.work.attempt), seconds=10).attempt
        assert found, self.cut
        assert (found.state, found.outcome) == (("ended", "done") if begun else ("never", None)), self.cut
        assert value_of(self.lab) - 1 == begun, self.cut


@pytest.fixture
def target(make_lab: MakeLab) -> Callable[[str], Target]:
    def of(over: str) -> Target:
        state = with_value()
        state.document["powershell"]["write_seconds"] = 0.02
        return Target(make_lab(over, state))

    return of


def every_boundary(seen: Seen, *, heals: bool) -> Iterator[Cut]:
    """Between two messages, within each, and where it has gone but nothing of its answer has come."""
    for message, (asked, told) in enumerate(seen.lengths):
        for passed in (0, asked // 2, None):
            yield Cut(message, "request", passed, heals)
        for passed in (0, told // 2, None):
            yield Cut(message, "reply", passed, heals)


def every_edge(seen: Seen) -> Iterator[Cut]:
    """Every byte of the beginning and of the end of every message."""
    for message, lengths in enumerate(seen.lengths):
        for side, length in zip(("request", "reply"), lengths, strict=True):
            for passed in sorted({*range(min(EDGE, length)), *range(max(0, length - EDGE), length)}):
                yield Cut(message, side, passed)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("over", OVER)
def test_a_line_that_breaks_and_heals_at_any_boundary_loses_nothing_but_what_was_in_flight(
    over: str, mode: str, target: Callable[[str], Target]
) -> None:
    host = target(over)
    whole = host.visit(mode).judge()
    assert whole.kind == "done"
    command = 4 if over == "ntlm" else 1  # two requests for a challenge and an empty one come before Create
    for cut in every_boundary(whole, heals=True):
        seen = host.visit(mode, cut).judge()
        started = cut.message > command or (cut.message == command and cut.side == "reply")
        with_output = cut.message > command + 1 and (cut.side == "reply" or cut.passed is None)
        if started and not with_output:
            assert seen.kind == "done", cut


@pytest.mark.parametrize("mode", [*(pytest.param(one, marks=pytest.mark.soak) for one in ("read", "settle")), "apply"])
@pytest.mark.parametrize("over", OVER)
def test_a_line_that_breaks_for_good_at_any_boundary_ends_no_change(
    over: str, mode: str, target: Callable[[str], Target]
) -> None:
    host = target(over)
    whole = host.visit(mode)
    kinds = {host.visit(mode, cut).judge().kind for cut in every_boundary(whole, heals=False)}
    assert kinds == {"HostUnreachable", "ContactLost", "done"}


@pytest.mark.parametrize("mode", MODES)
def test_a_line_that_breaks_at_any_byte_ends_no_change(mode: str, target: Callable[[str], Target]) -> None:
    host = target("ntlm")
    for cut in random.Random(SEED).sample([*every_edge(host.visit(mode))], SAMPLE):
        host.visit(mode, cut).judge()


@pytest.mark.soak
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("over", OVER)
def test_a_line_that_breaks_at_every_byte_ends_no_change(over: str, mode: str, target: Callable[[str], Target]) -> None:
    host = target(over)
    for number, cut in enumerate(every_edge(host.visit(mode))):
        host.visit(mode, replace(cut, heals=number % 2 == 0)).judge()  # two bytes side by side mean the same


def test_a_write_that_takes_longer_than_the_visit_is_left_alone(target: Callable[[str], Target]) -> None:
    host = target("ntlm")
    host.lab.state.document["powershell"]["write_seconds"] = 2
    seen = host.visit("apply", seconds=1)
    assert isinstance(seen.outcome, ContactLost)
    assert seen.outcome.code == RefusalCode.VISIT_TIME_OVER
    assert (value_of(host.lab), host.lab.shells()) == (1, 1)
    assert seen.judge().kind == "ContactLost"
    assert (value_of(host.lab), host.lab.shells()) == (2, 1)


def test_a_write_during_which_the_line_breaks_comes_to_its_end_and_is_heard(target: Callable[[str], Target]) -> None:
    host = target("ntlm")
    host.lab.state.document["powershell"]["write_seconds"] = 1
    wanted = job("apply")
    with Cutter(host.lab) as line:

        def break_soon(step: VisitProgress) -> None:
            if step.stage == "write":
                threading.Timer(0.3, line.hang_up).start()

        found = visit_host(host.lab.door(line.port), wanted, seconds=10, on_progress=break_soon)
    seen = Seen(host.lab, wanted, NEVER, found, line.lengths).judge()
    assert (seen.kind, host.lab.shells()) == ("done", 0)
    assert len(line.lengths) > 10 + 3, "it signed in twice"
