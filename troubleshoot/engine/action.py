"""Actions (a desired state of some resources: one remedy), and the rules over facts that guard them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troubleshoot.engine.explanation import Json
from troubleshoot.engine.facts import UNKNOWN
from troubleshoot.engine.instructions import NOTHING, HowTo
from troubleshoot.engine.resource import Value

RISKS = ("low", "disruptive", "dangerous")

Rule = Mapping[str, tuple[str, ...]]
"""Fact → the values that satisfy it; a rule holds when every fact of it does."""


@dataclass(frozen=True)
class Wish:
    """The desired state of one resource: fields to have, events to happen."""

    resource: str
    params: Mapping[str, Value]
    desired: Mapping[str, Value]
    unless: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    """Field → the values, as read, with which the resource is left as it is: its script would refuse, or fail."""

    def leaves(self, state: Mapping[str, Value]) -> bool:
        """Tell whether a resource in this state is left as it is."""
        return any(state.get(name) in values for name, values in self.unless.items())


@dataclass(frozen=True)
class Verify:
    """What the check must find, from outside or by reading again, at most `within` seconds after the run."""

    within: int
    facts: Rule

    def kept(self, seen: Mapping[str, str]) -> list[Json]:
        """Return what of the promise a reading shows: each fact with its value."""
        return [{"fact": name, "value": seen[name]} for name, wanted in self.facts.items() if seen.get(name) in wanted]


TRIAL_ENDS = ("verified", "nothing_to_change", "refused")


@dataclass(frozen=True)
class Trial:
    """What comes of a remedy on a simulated computer: an example that tests carry out."""

    faults: tuple[str, ...]
    """Names of the lab's faults; none: a healthy computer."""
    end: str
    """One of TRIAL_ENDS."""
    says: str = ""
    """Words of the refusal."""


@dataclass(frozen=True)
class Caution:
    """What nobody must do while a temporary change is in force, and by which facts it no longer counts."""

    text: str
    until: Rule
    over: str
    """What people are told once it no longer counts."""


@dataclass(frozen=True)
class Action:
    """One remedy, as its file says it."""

    name: str
    title: str
    risk: str
    undo_risk: str
    """What undoing it risks: more than the change itself when that made the computer safer."""
    self_service: bool
    explain: str
    risk_reasons: tuple[str, ...]
    source: tuple[str, ...]
    guards: Rule
    refusals: Mapping[str, str]
    """Guarded fact → the sentence shown when it does not hold."""
    wishes: tuple[Wish, ...]
    """Applied in this order, reverted in reverse (`[[set]]` in the file)."""
    verify: Verify
    temporary: int | None
    """Seconds after which the change undoes itself, or None."""
    manual: bool
    """True: done by a person, explained and checked by the portal, never run."""
    digest: str
    certainty: str = "documented"
    """documented, field_report or unconfirmed: never surer than the source."""
    how: HowTo = NOTHING
    """What the person does, step by step; only where the portal does not run it."""
    refused: str = ""
    """Why the portal never offers this, whoever asks; empty where it does. Then nothing is set, guarded or verified."""
    instead: str = ""
    """What to do in place of what is refused."""
    keeps_sessions: bool = False
    """True: it disturbs people or restarts something, but nobody who is signed in is disconnected."""

    beside: Rule = field(default_factory=dict)
    """When helpdesk reads it on the page of a case, whatever the guide says: fact → values. Empty: never."""
    caution: Caution | None = None
    """What people are warned of while it is in force (`[caution]` in the file); only of a temporary one."""
    trials: tuple[Trial, ...] = ()
    """Examples (`[[example]]` in the file)."""
    causes: tuple[str, ...] = ()
    """The causes that it is for (`for` in the file)."""

    @property
    def kind(self) -> str:
        """Return refused, manual, temporary or automatic."""
        return (
            "refused" if self.refused else "manual" if self.manual else "temporary" if self.temporary else "automatic"
        )

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the names of the facts that guard and prove it."""
        return tuple(dict.fromkeys([*self.guards, *self.verify.facts]))


@dataclass(frozen=True)
class UnmetGuard:
    """A guard that does not hold, in words."""

    fact: str
    value: str
    allowed: tuple[str, ...]
    text: str


def unmet_guards(action: Action, facts: Mapping[str, str]) -> tuple[UnmetGuard, ...]:
    """Return why an action may not run, nothing when it may; a fact that was not read counts as unknown."""
    return tuple(
        _unmet(action, name, facts.get(name, UNKNOWN), allowed)
        for name, allowed in action.guards.items()
        if facts.get(name, UNKNOWN) not in allowed
    )


def rule_holds(rule: Rule, facts: Mapping[str, str]) -> bool:
    """Tell whether every fact of a rule has one of its values."""
    return all(facts.get(name, UNKNOWN) in values for name, values in rule.items())


def _unmet(action: Action, name: str, value: str, allowed: tuple[str, ...]) -> UnmetGuard:
    if value == UNKNOWN:
        text = f"{name} could not be read; it must be {' or '.join(allowed)} before this may run."
    else:
        text = action.refusals.get(name, f"{name} is {value}; it must be {' or '.join(allowed)}.")
    return UnmetGuard(name, value, allowed, text)
