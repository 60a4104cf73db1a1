"""Simulated listeners for the tests, and the probe's view of them."""

import contextlib
import functools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from troubleshoot import catalog, probes
from troubleshoot.lab import build_state
from troubleshoot.lab.certificates import stamp
from troubleshoot.lab.powershell import run
from troubleshoot.lab.rdp import RdpServer
from troubleshoot.lab.state import HostState
from troubleshoot.probes import ProbeReport, probe_network
from troubleshoot.remote import RegisteredHost

NETWORKS = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@contextlib.contextmanager
def listening(*faults: str, listen: str = "127.0.0.1", **settings: Any) -> Iterator[tuple[HostState, RdpServer]]:
    """A started RDP listener of ACC-07; settings are written with __ for the dots of a path."""
    places = {path.replace("__", "."): value for path, value in settings.items()}
    state = HostState(build_state(name="ACC-07", file=None, faults=faults, settings=places))
    server = RdpServer(state, listen=listen)
    server.start()
    try:
        yield state, server
    finally:
        server.stop()


def seen(port: int, *, seconds: float = 5, address: str = "127.0.0.1") -> ProbeReport:
    """What the network probe reports about a port of this host."""
    return probe_network(RegisteredHost("acc-07", address, frozenset({port}), NETWORKS), port, seconds=seconds)


def inside(document: dict[str, Any]) -> dict[str, str]:
    """What the Windows probe tells of a host in this state."""
    stamp(document)
    state, resources = HostState(document), catalog.installed_catalog().resources
    read = [run(resources[one.resource].read, dict(one.params), state)[0] for one in probes.WINDOWS_READINGS]
    told = probes.derive_windows_facts(read, reached="yes", port=3389, now=datetime.now(UTC))  # type: ignore[arg-type]
    return {name: value for name, (value, _) in told.items()}


@functools.cache
def resting() -> Mapping[str, str]:
    """What both probes find on a healthy, domain-joined computer: every fact that they have, each with its value."""
    with listening() as (state, server):
        return {**seen(server.port).facts, **inside(state.document)}
