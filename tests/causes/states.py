"""States of a simulated computer that no fault of the lab has by name: small changes of its document."""

import datetime as dt
from collections.abc import Callable

from troubleshoot.lab.faults import FAULTS
from troubleshoot.lab.reactions import mark_stopped
from troubleshoot.lab.schannel import CIPHER_POLICY, server_key
from troubleshoot.lab.state import POLICY, RDP_TCP, TERMINAL_SERVER, Document, host_now, iso

Change = Callable[[Document], None]
CONNECTIONS = "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational"
MANAGER = "Microsoft-Windows-TerminalServices-RemoteConnectionManager"
OTHER = "AB" * 20
SAYS = "Remote Desktop Services, or what they use, had trouble."


def setting(key: str, name: str, value: int | str) -> Change:
    """A registry value: a number, or a text."""

    def change(document: Document) -> None:
        kind = "DWord" if isinstance(value, int) else "String"
        document["registry"].setdefault(key, {})[name] = {"kind": kind, "value": value}

    return change


def event(number: int, *, source: str = "Schannel", log: str = "System", times: int = 1) -> Change:
    """Entries in an event log, one a second, the last one a minute ago."""

    def change(document: Document) -> None:
        last = host_now(document) - dt.timedelta(minutes=1)
        document["event_log"] += [
            {"log": log, "source": source, "id": number, "time": iso(last - dt.timedelta(seconds=n)), "message": SAYS}
            for n in reversed(range(times))
        ]

    return change


def bound(**spoiled: object) -> Change:
    """A certificate that somebody chose, in the store of the computer, with something wrong about it."""

    def change(document: Document) -> None:
        now = host_now(document)
        document["certificates"]["My"] = [
            {
                "thumbprint": OTHER,
                "subject": "CN=LAB-01.corp.example",
                "issuer": "CN=Corp authority",
                "serial": 77,
                "not_before": iso(now - dt.timedelta(days=300)),
                "not_after": iso(now + dt.timedelta(days=60)),
                "has_private_key": True,
                **{
                    name: iso(now + value) if isinstance(value, dt.timedelta) else value
                    for name, value in spoiled.items()
                },
            }
        ]
        choose(document)

    return change


def choose(document: Document) -> None:
    """Choose the certificate of the store by its thumbprint; without one in the store, choose one that is not there."""
    mine = document["certificates"]["My"]
    thumbprint = mine[0]["thumbprint"] if mine else OTHER
    document["registry"][RDP_TCP]["SSLCertificateSHA1Hash"] = {"kind": "Binary", "value": thumbprint}


def section(name: str, key: str, value: object) -> Change:
    """One place of the document."""
    return lambda document: document[name].update({key: value})


def named(*faults: str) -> Change:
    """Faults of the lab by name."""

    def change(document: Document) -> None:
        for fault in faults:
            FAULTS[fault](document)

    return change


def hung(document: Document) -> None:
    """Remote Desktop Services count as running and do nothing."""
    document["hung"].append("TermService")


def other_program(document: Document) -> None:
    """Another program holds the port of Remote Desktop."""
    document["listeners"].append({"port": 3389, "address": "0.0.0.0", "process": "tunnel", "process_id": 5512})


def disabled(document: Document) -> None:
    """The service is stopped, and may not start."""
    mark_stopped(document, "TermService")
    document["services"]["TermService"]["start_mode"] = "Disabled"


key_resets = section("network", "key_failure", "reset")
not_renewed = event(1058, source=MANAGER)
storm = event(4625, source="Microsoft-Windows-Security-Auditing", log="Security", times=600)
no_tls: tuple[Change, ...] = tuple(
    setting(server_key(version), "Enabled", 0) for version in ("TLS 1.0", "TLS 1.1", "TLS 1.2")
)
old_tls = setting(server_key("TLS 1.2"), "Enabled", 0)
odd_ciphers = setting(CIPHER_POLICY, "Functions", "TLS_NOTHING_IN_COMMON")
layer_by_policy = setting(POLICY, "SecurityLayer", 0)
switched_off = setting(TERMINAL_SERVER, "fDenyTSConnections", 1)
drained = setting(TERMINAL_SERVER, "TSServerDrainMode", 1)
other_port = setting(RDP_TCP, "PortNumber", 3390)
tcp_only = setting(RDP_TCP, "SelectTransport", 1)


def ahead(document: Document) -> None:
    """Its clock is twenty minutes ahead."""
    document["clock_offset_seconds"] = 1200
