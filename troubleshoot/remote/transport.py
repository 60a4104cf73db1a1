"""Carries pywinrm's HTTP over a line of dial.py: no redirects, no proxies, no compression, counted and capped."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from troubleshoot.remote.dial import Line
from troubleshoot.remote.envelope import OnStage
from troubleshoot.remote.failures import CUT, Compressed, HandshakeBroken, Overrun, Redirected

MAX_RESPONSE_BYTES: Final = 1024 * 1024
MAX_VISIT_BYTES: Final = 8 * 1024 * 1024
MAX_ROUND_TRIPS: Final = 5000
HTTP_1_1: Final = 11  # as the library numbers it


def tls_context(ca_file: Path | None, client: Path | None = None) -> ssl.SSLContext:
    """Return a context for TLS 1.2 or later that always checks certificate and name; without `ca_file` against the
    system's authorities."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if client is not None:
        context.load_cert_chain(client)
    return context


class _Connection(HTTPConnection):
    """An HTTP connection whose socket, clear or TLS, comes from the line alone."""

    def __init__(self, *args: Any, opener: Callable[[], socket.socket], **options: Any) -> None:
        super().__init__(*args, **options)
        self._opener = opener

    def _new_conn(self) -> socket.socket:
        return self._opener()


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class LineAdapter(HTTPAdapter):
    """The only adapter of a visit's session.

    It sends to one place, whatever the URL says, follows nothing, accepts no compression, and counts round trips
    and bytes. Where signing in belongs to the connection (NTLM, Kerberos, and with them the seal of messages) it opens
    no second one: a challenge answered elsewhere would look like a wrong password.
    """

    def __init__(
        self,
        line: Line,
        port: int,
        context: ssl.SSLContext | None,
        on_stage: OnStage,
        *,
        patience: float,
        one_connection: bool,
    ) -> None:
        """Take `patience`: seconds of silence after which a connection counts as broken."""
        super().__init__()
        self._patience = patience
        self._one_connection = one_connection
        self._opened = False
        self._on_stage = on_stage
        self.round_trips = 0
        self._line = line
        self._port = port
        self._context = context
        self._pool = _Pool(line.registered.name, port, maxsize=1, opener=self.open)

    def open(self) -> socket.socket:
        """Open a new connection, under TLS where the door says so."""
        if self._opened and self._one_connection:
            raise ConnectionResetError("the host closed the connection between two messages")
        self._opened = True
        self._on_stage("name", ", ".join(self._line.addresses()))
        sock = self._line.connect(self._port)
        self._on_stage("tcp", f"{sock.getpeername()[0]} port {self._port}")
        if self._context is None:
            return sock
        try:
            secured = self._line.secure(sock, self._context, server_hostname=self._line.registered.name)
        except CUT:
            raise HandshakeBroken from None
        until = (secured.getpeercert() or {}).get("notAfter", "")
        self._on_stage("tls", f"{secured.version()}, certificate valid until {until}")
        return secured

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> urllib3.HTTPConnectionPool:
        """Return the one pool, for whatever request: the address is pinned and no proxy is ever asked."""
        return self._pool

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Do nothing: the line's own context has verified the certificate."""

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Send one request. Raises what requests raises, Overrun, Redirected and Compressed."""
        self.round_trips += 1
        left = MAX_VISIT_BYTES - self._line.received
        if self.round_trips > MAX_ROUND_TRIPS or left <= 0:
            raise Overrun
        self._line.limit(min(MAX_RESPONSE_BYTES, left))
        timeout = max(min(self._line.remaining, self._patience), 0.001)
        response = super().send(request, stream=True, timeout=timeout, verify=True)
        if date := response.headers.get("Date"):
            self._on_stage("clock", date[:64])
        if _ends_in_its_head(response):
            response.close()
            raise ConnectionResetError("the connection ended within the head of an answer")
        if 300 <= response.status_code < 400:
            response.close()
            raise Redirected(response.status_code)
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            response.close()
            raise Compressed
        return response

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()
        super().close()


def _ends_in_its_head(response: requests.Response) -> bool:
    """Tell whether the connection broke before the length of an answer: the library takes such a head as whole."""
    has = response.headers
    told = has.get("Content-Length", "").isdecimal() or "Transfer-Encoding" in has
    return not told and response.raw.version == HTTP_1_1 and has.get("Connection", "").lower() != "close"
