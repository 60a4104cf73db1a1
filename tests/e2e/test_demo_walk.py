"""The demo as a person walks through it, from the pasted error to the history; its computers say what is true."""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import sqlite3
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.e2e import oracle
from tests.e2e.demo import Demo, State
from tests.e2e.fleet import LIFT, RENEW, REQUIRE, RESTART, registry, repaired
from tests.e2e.oracle import finding
from tests.e2e.visiting import Page
from tests.e2e.walker import OWNERS, TITLES, Walk, Walker, about_to_start
from tests.e2e.watching import family
from tests.e2e.world import wait_for
from troubleshoot.management import processes

SHIPPED = {
    "ACC-02": oracle.HEALTHY,
    "ACC-03": oracle.CLOSED,
    "ACC-05": oracle.STOPPED,
    "ACC-07": oracle.NO_CERTIFICATE,
    "ACC-11": oracle.NO_KEY,
    "ACC-12": oracle.NO_TRUST,
}
FAULTS = [
    *("expired-certificate", "certificate-service-stopped", "key-unreadable", "service-stopped", "security-layer-rdp"),
    *("nla-required", "closed-before-confirm", "unreachable", "constrained-language", "credentials-refused"),
]
COMBINATIONS = ["service-stopped,security-layer-rdp", "expired-certificate,nla-required"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Generator[Demo]:
    """Started once, as it is shipped."""
    made = Demo(tmp_path_factory.mktemp("demo"), processes.free_port())
    made.start()
    try:
        print(f"\nthe demo's first start: Ready after {made.ready():.1f} s")
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def pool() -> Generator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(6) as made:
        yield made


def _walks(demo: Demo, pool: ThreadPoolExecutor, names: list[str]) -> dict[str, Walk]:
    return {walk.name: walk for walk in pool.map(lambda name: Walker(demo, name).walk(), names)}


@pytest.fixture(scope="module")
def shipped(demo: Demo, pool: ThreadPoolExecutor) -> dict[str, Walk]:
    """Every computer as it is shipped, side by side."""
    return _walks(demo, pool, list(OWNERS))


class TestTheDemoAsShipped:
    def test_leads_each_computer_to_what_is_wrong_with_it(self, shipped: dict[str, Walk]) -> None:
        assert {name: walk.found[0] for name, walk in shipped.items()} == SHIPPED

    def test_repairs_what_can_be_repaired_as_the_computers_themselves_show(self, shipped: dict[str, Walk]) -> None:
        done = {name: [one.remedy for one in walk.repairs] for name, walk in shipped.items() if walk.repairs}
        assert done == {"ACC-05": [RESTART], "ACC-07": [RENEW], "ACC-12": [LIFT]}
        for walk in shipped.values():
            assert all(repaired(one.remedy, one.before, one.after) for one in walk.repairs), walk.name

    def test_has_a_repair_in_its_history_which_the_computer_shows(self, demo: Demo, shipped: dict[str, Walk]) -> None:
        state = demo.state("ACC-02")
        assert (registry(state, "SecurityLayer"), len(state["runs"])) == (2, 1)
        assert "ACC-02         security-layer-rdp (repaired since)\n" in demo.said
        assert f"Hanna Hart ran “{TITLES[REQUIRE]}” on ACC-02" in demo.visitor("manager").open("/history").text

    def test_shows_every_repair_in_the_manager_s_history(self, demo: Demo, shipped: dict[str, Walk]) -> None:
        said = demo.visitor("manager").open("/history").text
        people = {RENEW: "Emil Ekberg"}
        for walk in shipped.values():
            for one in walk.repairs:
                start = f"{people.get(one.remedy, 'Hanna Hart')} ran “{TITLES[one.remedy]}” on {walk.name}"
                assert start in said
                assert "verified" in said.partition(start)[2][:80]


#: The computer that meets with an accident while the others are walked.
UNLUCKY = "ACC-03"


def _shuffled(dice: random.Random) -> dict[str, str]:
    """Faults for five computers: both combinations that are not shipped, and three single ones."""
    faults = [*COMBINATIONS, *dice.sample(FAULTS, 3)]
    dice.shuffle(faults)
    return dict(zip([name for name in OWNERS if name != UNLUCKY], faults, strict=True))


@dataclass(frozen=True)
class Anew:
    """What came of the computers that were broken anew, and of helpdesk's page of the one with the accident."""

    walks: dict[str, Walk]
    accident: Page


@pytest.fixture(scope="module")
def anew(demo: Demo, pool: ThreadPoolExecutor, shipped: dict[str, Walk]) -> Anew:
    """The computers of the running demo are broken anew, in another order, and walked again."""
    seed = int(os.environ.get("E2E_SEED", random.randrange(1_000_000)))
    wishes = _shuffled(random.Random(seed))
    print(f"\nfaults of the demo shuffled with E2E_SEED={seed}: {wishes}")
    accident = pool.submit(_accident, demo)
    for answer in pool.map(lambda one: demo.command("demo", "--break", "=".join(one)), wishes.items()):
        assert answer.returncode == 0, answer.stderr
    return Anew(_walks(demo, pool, list(wishes)), accident.result())


def _accident(demo: Demo) -> Page:
    """The ports of a computer shut for good after it was changed and before that was checked; how the case ends."""
    walker = about_to_start(demo, UNLUCKY, "security-layer-rdp")
    worker = demo.child("manage.py worker").pid
    walker.desk.press(f"Start on {UNLUCKY}")
    wait_for(lambda: registry(demo.state(UNLUCKY), "SecurityLayer") == 2 or None, "the change")
    os.kill(worker, signal.SIGSTOP)  # the check from outside takes a second: this leaves all the time that we need
    try:
        state = demo.state(UNLUCKY)
        state["network"] |= {"rdp": "refused", "winrm": "refused"}
        demo.edit(UNLUCKY, state)
    finally:
        os.kill(worker, signal.SIGCONT)
    # Contact is lost where the change had been made and its answer was still on the way: then the portal asks. Where
    # the check found it worse, the way back has begun by itself, and has not come through either.
    bad = ("still does not answer properly", "lost contact", "what became of it", "could not be put back")
    return walker.desk.until(*bad, unless="twice: it answers properly", seconds=110)


class TestTheDemoBrokenAnewWhileItRuns:
    def test_repairs_both_combinations_fault_by_fault(self, anew: Anew) -> None:
        repairs = [[one.remedy for one in walk.repairs] for walk in anew.walks.values()]
        assert [RESTART, REQUIRE] in repairs
        assert [RENEW, LIFT] in repairs

    def test_is_repaired_as_the_computers_themselves_show(self, demo: Demo, anew: Anew) -> None:
        for walk in anew.walks.values():
            assert all(repaired(one.remedy, one.before, one.after) for one in walk.repairs), walk
            if walk.repairs:
                assert finding(demo.state(walk.name)) == oracle.HEALTHY

    def test_calls_no_change_verified_whose_computer_shut_its_ports_before_the_check(
        self, demo: Demo, anew: Anew
    ) -> None:
        assert registry(demo.state(UNLUCKY), "SecurityLayer") == 2
        history = demo.visitor("manager").open(f"/history?host={UNLUCKY}").text
        # What was lost was started: whether it ran, nobody knows.
        said = re.search(f"(?:ran|started) “{TITLES[REQUIRE]}” on {UNLUCKY}(.{{,80}})", history)
        assert said, history[:2000]
        assert re.search("not verified|end not known", said[1]), said[0]


class TestTheDemo:
    def test_is_not_started_twice_in_one_folder(self, demo: Demo) -> None:
        answer = demo.command("demo", "--port", str(processes.free_port()))
        assert answer.returncode == 1
        assert f"running already: http://127.0.0.1:{demo.port}" in answer.stderr

    def test_keeps_the_connection_of_somebody_who_reads_a_page_for_a_while(self, demo: Demo) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", demo.port, timeout=30)) as connection:
            for pause in (3, 0):
                connection.request("GET", "/sign-in")
                answer = connection.getresponse()
                assert (answer.status, answer.read()[:15]) == (200, b"<!doctype html>")
                assert connection.sock is not None
                time.sleep(pause)

    def test_says_which_faults_there_are_to_choose_from(self, demo: Demo) -> None:
        unknown = demo.command("demo", "--break", "ACC-07=nonsense")
        assert (unknown.returncode, "service-stopped" in unknown.stderr) == (1, True)
        elsewhere = demo.command("demo", "--break", "ACC-99=service-stopped")
        assert (elsewhere.returncode, "ACC-07" in elsewhere.stderr) == (1, True)

    def test_stopped_by_ctrl_c_in_the_middle_of_a_change_leaves_no_process_and_tells_no_lie(self, demo: Demo) -> None:
        walker = about_to_start(demo, "ACC-05", "service-stopped")
        before, seen, accounts = demo.state("ACC-05"), family(demo.pid), demo.accounts
        lines = " ".join(one.line for one in seen)
        assert [word for word in ("valkey", "lab", "worker", "keeper", "gunicorn") if word not in lines] == []

        walker.desk.press("Start on ACC-05")
        wait_for(lambda: len(demo.state("ACC-05")["runs"]) > len(before["runs"]) or None, "the beginning of the change")
        print(f"\nthe demo's end by Ctrl-C while a change ran: {demo.interrupt():.1f} s")

        assert "Stopped." in demo.said
        assert [one for one in seen if one.is_there] == []
        assert demo.left() == {}

        states = {name: _lasting(demo.state(name)) for name in OWNERS}
        demo.start()
        print(f"\nthe demo's second start: Ready after {demo.ready():.1f} s")
        assert demo.accounts == accounts
        assert {name: _lasting(demo.state(name)) for name in OWNERS} == states
        end = demo.visitor("helpdesk").until(
            *("twice: it answers properly again", "Read again, twice", "lost contact"),
            path=walker.path,
            seconds=110,
        )
        if "twice" in end.text:
            assert repaired(RESTART, before, demo.state("ACC-05"))

    def test_ends_when_its_computers_are_killed_and_the_change_is_not_called_verified(self, demo: Demo) -> None:
        walker = about_to_start(demo, "ACC-02", "security-layer-rdp")
        seen, lab = family(demo.pid), demo.child("manage.py lab").pid
        walker.desk.press("Start on ACC-02")
        wait_for(lambda: registry(demo.state("ACC-02"), "SecurityLayer") == 2 or None, "the change")
        os.kill(lab, signal.SIGKILL)
        assert demo.process
        assert demo.process.wait(timeout=60) == 1
        assert "The lab has ended" in demo.said
        assert "Traceback" not in demo.said
        assert [one for one in seen if one.is_there] == []
        (state,) = _changes_of(demo, walker.number)
        assert state in {"running", "verifying", "not_verified", "unknown"}


def _changes_of(demo: Demo, case: str) -> list[str]:
    """How the changes of a case stand, read where nothing of the demo runs any more."""
    with closing(sqlite3.connect(demo.folder / "mendpoint.sqlite3")) as database:
        rows = database.execute("SELECT state FROM troubleshoot_job WHERE kind = 'apply' AND case_id = ?", [case])
        return [state for (state,) in rows]


def _lasting(state: State) -> State:
    """What a restart of the computer does not change: it makes itself new keys, and so other thumbprints."""
    kept = dict(state)
    for store in kept["certificates"].values():
        for one in store:
            one.pop("thumbprint")
    return kept
