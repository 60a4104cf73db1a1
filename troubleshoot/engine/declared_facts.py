"""Readings that content declares: a resource to read, and what facts follow from its state. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from troubleshoot.engine.facts import UNKNOWN, Fact
from troubleshoot.engine.resource import ResourceState, Value, values_differ


@dataclass(frozen=True)
class ReadingCase:
    """One value of a fact, and when the fact has it: every field of `when` and `at_least` must fit."""

    value: str
    when: Mapping[str, Value]
    at_least: Mapping[str, int]
    words: str
    """The answer to the fact's question, for a person."""
    bad: bool
    """True: something is wrong there."""
    below: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    """What a reader is told beside the fields, such as which update it is."""

    def holds(self, state: ResourceState) -> bool:
        """Tell whether a state fits; a field that is not there, or null, is never at least anything, nor below it."""
        return all(
            name in state and not values_differ(state[name], wanted) for name, wanted in self.when.items()
        ) and all(self._reaches(name, state.get(name)) for name in {**self.at_least, **self.below})

    def _reaches(self, name: str, number: Value) -> bool:
        least, limit = self.at_least.get(name), self.below.get(name)
        return type(number) is int and (least is None or number >= least) and (limit is None or number < limit)


@dataclass(frozen=True)
class DeclaredFact:
    """A fact that follows from one reading: the first case that holds says its value."""

    name: str
    question: str
    cases: tuple[ReadingCase, ...]
    told: tuple[tuple[str, ReadingCase], ...] = ()
    """What the same list says of the PC that connects, by the build that it tells: a told fact, and when it holds."""

    @property
    def values(self) -> tuple[str, ...]:
        """Return the values that it can have, besides unknown."""
        return tuple(dict.fromkeys(case.value for case in self.cases))

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of the state that decide."""
        return tuple(dict.fromkeys(name for case in self.cases for name in (*case.when, *case.at_least, *case.below)))

    def of(self, value: str) -> ReadingCase | None:
        """Return the first case that gives a value, for its words."""
        return next((case for case in self.cases if case.value == value), None)


@dataclass(frozen=True)
class DeclaredReading:
    """A resource to read, with its parameters, how a person calls it, and the facts that its state tells."""

    name: str
    title: str
    resource: str
    params: Mapping[str, Value]
    facts: tuple[DeclaredFact, ...]

    def told(self, state: ResourceState | None) -> Iterator[Fact]:
        """Yield each fact with what it follows from; unknown where the state could not be read or fits no case."""
        for fact in self.facts:
            if state is None:
                yield Fact(fact.name, UNKNOWN, (f"{self.title}: could not be read",))
                continue
            found = next((case for case in fact.cases if case.holds(state)), None)
            # A host's text is shown capped and escaped.
            shown = ", ".join(f"{name} {json.dumps(state.get(name), default=str)[:60]}" for name in fact.fields)
            notes = (found.note,) if found and found.note else ()
            yield Fact(fact.name, found.value if found else UNKNOWN, (f"{self.title}: {shown}", *notes))
