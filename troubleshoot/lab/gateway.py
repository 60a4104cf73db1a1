"""A simulated Remote Desktop gateway: TLS with a real certificate, and the answer to whoever is not signed in.

It follows ``network.gateway`` of a host's state. Nobody can sign in: it ends after its first answer.
"""

import functools
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from troubleshoot.lab.certificates import Subject, authority_signed, key_of, tls_context
from troubleshoot.lab.state import HostState, iso
from troubleshoot.lab.tcp_port import Mode, Port

GATEWAYS = frozenset({"absent", "open", "refused", "silent", "closed", "expired", "other_name", "web_server"})
"""What a gateway can be: ``absent`` is none at all; ``closed`` ends every connection before TLS."""

_AUTHORITY = "CN=Simulated lab authority"
_ELSEWHERE = "192.0.2.1"  # an address for documentation (RFC 5737)
_SECONDS = 15.0
_MAX_REQUEST = 16384
# What IIS with the gateway's module says to RDG_OUT_DATA without credentials (MS-TSGU 3.3.5.1), and without it.
_SIGN_IN = (
    b"HTTP/1.1 401 Unauthorized\r\nServer: Microsoft-HTTPAPI/2.0\r\n"
    b"WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"
)
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nServer: Microsoft-IIS/10.0\r\nContent-Length: 0\r\n\r\n"


class GatewayServer:
    """The gateway of one host's site; ``port`` is its number once started."""

    def __init__(self, state: HostState, *, listen: str = "127.0.0.1", port: int = 0) -> None:
        self._state, self._listen, self.port = state, listen, port
        self._port: Port | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Bind the port and follow the state from now on; OSError when the port is taken."""
        self._port = Port(self._listen, self.port, self._serve, seconds=_SECONDS)
        self.port = self._port.number
        self._unsubscribe = self._state.subscribe(self._follow)
        with self._state.lock:
            self._follow()

    def stop(self) -> None:
        """Close the port and every connection. Harmless when repeated."""
        self._unsubscribe()
        if self._port is not None:
            self._port.close()
            self._port = None

    def _follow(self) -> None:
        if self._port is not None:
            modes: dict[str, Mode] = {"absent": "refused", "refused": "refused", "silent": "silent"}
            self._port.set(modes.get(self._behaviour(), "open"))

    def _behaviour(self) -> str:
        return str(self._state.document["network"].get("gateway", "absent"))

    def _serve(self, connection: socket.socket) -> None:
        with self._state.lock:
            behaviour = self._behaviour()
        if behaviour == "closed":
            return
        connection.settimeout(_SECONDS)
        # A duplicate, because wrapping takes the descriptor away from whoever watches over the connection.
        with context(self._listen, behaviour).wrap_socket(connection.dup(), server_side=True) as protected:
            request = b""
            while b"\r\n\r\n" not in request and len(request) < _MAX_REQUEST:
                part = protected.recv(4096)
                if not part:
                    return
                request += part
            opens = request.startswith((b"RDG_OUT_DATA ", b"RDG_IN_DATA ")) and behaviour != "web_server"
            protected.sendall(_SIGN_IN if opens else _NOT_FOUND)


@functools.lru_cache(maxsize=64)
def context(listen: str, behaviour: str) -> ssl.SSLContext:
    """Return the TLS context of a gateway at this address: a certificate in date, or expired, or for another."""
    now = datetime.now(UTC)
    begin, end = (-60, -3) if behaviour == "expired" else (-30, 60)
    name = _ELSEWHERE if behaviour == "other_name" else listen
    dates = iso(now + timedelta(days=begin)), iso(now + timedelta(days=end))
    owner = "gateway"
    issued = authority_signed(Subject(f"CN={name}", _AUTHORITY, 3, *dates), owner, [ip_address(name)])
    return tls_context(issued, key_of(owner))
