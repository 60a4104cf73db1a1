"""What the network probe reports: its stages, its facts with their closed lists of values, the certificate it saw."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from troubleshoot.engine import FactWords, values_by_name
from troubleshoot.probes.tls import ALERTS

T = TypeVar("T")

_ALERTS = {f"alert_{number}": f"alert {number}" for number in ALERTS.values()} | {
    "alert_40": "alert 40: nothing in common",
    "alert_45": "alert 45: certificate out of date",
    "alert_70": "alert 70: TLS version not allowed",
    "alert_71": "alert 71: protection too weak",
}


def _outside(name: str, words: str, values: Mapping[str, str]) -> FactWords:
    return FactWords(name, words, "outside", values)


WORDS = (
    _outside(
        "rdp.stage",
        "How far a connection comes",
        {
            "no_name": "the name is not known",
            "refused": "refused at once",
            "timed_out": "no answer",
            "closed_before_confirm": "taken, and closed before the first answer",
            "not_rdp": "something answers that is not Remote Desktop",
            "negotiation_refused": "refused by its first answer",
            "tls_failed": "breaks off while the protection starts",
            "ok": "as far as the sign-in",
        },
    ),
    _outside(
        "rdp.negotiation_failure",
        "Refusal in the first answer",
        {
            "none": "none",
            "1": "it demands protection by TLS",
            "2": "it allows the old protection only",
            "3": "it has no usable certificate",
            "4": "it found the request inconsistent",
            "5": "it demands the sign-in first (NLA)",
            "6": "it demands a certificate of the person",
            "other": "a number that we do not know",
        },
    ),
    _outside(
        "rdp.tls_failure",
        "How the protected connection breaks off",
        {"none": "it does not", "reset": "cut off", "timeout": "no answer", **_ALERTS, "other": "in another way"},
    ),
    _outside(
        "rdp.certificate",
        "Certificate shown to the network",
        {
            "valid": "in order",
            "expired": "out of date",
            "not_yet_valid": "not valid yet",
            "mismatch": "made out to another name",
            "none": "none was shown",
        },
    ),
    _outside(
        "rdp.nla",
        "Sign-in before the desktop (NLA), from outside",
        {"required": "demanded", "not_required": "not demanded"},
    ),
    _outside(
        "rdp.security",
        "Protection offered",
        {"tls": "TLS", "rdp_only": "the old one only"},
    ),
    # Whether the host accepts connections without any protection by TLS or NLA (offer 0).
    _outside(
        "rdp.plain",
        "Connections without protection",
        {"allowed": "let in", "refused": "refused"},
    ),
    # current: TLS 1.2 or newer; old_only: 1.0 or 1.1 and nothing newer; none: no TLS at all.
    _outside(
        "rdp.tls_versions",
        "TLS versions accepted",
        {"current": "1.2 or newer", "old_only": "1.0 or 1.1 only", "none": "none"},
    ),
    _outside(
        "rdp.certificate_signature",
        "Signature of the certificate",
        {"current": "current", "weak": "weak", "none": "no certificate was shown"},
    ),
    _outside(
        "rdp.certificate_issuer",
        "Issuer of the certificate",
        {"self": "the computer itself", "other": "somebody else", "none": "no certificate was shown"},
    ),
    # Whether the certificate may be used by a server: its extended key usage says so, or it has none.
    _outside(
        "rdp.certificate_purpose",
        "Purpose of the certificate",
        {"suitable": "may be used by a server", "missing": "not for a server", "none": "no certificate was shown"},
    ),
    # Whether repeated glances came equally far and saw the same certificate.
    _outside(
        "rdp.steady",
        "The same look, repeated",
        {"steady": "ends in the same way", "flapping": "ends in different ways"},
    ),
    # IPv4 and IPv6 apart: one_fails when the host answers under one of them only.
    _outside(
        "rdp.families",
        "IPv4 and IPv6",
        {
            "single": "one of them only",
            "same": "both lead equally far",
            "differ": "they lead differently far",
            "one_fails": "one of them fails",
        },
    ),
    # Whether every address of the host, and of its name, presents the same certificate.
    _outside(
        "rdp.same_computer",
        "Behind every address of the name",
        {"same": "the same certificate", "differs": "different certificates", "single": "there is one address"},
    ),
    # The way through the Remote Desktop gateway of the host's site.
    _outside(
        "gateway.stage",
        "The gateway of the site",
        {
            "not_asked": "the site has none registered",
            "no_name": "its name is not known",
            "refused": "refuses the connection",
            "timed_out": "no answer",
            "tls_failed": "its protected connection breaks off",
            "not_gateway": "something answers that is no gateway",
            "ok": "answers",
        },
    ),
    _outside(
        "gateway.certificate",
        "Certificate of the gateway",
        {
            "valid": "in order",
            "expired": "out of date",
            "not_yet_valid": "not valid yet",
            "mismatch": "made out to another name",
            "none": "none was shown",
        },
    ),
)
"""Every fact of the network probe, and its possible values but `unknown`, with their words."""
FACTS = values_by_name(WORDS)


# What a fact follows from: stages by how their names begin. What is not here follows from the first glance.
_FROM: dict[str, tuple[str, ...]] = {
    "rdp.stage": ("name", "tcp", "x224", "tls", "certificate"),
    "rdp.negotiation_failure": ("x224",),
    "rdp.tls_failure": ("tls",),
    "rdp.nla": ("x224", "offer"),
    "rdp.security": ("x224", "offer"),
    "rdp.plain": ("offer 0",),
    "rdp.tls_versions": ("tls", "TLS"),
    "rdp.steady": ("look",),
    "rdp.families": ("tcp", "at "),
    "rdp.same_computer": ("tcp", "at ", "its name"),
    "gateway.stage": ("gateway",),
    "gateway.certificate": ("gateway cert",),
}
_CERTIFICATE = ("certificate",)


@dataclass(frozen=True)
class ProbeStage:
    """One step of the probe: what was found, and how long it took in milliseconds."""

    name: str
    ok: bool
    ms: int
    detail: str


@dataclass
class ProbeReport:
    """The findings of one probe; ``facts`` holds a value for every name in FACTS."""

    target: str
    origin: str  # the computer that probed: a path differs from place to place
    stages: list[ProbeStage] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FACTS, "unknown"))
    certificate: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Return the stage that was reached, a value of ``rdp.stage``."""
        return self.facts["rdp.stage"]

    def note(self, name: str, ms: int, *, detail: str, ok: bool = True) -> None:
        """Add a stage."""
        self.stages.append(ProbeStage(name, ok, ms, detail))

    def readings(self, fact: str) -> tuple[str, ...]:
        """Return in words the stages from which a fact follows."""
        starts = _FROM.get(fact, _CERTIFICATE)
        return tuple(f"{one.name}: {one.detail}" for one in self.stages if one.name.startswith(starts))

    def to_json(self) -> dict[str, Any]:
        """Return the report in the form that the command ``probe --json`` prints."""
        stages = [vars(stage) for stage in self.stages]
        return {
            "target": self.target,
            "from": self.origin,
            "stages": stages,
            "facts": self.facts,
            "certificate": self.certificate,
        }


def timed(step: Callable[[], T]) -> tuple[T, int]:
    """Return a step's result and how many milliseconds it took."""
    begin = time.monotonic()
    return step(), since(begin)


def since(begin: float) -> int:
    """Return the milliseconds since a moment of the monotonic clock."""
    return round((time.monotonic() - begin) * 1000)
