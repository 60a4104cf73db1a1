"""Faults of the certificate that Remote Desktop shows, and of its private key."""

from datetime import timedelta

from troubleshoot.lab.certificates import stamp
from troubleshoot.lab.key_files import describe, key_file
from troubleshoot.lab.reactions import mark_stopped
from troubleshoot.lab.state import LIFETIME, REMOTE_DESKTOP_STORE, UNSTAMPED, Document, host_now, iso


def expired_certificate(document: Document) -> None:
    """Let the certificate be expired for twelve days; SessionEnv runs but never renewed it."""
    end = host_now(document) - timedelta(days=12)
    for entry in document["certificates"][REMOTE_DESKTOP_STORE]:
        stamped = entry["thumbprint"] != UNSTAMPED
        entry.update(not_before=iso(end - LIFETIME), not_after=iso(end))
        if stamped:
            stamp(document)


def _certificate_service_stopped(document: Document) -> None:
    """Let the certificate be expired and the service that would renew it be stopped."""
    expired_certificate(document)
    mark_stopped(document, "SessionEnv")


def _key_unreadable(document: Document) -> None:
    """Deny Remote Desktop Services the private key of its certificate, by an entry that wins over all others."""
    describe(document, key_file(document), "O:SYD:PAI(D;;FR;;;NS)(A;;FA;;;SY)")


FAULTS = {
    "expired-certificate": expired_certificate,
    "certificate-service-stopped": _certificate_service_stopped,
    "key-unreadable": _key_unreadable,
}
