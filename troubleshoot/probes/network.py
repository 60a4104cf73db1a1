"""The network probe: name, TCP, X.224 negotiation, TLS, certificate. It never logs in and changes nothing."""

import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from troubleshoot.probes.certificate import examine
from troubleshoot.probes.report import FACTS, Report, Stage
from troubleshoot.probes.tls import Handshake, handshake
from troubleshoot.probes.x224 import (
    HYBRID,
    PLAIN,
    TLS,
    Closed,
    NotRdp,
    Refused,
    Reply,
    Selected,
    ask,
)
from troubleshoot.remote.dial import DialError, Line, Registered

__all__ = ["FACTS", "Report", "Stage", "probe"]

# What mstsc offers; the verdict is judged on this one. The other two only tell NLA and security layer apart.
_FIRST, _SECOND, _THIRD = TLS | HYBRID, TLS, PLAIN
# What a failure code says about the security layer of the host.
_SECURITY = {1: "tls", 2: "rdp_only", 5: "tls", 6: "tls"}
_SPARE_SECONDS = 3.0  # at most, for each of those two
_MAX_BYTES = 256 * 1024  # of all connections of a probe: a certificate chain is a few kilobytes
_MAX_AT_ONCE = 128
_slots = threading.BoundedSemaphore(_MAX_AT_ONCE)
T = TypeVar("T")


def probe(registered: Registered, port: int, *, seconds: float = 10) -> Report:
    """Look at a Remote Desktop port from outside, for ``seconds`` at most; findings never raise.

    DialError (``not_allowed``) when the port or address is not one that may be dialled: that is no finding.
    """
    report = Report(target=f"{registered.name}:{port}", origin=socket.gethostname())
    deadline = time.monotonic() + seconds
    if not _slots.acquire(timeout=seconds):
        report.stages.append(Stage("name", ok=False, ms=0, detail="too many probes at once"))
        return report
    try:
        left = max(0.0, deadline - time.monotonic())
        with Line(registered, seconds=left, max_bytes=_MAX_BYTES) as line:
            _Probe(line, port, report).run()
    finally:
        _slots.release()
    return report


class _Probe:
    """One run over one line; each stage writes what it found into the report."""

    def __init__(self, line: Line, port: int, report: Report) -> None:
        self._line, self._port, self._report = line, port, report
        self._facts = report.facts

    def run(self) -> None:
        """Go through the stages until one fails."""
        begin = time.monotonic()
        try:
            addresses = self._line.addresses()
            self._note("name", _ms(begin), detail=", ".join(addresses))
            begin = time.monotonic()
            sock = self._line.connect(self._port)
            address = sock.getpeername()[0]
        except DialError as error:
            self._not_connected(error, _ms(begin))
            return
        except OSError as error:  # closed again before its address could be asked for
            self._note("tcp", _ms(begin), ok=False, detail=f"closed at once: {error.strerror}")
            self._facts["rdp.stage"] = "closed_before_confirm"
            return
        self._note("tcp", _ms(begin), detail=f"connected to {address} port {self._port}")
        if self._negotiate(sock):
            self._secure(sock)
        sock.close()
        if self._facts["rdp.stage"] in {"negotiation_refused", "tls_failed", "ok"}:
            self._compare(address)

    def _not_connected(self, error: DialError, ms: int) -> None:
        if error.reason == "not_allowed":
            raise error
        named = bool(self._report.stages)
        self._note("tcp" if named else "name", ms, ok=False, detail=str(error))
        # No route tells the same as silence: nothing at that address answers.
        reached = "refused" if error.reason == "refused" else "timed_out"
        self._facts["rdp.stage"] = reached if named else "no_name"

    def _negotiate(self, sock: socket.socket) -> bool:
        """Make the offer of mstsc; tell whether TLS follows."""
        reply, spent = _timed(lambda: self._ask(sock, _FIRST))
        self._note("x224", spent, ok=isinstance(reply, Selected), detail=f"offer {_FIRST}: {reply}")
        match reply:
            case Closed():
                self._facts["rdp.stage"] = "closed_before_confirm"
            case NotRdp():
                self._facts["rdp.stage"] = "not_rdp"
            case Refused(code):
                self._facts["rdp.stage"] = "negotiation_refused"
                self._facts["rdp.negotiation_failure"] = str(code) if 1 <= code <= 6 else "other"
                self._facts["rdp.certificate"] = "none" if code in {2, 3} else "unknown"
                self._facts["rdp.security"] = _SECURITY.get(code, "unknown")
            case Selected(protocol):
                self._facts["rdp.negotiation_failure"] = "none"
                self._facts["rdp.security"] = "tls" if protocol else "rdp_only"
                if not protocol:
                    self._facts.update({"rdp.stage": "ok", "rdp.tls_failure": "none", "rdp.certificate": "none"})
                return bool(protocol)
        return False

    def _secure(self, sock: socket.socket) -> None:
        """Do the TLS handshake on the same socket and judge the certificate."""
        ended, spent = _timed(lambda: handshake(sock))
        if ended.failure == "reset" and self._line.expired:  # the watchdog closed it, not the host
            ended = Handshake("timeout", "the TLS handshake did not end in time")
        self._note("tls", spent, ok=ended.failure == "none", detail=ended.detail)
        self._facts["rdp.tls_failure"] = ended.failure
        self._facts["rdp.stage"] = "ok" if ended.failure == "none" else "tls_failed"
        if ended.failure == "none":
            self._read_certificate(ended)

    def _read_certificate(self, ended: Handshake) -> None:
        name = self._line.registered.name
        examined, spent = _timed(lambda: examine(ended.certificate, name, datetime.now(UTC)))
        self._note("certificate", spent, ok=examined.fact == "valid", detail=examined.detail)
        self._facts["rdp.certificate"] = examined.fact
        self._report.certificate = {
            **examined.fields,
            "tls_version": ended.version,
            "cipher": ended.cipher,
        }

    def _compare(self, address: str) -> None:
        """Make the two lesser offers, each on a fresh connection, and tell NLA and security layer apart."""
        for offer in (_SECOND, _THIRD):
            reply, spent = _timed(partial(self._ask_afresh, address, offer))
            self._note(f"offer {offer}", spent, ok=not isinstance(reply, Closed | NotRdp), detail=str(reply))
            self._learn(reply)

    def _learn(self, reply: Reply) -> None:
        if reply == Refused(5):
            self._facts["rdp.nla"] = "required"
        elif isinstance(reply, Selected) and self._facts["rdp.nla"] == "unknown":
            self._facts["rdp.nla"] = "not_required"
        if isinstance(reply, Refused) and self._facts["rdp.security"] == "unknown":
            self._facts["rdp.security"] = _SECURITY.get(reply.code, "unknown")

    def _ask_afresh(self, address: str, offer: int) -> Reply:
        seconds = min(_SPARE_SECONDS, self._line.remaining)
        try:
            sock = self._line.connect(self._port, timeout=seconds, address=address)
        except DialError:
            return Closed(0, timed_out=self._line.expired)
        with sock:
            sock.settimeout(max(min(_SPARE_SECONDS, self._line.remaining), 0.001))
            return self._ask(sock, offer)

    def _ask(self, sock: socket.socket, offer: int) -> Reply:
        reply = ask(sock, offer)
        if isinstance(reply, Closed) and self._line.expired:  # the watchdog closed it, not the host
            return Closed(reply.received, timed_out=True)
        return reply

    def _note(self, name: str, ms: int, *, detail: str, ok: bool = True) -> None:
        self._report.stages.append(Stage(name, ok, ms, detail))


def _timed(step: Callable[[], T]) -> tuple[T, int]:
    """Return a step's result and how many milliseconds it took."""
    begin = time.monotonic()
    return step(), _ms(begin)


def _ms(begin: float) -> int:
    return round((time.monotonic() - begin) * 1000)
