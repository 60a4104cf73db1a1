"""Under what a script is tried: the zone of the host, and the culture that Windows runs a visit in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """A zone, and a culture; the empty one is the invariant."""

    zone: str
    culture: str

    def __str__(self) -> str:
        return f"{self.zone}, {self.culture or 'invariant'}"


PLAIN = Condition("UTC", "")
CONDITIONS = (
    PLAIN,
    Condition("America/Los_Angeles", ""),
    Condition("Asia/Kolkata", ""),
    Condition("UTC", "fi-FI"),
    Condition("UTC", "th-TH"),
    Condition("UTC", "tr-TR"),
)
