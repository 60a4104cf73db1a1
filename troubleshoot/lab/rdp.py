"""The Remote Desktop listener of a simulated host: X.224 negotiation and TLS with a real certificate.

What it does follows from the host's state alone, live. It ends after TLS: there is no login to a lab host.
"""

import itertools
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import replace

from troubleshoot.lab import firewall
from troubleshoot.lab.behind_port import BEHIND, other_certificate
from troubleshoot.lab.certificates import server_context, stamp
from troubleshoot.lab.listener import STANDARD_PORT, hung, listens, other_program, port_number
from troubleshoot.lab.negotiation import Terms, answer_to, read_request
from troubleshoot.lab.other_addresses import Elsewhere
from troubleshoot.lab.presented_certificate import presented_certificate
from troubleshoot.lab.schannel import serves
from troubleshoot.lab.state import Document, HostState, listener_value
from troubleshoot.lab.tcp_port import Mode, Port

_MAX_IGNORED = 65536  # what a client may still send after TLS or plain RDP before we hang up
_SECONDS = 15.0


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
        mode = port_mode(self._state.document)
        if self._port is not None:
            self._port.set(mode)
        if self._elsewhere is not None:
            self._elsewhere.follow(self._state.document, mode)

    def _serve(self, connection: socket.socket, answers: str = "same") -> None:
        with self._state.lock:
            terms = self._terms(self._state.document, answers)
        converse(connection, terms)

    def _terms(self, document: Document, answers: str) -> Terms:
        """Return how whoever is at an address treats the next connection; for this computer ``network.rdp`` says it."""
        mode = document["network"]["rdp"]
        who = mode if answers == "same" else answers
        if who in BEHIND:
            return BEHIND[who](document)
        terms = terms_of(document)
        second = mode in {"flapping", "alternating"} and next(self._turns) % 2 == 1
        if who == "other" or (second and who == "alternating"):  # one of two computers behind one address
            return replace(terms, tls=other_certificate(document))
        return replace(terms, closes=terms.closes or (second and who == "flapping"))


def port_mode(document: Document) -> Mode:
    """Return what connecting to the listener does now: answered, refused, or swallowed by the network."""
    mode = document["network"]["rdp"]
    if mode in BEHIND:
        return "open"
    if mode == "silent" or not firewall.lets_in(document):
        return "silent"
    own = listens(document) and port_number(document) == STANDARD_PORT
    answers = own or other_program(document, STANDARD_PORT) is not None
    return "open" if answers and mode != "refused" else "refused"


def terms_of(document: Document) -> Terms:
    """Return how the host treats a new connection: policy before local values, then certificate and key."""
    if other_program(document, STANDARD_PORT) is not None:
        return BEHIND["web_server"](document)
    entry, readable = presented_certificate(document)
    layer, nla = listener_value(document, "SecurityLayer"), listener_value(document, "UserAuthentication")
    resets = entry is not None and not readable and document["network"].get("key_failure") == "reset"
    context = server_context(document, entry) if entry is not None and (readable or resets) else None
    return Terms(
        layer=2 if layer is None else layer,
        nla=nla == 1,
        tls=context,
        closes=document["network"]["rdp"] == "closed_before_confirm" or hung(document, "TermService"),
        resets=resets or not serves(document),
    )


def converse(connection: socket.socket, terms: Terms) -> None:
    """Hold one conversation up to the end of TLS; OSError when it breaks off."""
    connection.settimeout(_SECONDS)
    if terms.greets:
        connection.sendall(terms.banner)
        _hang_up(connection)
        return
    request = read_request(connection)
    if terms.banner:
        connection.sendall(terms.banner)
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
