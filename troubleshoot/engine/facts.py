"""Facts: named values from closed lists. A probe declares its list; the union is what guides and actions may use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from troubleshoot.engine import canonical

UNKNOWN = "unknown"


class FactError(ValueError):
    """A fact, or a value of a fact, that no probe declares, or two declarations that contradict each other."""


@dataclass(frozen=True)
class Fact:
    """A value, and in words the readings it was concluded from."""

    name: str
    value: str
    readings: tuple[str, ...] = ()
    at: datetime | None = None
    """When it was read or told; None where nobody needs to know."""


WEIGHTS = {"inside": 3, "outside": 2, "told": 1}
"""Where a fact comes from (read inside the computer, seen from outside, told by somebody) → how much it counts."""


@dataclass(frozen=True)
class FactWords:
    """A fact and its values as people read them."""

    name: str
    words: str
    seen: str
    """One of WEIGHTS."""
    values: Mapping[str, str]

    def valued(self, value: str) -> str:
        """Return a value in words; one that has none of its own reads as it is called."""
        return self.values.get(value, value.replace("_", " "))

    @property
    def weight(self) -> int:
        """Return how directly it was measured."""
        return WEIGHTS[self.seen]


def values_by_name(declared: Iterable[FactWords]) -> dict[str, tuple[str, ...]]:
    """Return name → values of facts that are declared with their words; `unknown` belongs to each, and needs none."""
    return {fact.name: (*fact.values, UNKNOWN) for fact in declared}


class FactList:
    """The closed list of facts and their values; `unknown` belongs to every fact. `words` are how people read them."""

    def __init__(self, *declarations: Mapping[str, Iterable[str]], words: Iterable[FactWords] = ()) -> None:
        union: dict[str, tuple[str, ...]] = {}
        for declaration in declarations:
            for name, values in declaration.items():
                complete = tuple(dict.fromkeys([*values, UNKNOWN]))
                if set(union.setdefault(name, complete)) != set(complete):
                    raise FactError(f"two probes declare {name} with different values")
        self.values: Mapping[str, tuple[str, ...]] = MappingProxyType(union)
        self.words: Mapping[str, FactWords] = MappingProxyType({fact.name: fact for fact in words})
        self.digest = canonical.canonical_digest({name: sorted(union[name]) for name in union}, limit=2**20)

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def check(self, name: str, value: str) -> None:
        """Raise FactError unless the list knows this fact with this value."""
        if name not in self.values:
            raise FactError(f"no probe declares the fact {name}")
        if value not in self.values[name]:
            raise FactError(f"{name} is never {value!r}; it is one of {', '.join(self.values[name])}")


def fact_values(facts: Iterable[Fact]) -> dict[str, str]:
    """Return the plain name → value form that guards, checks and rules are judged on."""
    return {fact.name: fact.value for fact in facts}


def stored_values(document: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the same form of facts as a row keeps them: by name, each with its value and its readings."""
    return {name: str(part["value"]) for name, part in document.items()}
