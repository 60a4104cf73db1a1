"""Faults of a certificate that somebody chose for Remote Desktop by its thumbprint."""

from datetime import timedelta
from typing import Any

from troubleshoot.lab.certificates import CLIENT_AUTHENTICATION, stamp
from troubleshoot.lab.faults.events import happened
from troubleshoot.lab.state import CONNECTION_MANAGER, LIFETIME, RDP_TCP, Document, host_now, iso, self_signed

_ISSUER = "CN=Example issuing authority"


def _choose(document: Document, **changed: Any) -> None:
    """Put a certificate of an authority into the computer's store and bind the listener to it."""
    entry = self_signed(document["name"], 2002, host_now(document) - timedelta(days=30))
    document["certificates"]["My"] = [entry | {"issuer": _ISSUER} | changed]
    stamp(document)
    _bind(document, document["certificates"]["My"][0]["thumbprint"])


def _bind(document: Document, thumbprint: str) -> None:
    document["registry"][RDP_TCP]["SSLCertificateSHA1Hash"] = {"kind": "Binary", "value": thumbprint}


def _missing(document: Document) -> None:
    """The listener is bound to a certificate that is not in the store of the computer."""
    document["certificates"]["My"] = []
    _bind(document, "C0FFEE" * 6 + "C0FF")


def _expired(document: Document) -> None:
    """The listener is bound to a certificate that expired three days ago; Windows does not renew a chosen one."""
    end = host_now(document) - timedelta(days=3)
    _choose(document, not_before=iso(end - LIFETIME), not_after=iso(end))


def _without_key(document: Document) -> None:
    """The listener is bound to a certificate whose private key was never imported."""
    _choose(document, has_private_key=False)


def _wrong_purpose(document: Document) -> None:
    """The listener is bound to a certificate for signing people in, not for a server."""
    _choose(document, purposes=[CLIENT_AUTHENTICATION])
    message = "The certificate of the Remote Desktop Session Host server is not for server authentication."
    happened(document, CONNECTION_MANAGER, 1054, message)


FAULTS = {
    "chosen-certificate-missing": _missing,
    "chosen-certificate-expired": _expired,
    "chosen-certificate-without-key": _without_key,
    "chosen-certificate-wrong-purpose": _wrong_purpose,
}
