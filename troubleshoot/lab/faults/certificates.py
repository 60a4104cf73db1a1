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
    """The certificate expired twelve days ago. The service that renews it (SessionEnv) runs, but did not renew it."""
    end = host_now(document) - timedelta(days=12)
    for entry in document["certificates"][REMOTE_DESKTOP_STORE]:
        stamped = entry["thumbprint"] != UNSTAMPED
        entry.update(not_before=iso(end - LIFETIME), not_after=iso(end))
        if stamped:
            stamp(document)


def _renewal_stuck(document: Document) -> None:
    """The certificate has expired and cannot be replaced: something else already has the name of the new one."""
    expired_certificate(document)
    happened(document, CONNECTION_MANAGER, 1058, _NOT_REPLACED.format("Object already exists."))


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
    schannel(document, 36870, _KEY_ACCESS)


def _key_missing(document: Document) -> None:
    """The file with the private key of the certificate is missing."""
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
