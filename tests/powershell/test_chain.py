"""The whole chain down to a real PowerShell: portal, Celery, WinRM and SOAP, `powershell.exe`, and back.

The simulated host's `powershell.exe` is the real one here. What only Windows has answers from the host's state, by the
same stand-ins as for the vectors, so that a change is seen there. Run by `make pwsh`, once and on SQLite.
"""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.fleet import RDP_TCP, registry
from tests.e2e.walks import EMPLOYEE, HELPDESK, Person
from tests.e2e.world import SECRET, USER, Answer, Computer, World, wait_for
from tests.powershell import shell, stand_ins
from tests.powershell.console import RealPowerShell
from tests.support import strict
from troubleshoot.lab import FAULTS
from troubleshoot.lab.host import LabHost, LabOptions
from troubleshoot.lab.state import healthy

pytestmark = pytest.mark.powershell

NAME = "REAL-01"
ACTION = "require-tls"
#: The security layer with which no TLS is offered, and the one that the remedy wants.
FAULT, WANTED = 0, 2
#: A worker that is silent for so many seconds is taken for dead.
LEASE = 5


@dataclass(frozen=True)
class Chain:
    """The portal's processes, and the host with the real PowerShell."""

    world: World
    host: LabHost
    console: RealPowerShell
    pool: ThreadPoolExecutor

    @property
    def document(self) -> dict[str, Any]:
        """The state of the host."""
        return self.host.state.document

    def planned(self) -> dict[str, Any]:
        """A plan of the remedy."""
        asked = Person(self.world, HELPDESK).do("jobs", "plan", "--host", NAME, "--action", ACTION)
        return asked.good().json

    def applied(self, job: dict[str, Any]) -> Answer:
        """How the plan went."""
        return Person(self.world, HELPDESK).applies(job)

    def shown(self, job: dict[str, Any]) -> dict[str, Any]:
        """What the portal says of a job."""
        return Person(self.world, HELPDESK).do("jobs", "show", job["job"]).good().json

    def tags(self, job: dict[str, Any]) -> Counter[str]:
        """The entries of a job, counted by their tags."""
        lines = self.world.run("audit", "export").good().out.splitlines()
        entries = [json.loads(line)["entry"] for line in lines]
        return Counter(one["tag"] for one in entries if ["job", job["job"]] in one["objects"])

    @property
    def layer(self) -> int:
        """The security layer of the host."""
        return int(registry(self.host.state.document, "SecurityLayer"))

    def set_layer(self, value: int) -> None:
        """Let somebody else set the security layer."""
        with self.host.state.changing() as document:
            document["registry"][RDP_TCP]["SecurityLayer"]["value"] = value

    def set_identity(self, identity: dict[str, str]) -> None:
        """Let another computer be there."""
        with self.host.state.changing() as document:
            document["identity"] = identity


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Generator[Chain]:
    """Broker, worker, keeper and host are up, and the host is registered."""
    folder = tmp_path_factory.mktemp("chain")
    try:
        program = shell.find()
    except shell.NoPowerShellError as reason:
        if strict():
            raise
        pytest.skip(str(reason))
    stand_ins.write(folder / "modules")
    document = healthy(NAME)
    FAULTS["security-layer-rdp"](document)
    console = RealPowerShell(program, str(folder / "modules"), folder / "data")
    with World(folder / "world") as world, ThreadPoolExecutor(4) as pool:
        host = LabHost(
            document, LabOptions(user=USER, password=world.password, auth=frozenset({"ntlm"})), powershell=console
        )
        host.start()
        try:
            yield _begun(Chain(world, host, console, pool))
        finally:
            host.stop()


def _begun(chain: Chain) -> Chain:
    world, run, ready = chain.world, chain.world.run, chain.host.ready()
    run("migrate", "--verbosity", "0").good()
    run("people", "site", "north", "--name", "North").good()
    for email in (EMPLOYEE, HELPDESK):
        run("people", "add", email, "--name", email, typed=f"{world.account}\n").good()
        run("people", "grant", email, email.partition("@")[0], "--site", "north").good()
    run("hosts", "credential", "lab", "--site", "north", "--username", USER, "--reference", f"env:{SECRET}").good()
    ports = ("--rdp-port", str(ready["rdp_port"]), "--winrm-port", str(ready["winrm_port"]))
    where = (
        "--site",
        "north",
        "--address",
        "127.0.0.1",
        "--owner",
        EMPLOYEE,
        "--credential",
        "lab",
        "--lab",
        "--no-tls",
    )
    run("hosts", "add", NAME, *where, *ports).good()
    run("hosts", "allow-changes", NAME).good()
    world.start_worker(lease=LEASE)
    world.start_keeper()
    return chain


def test_a_computer_is_read_and_its_fault_found(chain: Chain) -> None:
    helpdesk = Person(chain.world, HELPDESK)
    case = helpdesk.shows(helpdesk.opens(Computer(NAME, (), chain.world.folder)))
    assert case["path"][0]["source"] == "reading"
    assert case["action"] == ACTION
    assert chain.console.refused == []


def test_what_somebody_changed_after_the_plan_is_left_alone(chain: Chain) -> None:
    job = chain.planned()
    chain.set_layer(1)
    answer = chain.applied(job)
    assert (answer.code, answer.json["state"]) == (1, "drifted")
    assert [one["field"] for one in answer.json["result"]["differences"]] == ["security_layer"]
    assert (chain.layer, chain.document["runs"]) == (1, {})
    chain.set_layer(FAULT)


def test_another_computer_at_the_same_address_is_refused(chain: Chain) -> None:
    job, identity = chain.planned(), dict(chain.document["identity"])
    chain.set_identity(identity | {"machine_guid": "00000000-0000-4000-8000-000000000001"})
    answer = chain.applied(job)
    assert (answer.code, answer.json["state"]) == (1, "refused")
    assert (chain.layer, chain.document["runs"]) == (FAULT, {})
    chain.set_identity(identity)


def test_a_change_is_made_recorded_and_proved_from_outside(chain: Chain) -> None:
    answer = chain.applied(chain.planned()).good()
    assert answer.json["state"] == "verified"
    assert chain.layer == WANTED
    (record,), (report,) = chain.document["runs"].values(), chain.document["reports"].values()
    assert record["process"] in chain.console.processes
    assert (report["outcome"], report["attempt"]) == ("done", record["attempt"])
    assert chain.console.refused == []


def test_a_change_whose_worker_dies_in_the_middle_is_settled_by_the_computer(chain: Chain) -> None:
    chain.set_layer(FAULT)
    job, worker = chain.planned(), chain.world.running["worker"]
    # The line in the event log comes after the record and before the first write.
    chain.console.hears = lambda command: worker.kill() if command == "write-eventlog" else None
    answer = chain.applied(job)
    assert worker.wait(60) == -signal.SIGKILL
    assert (answer.code, answer.json["state"]) == (1, "unknown")
    assert chain.layer == WANTED

    chain.world.start_worker(lease=LEASE)

    wait_for(lambda: chain.shown(job)["state"] == "verified" or None, "the end of the change", every=2)
    tags = chain.tags(job)
    assert (tags["job:start"], tags["job:settle"]) == (1, 1), "begun once, and settled"
    assert chain.console.refused == []
