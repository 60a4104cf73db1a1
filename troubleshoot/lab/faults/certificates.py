"""Faults of the certificate that Windows makes for Remote Desktop by itself, and of its private key."""

from datetime import timedelta

from troubleshoot.lab.certificates import stamp
from troubleshoot.lab.faults.events import happened, schannel
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
_KEY_ACCESS = (
    "A fatal error occurred when attempting to access the TLS server credential private key: 0x8009030D, 10001."
)


def expired_certificate(document: Document) -> None:
    """Let the certificate be expired for twelve days; SessionEnv runs but never renewed it."""
    end = host_now(document) - timedelta(days=12)
    for entry in document["certificates"][REMOTE_DESKTOP_STORE]:
        stamped = entry["thumbprint"] != UNSTAMPED
        entry.update(not_before=iso(end - LIFETIME), not_after=iso(end))
        if stamped:
            stamp(document)


def _renewal_stuck(document: Document) -> None:
    """Let the certificate be expired, and each attempt to replace it fail: an object with its name is in the way."""
    expired_certificate(document)
    happened(document, CONNECTION_MANAGER, 1058, _NOT_REPLACED.format("Object already exists."))


def _certificate_service_stopped(document: Document) -> None:
    """Let the certificate be expired and the service that would renew it be stopped."""
    expired_certificate(document)
    mark_stopped(document, "SessionEnv")


def _certificate_service_disabled(document: Document) -> None:
    """Let the certificate be expired and the service that would renew it be switched off for good."""
    _certificate_service_stopped(document)
    document["services"]["SessionEnv"]["start_mode"] = "Disabled"


def _key_service_disabled(document: Document) -> None:
    """Let the certificate be expired, and switch off a service that making a new key needs (KeyIso)."""
    expired_certificate(document)
    mark_stopped(document, "KeyIso")
    document["services"]["KeyIso"]["start_mode"] = "Disabled"


def _certificate_missing(document: Document) -> None:
    """Remove the certificate while the service that would make another is stopped: there is none to show."""
    document["certificates"][REMOTE_DESKTOP_STORE] = []
    mark_stopped(document, "SessionEnv")


def _key_unreadable(document: Document) -> None:
    """Deny Remote Desktop Services the private key of its certificate, by an entry that wins over all others."""
    describe(document, key_file(document), "O:SYD:PAI(D;;FR;;;NS)(A;;FA;;;SY)")
    schannel(document, 36870, _KEY_ACCESS)


def _key_missing(document: Document) -> None:
    """Remove the file with the private key of the certificate."""
    document["key_store"]["rdp_key"] = "missing"
    document.get("acl", {}).pop(key_file(document), None)
    schannel(document, 36870, _KEY_ACCESS)
    happened(document, CONNECTION_MANAGER, 1057, _NOT_MADE.format("Keyset does not exist."))


FAULTS = {
    "expired-certificate": expired_certificate,
    "renewal-stuck": _renewal_stuck,
    "certificate-service-stopped": _certificate_service_stopped,
    "certificate-service-disabled": _certificate_service_disabled,
    "key-service-disabled": _key_service_disabled,
    "certificate-missing": _certificate_missing,
    "key-unreadable": _key_unreadable,
    "key-missing": _key_missing,
}
