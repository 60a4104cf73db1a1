"""The one world of these tests: started once, registered by command, ended with the last test."""

from __future__ import annotations

import os
import random
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.e2e import fleet
from tests.e2e.relay import Relay
from tests.e2e.walks import APPROVER, EMPLOYEE, HELPDESK, Diagnosis, Walk, diagnose, walk
from tests.e2e.world import SECRET, USER, Answer, Computer, World


@dataclass(frozen=True)
class Site:
    """The world with its computers: eight to repair, some to diagnose, and three that meet with accidents."""

    world: World
    pool: ThreadPoolExecutor
    web: str
    eight: list[Computer]
    others: list[Computer]
    slow: Computer
    first_relayed: Computer
    second_relayed: Computer
    first_relay: Relay
    second_relay: Relay


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    """Broker, worker, keeper, web and hosts are up; people and computers are registered."""
    seed = int(os.environ.get("E2E_SEED", random.randrange(1_000_000)))
    print(f"\nfaults shuffled with E2E_SEED={seed}")
    folder = tmp_path_factory.mktemp("e2e")
    with World(folder) as world, ThreadPoolExecutor(8) as pool, Relay() as first, Relay() as second:
        hosts = folder / "hosts"
        made = Site(
            world,
            pool,
            web="",
            eight=fleet.eight(hosts, seed),
            others=fleet.others(hosts),
            slow=Computer("SLOW-01", ("security-layer-rdp",), hosts, {"latency": 400}),
            first_relayed=Computer("WAY-01", ("security-layer-rdp",), hosts),
            second_relayed=Computer("WAY-02", ("security-layer-rdp",), hosts),
            first_relay=first,
            second_relay=second,
        )
        yield _begun(made)


def _begun(site: Site) -> Site:
    world, run = site.world, site.world.run
    run("migrate", "--verbosity", "0").good()
    run("people", "site", "north", "--name", "North").good()
    special = [site.slow, site.first_relayed, site.second_relayed]
    world.start_lab("fleet", [*site.eight, *site.others])
    for computer in special:
        world.start_lab(computer.name, [computer])
    site.first_relay.target = site.first_relayed.ready["rdp_port"]
    site.second_relay.target = site.second_relayed.ready["rdp_port"]
    ports = {"WAY-01": site.first_relay.port, "WAY-02": site.second_relay.port}
    credential = ("--username", USER, "--reference", f"env:{SECRET}")
    begun = [
        *site.pool.map(lambda email: _add_person(world, email), (EMPLOYEE, HELPDESK, APPROVER)),
        run("hosts", "credential", "lab", "--site", "north", *credential),
    ]
    world.start_worker()
    world.start_keeper()
    for answer in begun:
        answer.good()
    for one in [*site.eight, *site.others, *special]:
        for command in _registering(one, ports.get(one.name, one.ready["rdp_port"]), one not in site.others):
            run(*command).good()
    return Site(**{**vars(site), "web": world.start_web()})


def _add_person(world: World, email: str) -> Answer:
    role = email.partition("@")[0]
    world.run("people", "add", email, "--name", role.title(), typed=f"{world.account}\n").good()
    return world.run("people", "grant", email, role, "--site", "north")


def _registering(computer: Computer, rdp_port: int, changes: bool) -> Iterator[tuple[str, ...]]:
    ready = computer.ready
    secure = ["--transport", "basic", "--ca-file", ready["ca_file"]] if ready["ca_file"] else ["--no-tls"]
    ports = ["--rdp-port", str(rdp_port), "--winrm-port", str(ready["winrm_port"])]
    where = ["--site", "north", "--address", "127.0.0.1", "--owner", EMPLOYEE, "--credential", "lab", "--lab"]
    yield "hosts", "add", computer.name, *where, *ports, *secure
    if changes:
        yield "hosts", "allow-changes", computer.name


@pytest.fixture(scope="package")
def diagnoses(site: Site) -> list[Diagnosis]:
    """Every fault, looked at once."""
    return list(site.pool.map(lambda one: diagnose(site.world, one), [*site.eight, *site.others]))


@pytest.fixture(scope="package")
def walks(site: Site, diagnoses: list[Diagnosis]) -> list[Walk]:
    """The eight computers, each walked from the pasted error to the end, side by side."""
    return list(site.pool.map(lambda one: walk(site.world, one, fleet.REPAIRS[one.faults]), site.eight))
