"""Faults of what surrounds Remote Desktop, and roles that forbid a remedy."""

from datetime import timedelta

from troubleshoot.lab import windows_version
from troubleshoot.lab.faults.events import (
    AUDITING,
    CONNECTIONS_LOG,
    FAILED_SIGN_IN,
    forget_connections,
    happened,
    sign_ins_failed,
)
from troubleshoot.lab.host_clock import set_clock
from troubleshoot.lab.sessions import end_desktops
from troubleshoot.lab.state import Document, host_now, iso

_PENDING = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"
_FAILED = "An account failed to log on. Logon type: 3."


def _brute_force(document: Document) -> None:
    """Strangers have tried a password every second for ten minutes. Remote Desktop still answers."""
    accounts = [f"CORP\\{name}" for name in ("administrator", "admin", "test", "backup", "scanner")]
    sources = [f"203.0.113.{number}" for number in range(1, 41)]  # addresses for documentation (RFC 5737)
    sign_ins_failed(document, 600, seconds=599, accounts=accounts, sources=sources)


def _one_account(document: Document) -> None:
    """A program somewhere has kept an old password of one account: it failed 700 times in a day. Nobody attacks."""
    sign_ins_failed(document, 700, seconds=23 * 3600, accounts=["CORP\\scanner"], sources=["192.0.2.40"], until=1800)


def _brute_force_exhausted(document: Document) -> None:
    """So many strangers try passwords that Remote Desktop closes every connection at once."""
    _brute_force(document)
    document["network"]["rdp"] = "closed_before_confirm"


def _mistyped(document: Document) -> None:
    """Somebody mistyped a password three times. Nothing is wrong with the computer."""
    for number in range(3):
        message = f"{_FAILED} Attempt {number + 1}."
        happened(document, AUDITING, FAILED_SIGN_IN, message, log="Security", ago=600 - number)


def _connection_broker(document: Document) -> None:
    """The computer is a connection broker: some remedies must not be used on it."""
    document["services"]["Tssdis"] = {
        "display_name": "Remote Desktop Connection Broker",
        "state": "Running",
        "start_mode": "Auto",
        "account": "NT Authority\\NetworkService",
        "started_at": iso(host_now(document) - timedelta(days=6)),
        "process_id": 3300,
    }


def _domain_controller(document: Document) -> None:
    """The computer is a domain controller: some remedies must not be used on it."""
    document["domain"].update(joined=True, controller=True)


def _reboot_pending(document: Document) -> None:
    """A part of Windows waits for a restart."""
    document["registry"][_PENDING] = {}


def _bad_update(document: Document) -> None:
    """An update after which sessions hang (September 2026, Windows Server 2022) is installed. Nothing hangs yet."""
    document["registry"].setdefault(windows_version.KEY, {}).update(windows_version.values("20348", 5622, "Server"))


def _clock_behind(document: Document) -> None:
    """The clock is an hour slow. Signing in with the domain fails from five minutes on."""
    set_clock(document, -3600)


def _clock_ahead(document: Document) -> None:
    """The clock is an hour fast. Signing in with the domain fails from five minutes on."""
    set_clock(document, 3600)


def _connection_log_off(document: Document) -> None:
    """The log in which Windows notes incoming connections is off."""
    if CONNECTIONS_LOG not in document["disabled_logs"]:
        document["disabled_logs"].append(CONNECTIONS_LOG)
    forget_connections(document)


def _nobody_signed_in(document: Document) -> None:
    """Nobody is signed in, so restarting the service interrupts nobody."""
    end_desktops(document)
    document["sessions"] = []


FAULTS = {
    "sign-in-failures-one-account": _one_account,
    "brute-force": _brute_force,
    "brute-force-exhausted": _brute_force_exhausted,
    "mistyped-passwords": _mistyped,
    "connection-broker": _connection_broker,
    "domain-controller": _domain_controller,
    "reboot-pending": _reboot_pending,
    "bad-update": _bad_update,
    "clock-behind": _clock_behind,
    "clock-ahead": _clock_ahead,
    "connection-log-off": _connection_log_off,
    "nobody-signed-in": _nobody_signed_in,
}
