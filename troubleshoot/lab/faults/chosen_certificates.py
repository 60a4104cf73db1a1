"""Faults of a certificate that somebody chose for Remote Desktop by its thumbprint."""

from datetime import timedelta
from typing import Any

from troubleshoot.lab.certificates import CLIENT_AUTHENTICATION, stamp
from troubleshoot.lab.faults.events import KEY_ACCESS, happened, schannel
from troubleshoot.lab.key_files import describe
from troubleshoot.lab.state import (
    CONNECTION_MANAGER,
    KEY_FOLDER,
    LIFETIME,
    RDP_TCP,
    Document,
    host_now,
    iso,
    self_signed,
)

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


def _key_denied(document: Document) -> None:
    """The listener is bound to a certificate whose private key Remote Desktop Services may not read."""
    path = f"{KEY_FOLDER}\\8b7f2a41c05d4e9f9a3d6c1e70b25f38_{document['identity']['machine_guid']}"
    _choose(document, key_file=path)
    describe(document, path, "O:BAD:PAI(A;;FA;;;SY)(A;;FA;;;BA)")
    schannel(document, 36870, KEY_ACCESS)


def _weak_key(document: Document) -> None:
    """The listener is bound to a certificate with a key of 1024 bits, which present clients may refuse."""
    _choose(document, key_bits=1024)


FAULTS = {
    "chosen-certificate-key-denied": _key_denied,
    "chosen-certificate-weak-key": _weak_key,
    "chosen-certificate-missing": _missing,
    "chosen-certificate-expired": _expired,
    "chosen-certificate-without-key": _without_key,
    "chosen-certificate-wrong-purpose": _wrong_purpose,
}
