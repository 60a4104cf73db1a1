"""What an observation takes, and what it brings: the facts that are asked for decide what is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from troubleshoot import catalog, probes
from troubleshoot.engine import DeclaredReading, Explanation, Fact, SignedIn, Value
from troubleshoot.remote import FlatState

#: What every visit tells, whatever it is about.
ALWAYS_READ = frozenset({"windows.reached"})


@dataclass(frozen=True)
class WantedReading:
    """A resource to be read, with its parameters."""

    resource: str
    params: Mapping[str, Value]


@dataclass(frozen=True)
class ObservationScope:
    """What an observation takes: the network, Windows at all, its whole probe, readings of content, more resources."""

    outside: bool
    inside: bool
    windows: bool
    readings: tuple[DeclaredReading, ...] = ()
    also: tuple[WantedReading, ...] = ()


WHOLE_SCOPE = ObservationScope(outside=True, inside=True, windows=True)
"""All that the probes can tell."""


@dataclass
class Observation:
    """What one observation of a host brought: facts with their readings, raw values, and what stood in the way."""

    facts: dict[str, Fact] = field(default_factory=dict)
    readings: list[tuple[str, str, Any]] = field(default_factory=list)
    states: list[FlatState | None] = field(default_factory=list)
    identity: dict[str, str] = field(default_factory=dict)
    reached: str = "unknown"
    trouble: Explanation | None = None
    stage: str = ""
    cut: bool = False
    """Whether the conversation ended because the computer was no longer reached, whatever was asked of it then."""

    @property
    def windows_answered(self) -> bool:
        """Tell whether Windows itself was asked and answered."""
        return self.reached == "yes"

    @property
    def answered(self) -> bool:
        """Tell whether anything at all of the computer answered."""
        return self.windows_answered or probes.answered_from_outside(
            {name: fact.value for name, fact in self.facts.items()}
        )

    @property
    def signed_in(self) -> tuple[SignedIn, ...] | None:
        """Return who is signed in and since when; None when that could not be read."""
        for _, name, value in self.readings:
            if name == probes.SESSIONS.words and "users" in value:
                return tuple(SignedIn(user, since) for user, since in zip(value["users"], value["since"], strict=False))
        return None


def scope_for_facts(facts: Collection[str]) -> ObservationScope:
    """Return what has to be observed so that these facts are known."""
    inside = probes.WINDOWS_FACTS.keys() & set(facts)
    readings = [
        one
        for one in catalog.installed_catalog().readings.values()
        if not {fact.name for fact in one.facts}.isdisjoint(facts)
    ]
    return ObservationScope(
        outside=not probes.FACTS.keys().isdisjoint(facts),
        inside=bool(inside or readings),
        windows=bool(inside - ALWAYS_READ),
        readings=tuple(readings),
    )
