"""Signing certificates, also with digests that old hosts have and that libraries no longer make."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

_CURRENT: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
# The object identifiers of RSA signatures (RFC 8017 appendix C) differ in their last octet only.
_RSA_WITH = bytes.fromhex("2a864886f70d0101")
_WITH_SHA256 = _RSA_WITH + b"\x0b"
# The last octet of the identifier, and how a digest is introduced inside a signature (RFC 8017 9.2, notes).
_OLD = {
    "sha1": (b"\x05", bytes.fromhex("3021300906052b0e03021a05000414")),
    "md5": (b"\x04", bytes.fromhex("3020300c06082a864886f70d020505000410")),
}
DIGESTS = frozenset({*_CURRENT, *_OLD})
"""The digests with which a certificate can be signed."""


def signed(builder: x509.CertificateBuilder, signer: rsa.RSAPrivateKey, digest: str) -> x509.Certificate:
    """Return the certificate of a builder, signed with this digest."""
    if digest in _CURRENT:
        return builder.sign(signer, _CURRENT[digest])
    return _signed_anew(builder.sign(signer, _CURRENT["sha256"]), signer, digest)


def _signed_anew(issued: x509.Certificate, signer: rsa.RSAPrivateKey, digest: str) -> x509.Certificate:
    """Return the same certificate with the identifier and the signature of an old digest, both as long as before."""
    size = signer.key_size // 8
    named = _RSA_WITH + _OLD[digest][0]
    # The identifier stands twice: before the names, where only the serial number precedes it, and before the signature.
    content = issued.tbs_certificate_bytes.replace(_WITH_SHA256, named, 1)
    outside = issued.public_bytes(Encoding.DER)[:-size].replace(issued.tbs_certificate_bytes, content, 1)
    head, _, tail = outside.rpartition(_WITH_SHA256)
    return x509.load_der_x509_certificate(head + named + tail + _signature(content, signer, digest))


def _signature(content: bytes, signer: rsa.RSAPrivateKey, digest: str) -> bytes:
    """Return an RSASSA-PKCS1-v1_5 signature (RFC 8017 8.2.1)."""
    size = signer.key_size // 8
    info = _OLD[digest][1] + hashlib.new(digest, content, usedforsecurity=False).digest()
    padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    numbers = signer.private_numbers()
    return pow(int.from_bytes(padded), numbers.d, numbers.public_numbers.n).to_bytes(size)
