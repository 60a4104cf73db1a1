"""manage.py probe: observe a Remote Desktop port from outside and say what was found."""

import json
import re
from argparse import ArgumentParser
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from troubleshoot import wording
from troubleshoot.engine import Refusal
from troubleshoot.management.command_base import printable
from troubleshoot.models import GATEWAY_PORT, Host
from troubleshoot.probes import Gateway, ProbeReport, probe_network
from troubleshoot.remote import RegisteredHost, parse_endpoint

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_TARGET = re.compile(r"\[(?P<v6>[0-9A-Fa-f:.]+)\](?::(?P<v6port>\d{1,5}))?|(?P<name>[^:\[\]]+)(?::(?P<port>\d{1,5}))?")


class Command(BaseCommand):
    """Probe a registered host by name, or any address inside the allowed networks."""

    help = (
        "Look at a Remote Desktop port from outside: name, TCP, negotiation, TLS, certificate. Never logs in. "
        "Exit 0: a verdict was reached; 1: none; 2: unusable input."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the target and its options."""
        parser.add_argument("host", metavar="HOST[:PORT]", help="a registered name, a name or an address")
        parser.add_argument("--address", metavar="A", help="dial this instead of the name")
        parser.add_argument("--gateway", metavar="G[:PORT]", help="look at this Remote Desktop gateway too")
        parser.add_argument("--seconds", type=float, default=float(settings.MENDPOINT_PROBE_SECONDS), metavar="N")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--lab", action="store_true", help="a simulated host: dial loopback and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Probe and print; the exit code tells whether there is a verdict."""
        if not 0 < options["seconds"] <= 600:
            raise CommandError("--seconds lies between 0 and 600.", returncode=2)
        try:
            registered, port, lab = _target(options)
            gateway = _gateway(options, registered)
            report = probe_network(registered, port, seconds=options["seconds"], versions=True, gateway=gateway)
        except Refusal as refusal:
            raise CommandError(printable(wording.refusal_words(refusal)), returncode=2) from refusal
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps(report.to_json(), indent=2) if options["json"] else _text(report, lab=lab))
        if report.verdict == "unknown":
            raise CommandError("No verdict was reached.", returncode=1)


def _target(options: dict[str, Any]) -> tuple[RegisteredHost, int, bool]:
    """Return what to dial, the port, and whether it is a simulated host. ValueError for unusable input."""
    found = _TARGET.fullmatch(options["host"])
    if found is None:
        raise ValueError(f"Write HOST, HOST:PORT or [IPV6]:PORT, not {options['host']!r}.")
    name, written = found["name"] or found["v6"], found["port"] or found["v6port"]
    host = _registered(name)
    lab = options["lab"] or (host is not None and host.lab)
    port = int(written) if written else (host.rdp_port if host else 3389)
    address = options["address"] or (host.address if host else name)
    networks = _LOOPBACK if lab else tuple(settings.MENDPOINT_ALLOWED_NETWORKS)
    return RegisteredHost(host.name if host else name, address, frozenset({port}), networks), port, lab


def _gateway(options: dict[str, Any], registered: RegisteredHost) -> Gateway | None:
    """Return the gateway that was named, else that of a registered host's site. ValueError for unusable input."""
    host = None if options["gateway"] else _registered(registered.name)
    written = options["gateway"] or (host.site.gateway if host else "")
    if not written:
        return None
    name, port = parse_endpoint(written, port=GATEWAY_PORT)
    return Gateway(RegisteredHost(name, name, frozenset({port}), registered.networks), port)


def _registered(name: str) -> Host | None:
    try:
        return Host.objects.select_related("site").filter(name__iexact=name).first()
    except DatabaseError:  # not set up yet: the probe works without a database
        return None


def _text(report: ProbeReport, *, lab: bool) -> str:
    """Return the report for a person to read."""
    lines = [f"{report.target}, seen from {report.origin}" + (" (a simulated host)" if lab else "")]
    lines += [
        f"  {stage.name:<16}{'ok' if stage.ok else 'no':<4}{stage.ms:>6} ms  {stage.detail}" for stage in report.stages
    ]
    lines += ["", *(f"  {name:<26}{value}" for name, value in report.facts.items())]
    if report.certificate:
        lines += ["", *(f"  {name:<26}{_words(value)}" for name, value in report.certificate.items())]
    return "\n".join(lines)


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else str(value)
