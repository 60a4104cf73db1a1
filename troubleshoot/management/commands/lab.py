"""manage.py lab: run simulated Windows hosts until told to stop."""

import json
import os
import signal
import threading
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from troubleshoot.lab import FAULTS, BadStateError, LabHost, LabOptions, build_state, parse_setting

DEFAULT_USER = "lab-admin"
DEFAULT_PASSWORD = "Simulated-only-1"  # noqa: S105 - opens nothing but simulated hosts on loopback
#: Seconds between two looks at the state files that a person may have edited.
_POLL = 0.3
_STOP = {signal.SIGTERM, signal.SIGINT}
_OPTIONS = {option.name for option in fields(LabOptions)}
_FLEET = _OPTIONS | {"name", "state", "fault", "set"}


class Command(BaseCommand):
    """Options for one host, or a fleet file with the same options for many."""

    help = (
        "Run simulated Windows hosts (a lab, not Windows): Remote Desktop and WinRM on loopback. Prints one JSON "
        "line per host when all are ready; whatever is written into --state-out meanwhile becomes the host's state; "
        "SIGHUP reads --state again (then --fault and --set); SIGTERM or Ctrl-C ends it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options; a fleet file uses the same names, with _ for -."""
        add = parser.add_argument
        add("--list", action="store_true", help="list the faults and exit")
        add("--json", action="store_true", help="with --list: as JSON")
        add("--fleet", type=Path, metavar="FILE", help="JSON list of hosts: objects with the options below")
        add("--name", default="LAB-01", help="computer name, when no state file gives one")
        add("--state", type=Path, metavar="FILE", help="state document; sections left out are healthy")
        add("--fault", action="append", default=[], metavar="NAME", help="may be repeated; see --list")
        add("--set", action="append", default=[], metavar="PATH=VALUE", help="may be repeated; after the faults")
        add(
            "--state-out",
            type=Path,
            metavar="FILE",
            help="write the state there on every change, and follow edits of it",
        )
        add("--listen", default="127.0.0.1", metavar="ADDR", help="address to bind")
        add("--rdp-port", type=int, default=0, metavar="N")
        add("--winrm-port", type=int, default=0, metavar="N")
        add("--gateway-port", type=int, default=0, metavar="N", help="when its state has a Remote Desktop gateway")
        add("--winrm-tls", action="store_true", help="serve WinRM over HTTPS")
        add("--auth", default="ntlm,basic", help="sign-in methods; basic works over HTTPS only")
        add("--user", default=DEFAULT_USER, help="default: %(default)s")
        add("--password", help=f"default: the variable MENDPOINT_LAB_PASSWORD, else {DEFAULT_PASSWORD}")
        add("--latency", type=float, default=0.0, metavar="MS", help="milliseconds before each WinRM answer")
        add("--powershell-start", type=float, default=0.0, metavar="S", help="seconds that PowerShell takes to start")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until a signal ends it; exit 2 for input that cannot be used, 1 for a port that is taken."""
        if options["list"]:
            self.stdout.write(_listed(as_json=options["json"]))
            return
        try:
            specs = _specs(options)
            hosts = [_host(spec) for spec in specs]
        except (BadStateError, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        # Blocked before any thread starts, so that only sigwait below receives them.
        signal.pthread_sigmask(signal.SIG_BLOCK, {*_STOP, signal.SIGHUP})
        over = threading.Event()
        watch = threading.Thread(target=self._follow, args=(hosts, over), name="state files", daemon=True)
        try:
            self._start(hosts)
            watch.start()
            while signal.sigwait({*_STOP, signal.SIGHUP}) not in _STOP:
                self._reload(specs, hosts)
        finally:
            over.set()
            if watch.ident:
                watch.join()
            for host in hosts:
                host.stop()

    def _start(self, hosts: list[LabHost]) -> None:
        for host in hosts:
            try:
                host.start()
            except OSError as error:
                raise CommandError(f"The simulated host cannot listen: {error}") from error
        for host in hosts:
            line = host.ready()
            self.stderr.write(f"Simulated Windows host {line['host']} (lab, not Windows) is ready.")
            self.stdout.write(json.dumps(line))
        self.stdout.flush()

    def _follow(self, hosts: list[LabHost], over: threading.Event) -> None:
        """Let the hosts follow what a person writes into their state files."""
        while not over.wait(_POLL):
            for host in hosts:
                try:
                    host.follow()
                except BadStateError as error:
                    self.stderr.write(f"The state of the simulated host stays as it is: {error}")

    def _reload(self, specs: list[dict[str, Any]], hosts: list[LabHost]) -> None:
        """Read the state files again; a bad one changes nothing and is reported."""
        for spec, host in zip(specs, hosts, strict=True):
            if spec["state"] is None:
                continue
            try:
                host.replace(_document(spec))
            except BadStateError as error:
                self.stderr.write(f"The state of the simulated host stays as it is: {error}")


def _listed(*, as_json: bool) -> str:
    """Return every fault with its sentence."""
    if as_json:
        return json.dumps([{"fault": name, "text": fault.__doc__} for name, fault in FAULTS.items()], indent=2)
    width = max(map(len, FAULTS)) + 2
    lines = [f"{name:<{width}}{fault.__doc__}" for name, fault in FAULTS.items()]
    return "\n".join(["Faults of the simulated hosts (lab):", *lines])


def _specs(options: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the options of every host: those of the command line, or the fleet's with these as defaults."""
    single = {name: options[name] for name in _FLEET}
    single["set"] = dict(parse_setting(text) for text in options["set"])
    if single["password"] is None:
        single["password"] = os.environ.get("MENDPOINT_LAB_PASSWORD", DEFAULT_PASSWORD)
    if options["fleet"] is None:
        return [single]
    try:
        fleet = json.loads(options["fleet"].read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadStateError(f"{options['fleet']}: {error}") from error
    if not isinstance(fleet, list) or not all(isinstance(entry, dict) for entry in fleet):
        raise BadStateError(f"{options['fleet']}: a fleet is a JSON list of objects")
    return [single | _entry(number, entry, single) for number, entry in enumerate(fleet, start=1)]


def _entry(number: int, entry: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Return one host of a fleet, checked: known options of the kinds that the command line would give."""
    unknown = sorted(entry.keys() - _FLEET)
    if unknown:
        raise BadStateError(f"host {number} of the fleet: unknown option {', '.join(unknown)}")
    result: dict[str, Any] = {"name": f"LAB-{number:02}"}
    for option, value in entry.items():
        path = option in {"state", "state_out"}
        kind = str if path else (int, float) if isinstance(defaults[option], float) else type(defaults[option])
        if not isinstance(value, kind):
            raise BadStateError(f"host {number} of the fleet: {option} cannot be {value!r}")
        result[option] = Path(str(value)) if path else value
    return result


def _document(spec: dict[str, Any]) -> dict[str, Any]:
    return build_state(name=spec["name"], file=spec["state"], faults=spec["fault"], settings=spec["set"])


def _host(spec: dict[str, Any]) -> LabHost:
    chosen = {name: spec[name] for name in _OPTIONS}
    chosen["auth"] = frozenset(spec["auth"].split(","))
    chosen["latency"] = spec["latency"] / 1000
    return LabHost(_document(spec), LabOptions(**chosen))
