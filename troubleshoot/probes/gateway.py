"""The leg to a Remote Desktop gateway: name, TCP, TLS, certificate, and whether a gateway answers. Never logs in."""

import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from troubleshoot.probes.certificate import examine, printable
from troubleshoot.probes.report import ProbeReport, since, timed
from troubleshoot.probes.tls import Client
from troubleshoot.remote import DialError, Line, RegisteredHost, literal_address

# How a client of a gateway opens its channel (MS-TSGU 2.2.3.3.1): whoever is not signed in is asked to sign in.
_REQUEST = (
    "RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1\r\n"
    "Host: {host}\r\n"
    "Accept: */*\r\n"
    "Cache-Control: no-cache\r\n"
    "Pragma: no-cache\r\n"
    "RDG-Connection-Id: {{00000000-0000-0000-0000-000000000000}}\r\n"
    "Content-Length: 0\r\n"
    "Connection: close\r\n\r\n"
)
_HTTPS = 443
_SECONDS = 5.0
_MAX_BYTES = 256 * 1024
_MAX_HEADERS = 16 * 1024


@dataclass(frozen=True)
class Gateway:
    """A Remote Desktop gateway as an administrator registered it, and its port."""

    registered: RegisteredHost
    port: int


def observe(gateway: Gateway | None, report: ProbeReport, *, seconds: float) -> None:
    """Observe the gateway for ``seconds`` at most, 5 at the longest, and write what was found. Never raises."""
    if gateway is None:
        report.facts.update({"gateway.stage": "not_asked", "gateway.certificate": "none"})
        return
    if seconds <= 0:
        report.note("gateway", 0, ok=False, detail="skipped: no time left")
        return
    with Line(gateway.registered, seconds=min(seconds, _SECONDS), max_bytes=_MAX_BYTES) as line:
        stage = _Leg(line, gateway.port, report).run()
    report.facts["gateway.stage"] = stage


class _Leg:
    """One connection to a gateway; each stage writes what it found into the report."""

    def __init__(self, line: Line, port: int, report: ProbeReport) -> None:
        self._line, self._port, self._report = line, port, report
        self._name = line.registered.address

    def run(self) -> str:
        """Go through the stages until one fails; return the value of ``gateway.stage``."""
        begin = time.monotonic()
        try:
            addresses = self._line.addresses()
            sock = self._line.connect(self._port)
        except DialError as error:
            self._report.note("gateway", since(begin), ok=False, detail=str(error))
            reasons = {"no_name": "no_name", "refused": "refused", "closed": "tls_failed", "not_allowed": "unknown"}
            return reasons.get(error.reason, "timed_out")
        self._report.note("gateway", since(begin), detail=f"{', '.join(addresses)}: connected to port {self._port}")
        with sock:
            return self._speak(sock)

    def _speak(self, sock: socket.socket) -> str:
        client = Client(sock, name=None if literal_address(self._name) else self._name)
        ended, spent = timed(client.handshake)
        self._report.note("gateway TLS", spent, ok=ended.failure == "none", detail=ended.detail)
        if ended.failure != "none":
            return "tls_failed"
        examined = examine(ended.certificate, self._name, datetime.now(UTC))
        self._report.facts["gateway.certificate"] = examined.fact
        self._report.note("gateway cert", 0, ok=examined.fact == "valid", detail=examined.detail)
        headers, spent = timed(lambda: self._ask(client))
        known = is_gateway(headers)
        first = printable(headers.partition(b"\r\n")[0].decode("latin-1"))
        said = f'answered "{first}"' if headers else "answered nothing"
        self._report.note("gateway HTTP", spent, ok=known, detail=said if known else f"{said}: not a gateway's answer")
        return "ok" if known else "not_gateway"

    def _host(self) -> str:
        """Return what the header Host says: an address of IPv6 in brackets, and a port that is not the usual one."""
        name = f"[{self._name}]" if ":" in self._name else self._name
        return name if self._port == _HTTPS else f"{name}:{self._port}"

    def _ask(self, client: Client) -> bytes:
        """Return the headers of the answer to a gateway client's first request, as far as they came."""
        data = b""
        try:
            client.send(_REQUEST.format(host=self._host()).encode("ascii"))
            while b"\r\n\r\n" not in data and len(data) < _MAX_HEADERS:
                part = client.receive()
                if not part:
                    break
                data += part
        except OSError:  # closed, cut off at the deadline, or more bytes than allowed: what came is judged
            pass
        return data[:_MAX_HEADERS]


def is_gateway(headers: bytes) -> bool:
    """Tell whether an answer is the one of a gateway to a client that has not signed in: 401, and how to sign in."""
    if b"\r\n\r\n" not in headers:
        return False
    status, *lines = headers.partition(b"\r\n\r\n")[0].split(b"\r\n")
    version, _, code = status.partition(b" ")
    asked = any(line[:17].lower() == b"www-authenticate:" for line in lines)
    return version.startswith(b"HTTP/1.") and code[:3] == b"401" and asked
