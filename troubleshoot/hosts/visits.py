"""Visits: observe a host from the network and from inside, and have a plan carried out. Talks, never writes rows.

Nothing here runs inside a database transaction: a caller writes "about to", calls, and writes what came back.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

from django.conf import settings

from troubleshoot import catalog, probes, remote
from troubleshoot.engine import UNKNOWN, Code, DeclaredReading, Explanation, Fact, RefusalCode, StateError
from troubleshoot.hosts import secrets
from troubleshoot.hosts.observations import (
    ALWAYS_READ,
    WHOLE_SCOPE,
    Observation,
    ObservationScope,
    WantedReading,
    scope_for_facts,
)
from troubleshoot.models import GATEWAY_PORT, Host
from troubleshoot.remote import (
    FlatState,
    OnStage,
    RegisteredHost,
    VisitItem,
    VisitResult,
    VisitWork,
    Way,
    parse_endpoint,
)

STANDARD_PORT = 3389
#: Ends of a visit by which its computer was no longer reached.
_CUT = frozenset({RefusalCode.VISIT_BROKEN_OFF, RefusalCode.VISIT_INTERRUPTED})
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


def dial_target(host: Host) -> RegisteredHost:
    """Return where the host may be dialled: its registered ports, inside the allowed networks; a lab host on loopback
    only."""
    return RegisteredHost(
        name=host.name,
        address=host.address,
        ports=frozenset({host.rdp_port, host.winrm_port}),
        networks=LOOPBACK if host.lab else settings.MENDPOINT_ALLOWED_NETWORKS,
    )


def site_gateway(host: Host) -> probes.Gateway | None:
    """Return the Remote Desktop gateway of the host's site, dialled at its registered port alone; None without one.

    That of a simulated host lies on loopback too: a lab never makes us observe a real gateway.
    """
    if host.site_id is None or not host.site.gateway:
        return None
    name, port = parse_endpoint(host.site.gateway, port=GATEWAY_PORT)
    networks = LOOPBACK if host.lab else settings.MENDPOINT_ALLOWED_NETWORKS
    return probes.Gateway(RegisteredHost(name, name, frozenset({port}), networks), port)


def host_door(host: Host) -> remote.Door:
    """Return the way in through WinRM. Raises SignInDenied without an account, CredentialMissing when its secret is not
    where this process looks for it, VisitRefused for a way that is too weak."""
    if host.credential is None:
        raise remote.SignInDenied(RefusalCode.ACCOUNT_MISSING, "sign-in")
    secret = secrets.resolve_secret(host.credential)
    secret.reveal()  # asked here, because the door does not repeat what a source of secrets says
    try:
        return remote.Door(
            registered=dial_target(host),
            port=host.winrm_port,
            transport=cast("Way", host.transport),
            tls=host.tls,
            username=host.credential.username,
            secret=secret,
            ca_file=Path(host.ca_file) if host.ca_file else None,
            lab=host.lab,
            ntlm_over_http=host.ntlm_over_http,
        )
    except remote.RegistrationUnfit as error:
        raise remote.VisitRefused(RefusalCode.REGISTRATION_UNFIT, "settings", cause=error.to_json()) from error


def observe_from_outside(
    host: Host, *, thorough: bool = True, on_verdict: probes.OnVerdict = lambda _: None
) -> probes.ProbeReport:
    """Observe a host from the network, on fresh connections. Bounded in time; never logs in.

    `thorough` judges the facts of network.LATER too; `on_verdict` hears before that how far a connection comes.
    """
    return probes.probe_network(
        dial_target(host),
        host.rdp_port,
        seconds=settings.MENDPOINT_PROBE_SECONDS,
        thorough=thorough,
        gateway=site_gateway(host) if thorough else None,
        on_verdict=on_verdict,
    )


def observe(
    host: Host,
    *,
    about: Collection[str] | None = None,
    also: Sequence[WantedReading] = (),
    attempt: UUID | None = None,
    brief: bool = False,
    on_outside: Callable[[Observation], None] = lambda _: None,
) -> Observation:
    """Observe a host: from outside, then from inside where we may, as far as it takes to know the facts it is `about`;
    None: all that the probes can tell. Each of these facts gets a value; nothing raises for a host's sake.

    `also` names further resources to read in the same visit; their states come in `states`. `brief` takes from outside
    no more than these facts need. `on_outside` hears what is seen from outside: how far a connection comes, and again
    when the outside is done.
    """
    found = Observation()
    wanted = replace(WHOLE_SCOPE if about is None else scope_for_facts(about), also=tuple(also))
    thorough = not brief or not probes.LATER.isdisjoint(about or probes.LATER)

    def seen(report: probes.ProbeReport) -> None:
        found.readings = [("network", "remote desktop", report.to_json())]
        measured = {name: value for name, value in report.facts.items() if thorough or name not in probes.LATER}
        found.facts = {name: Fact(name, value, report.readings(name)) for name, value in measured.items()}
        on_outside(found)

    if wanted.outside:
        seen(observe_from_outside(host, thorough=thorough, on_verdict=seen))
    if wanted.inside or also:
        _observe_inside(host, found, wanted, attempt or uuid4())
    # A guide that was stored long ago may ask for what nothing tells any more.
    for name in set(about or ()) - catalog.probed_facts().values.keys():
        found.facts.setdefault(name, Fact(name, UNKNOWN))
    return found


def try_sign_in(host: Host, *, attempt: UUID, on_stage: OnStage) -> Observation:
    """Go in through WinRM as a diagnosis would, and read what a diagnosis reads; `on_stage` hears of the way. Nothing
    raises for a host's sake."""
    found = Observation()
    _observe_inside(host, found, WHOLE_SCOPE, attempt, on_stage)
    return found


def _observe_inside(
    host: Host, found: Observation, scope: ObservationScope, attempt: UUID, on_stage: OnStage = lambda *_: None
) -> None:
    """Make one visit. Who is signed in is read every time: whoever decides about a change has to know."""
    probe = probes.WINDOWS_READINGS if scope.windows else (probes.SESSIONS,)
    wanted = [WantedReading(one.resource, one.params) for one in probe]
    wanted += [WantedReading(one.resource, one.params) for one in scope.readings]
    states, errors = _read_inside(host, found, [*wanted, *scope.also], attempt, on_stage)
    # The loopback port of a simulated host stands for the standard port of the computer.
    port = STANDARD_PORT if host.lab else host.rdp_port
    read = states[: len(probe)] if scope.windows else ()
    told = probes.derive_windows_facts(read, reached=found.reached, port=port, now=datetime.now(UTC))
    for name, (value, readings) in told.items():
        if scope.windows or name in ALWAYS_READ:
            found.facts[name] = Fact(name, value, readings)
    for reading, state in zip(scope.readings, states[len(probe) :], strict=False):
        found.facts |= {fact.name: fact for fact in reading.told(_fitting(reading, state))}
    if found.windows_answered:
        titles = [*(one.words for one in probe), *(one.title for one in scope.readings)]
        found.readings += [
            ("windows", title, {"error": errors.get(place, "")} if state is None else _open(one.resource, state))
            for place, (title, one, state) in enumerate(zip(titles, wanted, states, strict=False))
        ]
    found.states = states[len(wanted) :]


def _fitting(reading: DeclaredReading, state: FlatState | None) -> FlatState | None:
    """Return the state, if it is what its resource describes."""
    try:
        catalog.installed_catalog().resources[reading.resource].check_state(state or {})
    except StateError:
        return None
    return state


def _open(resource: str, state: FlatState) -> FlatState:
    """Return the state without its secret fields."""
    fields = catalog.installed_catalog().resources[resource].fields
    return {name: value for name, value in state.items() if name not in fields or not fields[name].secret}


def _read_inside(
    host: Host, found: Observation, wanted: Sequence[WantedReading], attempt: UUID, on_stage: OnStage
) -> tuple[list[FlatState | None], dict[int | None, str]]:
    """Return the states of what is wanted, and what stood in the way of each that is None."""
    states: list[FlatState | None] = [None] * len(wanted)
    errors: dict[int | None, str] = {}
    try:
        visit = remote.visit_host(
            host_door(host),
            VisitWork("read", str(attempt), str(attempt), None, host.identity, tuple(_item(one) for one in wanted)),
            seconds=settings.MENDPOINT_VISIT_SECONDS,
            on_progress=lambda _: None,
            on_stage=on_stage,
        )
        found.identity = visit.identity
        found.reached, found.stage, found.trouble = _reached(visit)
        states = list(visit.before) if visit.before else states
        errors = {error.index: error.text for error in visit.errors}
    except (remote.DoorError, secrets.CredentialMissing) as error:
        if isinstance(error, remote.ContactLost):
            states = list(error.before) or states
        found.reached = "denied" if isinstance(error, remote.SignInDenied | secrets.CredentialMissing) else "no"
        found.stage, found.trouble = getattr(error, "stage", "sign-in"), ended(error)
        found.cut = isinstance(error, remote.HostUnreachable) or getattr(error, "code", None) in _CUT
    return states, errors


def _item(wanted: WantedReading) -> VisitItem:
    return VisitItem(wanted.resource, dict(wanted.params), catalog.installed_catalog().resources[wanted.resource].read)


def _reached(visit: VisitResult) -> tuple[str, str, Explanation | None]:
    """Return how far a visit came: the value of `windows.reached`, the stage that stopped it, and why."""
    if visit.outcome == "identity_changed":
        return "another_computer", "identity", Explanation(Code.ANOTHER_COMPUTER)
    if visit.outcome == "refused":
        reached = "constrained_language" if visit.reason == "constrained_language" else "blocked"
        return reached, "powershell", Explanation.of(Code.SCRIPT_REFUSED, reason=visit.reason)
    return "yes", "", None


def ended(error: remote.DoorError | secrets.CredentialMissing, code: Code = Code.WAY_ENDED) -> Explanation:
    """Return why a visit ended without a result; `code` says what that means for whoever asked for it."""
    if isinstance(error, remote.DoorError):
        return Explanation.of(code, stage=error.stage, refused=error.to_json())
    return Explanation.of(Code.NO_SECRET, refused=error.to_json())
