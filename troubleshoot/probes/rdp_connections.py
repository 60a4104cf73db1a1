"""The connections of one observation of a host: few, one after another, spaced, each bounded in time and bytes."""

import hashlib
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass

from troubleshoot.probes.tls import Handshake, handshake
from troubleshoot.probes.x224 import HYBRID, TLS, ConnectionClosed, ConnectionRefused, NotRdp, Reply, Selected, ask
from troubleshoot.remote import DialError, Line

#: What mstsc offers; the verdict is judged on this one.
OFFER = TLS | HYBRID
#: What it means that no connection was made. No route tells the same as silence: nothing at that address answers.
REACHED = {"refused": "refused", "closed": "closed_before_confirm"}
#: Connections of one observation at most: probing must never burden a host.
MOST = 12
# Between two connections; a computer that talks to itself has no network to spare.
_PAUSE_SECONDS = 0.1
_SPARE_SECONDS = 3.0  # at most, for each connection but the first
_MAX_BYTES = 256 * 1024  # of each connection: a certificate chain is a few kilobytes


@dataclass(frozen=True)
class Glance:
    """How far one connection came (a value of ``rdp.stage``), the thumbprint and the TLS version that it saw."""

    stage: str
    thumbprint: str = ""
    version: str = ""
    detail: str = ""
    timed_out: bool = False

    def like(self, other: "Glance") -> bool:
        """Tell whether both came equally far and saw the same certificate."""
        return (self.stage, self.thumbprint) == (other.stage, other.thumbprint)


class Caller:
    """Opens the connections of one observation and speaks on them."""

    def __init__(self, line: Line, port: int) -> None:
        self.line, self.port = line, port
        self.made = 0

    @property
    def spent(self) -> bool:
        """Tell whether the observation may make no further connection."""
        return self.line.expired or self.made >= MOST

    def first(self) -> socket.socket:
        """Connect to the first address that answers. Raises DialError."""
        self.line.limit(_MAX_BYTES)
        self.made += 1
        return self.line.connect(self.port)

    def connect(self, address: str) -> socket.socket:
        """Connect once more, after a pause. Raises DialError."""
        if not ipaddress.ip_address(address).is_loopback:
            time.sleep(min(_PAUSE_SECONDS, self.line.remaining))
        self.made += 1
        self.line.limit(_MAX_BYTES)
        sock = self.line.connect(self.port, timeout=self._patience(), address=address)
        sock.settimeout(self._patience())
        return sock

    def ask(self, sock: socket.socket, offer: int) -> Reply:
        """Make an offer and return the answer."""
        reply = ask(sock, offer)
        if isinstance(reply, ConnectionClosed) and self.line.expired:  # the watchdog closed it, not the host
            return ConnectionClosed(reply.received, timed_out=True)
        return reply

    def ask_afresh(self, address: str, offer: int) -> Reply:
        """Make an offer on a connection of its own."""
        try:
            sock = self.connect(address)
        except DialError as error:
            return ConnectionClosed(0, timed_out=error.reason not in REACHED)
        with sock:
            return self.ask(sock, offer)

    def secure(self, sock: socket.socket, only: ssl.TLSVersion | None = None) -> Handshake:
        """Do a TLS handshake, of one version alone when it is given."""
        ended = handshake(sock, only=only)
        if ended.failure == "reset" and self.line.expired:  # the watchdog closed it, not the host
            return Handshake("timeout", "the TLS handshake did not end in time")
        return ended

    def secure_afresh(self, address: str, only: ssl.TLSVersion) -> Handshake | Reply:
        """Do a TLS handshake of one version on a connection of its own; the reply when it did not come so far."""
        try:
            sock = self.connect(address)
        except DialError as error:
            return ConnectionClosed(0, timed_out=error.reason not in REACHED)
        with sock:
            reply = self.ask(sock, OFFER)
            return self.secure(sock, only) if isinstance(reply, Selected) and reply.protocol else reply

    def glance(self, address: str) -> Glance:
        """Go as far as TLS once more, on a connection of its own."""
        try:
            sock = self.connect(address)
        except DialError as error:
            stage = REACHED.get(error.reason, "timed_out")
            return Glance(stage, detail=str(error), timed_out=stage == "timed_out")
        with sock:
            reply = self.ask(sock, OFFER)
            if isinstance(reply, Selected) and reply.protocol:
                return _secured(self.secure(sock))
            return _unsecured(reply)

    def _patience(self) -> float:
        return max(min(_SPARE_SECONDS, self.line.remaining), 0.001)


def thumbprint(certificate: bytes | None) -> str:
    """Return the SHA-1 thumbprint of a certificate (DER), as Windows writes it; empty without one."""
    # The name by which Windows calls a certificate: not a proof of anything.
    return hashlib.sha1(certificate, usedforsecurity=False).hexdigest().upper() if certificate else ""


def _secured(ended: Handshake) -> Glance:
    if ended.failure == "none":
        return Glance("ok", thumbprint(ended.certificate), ended.version, ended.detail)
    return Glance("tls_failed", detail=ended.detail, timed_out=ended.failure == "timeout")


def _unsecured(reply: Reply) -> Glance:
    match reply:
        case ConnectionClosed():
            return Glance("closed_before_confirm", detail=str(reply), timed_out=reply.timed_out)
        case NotRdp():
            return Glance("not_rdp", detail=str(reply))
        case ConnectionRefused():
            return Glance("negotiation_refused", detail=str(reply))
        case Selected():
            return Glance("ok", detail=str(reply))
