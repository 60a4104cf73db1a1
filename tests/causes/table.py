"""The table: a cause by its number, a computer that has it, what people told, and the cause that must come first."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.causes import states
from tests.causes.states import Change, event, named


@dataclass(frozen=True)
class Row:
    """One state. `told` are facts of the person and of the person's PC; `both` are causes that are shown as well."""

    number: str
    words: str
    first: str
    changes: tuple[Change, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    both: tuple[str, ...] = ()
    error: str = "0x904 / 0x7"
    address: str = "127.0.0.1"

    def __str__(self) -> str:
        return f"{self.number} {self.words}"


def row(number: str, first: str, words: str, *changes: Change, both: tuple[str, ...] = (), **told: str) -> Row:
    """A row; `told__when` stands for the fact told.when."""
    return Row(number, words, first, changes, {name.replace("__", "."): value for name, value in told.items()}, both)


def by_name(one: Row) -> Row:
    """The same, looked at by a name that has an IPv4 and an IPv6 address."""
    return replace(one, address=NAME)


def dropped(one: Row) -> Row:
    """The same, where the session was seen first: the error window has another second number."""
    return replace(one, error="0x904 / 0x0")


NAME = "lab-01.example"
"""A name that leads to 127.0.0.1 and to ::1."""
BEFORE = dt.timedelta(days=-3)

HOST = (
    row("C01", "certificate_expired", "expired", named("expired-certificate")),
    row("C01", "certificate_expired", "expired, not replaced", named("expired-certificate"), states.not_renewed),
    row("C02", "private_key_unusable", "key unreadable", named("key-unreadable")),
    row(
        "C02", "private_key_unusable", "key unreadable, reset", named("key-unreadable"), states.key_resets, event(36870)
    ),
    row("C02", "private_key_unusable", "permissions of the key", named("key-file-permissions")),
    row("C02", "private_key_unusable", "permissions of the folder", named("key-folder-permissions")),
    row("C02", "private_key_unusable", "folder, no certificate", named("key-folder-no-certificate")),
    row("C03", "certificate_binding_mismatch", "chosen one is gone", states.choose),
    row("C03", "certificate_binding_mismatch", "chosen one without key", states.bound(has_private_key=False)),
    row("C03", "certificate_binding_mismatch", "chosen one expired", states.bound(not_after=BEFORE)),
    row("C04", "security_layer_mismatch", "old protection only", named("security-layer-rdp")),
    row("C04", "security_layer_mismatch", "old protection by policy", states.layer_by_policy),
    row("C05", "nla_cannot_complete", "trust lost", named("nla-required")),
    row("C05", "nla_cannot_complete", "clock ahead", states.ahead, told__when="after_password"),
    row("C06", "tls_protocols", "no TLS version", *states.no_tls, event(36871)),
    row("C06", "tls_protocols", "odd ciphers", states.odd_ciphers, event(36874)),
    row("C06", "tls_protocols", "old TLS only", states.old_tls),
    row("C08", "host_firewall", "closed", named("firewall-closed")),
    row("C08", "host_firewall", "public network", named("firewall-wrong-profile")),
    row("C08", "host_firewall", "closed by policy", named("firewall-policy")),
    by_name(row("C10", "name_resolution", "another computer on IPv6", named("other-computer-on-ipv6"))),
    by_name(row("C10", "name_resolution", "nothing on IPv6", named("ipv6-refused"))),
    row("C14", "service_stopped", "stopped", named("service-stopped")),
    row("C14", "service_stopped", "disabled", states.disabled),
    row("C14", "service_hung", "hangs", states.hung, event(7022, source="Service Control Manager")),
    row("C14", "certificate_service_stopped", "makes no certificate", named("certificate-service-stopped")),
    row("C15", "listener_disabled_or_port_conflict", "switched off", states.switched_off),
    row("C15", "listener_disabled_or_port_conflict", "another port", states.other_port),
    row("C15", "listener_disabled_or_port_conflict", "another program", states.other_program),
    row("C15", "listener_disabled_or_port_conflict", "drained", states.drained, told__when="after_password"),
    row("C15", "host_silent", "asleep", named("unreachable")),
    row("C16", "resource_exhaustion_or_bruteforce", "storm, closes", states.storm, named("closed-before-confirm")),
    row("C16", "resource_exhaustion_or_bruteforce", "storm, flapping", states.storm, named("flapping")),
)
"""Causes of the computer itself: helpdesk asks nobody for them."""

WAY = (
    dropped(row("C07", "udp_multitransport", "over VPN", told__when="after_desktop", told__where="home_vpn")),
    dropped(row("C07", "udp_multitransport", "log of the PC", told__when="after_desktop", pc__log="udp_used")),
    row("C09", "middlebox", "closed on the way", named("closed-before-confirm")),
    row("C09", "middlebox", "closed for the PC", pc__stage="closed_before_confirm", told__when="at_once"),
    row("C09", "middlebox", "something else for the PC", pc__stage="not_rdp", told__when="at_once"),
    row("C10", "name_resolution", "not known to the PC", pc__name="not_found", told__when="at_once"),
    row("C10", "name_resolution", "elsewhere", pc__same_address="differs", pc__stage="refused", told__when="at_once"),
    row("C11", "rd_gateway", "certificate expired", named("gateway-certificate-expired"), told__where="gateway"),
    row("C11", "rd_gateway", "web server", named("gateway-is-web-server"), pc__gateway="used"),
    row("C11", "rd_gateway", "closed", named("gateway-closed"), told__where="gateway", told__when="at_once"),
    row("C12", "network_instability", "flapping", named("flapping")),
    row("C12", "network_instability", "drops at home", states.tcp_only, told__when="after_desktop", told__where="home"),
    row(
        "C13", "client_side_block", "PC stops it", pc__stage="timed_out", pc__same_address="same", told__when="at_once"
    ),
    row("C13", "client_side_block", "program", pc__stage="ok", pc__gateway="none", told__when="at_once"),
)
"""Causes between the person and the computer: people, and their PC, tell what nobody can measure from here."""

TWO = (
    row(
        "C14",
        "service_stopped",
        "stopped and expired",
        named("service-stopped", "expired-certificate"),
        both=("certificate_expired",),
    ),
    row(
        "C08",
        "host_firewall",
        "closed and expired",
        named("firewall-closed", "expired-certificate"),
        both=("certificate_expired",),
    ),
    row(
        "C05",
        "nla_cannot_complete",
        "trust and expired",
        named("nla-required", "expired-certificate"),
        both=("certificate_expired",),
    ),
    row(
        "C04",
        "security_layer_mismatch",
        "layer and key",
        named("security-layer-rdp", "key-file-permissions"),
        event(36870),
        both=("private_key_unusable",),
    ),
    row(
        "C15",
        "listener_disabled_or_port_conflict",
        "off and closed",
        states.switched_off,
        named("firewall-closed"),
        both=("host_firewall",),
    ),
    row(
        "C16",
        "resource_exhaustion_or_bruteforce",
        "storm and drained",
        states.storm,
        states.drained,
        named("flapping"),
        both=("listener_disabled_or_port_conflict",),
    ),
)
"""Computers with two causes: both are named."""
