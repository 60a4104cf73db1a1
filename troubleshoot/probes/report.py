"""What the network probe reports: its stages, its facts with their closed lists of values, the certificate it saw."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from troubleshoot.probes.tls import ALERTS

T = TypeVar("T")

FACTS: dict[str, tuple[str, ...]] = {
    "rdp.stage": (
        "no_name",
        "refused",
        "timed_out",
        "closed_before_confirm",
        "not_rdp",
        "negotiation_refused",
        "tls_failed",
        "ok",
        "unknown",
    ),
    "rdp.negotiation_failure": ("none", "1", "2", "3", "4", "5", "6", "other", "unknown"),
    "rdp.tls_failure": (
        "none",
        "reset",
        "timeout",
        *(f"alert_{number}" for number in ALERTS.values()),
        "other",
        "unknown",
    ),
    "rdp.certificate": ("valid", "expired", "not_yet_valid", "mismatch", "none", "unknown"),
    "rdp.nla": ("required", "not_required", "unknown"),
    "rdp.security": ("tls", "rdp_only", "unknown"),
    # Whether the host accepts connections without any protection by TLS or NLA (offer 0).
    "rdp.plain": ("allowed", "refused", "unknown"),
    # current: TLS 1.2 or newer; old_only: 1.0 or 1.1 and nothing newer; none: no TLS at all.
    "rdp.tls_versions": ("current", "old_only", "none", "unknown"),
    "rdp.certificate_signature": ("current", "weak", "none", "unknown"),
    "rdp.certificate_issuer": ("self", "other", "none", "unknown"),
    # Whether the certificate may be used by a server: its extended key usage says so, or it has none.
    "rdp.certificate_purpose": ("suitable", "missing", "none", "unknown"),
    # Whether repeated looks came equally far and saw the same certificate.
    "rdp.steady": ("steady", "flapping", "unknown"),
    # IPv4 and IPv6 apart: one_fails when the host answers under one of them only.
    "rdp.families": ("single", "same", "differ", "one_fails", "unknown"),
    # Whether every address of the host, and of its name, presents the same certificate.
    "rdp.same_computer": ("same", "differs", "single", "unknown"),
    # The way through the Remote Desktop gateway of the host's site.
    "gateway.stage": (
        "not_asked",
        "no_name",
        "refused",
        "timed_out",
        "tls_failed",
        "not_gateway",
        "ok",
        "unknown",
    ),
    "gateway.certificate": ("valid", "expired", "not_yet_valid", "mismatch", "none", "unknown"),
}
"""Every fact of the network probe with its possible values."""


# What a fact follows from: stages by how their names begin. What is not here follows from the first looks.
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
        """The stage that was reached, a value of ``rdp.stage``."""
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
