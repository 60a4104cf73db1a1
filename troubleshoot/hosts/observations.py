"""What a look takes, and what it brings: the facts that are asked for decide what is looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from troubleshoot.catalog import registry as library
from troubleshoot.engine.declared_readings import Reading
from troubleshoot.engine.facts import Fact
from troubleshoot.engine.resource import Value
from troubleshoot.probes import network, windows
from troubleshoot.remote.envelope import State

#: What every look inside tells, whatever it is about.
ALWAYS = frozenset({"windows.reached"})


@dataclass(frozen=True)
class Wanted:
    """A resource to be read, with its parameters."""

    resource: str
    params: Mapping[str, Value]


@dataclass(frozen=True)
class Scope:
    """What a look takes: the network, Windows at all, its whole probe, readings of content, and further resources."""

    outside: bool
    inside: bool
    windows: bool
    readings: tuple[Reading, ...] = ()
    also: tuple[Wanted, ...] = ()


EVERYTHING = Scope(outside=True, inside=True, windows=True)
"""All that the probes can tell."""


@dataclass
class Look:
    """What one look at a host brought: facts with their readings, raw values, and what stood in the way."""

    facts: dict[str, Fact] = field(default_factory=dict)
    readings: list[tuple[str, str, Any]] = field(default_factory=list)
    states: list[State | None] = field(default_factory=list)
    identity: dict[str, str] = field(default_factory=dict)
    reached: str = "unknown"
    trouble: str = ""
    stage: str = ""

    @property
    def windows_answered(self) -> bool:
        """Whether Windows itself was asked and answered."""
        return self.reached == "yes"

    @property
    def answered(self) -> bool:
        """Whether anything at all of the computer answered."""
        return self.windows_answered or network.answered({name: fact.value for name, fact in self.facts.items()})

    @property
    def signed_in(self) -> list[dict[str, str]] | None:
        """Who is signed in and since when; None when that could not be read."""
        for _, name, value in self.readings:
            if name == windows.SESSIONS.words and "users" in value:
                return [
                    {"user": user, "since": since} for user, since in zip(value["users"], value["since"], strict=False)
                ]
        return None


def scope_of(facts: Collection[str]) -> Scope:
    """What has to be looked at so that these facts are known."""
    inside = windows.FACTS.keys() & set(facts)
    readings = [
        one for one in library.installed().readings.values() if not {fact.name for fact in one.facts}.isdisjoint(facts)
    ]
    return Scope(
        outside=not network.FACTS.keys().isdisjoint(facts),
        inside=bool(inside or readings),
        windows=bool(inside - ALWAYS),
        readings=tuple(readings),
    )
