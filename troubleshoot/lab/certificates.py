"""Real X.509 certificates made from the entries of a lab host's state.

The same entry and host always give the same bytes while the process lives: the keys are kept in memory and
RSA PKCS #1 v1.5 signatures are deterministic.
"""

import functools
import ssl
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC
from ipaddress import IPv4Address, IPv6Address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from troubleshoot.lab import schannel
from troubleshoot.lab.cipher_suites import DH_PARAMETERS
from troubleshoot.lab.signatures import signed
from troubleshoot.lab.state import RDP_TCP, Document, find, moment

#: Object identifiers of purposes: server authentication, and what a certificate for people's sign-in has.
SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
_BINDING = "SSLCertificateSHA1Hash"
_PURPOSES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


#: What a certificate has whose entry does not say otherwise, as Windows 10 makes them.
USUAL_BITS, USUAL_DIGEST = 2048, "sha256"
KEY_SIZES = frozenset({1024, 2048, 3072, 4096})
"""Bits of an RSA key that can be made."""


def key_of(owner: str, bits: int = USUAL_BITS) -> rsa.RSAPrivateKey:
    """Return the RSA key of an owner (a host's machine GUID, or an issuer's name), made at first use."""
    return _key(owner, bits)


@functools.cache
def _key(owner: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass(frozen=True)
class Subject:
    """What a certificate says: names as RFC 4514 text, serial number, validity as the state's ISO times."""

    subject: str
    issuer: str
    serial: int
    not_before: str
    not_after: str
    purposes: tuple[str, ...] = (SERVER_AUTHENTICATION,)
    key_bits: int = USUAL_BITS
    digest: str = USUAL_DIGEST


def purposes_of(entry: Document) -> list[str]:
    """Return the purposes (object identifiers) that an entry allows; none means every purpose."""
    return list(entry.get("purposes", [SERVER_AUTHENTICATION]))


def certificate(document: Document, entry: Document) -> x509.Certificate:
    """Return the X.509 certificate of one entry of the state; ValueError when the entry cannot be one."""
    return issue(document["identity"]["machine_guid"], _fields(entry))


def thumbprint(issued: x509.Certificate) -> str:
    """Return the SHA-1 thumbprint as Windows writes it: 40 upper-case hexadecimal digits."""
    return issued.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - a name of the certificate in Windows


def stamp(document: Document) -> None:
    """Write the true thumbprint into every certificate entry, and into a listener binding that named it."""
    for entries in document["certificates"].values():
        for entry in entries:
            old, new = entry["thumbprint"], thumbprint(certificate(document, entry))
            if old != new:
                entry["thumbprint"] = new
                _rebind(document, old, new)


def server_context(document: Document, entry: Document, owner: str = "") -> ssl.SSLContext:
    """Return a TLS server context that presents the certificate of this entry, as this host would; the key is the
    host's own unless another owner is named."""
    return _served(owner or document["identity"]["machine_guid"], _fields(entry), schannel.rules(document))


def tls_context(
    issued: x509.Certificate, key: rsa.RSAPrivateKey, context: ssl.SSLContext | None = None
) -> ssl.SSLContext:
    """Return a TLS server context, a new one if none is given, with a certificate and its key."""
    context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    encoding = serialization.Encoding.PEM
    pem = issued.public_bytes(encoding) + key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # The ssl module reads keys from files only: this one is private (0600) and gone when the block ends.
    with tempfile.NamedTemporaryFile(prefix="mendpoint-lab-", suffix=".pem") as file:
        file.write(pem + DH_PARAMETERS)
        file.flush()
        context.load_cert_chain(file.name)
        context.load_dh_params(file.name)
    return context


def authority_signed(fields: Subject, owner: str, addresses: list[IPv4Address | IPv6Address]) -> x509.Certificate:
    """Return a server certificate for ``owner``'s key, signed by the issuer, valid for names and addresses."""
    names = x509.Name.from_rfc4514_string(fields.subject).get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    alternatives: list[x509.GeneralName] = [x509.DNSName(str(name.value)) for name in names]
    alternatives += [x509.DNSName("localhost"), *(x509.IPAddress(address) for address in addresses)]
    builder = _builder(owner, fields).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key_of(fields.issuer).public_key()), critical=False
    )
    builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(key_of(fields.issuer), hashes.SHA256())


def authority(fields: Subject) -> x509.Certificate:
    """Return the self-signed certificate of a lab certificate authority; its key is ``key_of(subject)``."""
    key = key_of(fields.subject)
    builder = _names_and_times(key, fields)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    return builder.sign(key, hashes.SHA256())


def _fields(entry: Document) -> Subject:
    fields = Subject(*(entry[name] for name in ("subject", "issuer", "serial", "not_before", "not_after")))
    return replace(
        fields,
        purposes=tuple(purposes_of(entry)),
        key_bits=entry.get("key_bits", USUAL_BITS),
        digest=entry.get("digest", USUAL_DIGEST),
    )


@functools.lru_cache(maxsize=1024)
def _served(owner: str, fields: Subject, rules: schannel.Rules) -> ssl.SSLContext:
    """Return the context for all connections that see this certificate: making one costs more than a handshake."""
    key = key_of(owner, fields.key_bits)
    return tls_context(issue(owner, fields), key, schannel.server_context(rules))


@functools.lru_cache(maxsize=1024)
def issue(owner: str, fields: Subject) -> x509.Certificate:
    """Return the certificate of an owner's key: signed by itself, or by the issuer where it is another."""
    own = fields.issuer == fields.subject
    signer = key_of(owner, fields.key_bits) if own else key_of(fields.issuer)
    return signed(_builder(owner, fields), signer, fields.digest)


def _builder(owner: str, fields: Subject) -> x509.CertificateBuilder:
    """Return what Windows puts into an RDP certificate: server authentication, no alternative names."""
    builder = _names_and_times(key_of(owner, fields.key_bits), fields)
    if fields.purposes:
        allowed = [x509.ObjectIdentifier(purpose) for purpose in fields.purposes]
        builder = builder.add_extension(x509.ExtendedKeyUsage(allowed), critical=False)
    usage = _usage("digital_signature", "key_encipherment", "data_encipherment")
    return builder.add_extension(usage, critical=True)


def _names_and_times(key: rsa.RSAPrivateKey, fields: Subject) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(fields.subject))
        .issuer_name(x509.Name.from_rfc4514_string(fields.issuer))
        .public_key(key.public_key())
        .serial_number(fields.serial)
        .not_valid_before(moment(fields.not_before).astimezone(UTC))
        .not_valid_after(moment(fields.not_after).astimezone(UTC))
    )


def _usage(*allowed: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{purpose: purpose in allowed for purpose in _PURPOSES})


def _rebind(document: Document, old: str, new: str) -> None:
    values = document["registry"].get(find(document["registry"], RDP_TCP) or "", {})
    name = find(values, _BINDING)
    if name is not None and str(values[name]["value"]).upper() == old:
        values[name]["value"] = new
