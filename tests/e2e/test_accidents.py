"""What happens when somebody else changes a computer, and when computers, workers and the broker die in the middle."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import Any

import pytest
import redis

from tests.e2e.conftest import Site
from tests.e2e.fleet import ERROR, RDP_TCP, registry, repaired
from tests.e2e.walks import HELPDESK, Person
from tests.e2e.world import SECRET, Answer, Computer, wait_for
from troubleshoot.management import processes

#: The organisation's own remedy: the shipped one, checked for five seconds only.
QUICK = "quickly-require-tls"
LEASE = 5
#: Within so many seconds everything runs that was queued when the broker was wiped.
IN_TIME = 15


def _planned(site: Site, computer: Computer) -> dict[str, Any]:
    helpdesk = Person(site.world, HELPDESK)
    return helpdesk.do("jobs", "plan", "--host", computer.name, "--action", QUICK).good().json


def _applied(site: Site, job: dict[str, Any]) -> Future[Answer]:
    return site.pool.submit(Person(site.world, HELPDESK).applies, job)


def _shown(site: Site, job: dict[str, Any]) -> dict[str, Any]:
    return Person(site.world, HELPDESK).do("jobs", "show", job["job"]).good().json


def _tags(site: Site, job: dict[str, Any]) -> Counter[str]:
    entries = [json.loads(line)["entry"] for line in site.world.run("audit", "export").good().out.splitlines()]
    return Counter(entry["tag"] for entry in entries if ["job", job["job"]] in entry["objects"])


def _broken(document: dict[str, Any]) -> None:
    document["registry"][RDP_TCP]["SecurityLayer"]["value"] = 0


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _once(happens: Callable[[], None], *, when: Callable[[], bool] = lambda: True) -> Callable[[], None]:
    done: list[bool] = []

    def act() -> None:
        if not done and when():
            done.append(True)
            happens()

    return act


class TestAComputer:
    def test_that_changed_after_the_plan_is_left_alone(self, site: Site) -> None:
        def somebody_else(document: dict[str, Any]) -> None:
            document["registry"][RDP_TCP]["UserAuthentication"]["value"] = 0

        job = _planned(site, site.first_relayed)
        site.world.change("WAY-01", site.first_relayed, somebody_else)
        before = site.first_relayed.state_file.read_bytes()

        answer = _applied(site, job).result()

        assert (answer.code, answer.json["state"]) == (1, "drifted")
        assert [one["field"] for one in answer.json["result"]["differences"]] == ["nla"]
        assert site.first_relayed.state_file.read_bytes() == before
        assert site.first_relayed.state["runs"] == {}

    def test_killed_between_the_run_and_the_check_is_not_called_verified(self, site: Site) -> None:
        computer = site.second_relayed
        host = site.world.running["WAY-02"]
        job = _planned(site, computer)
        before = computer.state
        # The next connection after the change was made is the check from outside.
        site.second_relay.on_connect = _once(
            lambda: _kill(host), when=lambda: registry(computer.state, "SecurityLayer") == 2
        )

        answer = _applied(site, job).result()

        assert host.poll() == -signal.SIGKILL
        assert repaired(QUICK, before, computer.state)
        assert answer.json["result"]["outcome"] == "done"
        assert (answer.code, answer.json["state"]) == (1, "not_verified")
        assert answer.json["result"]["verdict"] == "worse"
        # Worse than before, so the way back began by itself; there is nobody left to answer.
        (undo,) = _shown(site, job)["reverted_by"]
        assert undo


@pytest.fixture
def worker(site: Site) -> Generator[subprocess.Popen[bytes]]:
    """A worker whose silence is noticed soon, in the place of the usual one; afterwards the usual one works again."""
    processes.stop(site.world.running["worker"])
    short = site.world.start_worker(lease=LEASE)
    yield short
    if site.world.running["worker"] is short:
        processes.stop(short)
        site.world.start_worker()


class TestAWorker:
    def test_killed_in_the_middle_of_a_run_leaves_it_unknown_until_the_computer_says_how_it_ended(
        self, site: Site, worker: subprocess.Popen[bytes]
    ) -> None:
        job = _planned(site, site.slow)
        answer = _applied(site, job)
        # The computer keeps its record before it changes anything, and this one takes its time to answer.
        wait_for(lambda: site.slow.state["runs"] or None, "the run")
        _kill(worker)

        assert (answer.result().code, answer.result().json["state"]) == (1, "unknown")
        assert "not repeated" in answer.result().json["explanation"]

        site.world.start_worker()  # a worker is there again, and asks this very computer
        wait_for(lambda: _shown(site, job)["state"] == "verified" or None, "the end of the change")
        tags = _tags(site, job)
        assert (tags["job:claim"], tags["job:start"], tags["job:settle"]) == (2, 1, 1), "begun once, checked later"
        assert len(site.slow.state["runs"]) == 1

    def test_killed_before_the_start_gives_the_job_back_and_it_runs_once(
        self, site: Site, worker: subprocess.Popen[bytes]
    ) -> None:
        job = _planned(site, site.first_relayed)
        # The look from outside comes first, before anything is started.
        site.first_relay.on_connect = _once(lambda: _kill(worker))
        answer = _applied(site, job)
        wait_for(lambda: worker.poll() is not None or None, "the death of the worker")
        assert site.first_relayed.state["runs"] == {}

        site.world.start_worker()

        assert answer.result().good().json["state"] == "verified"
        tags = _tags(site, job)
        assert (tags["job:claim"], tags["job:start"]) == (2, 1)
        assert len(site.first_relayed.state["runs"]) == 1


class TestAWorkerOfAnotherVersion:
    def test_carries_out_no_plan_that_its_own_catalogue_would_not_make_and_the_others_go_on(
        self, site: Site, worker: subprocess.Popen[bytes]
    ) -> None:
        world, computer = site.world, site.first_relayed
        site.world.change("WAY-01", computer, _broken)
        job, kept = _planned(site, computer), computer.state["runs"]
        other = world.folder / "newer" / "actions" / f"{QUICK}.toml"
        other.parent.mkdir(parents=True)
        shipped = (world.folder / "catalog" / "actions" / other.name).read_text(encoding="utf-8")
        other.write_text(shipped.replace("encryption_level = 3", "encryption_level = 4"), encoding="utf-8")
        processes.stop(worker)
        newer = {SECRET: world.password, "MENDPOINT_CATALOG_DIRS": str(world.folder / "newer")}
        newer_worker = world.start("worker", "manage.py", "worker", **newer)

        answer = _applied(site, job).result()

        assert (answer.code, answer.json["state"]) == (1, "refused"), answer.json["explanation"]
        assert _tags(site, job)["job:start"] == 0
        assert computer.state["runs"] == kept
        processes.stop(newer_worker)
        world.start_worker()
        again = _applied(site, _planned(site, computer)).result().good()
        assert again.json["state"] == "verified"


class TestAWorkerThatIsToldToEnd:
    def test_in_mid_write_finishes_what_runs_claims_nothing_more_and_ends(self, site: Site) -> None:
        ending = site.world.running["worker"]
        site.world.change("SLOW-01", site.slow, _broken)
        job, kept = _planned(site, site.slow), set(site.slow.state["runs"])
        answer = _applied(site, job)
        wait_for(lambda: set(site.slow.state["runs"]) - kept or None, "the record of the run")
        ending.send_signal(signal.SIGTERM)
        wait_for(lambda: "Warm shutdown" in site.world.log("worker") or None, "the signal")
        late = _opened_without_waiting(Person(site.world, HELPDESK), site.others[0])
        assert ending.wait(timeout=60) == 0
        assert answer.result().good().json["state"] == "verified"
        tags = _tags(site, job)
        assert (tags["job:claim"], tags["job:start"], tags["job:settle"]) == (1, 1, 0)
        assert [_tags(site, {"job": one})["job:claim"] for one in late["jobs"]] == [0], "left to the others"

        site.world.start_worker()

        assert Person(site.world, HELPDESK).shows(late)["path"][0]["source"] == "reading"


class TestTheBroker:
    def test_gone_for_good_keeps_no_job_from_running_and_none_runs_twice(self, site: Site) -> None:
        world, helpdesk = site.world, Person(site.world, HELPDESK)
        world.kill_broker()
        try:
            opened = list(site.pool.map(lambda one: _opened_without_waiting(helpdesk, one), site.others[:3]))
            for case in site.pool.map(helpdesk.shows, opened):
                assert case["path"][0]["source"] == "reading"
                assert [_tags(site, {"job": job})["job:claim"] for job in case["jobs"]] == [1]
        finally:
            world.start_broker()

    def test_wiped_at_the_worst_moment_delays_what_is_queued_by_seconds(self, site: Site) -> None:
        """Everything is queued, nothing claimed; and no keeper is there to ring again."""
        world, helpdesk = site.world, Person(site.world, HELPDESK)
        processes.stop(world.running["keeper"])
        world.running["worker"].send_signal(signal.SIGSTOP)
        try:
            opened = list(site.pool.map(lambda one: _opened_without_waiting(helpdesk, one), site.others[:3]))
            redis.Redis.from_url(world.broker.url).flushall()
            wiped = time.monotonic()
            world.running["worker"].send_signal(signal.SIGCONT)
            shown = list(site.pool.map(helpdesk.shows, opened))
            assert time.monotonic() - wiped < IN_TIME
        finally:
            world.running["worker"].send_signal(signal.SIGCONT)
            world.start_keeper()
        for case in shown:
            assert case["path"][0]["source"] == "reading"
            assert [_tags(site, {"job": job})["job:claim"] for job in case["jobs"]] == [1]

    def test_killed_and_started_anew_loses_nothing(self, site: Site) -> None:
        world, helpdesk = site.world, Person(site.world, HELPDESK)
        world.kill_broker()
        opened = list(site.pool.map(lambda one: _opened_without_waiting(helpdesk, one), site.others[:3]))
        assert {case["matter"] for case in opened} == {"look"}

        world.start_broker()

        for case in site.pool.map(helpdesk.shows, opened):
            assert case["path"][0]["source"] == "reading"
            assert len(case["jobs"]) == 1


def _opened_without_waiting(person: Person, computer: Computer) -> dict[str, Any]:
    opened = person.do("cases", "open", "--error", ERROR, "--host", computer.name, "--wait", "0")
    return opened.good().json
