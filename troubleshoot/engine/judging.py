"""Which cause explains what was seen: readings weighed, and every cause with its verdict.

Explanation comes before counting. A cause that cannot produce what was seen never stands first; what is shown to be
broken all the same is *also found*. What excludes a cause beats what speaks for it where it lies closer to the thing.
A cause is *ruled out* only by what excludes itself: that it cannot be the reason for what was seen says nothing of
whether it is there, and what a reading finds there is never ruled out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from troubleshoot.engine.action import Rule, rule_holds
from troubleshoot.engine.cause import Cause, CodeHint, SeenTerm
from troubleshoot.engine.facts import UNKNOWN, WEIGHTS, Fact, FactWords, fact_values

VERDICTS = ("shown_by", "fits", "also_found", "not_checked", "does_not_explain", "ruled_out")
"""The codes of what is judged of a cause, from the strongest to the weakest; `wording` has their words.

*Also found* is what a reading shows, and what cannot be the reason for what was seen. *Does not explain* is what no
reading shows, and what cannot be that reason; *not checked* is of what nothing was read.
"""
TOLD = "told"
"""The code for what people read of a cause for which only what was told speaks: that is no proof."""
SPEAKING_VERDICTS = ("shown_by", "fits")
"""The verdicts for a cause."""
BROKEN_VERDICTS = ("shown_by", "also_found")
"""The verdicts of what is broken, whether it is the reason or was found beside it."""


@dataclass(frozen=True)
class Judgement:
    """A cause, one of VERDICTS, and what says so: the names of facts, and their readings."""

    cause: Cause
    verdict: str
    readings: tuple[str, ...]
    facts: tuple[str, ...] = ()
    closeness: int = 0
    """How close to the thing the closest evidence was taken, as in WEIGHTS; 0: it only could be."""
    explained: int = 0
    """So many terms of what was seen it can bring about by its own words."""

    @property
    def said(self) -> str:
        """Return the code of what people are told of it: what is only told is never called shown, or found."""
        return TOLD if self.verdict in BROKEN_VERDICTS and self.closeness == WEIGHTS["told"] else self.verdict


@dataclass(frozen=True)
class Judge:
    """Judges causes by facts; what was seen of the error is read from them by its terms."""

    terms: Sequence[SeenTerm] = ()
    words: Mapping[str, FactWords] = field(default_factory=dict)

    def rank(self, causes: Iterable[Cause], facts: Mapping[str, Fact], code: CodeHint | None = None) -> list[Judgement]:
        """Return every cause with its verdict, the strongest first.

        First by verdict, in the order of VERDICTS. Of causes that only fit, the one that a documented code names stands
        first. Then, for causes that speak, by how close to the thing the evidence was taken, by how much of what was
        seen they explain, by the order of the code's hint, and by that of the catalogue. Of causes that are shown, one
        that brings another about stands before it.
        """
        hint, evidence = code or CodeHint(), self._evidence(facts)
        judged = sorted((evidence.weighed(cause, hint) for cause in causes), key=lambda one: _place(one, hint))
        shown = [one for one in judged if one.verdict == "shown_by"]
        return [*_in_order_of_repair(shown), *judged[len(shown) :]]

    def weigh(self, cause: Cause, facts: Mapping[str, Fact], code: CodeHint | None = None) -> Judgement:
        """Judge one cause. Unknown facts say nothing."""
        return self._evidence(facts).weighed(cause, code or CodeHint())

    def _evidence(self, facts: Mapping[str, Fact]) -> "_Evidence":
        known = fact_values(facts.values())
        return _Evidence(self, facts, known, self.seen(known))

    def facts_about(self, cause: Cause) -> frozenset[str]:
        """Return the names of the facts that say something about a cause: its evidence, and what it produces."""
        return cause.facts.union(term.fact for term in self.terms if cause.produced(term))

    def seen(self, known: Mapping[str, str]) -> list[tuple[SeenTerm, str]]:
        """Return what was seen of the error: the terms that say something, each with its value."""
        return [
            (term, value)
            for term in self.terms
            if (value := known.get(term.fact, UNKNOWN)) not in (UNKNOWN, *term.nothing)
            and not (term.unless and rule_holds(term.unless, known))
        ]


@dataclass(frozen=True)
class _Evidence:
    """What is known, and what was seen of the error: causes are weighed by it."""

    judge: Judge
    facts: Mapping[str, Fact]
    known: Mapping[str, str]
    seen: Sequence[tuple[SeenTerm, str]]

    def weighed(self, cause: Cause, code: CodeHint) -> Judgement:
        """Judge one cause by it."""
        shown, against, fits = ([rule for rule in rules if rule_holds(rule, self.known)] for _, rules in cause.rules)
        speaking, verdict = (shown, "shown_by") if shown else (fits, "fits")
        if against and not self.stands(speaking, against, shown=bool(shown)):
            there = any(rule_holds(rule, self.known) for rule in cause.there)
            return self.judgement(cause, "does_not_explain" if there else "ruled_out", against)
        if amiss := self.unexplained(cause):
            return self.judgement(cause, "also_found", shown) if shown else self._no_reason(cause, amiss)
        if shown and self._is_told(shown) and self.ended(measured=True):
            return self.judgement(cause, "also_found", shown)
        if speaking:
            return self.judgement(cause, verdict, speaking)
        if cause.id == code.told:
            return Judgement(cause, "fits", (), (), WEIGHTS["told"], self.explained(cause))
        return Judgement(cause, "not_checked", ())

    def _no_reason(self, cause: Cause, amiss: Sequence[Rule]) -> Judgement:
        """Judge a cause that nothing shows, and that cannot be the reason for what was seen. Where the connection ends
        before it could come to light, and nothing of its own was read, nobody knows whether it is there."""
        if self.ended() and not self._was_read(cause):
            return Judgement(cause, "not_checked", ())
        return self.judgement(cause, "does_not_explain", amiss)

    def ended(self, *, measured: bool = False) -> bool:
        """Tell whether the connection was seen to end before all could come to light; by measuring, or also as told."""
        return any(
            term.through and value not in term.through
            for term, value in self.seen
            if not measured or self._weight(term.fact) > WEIGHTS["told"]
        )

    def _was_read(self, cause: Cause) -> bool:
        """Tell whether anything was measured that is about a cause itself, beside how the error is seen."""
        seen = {term.fact for term in self.judge.terms}
        own = (name for name in cause.facts - seen if self._weight(name) > WEIGHTS["told"])
        return any(self.known.get(name, UNKNOWN) != UNKNOWN for name in own)

    def _is_told(self, rules: Iterable[Rule]) -> bool:
        """Tell whether nothing that was measured speaks here."""
        return self._closeness(rules, shown=True) == WEIGHTS["told"]

    def judgement(self, cause: Cause, verdict: str, rules: Sequence[Rule]) -> Judgement:
        """Return a verdict with the facts that give it."""
        names = tuple(dict.fromkeys(name for rule in rules for name in rule))
        close = self._closeness(rules, shown=verdict != "fits")
        return Judgement(cause, verdict, _readings(names, self.facts), names, close, self.explained(cause))

    def explained(self, cause: Cause) -> int:
        """Return how many terms of what was seen a cause brings about by its own words."""
        return sum(value in cause.produced(term) for term, value in self.seen)

    def unexplained(self, cause: Cause) -> list[Rule]:
        """Return what was seen and what a cause, by its own words, cannot bring about."""
        return [
            {term.fact: (value,)} for term, value in self.seen if (made := cause.produced(term)) and value not in made
        ]

    def stands(self, speaking: Sequence[Rule], against: Sequence[Rule], *, shown: bool) -> bool:
        """Tell whether what speaks for a cause holds against what excludes it.

        What excludes has to be taken closer to the thing, or later; what is told counts against all but what was read
        inside. What only fits falls already where both are as close.
        """
        if not speaking:
            return False
        mine, other = self._closeness(speaking, shown=shown), self._closeness(against, shown=True)
        if other == WEIGHTS["told"] and mine < WEIGHTS["inside"]:
            return False
        if mine != other:
            return mine > other
        return shown and not self._later(against, speaking)

    def _closeness(self, rules: Iterable[Rule], *, shown: bool) -> int:
        """Return how close the closest fact of these rules was taken; what was seen of the error is no evidence for a
        cause that only could bring it about."""
        beside = () if shown else {term.fact for term in self.judge.terms}
        names = {name for rule in rules for name in rule if name not in beside}
        return max((self._weight(name) for name in names), default=0)

    def _weight(self, name: str) -> int:
        words = self.judge.words.get(name)
        return words.weight if words else WEIGHTS["told"]

    def _later(self, these: Iterable[Rule], those: Iterable[Rule]) -> bool:
        mine, other = ([self.facts[name].at for rule in rules for name in rule] for rules in (these, those))
        known = [at for at in mine if at], [at for at in other if at]
        return bool(all(known) and min(known[0]) > max(known[1]))


HEALTH = ("healthy", "no_fault_seen", "not_healthy")
"""The codes of how a computer looks as a whole."""


@dataclass(frozen=True)
class Health:
    """How a computer looks as a whole: one of HEALTH, and the facts that were not looked at."""

    state: str
    unseen: tuple[str, ...] = ()


def judge_health(judged: Iterable[Judgement], rules: Iterable[Rule], facts: Mapping[str, Fact]) -> Health:
    """Return whether everything that belongs to a healthy computer was looked at and is right.

    One of the rules is enough. Where nothing wrong was found, and not everything was looked at, no fault was *seen*.
    """
    known = fact_values(facts.values())
    if any(one.verdict in BROKEN_VERDICTS for one in judged):
        return Health("not_healthy")
    return min((_health(rule, known) for rule in rules), key=_better, default=Health("not_healthy"))


def _health(rule: Rule, known: Mapping[str, str]) -> Health:
    unseen = tuple(name for name in rule if known.get(name, UNKNOWN) == UNKNOWN)
    if len(unseen) == len(rule) or not rule_holds({name: rule[name] for name in rule if name not in unseen}, known):
        return Health("not_healthy")
    return Health("no_fault_seen" if unseen else "healthy", unseen)


def _better(health: Health) -> tuple[int, int]:
    return HEALTH.index(health.state), len(health.unseen)


def _place(one: Judgement, code: CodeHint) -> tuple[int, int, int, int]:
    """Return where a cause stands; those that compare as equal stay in the order of the catalogue."""
    verdict = VERDICTS.index(one.verdict)
    if one.verdict not in (*SPEAKING_VERDICTS, "also_found"):
        return verdict, 0, 0, 0
    hinted = code.causes.index(one.cause.id) if one.cause.id in code.causes else len(code.causes)
    if one.verdict == "fits" and one.cause.id == code.told:
        return verdict, -1 - max(WEIGHTS.values()), -one.explained, hinted
    return verdict, -one.closeness, -one.explained, hinted


def _in_order_of_repair(shown: list[Judgement]) -> list[Judgement]:
    """Return these with each after those that bring it about, as they stand where nothing says more."""
    waiting, found = list(shown), list[Judgement]()
    while waiting:
        brought = {name for one in waiting for name in one.cause.before if name != one.cause.id}
        free = next((one for one in waiting if one.cause.id not in brought), waiting[0])
        waiting.remove(free)
        found.append(free)
    return found


def _readings(names: Iterable[str], facts: Mapping[str, Fact]) -> tuple[str, ...]:
    found = (reading for name in names for reading in (facts[name].readings or (f"{name} = {facts[name].value}",)))
    return tuple(dict.fromkeys(found))
