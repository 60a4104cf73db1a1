"""Facts about a certificate that a host presents: read, never trusted, whatever it contains."""

import contextlib
import ipaddress
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.utils import CryptographyDeprecationWarning

_SHOWN_NAMES = 20
_WEAK_DIGESTS = {"md2", "md4", "md5", "sha1"}
# Server authentication, any usage (RFC 5280 4.2.1.12), and the usage that Windows gives to Remote Desktop alone.
_SERVER_USAGES = {"1.3.6.1.5.5.7.3.1", "2.5.29.37.0", "1.3.6.1.4.1.311.54.1.2"}
_SHOWN_LENGTH = 200
# What reading a malformed certificate can raise in the parser.
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion)


@dataclass(frozen=True)
class Examined:
    """Whether a certificate holds, the reason in words, its fields for the report, and what else it tells."""

    fact: str
    detail: str
    fields: dict[str, Any]
    signature: str = "unknown"  # current, weak, none
    issuer: str = "unknown"  # self, other, none
    purpose: str = "unknown"  # suitable, missing, none


def examine(der: bytes | None, name: str, now: datetime) -> Examined:
    """Judge a certificate against the host's registered name and our clock (aware, UTC). Never raises."""
    if der is None:
        return Examined("none", "the host presented no certificate", {}, "none", "none", "none")
    with warnings.catch_warnings():  # the parser warns of odd certificates; to look at any is the purpose here
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return _examined(der, name, now)


def _examined(der: bytes, name: str, now: datetime) -> Examined:
    try:
        presented = x509.load_der_x509_certificate(der)
        begins, ends = presented.not_valid_before_utc, presented.not_valid_after_utc
        names = _names(presented)
    except (*_UNREADABLE, x509.DuplicateExtension) as error:
        return Examined("unknown", f"the certificate cannot be read: {printable(str(error))}", {"bytes": len(der)})
    matches = name_matches(name, names)
    fields = _fields(presented, names) | {"name_matches": matches, "not_before": _iso(begins), "not_after": _iso(ends)}
    fact, detail = _judge(begins, ends, now, matches)
    if ends < begins:
        detail += "; it ends before it begins"
    return Examined(fact, detail, fields, _strength(fields), _issuer(fields), _purpose(fields))


def name_matches(name: str, names: list[str]) -> bool | None:
    """Tell whether a certificate with these names is for ``name``; None when an address cannot be compared.

    Windows puts the full name or the computer name alone into its own certificates, so a name without
    a domain matches the first label of a full one. A certificate that names no address says nothing about an
    address: the host was then registered without a name to compare.
    """
    wanted = _plain(name)
    if _address(wanted) is not None:
        addresses = [other for other in names if _address(other) is not None]
        return wanted in addresses if addresses else None
    return any(_same_host(wanted, _plain(other)) for other in names)


def printable(text: str) -> str:
    """Return text from a host with control, bidirectional and invisible characters escaped, and capped."""
    cut = text[:_SHOWN_LENGTH]
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    return shown + ("…" if len(text) > len(cut) else "")


def _judge(begins: datetime, ends: datetime, now: datetime, matches: bool | None) -> tuple[str, str]:
    if now > ends:
        return "expired", f"expired on {_iso(ends)}"
    if now < begins:
        return "not_yet_valid", f"valid only from {_iso(begins)}"
    if matches is False:
        return "mismatch", f"valid until {_iso(ends)}, but made for another name"
    return "valid", f"valid until {_iso(ends)}"


def _strength(fields: dict[str, Any]) -> str:
    """Judge the digest of the signature, and the key where it is RSA: both are what clients refuse as too weak."""
    kind, _, size = str(fields["key"] or "").partition(" ")
    if fields["signature"] in _WEAK_DIGESTS or (kind in {"RSA", "DSA"} and size.isdecimal() and int(size) < 2048):
        return "weak"
    return "current" if fields["key"] else "unknown"


def _issuer(fields: dict[str, Any]) -> str:
    return {True: "self", False: "other"}.get(fields["self_signed"], "unknown")


def _purpose(fields: dict[str, Any]) -> str:
    """Judge the extended key usage; a certificate without one may be used for everything (RFC 5280 4.2.1.12)."""
    usages = fields["usages"]
    if usages is None:
        return "unknown"
    return "suitable" if not usages or _SERVER_USAGES.intersection(usages) else "missing"


def _same_host(wanted: str, other: str) -> bool:
    if wanted == other:
        return True
    first, _, domain = wanted.partition(".")
    label, _, other_domain = other.partition(".")
    if label == "*":
        return bool(domain) and domain == other_domain
    return first == label and not (domain and other_domain)


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name)
    return None


def _names(presented: x509.Certificate) -> list[str]:
    """Return the DNS names and addresses of the certificate: alternative names first, then common names."""
    common = presented.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    names: list[str] = []
    with contextlib.suppress(x509.ExtensionNotFound):
        alternatives = presented.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names += alternatives.get_values_for_type(x509.DNSName)
        names += [str(address) for address in alternatives.get_values_for_type(x509.IPAddress)]
    return names + [str(attribute.value) for attribute in common]


def _fields(presented: x509.Certificate, names: list[str]) -> dict[str, Any]:
    readers: dict[str, Callable[[x509.Certificate], Any]] = {
        "subject": lambda c: printable(c.subject.rfc4514_string()),
        "issuer": lambda c: printable(c.issuer.rfc4514_string()),
        "serial": lambda c: f"{c.serial_number:X}",
        "self_signed": _self_signed,
        "key": _key,
        "signature": lambda c: c.signature_hash_algorithm.name if c.signature_hash_algorithm else None,
        "usages": _usages,
        # The name by which Windows calls a certificate (SSLCertificateSHA1Hash): not a proof of anything.
        "thumbprint": lambda c: c.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303
    }
    fields: dict[str, Any] = {field: _attempt(read, presented) for field, read in readers.items()}
    return fields | {"names": [printable(name) for name in names[:_SHOWN_NAMES]], "name_count": len(names)}


def _attempt(read: Callable[[x509.Certificate], Any], presented: x509.Certificate) -> Any:
    try:
        return read(presented)
    except (*_UNREADABLE, x509.DuplicateExtension):
        return None


def _self_signed(presented: x509.Certificate) -> bool:
    """Tell whether the certificate is its own issuer, by signature where the algorithm can still be checked."""
    if presented.issuer != presented.subject:
        return False
    try:
        presented.verify_directly_issued_by(presented)
    except InvalidSignature:
        return False
    except _UNREADABLE:  # SHA-1 and MD5 signatures are refused by the library: the names have to do
        return True
    return True


def _key(presented: x509.Certificate) -> str:
    key = presented.public_key()
    kind = "RSA" if isinstance(key, rsa.RSAPublicKey) else re.sub("PublicKey$", "", type(key).__name__).lstrip("_")
    size = getattr(key, "key_size", None)
    return f"{kind} {size}" if size else kind


def _usages(presented: x509.Certificate) -> list[str]:
    try:
        allowed = presented.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return []
    # The library keeps the well-known names of identifiers private; the numbers are what administrators compare.
    return [usage.dotted_string for usage in list(allowed)[:_SHOWN_NAMES]]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
