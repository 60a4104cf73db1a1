"""What the registry of a simulated host allows its TLS server: protocol versions and cipher suites.

Source: learn.microsoft.com/windows-server/security/tls/tls-registry-settings; an absent value means the default.
"""

import ssl
import warnings

from troubleshoot.lab.cipher_suites import openssl_list
from troubleshoot.lab.state import Document, registry_value

SCHANNEL = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
CIPHER_POLICY = "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
_LOCAL_ORDER = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002"
_OLD = ("TLS 1.0", "TLS 1.1")
#: Whether TLS 1.2 is served, and which cipher suites by their Windows names; None: the usual ones.
Rules = tuple[bool, tuple[str, ...] | None]


def server_key(version: str) -> str:
    """Return the registry key for the server side of a protocol version, such as ``TLS 1.2``."""
    return f"{SCHANNEL}\\Protocols\\{version}\\Server"


def allows(document: Document, version: str) -> bool:
    """Tell whether the host serves a protocol version: on by default, off by either of two values."""
    enabled, by_default = (
        registry_value(document, server_key(version), name) for name in ("Enabled", "DisabledByDefault")
    )
    return bool(enabled != 0 and by_default != 1)


def serves(document: Document) -> bool:
    """Tell whether the host serves any version of TLS at all."""
    return any(allows(document, version) for version in (*_OLD, "TLS 1.2"))


def rules(document: Document) -> Rules:
    """Return what the host's registry says that counts for its TLS server."""
    return allows(document, "TLS 1.2"), _suites(document)


def server_context(rules: Rules) -> ssl.SSLContext:
    """Return a server context that offers what the host's registry allows; Windows 10 serves no TLS 1.3."""
    current, suites = rules
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    if not current:
        with warnings.catch_warnings():  # Python warns of old versions; to serve them is the purpose here
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers(openssl_list(suites))
    return context


def _suites(document: Document) -> tuple[str, ...] | None:
    """Return the list that group policy sets, else the computer's own: one text with commas, or a list of texts."""
    for key in (CIPHER_POLICY, _LOCAL_ORDER):
        listed = registry_value(document, key, "Functions")
        if listed:
            return tuple(map(str, listed if isinstance(listed, list) else str(listed).split(",")))
    return None
