"""`python -m tests.bench.listeners`: the listeners that the sweep looks at, in a process of their own.

Prints one JSON line with their ports and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.hosts import listening
from tests.probes.rdp_servers.servers import free_port, missing
from tests.probes.rdp_servers.test_real_servers import SERVERS
from troubleshoot.lab.state import RDP_TCP


@dataclass(frozen=True)
class Truth:
    """What is so, by how a listener was set up. None: the question has no answer there."""

    nla: bool  # it can sign people in before a session (CredSSP)
    plain: bool  # it takes connections without TLS
    tls: bool  # it takes connections with TLS and without NLA
    in_date: bool | None = True  # its certificate
    versions: tuple[str, ...] | None = ("1.2",)
    faults: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


_LAYER, _NLA = f"registry__{RDP_TCP}__SecurityLayer", f"registry__{RDP_TCP}__UserAuthentication"
NEW = ("1.2", "1.3")
LAB = {
    "lab, NLA demanded": Truth(nla=True, plain=False, tls=False),
    "lab, NLA or TLS": Truth(nla=True, plain=False, tls=True, settings={_NLA: 0}),
    "lab, anything": Truth(nla=True, plain=True, tls=True, settings={_NLA: 0, _LAYER: 1}),
    "lab, plain only": Truth(
        nla=False, plain=True, tls=False, in_date=None, versions=None, faults=("security-layer-rdp",)
    ),
    "lab, expired": Truth(nla=True, plain=False, tls=False, in_date=False, faults=("expired-certificate",)),
    "lab, old TLS": Truth(nla=True, plain=False, tls=False, versions=("1.0", "1.1"), faults=("tls12-off",)),
    "lab, no certificate": Truth(
        nla=False, plain=False, tls=False, in_date=None, versions=None, faults=("certificate-service-stopped",)
    ),
}
REAL = {
    "xrdp, TLS": Truth(nla=False, plain=False, tls=True, versions=NEW),
    "xrdp, TLS or plain": Truth(nla=False, plain=True, tls=True, versions=NEW),
    "xrdp, expired": Truth(nla=False, plain=False, tls=True, in_date=False, versions=NEW),
    "xrdp, SHA-1": Truth(nla=False, plain=False, tls=True, versions=NEW),
    "xrdp, TLS 1.0": Truth(nla=False, plain=False, tls=True, versions=("1.0",)),
    "xrdp, RDP only": Truth(nla=False, plain=True, tls=False, in_date=None, versions=None),
    "xrdp, no certificate": Truth(nla=False, plain=False, tls=False, in_date=None, versions=None),
}
TRUTHS = LAB | REAL


def main() -> None:
    """Serve until standard input ends."""
    with contextlib.ExitStack() as running:
        ports = {}
        for name, truth in LAB.items():
            _, server = running.enter_context(listening(*truth.faults, **truth.settings))
            ports[name] = server.port
        for name in REAL if not missing() else ():
            folder = running.enter_context(tempfile.TemporaryDirectory(prefix="mendpoint-bench-"))
            ports[name] = free_port()
            running.enter_context(SERVERS[name].run(Path(folder), ports[name]))
        print(json.dumps(ports), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
