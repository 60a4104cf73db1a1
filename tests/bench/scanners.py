"""What each scanner says of a listener: ours, nmap's and sslscan's words turned into answers to the same questions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network

from troubleshoot.probes import ProbeReport, probe_network
from troubleshoot.remote import RegisteredHost

_LOOPBACK = (ip_network("127.0.0.0/8"),)
_SECONDS = 300


@dataclass(frozen=True)
class Said:
    """Answers; None: this scanner does not say."""

    nla: bool | None = None
    plain: bool | None = None
    tls: bool | None = None
    in_date: bool | None = None
    versions: tuple[str, ...] | None = None


def ours(port: int, *, thorough: bool = True) -> Said:
    """Look with our own probe."""
    registered = RegisteredHost("acc-07", "127.0.0.1", frozenset({port}), _LOOPBACK)
    return _read(probe_network(registered, port, thorough=thorough, versions=True))


def _read(report: ProbeReport) -> Said:
    stages, facts = {stage.name: stage for stage in report.stages}, report.facts
    certificate = facts["rdp.certificate"]
    accepted = report.certificate.get("tls_versions", [])
    return Said(
        nla="NLA" in stages["x224"].detail,
        plain=facts["rdp.plain"] == "allowed",
        tls="offer 1" in stages and stages["offer 1"].detail.startswith("TLS"),
        in_date=None if certificate in {"none", "unknown"} else certificate != "expired",
        versions=tuple(sorted({"TLSv1": "1.0"}.get(name, name[4:]) for name in accepted)) or None,
    )


def nmap(ports: Sequence[int], *, times: int = 1) -> dict[int, Said]:
    """Let nmap's rdp-enum-encryption look at all ports, each as often as told, as many at once as nmap likes."""
    wanted = ["-n", "-Pn", "-T4", "-p", ",".join(map(str, ports)), "--script", "+rdp-enum-encryption"]
    printed = _run("nmap", *wanted, *["127.0.0.1"] * times)
    said: dict[int, Said] = {}
    for found in re.finditer(r"^(\d+)/tcp .*\n((?:\|.*\n)*)", printed, re.MULTILINE):
        block = found[2]
        told = "Security layer" in block
        said[int(found[1])] = Said(
            nla="CredSSP (NLA): SUCCESS" in block if told else None,
            plain="Native RDP: SUCCESS" in block if told else None,
            tls="SSL: SUCCESS" in block if told else None,
        )
    return said


def sslscan(port: int) -> Said:
    """Let sslscan look at a port."""
    printed = _run("sslscan", "--rdp", "--no-colour", f"127.0.0.1:{port}")
    versions = tuple(sorted(re.findall(r"^TLSv(1\.\d)\s+enabled", printed, re.MULTILINE)))
    ends = re.search(r"Not valid after:\s+(.+) GMT", printed)
    until = datetime.strptime(ends[1], "%b %d %H:%M:%S %Y").replace(tzinfo=UTC) if ends else None
    return Said(in_date=until > datetime.now(UTC) if until else None, versions=versions or None)


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False).stdout
