"""The opening of the Remote Desktop protocol: connection requests, and answers decoded without trust.

Numbers and names follow MS-RDPBCGR 2.2.1.1 and 2.2.1.2.
"""

import socket
import struct
from dataclasses import dataclass

PLAIN, TLS, HYBRID, HYBRID_EX = 0, 1, 2, 8
# Protocols of an answer that the probe can have offered: everything else breaks the rules.
SELECTED = {
    PLAIN: "Standard RDP Security",
    TLS: "TLS",
    HYBRID: "NLA (CredSSP)",
    HYBRID_EX: "NLA (CredSSP, early authorization)",
}
FAILURES = {
    1: "SSL_REQUIRED_BY_SERVER",
    2: "SSL_NOT_ALLOWED_BY_SERVER",
    3: "SSL_CERT_NOT_ON_SERVER",
    4: "INCONSISTENT_FLAGS",
    5: "HYBRID_REQUIRED_BY_SERVER",
    6: "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
}
_PDU_NAMES = {0xE0: "connection request", 0x80: "disconnect request", 0xF0: "data", 0x70: "error"}
# The length indicator is one byte, at most 254: TPKT header, indicator and the rest.
_MAX_LENGTH = 4 + 1 + 254
_BANNER = 64


@dataclass(frozen=True)
class Selected:
    """The host agreed to a protocol."""

    protocol: int
    flags: int
    legacy: bool = False  # the confirm had no negotiation field: a host that knows Standard RDP only

    def __str__(self) -> str:
        if self.legacy:
            return "confirmed without negotiation: Standard RDP Security only"
        return f"{SELECTED[self.protocol]} (flags 0x{self.flags:02x})"


@dataclass(frozen=True)
class ConnectionRefused:
    """The host refused the offer with a code."""

    code: int

    def __str__(self) -> str:
        return f"refused: {self.code} {FAILURES.get(self.code, 'of no known meaning')}"


@dataclass(frozen=True)
class ConnectionClosed:
    """The connection ended, or the time did, before an answer was complete."""

    received: int
    timed_out: bool

    def __str__(self) -> str:
        how = "no complete answer in time" if self.timed_out else "closed before the answer"
        return f"{how} ({self.received} bytes received)"


@dataclass(frozen=True)
class NotRdp:
    """Something answered that is not a valid Remote Desktop confirm."""

    reason: str

    def __str__(self) -> str:
        return self.reason


Reply = Selected | ConnectionRefused | ConnectionClosed | NotRdp


def request(offer: int) -> bytes:
    """Return the 19 bytes of a connection request that offers these protocols; no cookie, no user name."""
    return struct.pack(">BBHBBHHB", 3, 0, 19, 14, 0xE0, 0, 0, 0) + struct.pack("<BBHI", 1, 0, 8, offer)


def ask(sock: socket.socket, offer: int) -> Reply:
    """Send one offer and return the decoded answer; reads no byte beyond it and never raises OSError."""
    data = b""
    try:
        sock.sendall(request(offer))
        while (missing := _missing(data)) > 0:
            chunk = sock.recv(missing)
            if not chunk:
                return ConnectionClosed(len(data), timed_out=False)
            data += chunk
    except TimeoutError:
        return ConnectionClosed(len(data), timed_out=True)
    except OSError:  # a reset says no more than an orderly close
        return ConnectionClosed(len(data), timed_out=False)
    return parse(data, offer)


def parse(data: bytes, offer: int) -> Reply:
    """Decode a complete answer to ``offer``; anything that is not exactly a confirm is NotRdp."""
    problem = _framing_problem(data)
    if problem:
        return NotRdp(problem)
    if len(data) == 11:
        return Selected(PLAIN, 0, legacy=True)
    return _negotiated(data[11:], offer)


def _negotiated(field: bytes, offer: int) -> Reply:
    """Decode the negotiation field of a confirm; what follows its eight bytes is ignored."""
    if len(field) < 8:
        return NotRdp(f"not RDP: a negotiation field of {len(field)} bytes instead of 8")
    kind, flags, length, value = struct.unpack("<BBHI", field[:8])
    if length != 8 or kind not in {2, 3}:
        return NotRdp(f"not RDP: a negotiation field of type {kind} and length {length}")
    if kind == 3:
        return ConnectionRefused(value)
    # Equal to one offered bit: neither several at once, nor something that was not offered.
    if value not in SELECTED or value & ~offer:
        return NotRdp(f"not RDP: protocol 0x{value:x} chosen, which was not offered")
    return Selected(value, flags)


def _missing(data: bytes) -> int:
    """Return how many bytes to read next; 0 when the answer is complete or already wrong."""
    if len(data) < 4:
        # A banner may be shorter than a header and wait for us: its first byte is enough to know it.
        return 0 if data and data[0] != 3 else 4 - len(data)
    length = struct.unpack(">H", data[2:4])[0]
    return max(0, length - len(data)) if data[0] == 3 and 7 <= length <= _MAX_LENGTH else 0


def _framing_problem(data: bytes) -> str | None:
    """Return what is wrong with the TPKT and X.224 framing, or None."""
    if len(data) < 4 or data[0] != 3:
        return f"not RDP: the answer begins with {data[:_BANNER]!r}"
    length = struct.unpack(">H", data[2:4])[0]
    if not 7 <= length <= _MAX_LENGTH or length != len(data):
        return f"not RDP: a packet length of {length}"
    if data[4] != length - 5:
        return f"not RDP: length indicator {data[4]} in a packet of {length} bytes"
    if data[5] & 0xF0 != 0xD0:
        name = _PDU_NAMES.get(data[5] & 0xF0, f"type 0x{data[5]:02x}")
        return f"not RDP: a {name} instead of a connection confirm"
    return "not RDP: a connection confirm that is too short" if length < 11 else None
