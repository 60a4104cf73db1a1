"""The only opener of sockets: registered addresses and ports, resolved once, pinned, under one deadline."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from ipaddress import IPv6Address
from typing import Final, Self

from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.remote.registered_host import Address, RegisteredHost, literal_address

__all__ = ["DialError", "Line", "RegisteredHost"]

CONNECT_SECONDS: Final = 5.0
MAX_ADDRESSES: Final = 8
_NAME_SECONDS: Final = 1.0


#: How a connection fails, and in which words a reading of the network keeps it, beside its raw values.
_FAILURES: Final[Mapping[RefusalCode, tuple[str, str]]] = {
    RefusalCode.OUTSIDE_NETWORKS: ("not_allowed", "{host} is outside the allowed networks"),
    RefusalCode.PORT_OF_ANOTHER: ("not_allowed", "port {port} is not registered for {host}"),
    RefusalCode.ADDRESS_OF_ANOTHER: ("not_allowed", "{address} is not an address of {host}"),
    RefusalCode.LINE_TIME_OVER: ("timed_out", "the time for this visit is over"),
    RefusalCode.CONNECTION_REFUSED: ("refused", "{where} refused the connection"),
    RefusalCode.CONNECTION_RESET: ("closed", "{where} took the connection and reset it at once"),
    RefusalCode.CONNECTION_UNANSWERED: ("timed_out", "{where} did not answer"),
    RefusalCode.ADDRESS_UNREACHABLE: ("no_route", "{where} cannot be reached: {why}"),
    RefusalCode.NAME_LATE: ("timed_out", "the name was not resolved in time"),
    RefusalCode.NAME_UNKNOWN: ("no_name", "the name cannot be resolved: {why}"),
}


class DialError(Refusal):
    """A connection could not be made."""

    @property
    def reason(self) -> str:
        """Return one of no_name, refused, closed, timed_out, no_route, not_allowed; closed: taken, and reset at
        once."""
        return _FAILURES[self.code][0]

    def __str__(self) -> str:
        return _FAILURES[self.code][1].format(**self.params)


class _Plain(socket.socket):
    """A socket of a line: counts what it reads, and is never wrapped behind the line's back."""

    line: Line

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        data = super().recv(bufsize, flags)
        self.line.count(len(data))
        return data

    def recv_into(self, *args: object, **options: object) -> int:
        size = super().recv_into(*args, **options)  # type: ignore[arg-type]  # passed through unread
        self.line.count(size)
        return size

    def detach(self) -> int:
        """Refuse: a socket that leaves its line would outlive the deadline. Its descriptor is not ours any more."""
        super().detach()
        raise RuntimeError("wrap a line's socket with Line.secure, so that its deadline holds")


class _Tls(ssl.SSLSocket):
    """The TLS form of the same; every way of reading an SSLSocket ends in `read`."""

    line: Line

    def read(self, len: int = 1024, buffer: object = None) -> bytes:  # noqa: A002  # the parent's own name
        data = super().read(len, buffer)  # type: ignore[arg-type]
        self.line.count(data if isinstance(data, int) else data.__len__())
        return data


class Line:
    """All connections of one visit, under one deadline and one limit of received bytes.

    At the deadline a watchdog shuts every socket down, also in the middle of a read: a limit per read would let a
    host that sends one byte a second hold its reader for ever.
    """

    def __init__(
        self,
        registered: RegisteredHost,
        *,
        seconds: float,
        max_bytes: int = 16 * 1024 * 1024,
        pinned: tuple[str, ...] = (),
    ) -> None:
        self.registered = registered
        self.received = 0
        self.overrun = False
        self._max_bytes = max_bytes
        self._pinned = pinned
        self._named: tuple[str, ...] = ()
        self._deadline = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._over = False
        self._watchdog = threading.Timer(max(seconds, 0.0), self.end)
        self._watchdog.daemon = True

    def __enter__(self) -> Self:
        self._watchdog.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watchdog.cancel()
        self.end()
        for sock in self._sockets:
            sock.close()

    @property
    def remaining(self) -> float:
        """Return seconds left until the deadline, never below 0."""
        return max(0.0, self._deadline - time.monotonic())

    @property
    def expired(self) -> bool:
        """Tell whether the deadline has passed."""
        return self.remaining <= 0

    def limit(self, size: int) -> None:
        """Allow `size` more received bytes from now on; the read that passes it fails with an OSError."""
        self._max_bytes = self.received + size

    def count(self, size: int) -> None:
        """Take note of received bytes; OSError when they pass the limit."""
        self.received += size
        if self.received > self._max_bytes:
            self.overrun = True
            raise ConnectionAbortedError(errno.ECONNABORTED, "the host sent more than the limit")

    def addresses(self) -> tuple[str, ...]:
        """Return the host's addresses: resolved once, canonical, in allowed networks, pinned for the life of the line.

        Raises DialError (no_name, timed_out, not_allowed).
        """
        if not self._pinned:
            found = _resolve(self.registered.address, self.remaining)
            allowed = [str(address) for address in found if self.registered.allows(address)]
            if not allowed:
                raise DialError(RefusalCode.OUTSIDE_NETWORKS, host=self.registered.name)
            self._pinned = tuple(dict.fromkeys(allowed))[:MAX_ADDRESSES]
        return self._pinned

    def named(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return where the host's own name leads when it is registered under another address: all, and what may be
        dialled.

        A name that is not resolved within a second leads nowhere. Nor is one asked for where loopback alone is
        allowed: what runs on this computer is known to no resolver under its name.
        """
        name = self.registered.name
        local = all(network.is_loopback for network in self.registered.networks)
        if local or literal_address(name) is not None or name.lower() == self.registered.address.lower():
            return (), ()
        try:
            found = _resolve(name, min(_NAME_SECONDS, self.remaining))
        except DialError:
            return (), ()
        self._named = tuple(str(one) for one in dict.fromkeys(found) if self.registered.allows(one))[:MAX_ADDRESSES]
        return tuple(map(str, dict.fromkeys(found)))[:MAX_ADDRESSES], self._named

    def connect(self, port: int, *, timeout: float | None = None, address: str | None = None) -> socket.socket:
        """Open a TCP connection to a registered port, at the first address that answers (or at `address`).

        `timeout` is in seconds for each address, 5 unless told. The socket reads and writes until the deadline.
        Raises DialError.
        """
        if port not in self.registered.ports:
            raise DialError(RefusalCode.PORT_OF_ANOTHER, port=port, host=self.registered.name)
        candidates = self.addresses()
        if address is not None:
            if address not in (*candidates, *self._named):
                raise DialError(RefusalCode.ADDRESS_OF_ANOTHER, address=address, host=self.registered.name)
            candidates = (address,)
        last = DialError(RefusalCode.LINE_TIME_OVER)
        for candidate in candidates:
            if self.expired or self._over:
                break
            try:
                return self._open(candidate, port, timeout or CONNECT_SECONDS)
            except OSError as error:
                last = _dial_error(error, f"{candidate} port {port}")
        raise last

    def secure(self, sock: socket.socket, context: ssl.SSLContext, *, server_hostname: str | None) -> ssl.SSLSocket:
        """Put a connection under TLS and return it after the handshake; the deadline holds within the handshake too.

        Raises ssl.SSLError, OSError.
        """
        context.sslsocket_class = _Tls
        plain = socket.socket(fileno=socket.socket.detach(sock))
        plain.settimeout(max(self.remaining, 0.001))
        with self._lock:
            if sock in self._sockets:
                self._sockets.remove(sock)
        tls = context.wrap_socket(plain, server_hostname=server_hostname, do_handshake_on_connect=False)
        self._watch(tls)
        tls.do_handshake()
        return tls

    def again(self, seconds: float) -> Line:
        """Return a fresh line to the same pinned addresses, with a deadline of its own (to clean up after this one)."""
        return Line(self.registered, seconds=seconds, pinned=self._pinned)

    def _open(self, address: str, port: int, timeout: float) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = _Plain(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(max(min(timeout, self.remaining), 0.001))
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(max(self.remaining, 0.001))
        except BaseException:
            sock.close()
            raise
        self._watch(sock)
        return sock

    def _watch(self, sock: _Plain | ssl.SSLSocket) -> None:
        sock.line = self  # type: ignore[union-attr]  # secure() made it a _Tls
        with self._lock:
            self._sockets = [known for known in self._sockets if known.fileno() >= 0]
            self._sockets.append(sock)
            over = self._over
        if over:
            _shutdown(sock)

    def end(self) -> None:
        """Let the time of this line be over now, whatever thread is at it."""
        self._deadline = min(self._deadline, time.monotonic())
        with self._lock:
            self._over = True
            sockets = list(self._sockets)
        for sock in sockets:
            _shutdown(sock)


def _shutdown(sock: socket.socket) -> None:
    # Not SSLSocket.shutdown: that one forgets the TLS state while another thread may be reading through it.
    with contextlib.suppress(OSError):  # already closed
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _dial_error(error: OSError, where: str) -> DialError:
    if isinstance(error, ConnectionRefusedError):
        return DialError(RefusalCode.CONNECTION_REFUSED, where=where)
    if isinstance(error, ConnectionResetError):
        return DialError(RefusalCode.CONNECTION_RESET, where=where)
    if isinstance(error, TimeoutError):
        return DialError(RefusalCode.CONNECTION_UNANSWERED, where=where)
    return DialError(RefusalCode.ADDRESS_UNREACHABLE, where=where, why=error.strerror or str(error))


def _resolve(address: str, seconds: float) -> list[Address]:
    known = literal_address(address)
    if known is not None:
        return [known]
    return [_canonical(answer) for answer in _within(seconds, address)]


def _canonical(text: str) -> Address:
    address = ipaddress.ip_address(text)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _within(seconds: float, name: str) -> list[str]:
    """Ask the resolver in a thread: getaddrinfo knows no time limit. A late answer is dropped."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
            answers.put([str(entry[4][0]) for entry in found])
        except (OSError, UnicodeError) as error:
            answers.put(OSError(str(error)))

    threading.Thread(target=ask, daemon=True, name="resolver").start()
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise DialError(RefusalCode.NAME_LATE) from None
    if isinstance(answer, OSError):
        raise DialError(RefusalCode.NAME_UNKNOWN, why=str(answer))
    return answer
