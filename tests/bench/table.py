"""Registers the simulated hosts, measures, and prints what came of it. Runs where Django is set up."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import secrets
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from tests.bench import measures
from tests.e2e.world import SECRET, USER
from troubleshoot import audit, cases, hosts, people
from troubleshoot.models import Host, Person, Site

Line = tuple[str, str, str]
THREADS, ROUNDS = 8, 4
PROBES = 200


def main() -> None:
    """Measure and print, line by line."""
    print(f"Measured on {os.cpu_count()} cores, Python {platform.python_version()}, {connection.vendor}.")
    print("Hosts are simulated (lab, not Windows), all in one process. Ratios are within this run.\n")
    person, registered = _register(json.load(sys.stdin))
    real = [host for host in registered if host.name.startswith("START")]
    instant = [host for host in registered if host not in real]
    _print("Read jobs on hosts whose PowerShell takes 0.3 s to start", _jobs(person, real), aim="aim 0.70 or more")
    _print("The same where PowerShell starts at once: only our own work is left", _jobs(person, instant))
    _print("Visits", _visits([instant[0], instant[-1]]))
    _print("Network probes: three connections, one with TLS; the floor is one connection with TLS", _probes(instant[0]))


def _print(title: str, lines: Iterable[Line], *, aim: str = "") -> None:
    print(title)
    for name, value, remark in lines:
        print(f"  {name:<52} {value:>10}   {remark or aim}".rstrip(), flush=True)
    print()


def _jobs(person: Person, registered: list[Host]) -> Iterator[Line]:
    opened = [cases.open_case(actor=person, beneficiary=person, error_text="0x904 0x7", host=one) for one in registered]
    measures.by_threads(registered, THREADS)  # both sides warm
    measures.by_celery(opened, person)
    direct, queued = [], []
    for _ in range(ROUNDS):
        direct.append(measures.by_threads(registered, THREADS))
        queued.append(measures.by_celery(opened, person))
    one, other = measures.together(direct), measures.together(queued)
    yield f"per second, door called from {THREADS} threads", f"{one.per_second:.1f}", measures.spread(direct)
    yield f"per second, Celery and door, {THREADS} threads", f"{other.per_second:.1f}", measures.spread(queued)
    yield "processor time of a visit at our end", f"{one.cpu_ms:.0f} ms", "probe and door"
    yield "Celery and door : door alone", f"{other.per_second / one.per_second:.2f}", ""


def _visits(registered: list[Host]) -> Iterator[Line]:
    for host in registered:
        way = f"{host.transport} over {'https' if host.tls else 'http'}"
        yield f"round trips of a cold visit, {way}", f"{measures.round_trips(host)}", "aim 10 or fewer"


def _probes(host: Host) -> Iterator[Line]:
    for threads in (1, THREADS):
        measures.probes(host, 10, threads)
        probe, floor = measures.probes(host, PROBES, threads), measures.floor(host, PROBES, threads)
        words = f"{threads} thread{'s' if threads > 1 else ''}"
        yield f"probes per second, {words}", f"{probe.per_second:.0f}", ""
        yield f"floor per second, {words}", f"{floor.per_second:.0f}", ""
        yield "probe : floor", f"{probe.per_second / floor.per_second:.2f}", ""
        yield "processor time of a probe", f"{probe.cpu_ms:.1f} ms", f"floor {floor.cpu_ms:.1f} ms"


def _register(ready: list[dict[str, Any]]) -> tuple[Person, list[Host]]:
    actor = audit.Machine("cli", "bench")
    site = Site.objects.get()
    person = people.create_account(
        actor=actor, email="bench@corp.example", name="Bench", password=secrets.token_urlsafe(16)
    )
    until = timezone.now() + dt.timedelta(days=1)
    people.grant_role(actor=actor, person=person, role="helpdesk", site=site, until=until)
    credential = hosts.register_credential(actor=actor, name="lab", site=site, username=USER, reference=f"env:{SECRET}")
    return person, [_host(actor, site, line, credential=credential) for line in ready]


def _host(actor: audit.Machine, site: Site, ready: dict[str, Any], **settings: Any) -> Host:
    secure = {"transport": "basic", "tls": True, "ca_file": ready["ca_file"]} if ready["ca_file"] else {"tls": False}
    ports = {name: ready[name] for name in ("rdp_port", "winrm_port")}
    return hosts.register_host(
        actor=actor, name=ready["host"], site=site, address="127.0.0.1", lab=True, **ports, **secure, **settings
    )
