"""Causes: how readings judge them, and which of them comes first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from troubleshoot.engine.action import Rule, rule_holds
from troubleshoot.engine.facts import Fact, FactWords, fact_values

VERDICTS = ("shown_by", "fits", "not_checked", "ruled_out")
"""The codes of what is judged of a cause, from the strongest to the weakest; `wording` has their words."""
SPEAKING_VERDICTS = ("shown_by", "fits")
"""The verdicts for a cause."""


@dataclass(frozen=True)
class Cause:
    """A possible reason; each kind of rule is a list of which one is enough."""

    id: str
    title: str
    sentence: str
    shown_by: tuple[Rule, ...]
    ruled_out: tuple[Rule, ...]
    fits: tuple[Rule, ...]
    told_by: str = ""
    """What tells this reason apart from the others, for people."""

    @property
    def facts(self) -> frozenset[str]:
        """Return the names of the facts that say something about it."""
        return frozenset(name for _, rules in self.rules for rule in rules for name in rule)

    @property
    def judged(self) -> bool:
        """Tell whether any reading can say something about it: without rules it is never anything but not checked."""
        return bool(self.shown_by or self.ruled_out or self.fits)

    @property
    def rules(self) -> tuple[tuple[str, tuple[Rule, ...]], ...]:
        """Return its rules by verdict, in the order in which they decide."""
        return ("shown_by", self.shown_by), ("ruled_out", self.ruled_out), ("fits", self.fits)


@dataclass(frozen=True)
class Judgement:
    """A cause, one of VERDICTS, and what says so: the names of facts, and their readings."""

    cause: Cause
    verdict: str
    readings: tuple[str, ...]
    facts: tuple[str, ...] = ()


def judge_cause(cause: Cause, facts: Mapping[str, Fact]) -> Judgement:
    """Weigh a cause: shown by a reading, ruled out, fitting, or not checked. Unknown facts say nothing.

    The first verdict with a rule that holds decides; every rule of it that holds speaks with its facts.
    """
    known = fact_values(facts.values())
    for verdict, rules in cause.rules:
        speaking = [rule for rule in rules if rule_holds(rule, known)]
        if speaking:
            names = tuple(dict.fromkeys(name for rule in speaking for name in rule))
            return Judgement(cause, verdict, _readings(names, facts), names)
    return Judgement(cause, "not_checked", ())


def rank_causes(
    judged: Iterable[Judgement], words: Mapping[str, FactWords], named: Sequence[str] = ()
) -> list[Judgement]:
    """Return judgements, the strongest first.

    First by verdict, in the order of VERDICTS. Among causes that fit, those that the entry of the case's code names
    come first: `named`. Then, for causes that are shown or fit, by their facts: each counts, one read inside the
    computer three times, one seen from outside twice, one that somebody told once. Where that is equal, in the order
    of `named`. All else stays in the order of the catalogue.
    """

    def place(one: Judgement) -> tuple[int, bool, int, int]:
        verdict = VERDICTS.index(one.verdict)
        if one.verdict not in SPEAKING_VERDICTS:
            return verdict, False, 0, 0
        listed = one.cause.id in named
        weight = sum(words[name].weight if name in words else 1 for name in one.facts)
        order = named.index(one.cause.id) if listed else len(named)
        return verdict, one.verdict == "fits" and not listed, -weight, order

    return sorted(judged, key=place)


def judged_healthy(judged: Iterable[Judgement], rules: Iterable[Rule], facts: Mapping[str, Fact]) -> bool:
    """Tell whether a computer is in order as far as it was observed: one of the rules holds, and no cause is shown."""
    known = fact_values(facts.values())
    return any(rule_holds(rule, known) for rule in rules) and all(one.verdict != "shown_by" for one in judged)


def _readings(names: Iterable[str], facts: Mapping[str, Fact]) -> tuple[str, ...]:
    found = (reading for name in names for reading in (facts[name].readings or (f"{name} = {facts[name].value}",)))
    return tuple(dict.fromkeys(found))
