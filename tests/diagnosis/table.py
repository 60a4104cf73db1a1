"""The table: a cause by its number, a computer that has it, what people told, and the cause that must come first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

NAME = "lab-01.example"
"""A name that leads to 127.0.0.1 and to ::1."""


@dataclass(frozen=True)
class Row:
    """One computer, by the lab's names of its faults. `told` are facts of the person and of the person's PC; `both` are
    causes that are shown beside the first."""

    number: str
    first: str
    faults: str
    told: Mapping[str, str]
    both: tuple[str, ...] = ()
    error: str = "0x904 / 0x7"
    address: str = "127.0.0.1"

    def __str__(self) -> str:
        return " ".join([self.number, self.faults, *self.told.values()])


def row(number: str, first: str, faults: str = "healthy", *both: str, **told: str) -> Row:
    """A row; `told__when` stands for the fact told.when."""
    return Row(number, first, faults, {name.replace("__", "."): value for name, value in told.items()}, both)


def by_name(one: Row) -> Row:
    """The same, looked at by a name that has an IPv4 and an IPv6 address."""
    return replace(one, address=NAME)


def dropped(one: Row) -> Row:
    """The same, where the error window has another second number, as after a session was seen."""
    return replace(one, error="0x904 / 0x0")


def told_by(code: str, one: Row) -> Row:
    """The same, where the error window has this code."""
    return replace(one, error=code)


HOST = (
    row("C01", "certificate_expired", "expired-certificate"),
    row("C01", "certificate_expired", "expired-certificate sha1-certificate"),
    row("C02", "private_key_unusable", "renewal-stuck"),
    row("C02", "private_key_unusable", "key-unreadable"),
    row("C02", "private_key_unusable", "key-missing"),
    row("C02", "private_key_unusable", "key-file-permissions"),
    row("C02", "private_key_unusable", "key-folder-permissions"),
    row("C02", "private_key_unusable", "key-folder-no-certificate"),
    row("C03", "certificate_binding_mismatch", "chosen-certificate-missing"),
    row("C03", "certificate_binding_mismatch", "chosen-certificate-expired"),
    row("C03", "certificate_binding_mismatch", "chosen-certificate-without-key"),
    row("C03", "certificate_binding_mismatch", "chosen-certificate-wrong-purpose"),
    row("C02", "private_key_unusable", "chosen-certificate-key-denied"),
    row("C04", "security_layer_mismatch", "security-layer-rdp"),
    row("C04", "security_layer_mismatch", "security-layer-by-policy"),
    row("C04", "security_layer_mismatch", "encryption-low"),
    row("C05", "nla_cannot_complete", "nla-required"),
    row("C05", "nla_cannot_complete", "nla-by-policy"),
    row("C05", "domain_unreachable", "domain-unreachable"),
    row("-", "clock_wrong", "clock-ahead", told__when="after_password"),
    row("-", "clock_wrong", "clock-behind", told__when="after_password"),
    row("C06", "tls_protocols", "tls-off"),
    row("C06", "tls_protocols", "tls12-off"),
    row("C06", "tls_protocols", "cipher-policy"),
    row("C08", "host_firewall", "firewall-closed"),
    row("C08", "host_firewall", "firewall-wrong-profile"),
    row("C08", "host_firewall", "firewall-policy"),
    row("C08", "host_firewall", "firewall-blocked"),
    row("C08", "host_firewall", "firewall-own-rule-blocks"),
    row("C08", "host_firewall", "firewall-shut"),
    row("C08", "host_firewall", "firewall-limited"),
    row("C08", "host_firewall", "firewall-mdm"),
    row("C08", "host_firewall", "firewall-no-rule"),
    by_name(row("C10", "name_resolution", "other-computer-on-ipv6")),
    by_name(row("C10", "name_resolution", "ipv6-refused")),
    row("C14", "service_stopped", "service-stopped"),
    row("C14", "service_stopped", "service-disabled"),
    row("C14", "service_stopped", "service-wrong-account"),
    row("C14", "service_hung", "service-hung"),
    row("C14", "service_hung", "service-hung-for-good"),
    row("C14", "service_hung", "service-stop-hangs"),
    row("C14", "service_hung", "service-start-hangs"),
    row("C14", "certificate_service_stopped", "certificate-service-stopped"),
    row("C14", "certificate_service_stopped", "certificate-service-disabled"),
    row("C14", "certificate_service_stopped", "certificate-missing"),
    row("C14", "certificate_service_stopped", "key-service-disabled"),
    row("C15", "listener_disabled_or_port_conflict", "rdp-off"),
    row("C15", "listener_disabled_or_port_conflict", "rdp-off-by-policy"),
    row("C15", "listener_disabled_or_port_conflict", "listener-off"),
    row("C15", "listener_disabled_or_port_conflict", "port-taken"),
    row("C15", "listener_disabled_or_port_conflict", "port-changed"),
    row("C15", "new_sessions_refused", "drained"),
    row("C15", "new_sessions_refused", "logons-off"),
    row("C15", "host_silent", "unreachable"),
    row("C16", "resource_exhaustion_or_bruteforce", "brute-force-exhausted"),
    row("C16", "resource_exhaustion_or_bruteforce", "brute-force flapping"),
    row("C16", "resource_exhaustion_or_bruteforce", "brute-force"),
    row("-", "clock_wrong", "clock-ahead"),
    row("-", "clock_wrong", "clock-behind-certificate-ended"),
    row("-", "clock_wrong", "clock-ahead-certificate-ended"),
    row("-", "another_computer", "another-computer"),
    row("-", "another_computer", "renamed-computer"),
    row("-", "not_windows", "linux-host"),
    row("-", "known_bad_update", "bad-update", told__when="after_desktop"),
    row("C18", "licensing", "licence-server-gone", told__when="after_password"),
    row("C18", "licensing", "licence-server-not-named"),
    row("C18", "licensing", "licence-mode-not-decided", told__when="after_password"),
    row("-", "session_limit", "places-taken"),
    row("-", "session_limit", "place-left", told__when="after_password"),
    row("-", "clock_wrong", "clock-behind"),
)
"""Causes of the computer itself: helpdesk asks nobody for them."""

WAY = (
    dropped(row("C07", "udp_multitransport", "udp-allowed", told__when="after_desktop", told__where="home_vpn")),
    dropped(row("C07", "udp_multitransport", told__when="after_desktop", pc__udp_used="yes", pc__log="disconnect_904")),
    row("C09", "middlebox", "closed-before-confirm"),
    row("C09", "middlebox", "web-server-on-port"),
    row("C09", "middlebox", "ssh-on-port"),
    row("-", "another_computer", "alternating-certificates"),
    row("C09", "middlebox", pc__stage="closed_before_confirm", told__when="at_once"),
    row("C09", "middlebox", pc__stage="not_rdp", told__when="at_once"),
    row("C10", "name_resolution", pc__name="not_found", told__when="at_once"),
    row("C10", "name_resolution", pc__same_address="differs", pc__stage="refused", told__when="at_once"),
    row("C11", "rd_gateway", "gateway-certificate-expired", told__where="gateway"),
    row("C11", "rd_gateway", "gateway-is-web-server", pc__gateway="used"),
    row("C11", "rd_gateway", "gateway-closed", told__where="gateway", told__when="at_once"),
    row("C12", "network_instability", "flapping"),
    row("C12", "network_instability", "udp-off-by-policy", told__when="after_desktop", told__where="home"),
    row("C13", "client_side_block", pc__stage="timed_out", pc__same_address="same", told__when="at_once"),
    row("C13", "client_side_block", pc__stage="ok", pc__gateway="none", told__when="at_once"),
    row("-", "known_bad_update_on_pc", pc__bad_update="sign_in", told__when="after_password"),
)
"""Causes between the person and the computer: people, and their PC, tell what nobody can measure from here."""

ACCOUNT = (
    told_by("0xD07", row("C17", "account_locked")),
    told_by("0xC0000234", row("C17", "account_locked", "mistyped-passwords", told__when="after_password")),
    told_by("0xB07", row("C17", "account_disabled", told__when="after_password")),
    told_by("0xE07", row("C17", "account_expired", "session-disconnected")),
    told_by("0xC0000071", row("C17", "password_expired")),
    told_by("0x1107", row("C17", "account_restricted", told__when="after_password")),
    told_by("Error code: 0x3\nExtended error code: 0x9", row("C17", "sign_in_right_missing")),
    told_by("0x1807", row("C17", "account_without_proof", told__account="entra", told__when="after_password")),
    told_by("0xF07", row("C17", "account_without_proof", told__account="microsoft")),
    told_by("0x807", row("C17", "account_or_credential", told__when="after_password")),
    told_by("Error code: 0x3\nExtended error code: 0x105", row("C18", "licence_of_own_pc")),
    told_by("0x808", row("C18", "licensing", "licence-server-gone")),
)
"""Causes of one account or PC: the code says them, and the computer is in order."""

TWO = (
    row("C14", "service_stopped", "service-stopped expired-certificate", "certificate_expired"),
    row("C08", "host_firewall", "firewall-closed expired-certificate", "certificate_expired"),
    row("C01", "certificate_expired", "nla-required expired-certificate", "nla_cannot_complete"),
    row("C15", "listener_disabled_or_port_conflict", "rdp-off firewall-closed", "host_firewall"),
    row("C16", "resource_exhaustion_or_bruteforce", "brute-force flapping drained", "new_sessions_refused"),
    row("C14", "service_stopped", "chosen-certificate-missing service-stopped", "certificate_binding_mismatch"),
)
"""Computers with two causes: both are named."""

IN_ORDER = (
    *("healthy", "credssp-vulnerable", "udp-allowed", "udp-off-by-policy", "mistyped-passwords"),
    *("connection-broker", "domain-controller", "reboot-pending", "firewall-opened-by-hand", "firewall-service-off"),
    *("cipher-list-restricted", "chosen-certificate-weak-key", "sha1-certificate", "sign-in-failures-one-account"),
    *("session-without-desktop", "session-disconnected", "sessions-disconnected"),
    *("licences-in-order", "licence-time-left"),
    *("connection-log-off", "nobody-signed-in", "constrained-language", "credentials-refused", "fips-required"),
)
"""Computers to which a connection comes as far as the sign-in: what they have is no cause that a reading shows."""

NOT_RDP = (
    *("spooler-stopped", "spooler-disabled", "print-queue-stuck"),
    *("scheduler-stopped", "tasks-refused", "tasks-vanish"),
)
"""Faults of the lab that are about something else."""
