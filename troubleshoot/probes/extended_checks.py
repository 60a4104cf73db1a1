"""What a thorough observation adds to the verdict: repeated glances, older TLS versions, the host's other addresses."""

import ipaddress
import ssl
import time

from troubleshoot.probes.rdp_connections import REACHED, Caller, Glance
from troubleshoot.probes.report import ProbeReport, since
from troubleshoot.probes.tls import Handshake, speaks
from troubleshoot.probes.x224 import HYBRID, HYBRID_EX, TLS, ConnectionClosed, NotRdp

LATER = frozenset(
    {
        "rdp.steady",
        "rdp.tls_versions",
        "rdp.families",
        "rdp.same_computer",
        "gateway.stage",
        "gateway.certificate",
    }
)
"""The facts that wait for a thorough observation."""

_AGAIN = 2  # three glances in all
_ELSEWHERE = 3
_EARLY = TLS | HYBRID | HYBRID_EX
_TLS = ssl.TLSVersion
_VERSIONS = {
    "TLSv1.3": _TLS.TLSv1_3,
    "TLSv1.2": _TLS.TLSv1_2,
    "TLSv1.1": _TLS.TLSv1_1,
    "TLSv1": _TLS.TLSv1,
}
# An answer that came later than this says nothing by staying away once.
_PROMPT_MS = 1000


class Later:
    """The further glances of one probe; each writes what it found into the report."""

    def __init__(self, caller: Caller, report: ProbeReport, first: tuple[str, Glance] | None) -> None:
        self._caller, self._report = caller, report
        self._line, self._facts = caller.line, report.facts
        self._address, self._first = first or ("", Glance(report.facts["rdp.stage"]))
        self._prompt = sum(stage.ms for stage in report.stages) < _PROMPT_MS

    def run(self, *, versions: bool) -> None:
        """Glance again where that can tell something; what there is no time for is said to be skipped."""
        if self._first.stage in REACHED.values() and not self._address:
            self._address = self._line.addresses()[0]
        if not self._address:
            self._skip("further looks", "nothing answered the first")
            return
        self._again()
        if self._first.stage in {"negotiation_refused", "ok"}:
            self._offer_early()
        if self._facts["rdp.tls_versions"] == "unknown":
            self._judge_versions()
        if versions and self._first.version in _VERSIONS:
            self._try_older()
        self._elsewhere()

    def _skip(self, name: str, why: str) -> None:
        self._report.note(name, 0, ok=False, detail=f"skipped: {why}")

    def _possible(self, name: str) -> bool:
        """Tell whether there is time and leave for one more connection; say so in the report when there is not."""
        if self._caller.spent:
            self._skip(name, "no time left" if self._line.expired else "enough connections were made")
        return not self._caller.spent

    def _glance(self, name: str, address: str) -> Glance | None:
        """Glance once more; None when that was not possible or was cut short."""
        if not self._possible(name):
            return None
        begin = time.monotonic()
        seen = self._caller.glance(address)
        cut = seen.timed_out and (self._line.expired or not self._prompt)
        same = seen.like(self._first)
        shown = "no answer in the time left" if cut else "the same" if same else _told(seen)
        self._report.note(name, since(begin), ok=same, detail=shown)
        return None if cut else seen

    def _again(self) -> None:
        """Glance twice more at the same address: a computer that answers only sometimes shows itself."""
        glances = [self._glance(f"look {number + 2}", self._address) for number in range(_AGAIN)]
        seen = [glance for glance in glances if glance is not None]
        self._repeated = [one for one in seen if one.thumbprint and one.thumbprint != self._first.thumbprint]
        if any(not glance.like(self._first) for glance in seen):
            self._facts["rdp.steady"] = "flapping"
        elif len(seen) == _AGAIN:
            self._facts["rdp.steady"] = "steady"

    def _offer_early(self) -> None:
        """Make the newest offer too; it tells nothing that a guide needs, and an administrator much."""
        name = f"offer {_EARLY}"
        if self._possible(name):
            begin = time.monotonic()
            reply = self._caller.ask_afresh(self._address, _EARLY)
            self._report.note(
                name, since(begin), ok=not isinstance(reply, ConnectionClosed | NotRdp), detail=str(reply)
            )

    def _judge_versions(self) -> None:
        """Judge by the version that the host chose: it takes the newest that both speak."""
        chosen = _VERSIONS.get(self._first.version)
        if chosen is not None:
            self._facts["rdp.tls_versions"] = "old_only" if chosen < _TLS.TLSv1_2 else "current"
        elif self._facts["rdp.tls_failure"] == "alert_70" and all(map(speaks, _VERSIONS.values())):
            self._facts["rdp.tls_versions"] = "none"  # every version was offered

    def _try_older(self) -> None:
        """Try each older TLS version alone; newer ones than it chose the host has refused already."""
        chosen = self._first.version
        older = [name for name, version in _VERSIONS.items() if version < _VERSIONS[chosen]]
        self._report.certificate["tls_versions"] = [chosen, *(name for name in older if self._accepts(name))]

    def _accepts(self, name: str) -> bool:
        version = _VERSIONS[name]
        if not speaks(version):
            self._skip(name, "this computer's own OpenSSL does not speak it")
            return False
        if not self._possible(name):
            return False
        begin = time.monotonic()
        ended = self._caller.secure_afresh(self._address, version)
        done = isinstance(ended, Handshake) and ended.failure == "none"
        detail = "accepted" if done else ended.detail if isinstance(ended, Handshake) else str(ended)
        self._report.note(name, since(begin), ok=isinstance(ended, Handshake), detail=detail)
        return done

    def _elsewhere(self) -> None:
        """Glance at the host's other addresses, and at those that its name leads to."""
        here = ipaddress.ip_address(self._address).version
        others = [other for other in self._line.addresses() if other != self._address]
        others.sort(key=lambda other: ipaddress.ip_address(other).version == here)  # the other family first
        own = {ipaddress.ip_address(other).version for other in [self._address, *others]}
        kept, left_out = self._named()
        named = [other for other in kept if other not in {self._address, *others}]
        glances = {other: self._glance(f"at {other}", other) for other in [*others, *named][:_ELSEWHERE]}
        other_family = next((other for other in others if ipaddress.ip_address(other).version != here), None)
        self._facts["rdp.families"] = self._families(glances.get(other_family or ""), alone=len(own) == 1)
        self._facts["rdp.same_computer"] = self._same([*self._repeated, *glances.values()], left_out=left_out)

    def _named(self) -> tuple[tuple[str, ...], bool]:
        """Return where the host's own name leads and we may connect, and whether it leads elsewhere too."""
        begin = time.monotonic()
        found, kept = self._line.named()
        if found:
            left = "" if found == kept else "; addresses outside the allowed networks are not dialled"
            self._report.note("its name", since(begin), ok=not left, detail=", ".join(found) + left)
        return kept, found != kept

    def _families(self, other: Glance | None, *, alone: bool) -> str:
        if alone:
            return "single"
        if other is None:
            return "unknown"
        if other.stage in {"refused", "timed_out"}:
            return "unknown" if self._first.stage in {"refused", "timed_out"} else "one_fails"
        return "same" if other.like(self._first) else "differ"

    def _same(self, glances: list[Glance | None], *, left_out: bool) -> str:
        if not glances and not left_out:
            return "single"
        seen = {glance.thumbprint for glance in glances if glance is not None and glance.thumbprint}
        if not seen or not self._first.thumbprint:
            return "unknown"
        return "same" if seen == {self._first.thumbprint} else "differs"


def _told(seen: Glance) -> str:
    certificate = f", certificate {seen.thumbprint}" if seen.thumbprint else ""
    return f"something else: {seen.stage}, {seen.detail}{certificate}"
