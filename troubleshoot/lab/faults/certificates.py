"""Faults of the certificate that Windows makes for Remote Desktop by itself, and of its private key."""

from datetime import timedelta

from troubleshoot.lab.certificates import stamp
from troubleshoot.lab.faults.events import KEY_ACCESS, happened, schannel
from troubleshoot.lab.host_clock import set_clock
from troubleshoot.lab.key_files import describe, key_file
from troubleshoot.lab.service_reactions import mark_stopped
from troubleshoot.lab.state import (
    CONNECTION_MANAGER,
    LIFETIME,
    REMOTE_DESKTOP_STORE,
    UNSTAMPED,
    Document,
    host_now,
    iso,
)

_NOT_REPLACED = "The host could not replace the expired self-signed certificate for Remote Desktop. Status: {}"
_NOT_MADE = "The host could not create a new self-signed certificate for Remote Desktop. Status: {}"

_DAY = 86_400


def expired_certificate(document: Document) -> None:
    """The certificate expired twelve days ago. The service that renews it (SessionEnv) runs, but did not renew it."""
    end = host_now(document) - timedelta(days=12)
    for entry in document["certificates"][REMOTE_DESKTOP_STORE]:
        stamped = entry["thumbprint"] != UNSTAMPED
        entry.update(not_before=iso(end - LIFETIME), not_after=iso(end))
        if stamped:
            stamp(document)


def _renewal_stuck(document: Document) -> None:
    """The certificate has expired and cannot be replaced: Windows may not open the old key, which stays in the way."""
    expired_certificate(document)
    describe(document, key_file(document), "O:BAD:PAI(A;;FR;;;NS)")
    happened(document, CONNECTION_MANAGER, 1058, _NOT_REPLACED.format("Object already exists."))


def _sha1(document: Document) -> None:
    """The certificate is signed with SHA-1, as Windows 7 and Server 2008 R2 make it: some clients refuse that."""
    for entry in document["certificates"][REMOTE_DESKTOP_STORE]:
        entry["digest"] = "sha1"


def _clock_behind_ended(document: Document) -> None:
    """The clock is two days slow, and the certificate ended yesterday: the computer still takes it for good."""
    set_clock(document, -2 * _DAY)
    _end(document, -1)


def _clock_ahead_ended(document: Document) -> None:
    """The clock is two days fast, and the certificate ends tomorrow: the computer already takes it for out of date."""
    set_clock(document, 2 * _DAY)
    _end(document, 1)


def _end(document: Document, days: int) -> None:
    """Let the certificate end so many days from now, by a clock that is right."""
    right = host_now(document) - timedelta(seconds=document["clock_offset_seconds"])
    end = right + timedelta(days=days)
    for entry in document["certificates"][REMOTE_DESKTOP_STORE]:
        entry.update(not_before=iso(end - LIFETIME), not_after=iso(end))


def _certificate_service_stopped(document: Document) -> None:
    """The certificate has expired, and the service that renews it (SessionEnv) is stopped."""
    expired_certificate(document)
    mark_stopped(document, "SessionEnv")


def _certificate_service_disabled(document: Document) -> None:
    """The certificate has expired, and the service that renews it (SessionEnv) is disabled."""
    _certificate_service_stopped(document)
    document["services"]["SessionEnv"]["start_mode"] = "Disabled"


def _key_service_disabled(document: Document) -> None:
    """The certificate has expired, and a service that a new key needs (KeyIso) is disabled."""
    expired_certificate(document)
    mark_stopped(document, "KeyIso")
    document["services"]["KeyIso"]["start_mode"] = "Disabled"


def _certificate_missing(document: Document) -> None:
    """There is no certificate, and the service that would make one (SessionEnv) is stopped."""
    document["certificates"][REMOTE_DESKTOP_STORE] = []
    mark_stopped(document, "SessionEnv")


def _key_unreadable(document: Document) -> None:
    """Remote Desktop Services is denied the private key of its certificate."""
    describe(document, key_file(document), "O:SYD:PAI(D;;FR;;;NS)(A;;FA;;;SY)")
    schannel(document, 36870, KEY_ACCESS)


def _key_missing(document: Document) -> None:
    """The file with the private key of the certificate is missing."""
    document["key_store"]["rdp_key"] = "missing"
    document.get("acl", {}).pop(key_file(document), None)
    schannel(document, 36870, KEY_ACCESS)
    happened(document, CONNECTION_MANAGER, 1057, _NOT_MADE.format("Keyset does not exist."))


FAULTS = {
    "expired-certificate": expired_certificate,
    "renewal-stuck": _renewal_stuck,
    "sha1-certificate": _sha1,
    "clock-behind-certificate-ended": _clock_behind_ended,
    "clock-ahead-certificate-ended": _clock_ahead_ended,
    "certificate-service-stopped": _certificate_service_stopped,
    "certificate-service-disabled": _certificate_service_disabled,
    "key-service-disabled": _key_service_disabled,
    "certificate-missing": _certificate_missing,
    "key-unreadable": _key_unreadable,
    "key-missing": _key_missing,
}
