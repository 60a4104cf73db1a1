"""The network probe: name, TCP, X.224 negotiation, TLS, certificate. It never logs in and changes nothing."""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes import gateway as gateways
from troubleshoot.probes.certificate import examine
from troubleshoot.probes.extended_checks import LATER, Later
from troubleshoot.probes.gateway import Gateway
from troubleshoot.probes.rdp_connections import OFFER, REACHED, Caller, Glance, thumbprint
from troubleshoot.probes.report import FACTS, WORDS, ProbeReport, ProbeStage, since, timed
from troubleshoot.probes.tls import Handshake
from troubleshoot.probes.x224 import PLAIN, TLS, ConnectionClosed, ConnectionRefused, NotRdp, Reply, Selected
from troubleshoot.remote import DialError, Line, RegisteredHost

__all__ = ["FACTS", "LATER", "WORDS", "Gateway", "ProbeReport", "ProbeStage", "answered_from_outside", "probe_network"]
_SILENT = frozenset({"no_name", "timed_out", UNKNOWN})

# What a failure code says about the security layer of the host.
_SECURITY = {1: "tls", 2: "rdp_only", 5: "tls", 6: "tls"}
# Stages at which a Remote Desktop host has answered, so that lesser offers tell something.
_ANSWERED = {"negotiation_refused", "tls_failed", "ok"}
_MAX_AT_ONCE = 128
_slots = threading.BoundedSemaphore(_MAX_AT_ONCE)
OnVerdict = Callable[[ProbeReport], None]


def answered_from_outside(facts: Mapping[str, str]) -> bool:
    """Tell whether these facts show that anything at all answered from outside; nothing measured is no answer."""
    return facts.get("rdp.stage", UNKNOWN) not in _SILENT


def probe_network(
    registered: RegisteredHost,
    port: int,
    *,
    seconds: float = 10,
    thorough: bool = True,
    versions: bool = False,
    gateway: Gateway | None = None,
    on_verdict: OnVerdict = lambda _: None,
) -> ProbeReport:
    """Observe a Remote Desktop port from outside, for ``seconds`` at most; findings never raise.

    ``thorough`` judges the facts of LATER too, and ``gateway`` is observed last; ``on_verdict`` hears before
    that how far a connection comes. ``versions`` also tries each older TLS version alone, which no fact needs:
    a host that refuses one notes an error that a visit would find. At most 12 connections are made to the
    host, one after another.
    DialError (``not_allowed``) when the port or address is not one that may be dialled: that is no finding.
    """
    report = ProbeReport(target=f"{registered.name}:{port}", origin=socket.gethostname())
    deadline = time.monotonic() + seconds
    if not _slots.acquire(timeout=seconds):
        report.note("name", 0, ok=False, detail="too many probes at once")
        return report
    try:
        with Line(registered, seconds=max(0.0, deadline - time.monotonic())) as line:
            caller = Caller(line, port)
            first = _First(caller, report).run()
            on_verdict(report)
            if thorough:
                Later(caller, report, first).run(versions=versions)
        if thorough:
            gateways.observe(gateway, report, seconds=deadline - time.monotonic())
    finally:
        _slots.release()
    return report


class _First:
    """The way to the verdict; each stage writes what it found into the report."""

    def __init__(self, caller: Caller, report: ProbeReport) -> None:
        self._caller, self._report = caller, report
        self._line, self._facts, self._note = caller.line, report.facts, report.note
        self._version = self._seen = ""

    def run(self) -> tuple[str, Glance] | None:
        """Go through the stages until one fails; return the address and what was seen there, if one answered."""
        begin = time.monotonic()
        try:
            addresses = self._line.addresses()
            self._note("name", since(begin), detail=", ".join(addresses))
            begin = time.monotonic()
            sock = self._caller.first()
            address: str = sock.getpeername()[0]
        except DialError as error:
            self._not_connected(error, since(begin))
            return None
        except OSError as error:  # closed again before its address could be asked for
            self._note("tcp", since(begin), ok=False, detail=f"closed at once: {error.strerror}")
            self._facts["rdp.stage"] = "closed_before_confirm"
            return None
        self._note("tcp", since(begin), detail=f"connected to {address} port {self._caller.port}")
        if self._negotiate(sock):
            self._secure(sock)
        sock.close()
        if self._facts["rdp.stage"] in _ANSWERED:
            self._compare(address)
        return address, Glance(self._facts["rdp.stage"], self._seen, self._version)

    def _not_connected(self, error: DialError, ms: int) -> None:
        if error.reason == "not_allowed":
            raise error
        named = bool(self._report.stages)
        self._note("tcp" if named else "name", ms, ok=False, detail=str(error))
        self._facts["rdp.stage"] = REACHED.get(error.reason, "timed_out") if named else "no_name"

    def _negotiate(self, sock: socket.socket) -> bool:
        """Make the offer of mstsc; tell whether TLS follows."""
        reply, spent = timed(lambda: self._caller.ask(sock, OFFER))
        self._note("x224", spent, ok=isinstance(reply, Selected), detail=f"offer {OFFER}: {reply}")
        match reply:
            case ConnectionClosed():
                self._facts["rdp.stage"] = "closed_before_confirm"
            case NotRdp():
                self._facts["rdp.stage"] = "not_rdp"
            case ConnectionRefused(code):
                self._refused(code)
            case Selected(protocol):
                self._facts["rdp.negotiation_failure"] = "none"
                self._facts["rdp.security"] = "tls" if protocol else "rdp_only"
                if not protocol:
                    self._facts.update({"rdp.stage": "ok", "rdp.tls_failure": "none"})
                    self._without_tls()
                return bool(protocol)
        return False

    def _refused(self, code: int) -> None:
        self._facts["rdp.stage"] = "negotiation_refused"
        self._facts["rdp.negotiation_failure"] = str(code) if 1 <= code <= 6 else "other"
        self._facts["rdp.security"] = _SECURITY.get(code, "unknown")
        if code == 2:
            self._without_tls()
        elif code == 3:
            self._judge_certificate(None)

    def _without_tls(self) -> None:
        """Note that without TLS there is neither a version of it nor a certificate."""
        self._facts["rdp.tls_versions"] = "none"
        self._judge_certificate(None)

    def _secure(self, sock: socket.socket) -> None:
        """Do the TLS handshake on the same socket and judge the certificate."""
        ended, spent = timed(lambda: self._caller.secure(sock))
        self._note("tls", spent, ok=ended.failure == "none", detail=ended.detail)
        self._facts["rdp.tls_failure"] = ended.failure
        self._facts["rdp.stage"] = "ok" if ended.failure == "none" else "tls_failed"
        if ended.failure == "none":
            self._version, self._seen = ended.version, thumbprint(ended.certificate)
            self._read_certificate(ended)

    def _read_certificate(self, ended: Handshake) -> None:
        detail, spent = timed(lambda: self._judge_certificate(ended.certificate))
        self._note("certificate", spent, ok=self._facts["rdp.certificate"] == "valid", detail=detail)
        self._report.certificate |= {"tls_version": ended.version, "cipher": ended.cipher}

    def _judge_certificate(self, der: bytes | None) -> str:
        """Judge what was presented (None: nothing can be); return why in words."""
        examined = examine(der, self._line.registered.name, datetime.now(UTC))
        self._facts["rdp.certificate"] = examined.fact
        self._facts["rdp.certificate_signature"] = examined.signature
        self._facts["rdp.certificate_issuer"] = examined.issuer
        self._facts["rdp.certificate_purpose"] = examined.purpose
        self._report.certificate = dict(examined.fields)
        return examined.detail

    def _compare(self, address: str) -> None:
        """Make the two lesser offers, each on a fresh connection, and tell NLA and security layer apart."""
        for offer in (TLS, PLAIN):
            begin = time.monotonic()
            reply = self._caller.ask_afresh(address, offer)
            told = not isinstance(reply, ConnectionClosed | NotRdp)
            self._note(f"offer {offer}", since(begin), ok=told, detail=str(reply))
            self._learn(offer, reply)

    def _learn(self, offer: int, reply: Reply) -> None:
        if reply == ConnectionRefused(5):
            self._facts["rdp.nla"] = "required"
        elif isinstance(reply, Selected) and self._facts["rdp.nla"] == "unknown":
            self._facts["rdp.nla"] = "not_required"
        if isinstance(reply, ConnectionRefused) and self._facts["rdp.security"] == "unknown":
            self._facts["rdp.security"] = _SECURITY.get(reply.code, "unknown")
        if offer == PLAIN and isinstance(reply, Selected | ConnectionRefused):
            self._facts["rdp.plain"] = "allowed" if isinstance(reply, Selected) else "refused"
