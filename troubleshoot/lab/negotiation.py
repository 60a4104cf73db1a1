"""How a Remote Desktop listener answers connection requests (X.224): requests read, answers made, nothing else.

Numbers follow MS-RDPBCGR 2.2.1.1 and 2.2.1.2.
"""

import socket
import ssl
import struct
from dataclasses import dataclass

# Protocols a client may offer (MS-RDPBCGR 2.2.1.1.1).
_TLS, _HYBRID, _HYBRID_EX = 1, 2, 8
# Failure codes of a refusal (MS-RDPBCGR 2.2.1.2.2).
_SSL_REQUIRED, _SSL_NOT_ALLOWED, _NO_CERTIFICATE, _HYBRID_REQUIRED = 1, 2, 3, 5
# Answer flags: extended client data and graphics pipeline supported (MS-RDPBCGR 2.2.1.2.1).
_RESPONSE_FLAGS = 0x03
_MAX_REQUEST = 1024  # a request with cookie or routing token and correlation info stays far below


@dataclass(frozen=True)
class Terms:
    """How the host treats a connection at this moment."""

    layer: int  # SecurityLayer: 0 RDP, 1 negotiate, 2 TLS
    nla: bool
    tls: ssl.SSLContext | None  # None: no usable certificate
    closes: bool = False  # close before the confirm
    resets: bool = False  # agree to TLS, then reset
    credssp: bool = True  # what does not know it (xrdp) takes TLS
    banner: bytes = b""  # something else has the port, and says this
    greets: bool = False  # it says so before it is asked


@dataclass(frozen=True)
class Answer:
    """The bytes that answer a request (empty: hang up) and whether TLS comes next."""

    data: bytes
    tls: bool = False


@dataclass(frozen=True)
class Request:
    """A connection request: the protocols offered; None = no negotiation field (clients before 2003)."""

    offered: int | None


def read_request(connection: socket.socket) -> Request | None:
    """Return the X.224 connection request, or None when the bytes are not one."""
    header = _read(connection, 4)
    if len(header) < 4 or header[0] != 3:
        return None
    length = struct.unpack(">H", header[2:])[0]
    if not 11 <= length <= _MAX_REQUEST:
        return None
    body = _read(connection, length - 4)
    # Length indicator of the whole rest, then a class 0 connection request.
    if len(body) != length - 4 or body[0] != length - 5 or body[1] != 0xE0:
        return None
    return Request(_offer(body[7:]))


def answer_to(request: Request, terms: Terms) -> Answer:
    """Return what the host says to an offer, following MS-RDPBCGR 2.2.1.2 and the listener's settings."""
    if request.offered is None:
        plain = terms.layer == 0 or (terms.layer == 1 and not terms.nla)
        return Answer(_confirm(b"") if plain else b"")
    known = _TLS | _HYBRID | _HYBRID_EX if terms.credssp else _TLS
    wanted = request.offered & known
    failure = _failure(wanted, terms)
    if failure:
        return Answer(_confirm(struct.pack("<BBHI", 3, 0, 8, failure)))
    selected = next((bit for bit in (_HYBRID_EX, _HYBRID, _TLS) if wanted & bit), 0)
    return Answer(_confirm(struct.pack("<BBHI", 2, _RESPONSE_FLAGS, 8, selected)), tls=selected != 0)


def _failure(wanted: int, terms: Terms) -> int:
    """Return the failure code for the protocols wanted; 0 when the host agrees."""
    if terms.layer == 0:
        return _SSL_NOT_ALLOWED if wanted else 0
    if wanted and terms.tls is None:
        return _NO_CERTIFICATE
    if terms.nla and not wanted & (_HYBRID | _HYBRID_EX):
        return _HYBRID_REQUIRED
    return _SSL_REQUIRED if terms.layer == 2 and not wanted else 0


def _confirm(negotiation: bytes) -> bytes:
    """Return a TPKT packet with an X.224 connection confirm that carries this negotiation field."""
    body = struct.pack(">BBHHB", 6 + len(negotiation), 0xD0, 0, 0x1234, 0) + negotiation
    return struct.pack(">BBH", 3, 0, 4 + len(body)) + body


def _offer(variable: bytes) -> int | None:
    """Return the offered protocols of the variable part: an optional cookie line, then the request."""
    if variable.startswith(b"Cookie:") or not variable.startswith(b"\x01"):
        variable = variable.partition(b"\r\n")[2]
    if len(variable) < 8 or variable[0] != 1:
        return None
    return int(struct.unpack("<I", variable[4:8])[0])


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            break
        data += chunk
    return data
