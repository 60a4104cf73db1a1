"""WinRM message encryption: the two-part MIME body around one sealed SOAP envelope.

The sealed octets may contain the boundary by chance, so the body is cut at known lengths and never searched.
"""

import re
import struct

import spnego
from spnego.exceptions import SpnegoError

PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
CONTENT_TYPE = f'multipart/encrypted;protocol="{PROTOCOL}";boundary="Encrypted Boundary"'
_ORIGINAL = "application/soap+xml;charset=UTF-8"
# Windows and most clients indent the part headers with a tab; the Ruby client does not.
_PARTS = re.compile(
    rb"--Encrypted Boundary\r\n"
    rb"\t?Content-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
    rb"\t?OriginalContent: type=application/soap\+xml;charset=UTF-8;Length=([0-9]{1,9})\r\n"
    rb"--Encrypted Boundary\r\n"
    rb"\t?Content-Type: application/octet-stream\r\n"
)
_END = (b"--Encrypted Boundary--\r\n", b"--Encrypted Boundary--")
_LARGEST_HEADER = 256


class SealError(Exception):
    """The body is not sealed for this security context, or has been changed on the way."""


def is_sealed(content_type: str) -> bool:
    """Tell from its content type whether a body claims to be encrypted."""
    return content_type.lower().startswith("multipart/encrypted")


def unseal(body: bytes, context: spnego.ContextProxy | None) -> bytes:
    """Return the envelope inside an encrypted body; SealError when form, signature or length are wrong.

    ``context`` is None for a login that has no keys (Basic).
    """
    match = _PARTS.match(body)
    if match is None or context is None:
        raise SealError("not an encrypted body")
    length = int(match.group(1))
    header, rest = _signature(body[match.end() :])
    sealed, end = rest[:length], rest[length:]
    if len(sealed) != length or end not in _END:
        raise SealError("the lengths do not agree")
    try:
        plain = bytes(context.unwrap_winrm(header, sealed))
    except SpnegoError as wrong:
        raise SealError("sealed for another context") from wrong
    if len(plain) != length:
        raise SealError("the lengths do not agree")
    return plain


def seal(envelope: bytes, context: spnego.ContextProxy) -> bytes:
    """Return an envelope as an encrypted body, to be sent with CONTENT_TYPE."""
    header, data, padding = context.wrap_winrm(envelope)
    text = (
        "--Encrypted Boundary\r\n"
        f"\tContent-Type: {PROTOCOL}\r\n"
        f"\tOriginalContent: type={_ORIGINAL};Length={len(envelope) + padding}\r\n"
        "--Encrypted Boundary\r\n"
        "\tContent-Type: application/octet-stream\r\n"
    )
    return text.encode() + struct.pack("<I", len(header)) + header + data + _END[0]


def _signature(part: bytes) -> tuple[bytes, bytes]:
    """Cut the signature, which carries its own length in four octets, from the sealed data behind it."""
    if len(part) < 4:
        raise SealError("no signature")
    size = struct.unpack("<I", part[:4])[0]
    if size > _LARGEST_HEADER or len(part) < 4 + size:
        raise SealError("no signature")
    return part[4 : 4 + size], part[4 + size :]
