"""The Remote Desktop listener of a simulated host: X.224 negotiation and TLS with a real certificate.

What it does follows from the host's state alone, live. It ends after TLS: there is no login to a lab host.
"""

import itertools
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from troubleshoot.lab import firewall
from troubleshoot.lab.certificates import server_context, stamp
from troubleshoot.lab.listener import STANDARD_PORT, hung, listens, other_program, port_number
from troubleshoot.lab.other_addresses import Elsewhere, other_certificate
from troubleshoot.lab.schannel import serves
from troubleshoot.lab.service_reactions import valid_now
from troubleshoot.lab.state import (
    RDP_TCP,
    REMOTE_DESKTOP_STORE,
    Document,
    HostState,
    listener_value,
    moment,
    registry_value,
    running,
)
from troubleshoot.lab.tcp_port import Mode, Port

# Protocols a client may offer (MS-RDPBCGR 2.2.1.1.1).
_TLS, _HYBRID, _HYBRID_EX = 1, 2, 8
# Failure codes of a refusal (MS-RDPBCGR 2.2.1.2.2).
_SSL_REQUIRED, _SSL_NOT_ALLOWED, _NO_CERTIFICATE, _HYBRID_REQUIRED = 1, 2, 3, 5
# Answer flags: extended client data and graphics pipeline supported (MS-RDPBCGR 2.2.1.2.1).
_RESPONSE_FLAGS = 0x03
# What a web server answers to what it does not understand.
_OTHER_LANGUAGE = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
_MAX_REQUEST = 1024  # a request with cookie or routing token and correlation info stays far below
_MAX_IGNORED = 65536  # what a client may still send after TLS or plain RDP before we hang up
_SECONDS = 15.0


@dataclass(frozen=True)
class Terms:
    """How the host treats a connection at this moment."""

    layer: int  # SecurityLayer: 0 RDP, 1 negotiate, 2 TLS
    nla: bool
    tls: ssl.SSLContext | None  # None: no usable certificate
    closes: bool = False  # close before the confirm
    resets: bool = False  # agree to TLS, then reset
    foreign: bool = False  # another program has the port, and speaks another language


@dataclass(frozen=True)
class Answer:
    """The bytes that answer a request (empty: hang up) and whether TLS comes next."""

    data: bytes
    tls: bool = False


class RdpServer:
    """The listener of one host; ``port`` is its number once started."""

    def __init__(self, state: HostState, *, listen: str = "127.0.0.1", port: int = 0) -> None:
        self._state, self._listen, self.port = state, listen, port
        self._port: Port | None = None
        self._elsewhere: Elsewhere | None = None
        self._turns = itertools.count()
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Bind the port and follow the state from now on; OSError when the port is taken."""
        self._port = Port(self._listen, self.port, self._serve, seconds=_SECONDS)
        self.port = self._port.number
        self._elsewhere = Elsewhere(self.port, self._serve)
        self._unsubscribe = self._state.subscribe(self._follow)
        with self._state.changing():
            pass  # tells the observers: stamps the certificates and sets the port

    def stop(self) -> None:
        """Close the port and every connection; the number is free afterwards. Harmless when repeated."""
        self._unsubscribe()
        if self._port is not None:
            self._port.close()
            self._port = None
        if self._elsewhere is not None:
            self._elsewhere.close()
            self._elsewhere = None

    def _follow(self) -> None:
        stamp(self._state.document)
        if self._port is not None:
            self._port.set(port_mode(self._state.document))
        if self._elsewhere is not None:
            self._elsewhere.follow(self._state.document)

    def _serve(self, connection: socket.socket, answers: str = "same") -> None:
        with self._state.lock:
            terms = terms_of(self._state.document)
            if answers == "other":
                terms = replace(terms, tls=other_certificate(self._state.document))
            if self._state.document["network"]["rdp"] == "flapping":  # one of two computers behind one address is ill
                terms = replace(terms, closes=next(self._turns) % 2 == 1)
        converse(connection, terms)


def port_mode(document: Document) -> Mode:
    """Return what connecting to the listener does now: answered, refused, or swallowed by the network."""
    if document["network"]["rdp"] == "silent" or not firewall.lets_in(document):
        return "silent"
    own = listens(document) and port_number(document) == STANDARD_PORT
    answers = own or other_program(document, STANDARD_PORT) is not None
    return "open" if answers and document["network"]["rdp"] != "refused" else "refused"


def terms_of(document: Document) -> Terms:
    """Return how the host treats a new connection: policy before local values, then certificate and key."""
    entry, readable = served_certificate(document)
    layer, nla = listener_value(document, "SecurityLayer"), listener_value(document, "UserAuthentication")
    resets = entry is not None and not readable and document["network"].get("key_failure") == "reset"
    context = server_context(document, entry) if entry is not None and (readable or resets) else None
    return Terms(
        layer=2 if layer is None else layer,
        nla=nla == 1,
        tls=context,
        closes=document["network"]["rdp"] == "closed_before_confirm" or hung(document, "TermService"),
        resets=resets or not serves(document),
        foreign=other_program(document, STANDARD_PORT) is not None,
    )


def served_certificate(document: Document) -> tuple[Document | None, bool]:
    """Return the certificate that the listener presents, or None, and whether its key can be read.

    A bound certificate (SSLCertificateSHA1Hash) must be in the My store with its key; without a binding it
    is the self-signed one, an expired one only while SessionEnv runs.
    """
    bound = registry_value(document, RDP_TCP, "SSLCertificateSHA1Hash")
    if bound:
        mine = document["certificates"].get("My", [])
        named = [entry for entry in mine if entry["thumbprint"].upper() == str(bound).upper()]
        return (named[0], bool(named[0]["has_private_key"])) if named else (None, False)
    own = list(document["certificates"].get(REMOTE_DESKTOP_STORE, []))
    own.sort(key=lambda entry: (valid_now(document, entry), moment(entry["not_after"])))
    if not own or not (valid_now(document, own[-1]) or running(document, "SessionEnv")):
        return None, False
    return own[-1], own[-1]["has_private_key"] and document["key_store"]["rdp_key"] == "readable"


def converse(connection: socket.socket, terms: Terms) -> None:
    """Hold one conversation up to the end of TLS; OSError when it breaks off."""
    connection.settimeout(_SECONDS)
    request = read_request(connection)
    if terms.foreign:
        connection.sendall(_OTHER_LANGUAGE)
        return
    if request is None or terms.closes:
        return
    answer = answer_to(request, terms)
    connection.sendall(answer.data)
    if not answer.data or not answer.tls:
        _hang_up(connection)
    elif terms.resets:
        _reset(connection)
    elif terms.tls is not None:
        # A duplicate, because wrapping takes the descriptor away from whoever watches over the connection.
        with terms.tls.wrap_socket(connection.dup(), server_side=True) as protected:
            _hang_up(protected)


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
    wanted = request.offered & (_TLS | _HYBRID | _HYBRID_EX)
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


def _hang_up(connection: socket.socket) -> None:
    """Say that nothing follows, let the client finish, and leave; nothing it sends is looked at."""
    if isinstance(connection, ssl.SSLSocket):
        connection.settimeout(_SECONDS)
    else:
        connection.shutdown(socket.SHUT_WR)
    ignored = 0
    while ignored < _MAX_IGNORED and (chunk := connection.recv(4096)):
        ignored += len(chunk)


def _reset(connection: socket.socket) -> None:
    """Wait for the first bytes of TLS, then reset: what a host does whose TLS provider cannot use its key."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
