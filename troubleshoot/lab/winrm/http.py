"""HTTP/1.1 as the simulated WinRM service speaks it: bounded requests in, plain responses out, on one socket."""

import contextlib
import re
import select
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus

from troubleshoot.lab.winrm.limits import Limits

HEADER_BYTES = 64 * 1024
# A sealed body carries its envelope plus two part headers and a signature.
SEAL_OVERHEAD = 4096
# A body that is too large is read and thrown away up to here, so that the client sees 413 and not a reset.
DRAIN_BYTES = 8 * 1024 * 1024
_LENGTH = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    """One HTTP response; ``close`` ends the connection after it, ``settle`` hears whether it was sent."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    close: bool = False
    settle: Callable[[bool], None] = lambda _: None


class BadRequestError(Exception):
    """What arrived cannot be served; ``status`` is the answer, after which the connection is closed."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Closed(Exception):
    """The client went away, or stayed silent for too long."""


class Wire:
    """One connection: reads requests within the limits of size and time, and writes responses."""

    def __init__(self, sock: socket.socket, limits: Limits, now: Callable[[], datetime]) -> None:
        self._sock = sock
        self._now = now
        self._limits = limits
        self._buffer = b""

    def peer(self) -> str:
        """Return the address of the client; Closed when it is gone already."""
        try:
            return str(self._sock.getpeername()[0])
        except OSError as gone:
            raise Closed from gone

    def read(self) -> Request:
        """Return the next request. Raises Closed at the end of the connection, BadRequestError for nonsense."""
        if not self._buffer:
            self._receive(time.monotonic() + self._limits.connection_idle_seconds)
        deadline = time.monotonic() + self._limits.request_seconds
        method, path, headers = _head(self._until(b"\r\n\r\n", deadline))
        length = _length(headers)
        if length > self._limits.envelope_bytes + SEAL_OVERHEAD:
            with contextlib.suppress(Closed):
                self._drain(length, deadline)
            raise BadRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if headers.get("expect", "").lower() == "100-continue":
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return Request(method, path, headers, self._exactly(length, deadline))

    def write(self, response: Response) -> None:
        """Send one response; Closed when the client is gone."""
        if self._hung_up():
            raise Closed
        lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
        if response.content_type:
            lines.append(f"Content-Type: {response.content_type}")
        lines.append("Server: Microsoft-HTTPAPI/2.0")
        lines.extend(f"{name}: {value}" for name, value in response.headers)
        lines.append(f"Date: {format_datetime(self._now(), usegmt=True)}")  # HTTP.sys says so, signed in or not
        if response.close:
            lines.append("Connection: close")
        lines.append(f"Content-Length: {len(response.body)}")
        self._send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + response.body)

    def _hung_up(self) -> bool:
        """Tell whether the client has closed: it says nothing while it waits, so that only an end is to be read.

        Under TLS that end is a message, which looks like any other.
        """
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        if self._buffer or not poll.poll(0):
            return False
        try:
            # The plain method, because that of TLS does not peek.
            found = socket.socket.recv(self._sock, 1, socket.MSG_PEEK)
        except OSError:
            return True
        return not found or isinstance(self._sock, ssl.SSLSocket)

    def _send(self, data: bytes) -> None:
        try:
            self._sock.settimeout(self._limits.request_seconds)
            self._sock.sendall(data)
        except OSError as gone:
            raise Closed from gone

    def _receive(self, deadline: float) -> None:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise Closed
        try:
            self._sock.settimeout(remaining)
            data = self._sock.recv(64 * 1024)
        except OSError as gone:
            raise Closed from gone
        if not data:
            raise Closed
        self._buffer += data

    def _until(self, mark: bytes, deadline: float) -> bytes:
        while mark not in self._buffer:
            if len(self._buffer) > HEADER_BYTES:
                raise BadRequestError(HTTPStatus.BAD_REQUEST)
            self._receive(deadline)
        head, _, self._buffer = self._buffer.partition(mark)
        if len(head) > HEADER_BYTES:
            raise BadRequestError(HTTPStatus.BAD_REQUEST)
        return head

    def _exactly(self, length: int, deadline: float) -> bytes:
        while len(self._buffer) < length:
            self._receive(deadline)
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return body

    def _drain(self, length: int, deadline: float) -> None:
        remaining = min(length, DRAIN_BYTES) - len(self._buffer)
        while remaining > 0:
            self._buffer = b""
            self._receive(deadline)
            remaining -= len(self._buffer)


def _head(raw: bytes) -> tuple[str, str, dict[str, str]]:
    first, *rest = raw.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError(HTTPStatus.BAD_REQUEST)
    headers: dict[str, str] = {}
    for line in rest:
        name, colon, value = line.partition(":")
        key = name.lower()
        # Two different lengths, or a line that is no header, are how requests are smuggled.
        if not colon or not name or name != name.strip() or key in headers:
            raise BadRequestError(HTTPStatus.BAD_REQUEST)
        headers[key] = value.strip()
    return parts[0], parts[1], headers


def _length(headers: dict[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise BadRequestError(HTTPStatus.LENGTH_REQUIRED)
    text = headers.get("content-length", "0")
    if not _LENGTH.fullmatch(text):
        raise BadRequestError(HTTPStatus.BAD_REQUEST)
    return int(text)
