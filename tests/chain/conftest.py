"""Lab hosts that are registered, people who ask and decide, and a worker's hand that runs what is queued."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.conf import settings as django_settings

from tests.conftest import TESTER, MakePerson
from tests.support import replace_everywhere
from troubleshoot import hosts, operations, people
from troubleshoot.catalog import installed_catalog
from troubleshoot.catalog import registry as library
from troubleshoot.lab import FAULTS, LabHost, LabOptions
from troubleshoot.lab.state import healthy
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.models import Host, Job, JobState, Person, Site

SECRET = "lab-only-password"


@dataclass
class Registered:
    """A lab host and its row."""

    lab: LabHost
    row: Host

    @property
    def document(self) -> dict[str, Any]:
        """The simulated computer's own state: what really happened to it."""
        return self.lab.state.document


MakeLab = Callable[..., Registered]


@pytest.fixture
def north(transactional_db: None) -> Site:
    """A site, in a database that really commits: leases are renewed from another thread."""
    return people.create_site(actor=TESTER, slug="north", name="North")


@pytest.fixture
def helpdesk(north: Site, person: MakePerson) -> Person:
    """Serves the site."""
    return person("Hanna", "helpdesk", site=north)


@pytest.fixture
def approver(north: Site, person: MakePerson) -> Person:
    """Decides for the site."""
    return person("Abel", "approver", site=north)


@pytest.fixture
def employee(north: Site, person: MakePerson) -> Person:
    """Owns the computers."""
    return person("Emil", "employee", site=north)


@pytest.fixture
def lab(north: Site, employee: Person, monkeypatch: pytest.MonkeyPatch) -> Generator[MakeLab]:
    """`lab("expired-certificate")`: a running simulated host with these faults, registered, changes allowed."""
    monkeypatch.setenv("MENDPOINT_SECRET_LAB", SECRET)
    credential = hosts.register_credential(
        actor=TESTER, name="lab", site=north, username="mendpoint", reference="env:MENDPOINT_SECRET_LAB"
    )
    started: list[LabHost] = []

    def make(
        *faults: str, name: str = "", changes: bool = True, limits: Limits | None = None, **options: Any
    ) -> Registered:
        name = name or f"LAB-{len(started) + 1:02}"
        document = healthy(name)
        for fault in faults:
            FAULTS[fault](document)
        known = LabOptions(user="mendpoint", password=SECRET, auth=frozenset({"ntlm"}), **options)
        host = LabHost(document, known, limits=limits)
        host.start()
        started.append(host)
        ready = host.ready()
        row = hosts.register_host(
            actor=TESTER,
            name=name,
            address="127.0.0.1",
            site=north,
            owner=employee,
            lab=True,
            rdp_port=ready["rdp_port"],
            winrm_port=ready["winrm_port"],
            transport="ntlm",
            tls=False,
            credential=credential,
        )
        if changes:
            hosts.allow_changes(actor=TESTER, host=row)
            row.refresh_from_db()
        return Registered(host, row)

    yield make
    for host in started:
        host.stop()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting that only a person would notice."""
    monkeypatch.setattr(django_settings, "MENDPOINT_PROBE_SECONDS", 3)
    monkeypatch.setattr("troubleshoot.remediation.execution.POLL_SECONDS", 0.05)
    monkeypatch.setattr("troubleshoot.remote.dial.CONNECT_SECONDS", 1)
    catalog = installed_catalog()
    actions = {
        name: replace(action, verify=replace(action.verify, within=1)) for name, action in catalog.actions.items()
    }
    replace_everywhere(monkeypatch, library, "installed_catalog", lambda: replace(catalog, actions=actions))


@pytest.fixture
def work() -> Callable[[], None]:
    """Runs every queued job, as a worker would after its doorbell rang."""

    def drain() -> None:
        while (job := Job.objects.filter(state=JobState.QUEUED).order_by("created_at").first()) is not None:
            before = job.tries, job.fence
            operations.run_job(job.pk)
            job.refresh_from_db()
            if job.state == JobState.QUEUED and (job.tries, job.fence) == before:
                raise AssertionError("the job could not be claimed")
            Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(not_before=job.created_at)

    return drain
