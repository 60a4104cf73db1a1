"""Causes: what each of them can produce, what speaks for it, what excludes it, and which remedies are for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property

from troubleshoot.engine.action import Rule


@dataclass(frozen=True)
class SeenTerm:
    """One side of what is seen of an error, such as how far the connection comes, and the fact that says it."""

    name: str
    fact: str
    nothing: tuple[str, ...] = ()
    """The values of the fact that say that nothing was seen; `unknown` is one everywhere."""
    like: str = ""
    """A term: a cause that names nothing for this one produces here what it produces there."""
    unless: Rule = field(default_factory=dict)
    """Where this holds, something measured says more, and this term says nothing."""
    through: tuple[str, ...] = ()
    """The values of the fact by which nothing ends here; every other one hides all that would come to light later."""


@dataclass(frozen=True)
class Cause:
    """A possible reason; each kind of rule is a list of which one is enough."""

    id: str
    title: str
    sentence: str
    shown_by: tuple[Rule, ...]
    excluded_by: tuple[Rule, ...]
    fits: tuple[Rule, ...]
    told_by: str = ""
    """What tells this reason apart from the others, for people."""
    produces: Rule = field(default_factory=dict)
    """Term → the values that it can bring about; a term that is not named can have every value."""
    before: tuple[str, ...] = ()
    """The causes that this one brings about or hides: it has to be repaired before them."""
    remedies: tuple[str, ...] = ()
    """The actions that are for it, the first one first."""
    there: tuple[Rule, ...] = ()
    """By these readings what its title names is there, whatever excludes that it is the reason."""

    @cached_property
    def facts(self) -> frozenset[str]:
        """Return the names of the facts that speak for it or against it."""
        return frozenset(name for _, rules in self.rules for rule in rules for name in rule)

    @property
    def judged(self) -> bool:
        """Tell whether any reading can speak for it or against it: without rules only its code can."""
        return bool(self.shown_by or self.excluded_by or self.fits)

    @cached_property
    def rules(self) -> tuple[tuple[str, tuple[Rule, ...]], ...]:
        """Return its rules by the verdict that they give."""
        return ("shown_by", self.shown_by), ("ruled_out", self.excluded_by), ("fits", self.fits)

    def produced(self, term: SeenTerm) -> tuple[str, ...]:
        """Return the values of a term that it can bring about; none where it says nothing of it."""
        return self.produces.get(term.name) or self.produces.get(term.like, ())


@dataclass(frozen=True)
class CodeHint:
    """What the code of an error says of its cause: the likely ones first. Never a filter."""

    causes: Sequence[str] = ()
    documented: bool = False
    """True where a document gives the code this meaning."""
    tells: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What the code tells beside its causes (fact → value): nobody is asked for it again."""

    @property
    def told(self) -> str:
        """Return the one cause that a documented code names, which counts as if somebody had told it; else nothing."""
        return self.causes[0] if self.documented and len(self.causes) == 1 else ""


def causes_document(causes: Iterable[Cause], terms: Iterable[SeenTerm]) -> dict[str, object]:
    """Return causes, and what is seen of errors, as plain values: the same wherever they are the same."""
    return {"causes": [_plain(one) for one in causes], "seen": [_plain(one) for one in terms]}


def _plain(one: object) -> object:
    if isinstance(one, Cause | SeenTerm):
        return {field.name: _plain(getattr(one, field.name)) for field in fields(one)}
    if isinstance(one, Mapping):
        return {name: _plain(value) for name, value in one.items()}
    return [_plain(value) for value in one] if isinstance(one, tuple) else one
