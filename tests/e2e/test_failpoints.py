"""Whoever dies wherever: nothing is lost, nothing happens twice or unrecorded, and every job comes to an end.

A real process kills itself at each failpoint; then the others go on. What happened is read on the computer itself.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Generator

import pytest

from tests.e2e.bench import LEASE, Bench, about, begun, is_repaired
from tests.e2e.walks import HELPDESK
from tests.e2e.world import SECRET, wait_for
from troubleshoot.management import processes
from troubleshoot.remote import Failpoint

At = Failpoint
#: Where nothing was sent yet, the change never began, which its computer says; it is not repeated by itself.
NEVER_BEGAN = {At.AFTER_START, At.BEFORE_COMMAND, At.BEFORE_SEND}
#: Points of a worker that asks a computer about a change that was lost before.
SETTLING = {At.BEFORE_SETTLED, At.AFTER_SETTLED}
#: Points that the reading before a change passes as well: it is the change's own visit that is to be hit.
OF_VISIT = {At.BEFORE_COMMAND, At.BEFORE_SEND, At.AFTER_SEND, At.BETWEEN_RECEIVES}
KEEPERS = {At.BETWEEN_DUTIES, At.AFTER_RING}
#: Of these `make test` tries each time; all are tried by `make soak`.
SAMPLE = {At.AFTER_SEND}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Generator[Bench]:
    """A computer for each point that is tried, and a keeper."""
    tried = [one for one in request.session.items if one.get_closest_marker("failpoint")]
    with Bench.of(tmp_path_factory.mktemp("failpoints"), len(tried)) as made:
        made.world.start_keeper()
        yield made


class Dying:
    """How a process is made to die at a point, by its kind."""

    def __init__(self, bench: Bench, point: Failpoint) -> None:
        self.bench, self.world, self.point = bench, bench.world, point
        self.job = ""

    def worker(self, *, dies: Failpoint | None = None) -> subprocess.Popen[bytes]:
        """A worker, perhaps one that dies."""
        first = f"{At.AFTER_START}>" if dies in OF_VISIT else ""
        env = {"MENDPOINT_FAILPOINTS": f"{first}{dies}:kill"} if dies else {}
        lease = {SECRET: self.world.password, "MENDPOINT_LEASE_SECONDS": str(LEASE)}
        return self.world.start("worker", "manage.py", "worker", **lease, **env)

    def apply(self, **env: str) -> subprocess.Popen[bytes]:
        """Start the change, in a process of its own that waits for nothing."""
        command = ("manage.py", "jobs", "apply", self.job, "--wait", "0", "--actor", HELPDESK, "--json")
        return self.world.start("apply", *command, **env)

    def dies(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for its death, which is sudden."""
        assert wait_for(process.poll, f"a death at {self.point}", seconds=60) == -signal.SIGKILL

    def of_web(self) -> None:
        self.dies(self.apply(MENDPOINT_FAILPOINTS=f"{self.point}:kill"))

    def of_keeper(self) -> None:
        processes.stop(self.world.running["keeper"])
        self.world.kill_broker()  # nobody is rung for, and the one that rings dies
        self.apply().wait(timeout=60)
        self.world.start_broker()
        env = {"MENDPOINT_FAILPOINTS": f"{self.point}:kill"}
        self.dies(self.world.start("keeper", "manage.py", "keeper", "--every", "0.5", **env))
        self.world.start_keeper()

    def of_worker(self) -> None:
        dying = self.worker(dies=self.point)
        self.apply()
        self.dies(dying)

    def of_settle(self) -> None:
        dying = self.worker(dies=At.BETWEEN_RECEIVES)
        self.apply()
        self.dies(dying)
        self.dies(self.worker(dies=self.point))

    @property
    def way(self) -> Callable[[], None]:
        """What kills at this point."""
        if self.point in KEEPERS:
            return self.of_keeper
        if self.point in SETTLING:
            return self.of_settle
        return self.of_web if self.point == At.BEFORE_BELL else self.of_worker


@pytest.mark.failpoint
@pytest.mark.parametrize("point", [one if one in SAMPLE else pytest.param(one, marks=pytest.mark.soak) for one in At])
def test_a_death_loses_doubles_and_hides_nothing(point: Failpoint, bench: Bench) -> None:
    computer, dying = bench.computers.pop(), Dying(bench, point)
    planner = dying.worker()
    dying.job = bench.plan(computer)
    processes.stop(planner, seconds=30)

    dying.way()
    dying.worker()

    wanted = "unreachable" if point in NEVER_BEGAN else "verified"
    found = bench.ended(dying.job, "unreachable", "verified", "failed", "not_verified", "expired", "refused")
    processes.stop(bench.world.running["worker"], seconds=30)
    log = about(bench.entries(), dying.job)
    assert found["state"] == wanted, found["explanation"]
    assert is_repaired(computer) == (wanted == "verified")
    attempts = {one["details"]["attempt"] for one in log if one["tag"] == "job:start"}
    assert set(begun(computer)) <= attempts, "nothing happened that was not written down before"
    assert len(begun(computer)) == (wanted == "verified"), "and it happened once"
