"""Which certificate the listener of a simulated host presents, and whether the service can read its key."""

from troubleshoot.lab.key_files import may_read_key
from troubleshoot.lab.renewal import valid_now
from troubleshoot.lab.state import RDP_TCP, REMOTE_DESKTOP_STORE, Document, moment, registry_value, running


def presented_certificate(document: Document) -> tuple[Document | None, bool]:
    """Return the certificate that the listener presents, or None, and whether its key can be read.

    A bound certificate (SSLCertificateSHA1Hash) must be in the My store with its key; without a binding it
    is the self-signed one, an expired one only while SessionEnv runs.
    """
    bound = registry_value(document, RDP_TCP, "SSLCertificateSHA1Hash")
    return _chosen(document, str(bound)) if bound else _own(document)


def _chosen(document: Document, thumbprint: str) -> tuple[Document | None, bool]:
    mine = document["certificates"].get("My", [])
    named = next((entry for entry in mine if entry["thumbprint"].upper() == thumbprint.upper()), None)
    return named, named is not None and bool(named["has_private_key"]) and may_read_key(document, named)


def _own(document: Document) -> tuple[Document | None, bool]:
    own = list(document["certificates"].get(REMOTE_DESKTOP_STORE, []))
    own.sort(key=lambda entry: (valid_now(document, entry), moment(entry["not_after"])))
    if not own or not (valid_now(document, own[-1]) or running(document, "SessionEnv")):
        return None, False
    return own[-1], own[-1]["has_private_key"] and document["key_store"]["rdp_key"] == "readable"
