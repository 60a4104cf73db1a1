"""The causes of a case, as they are judged by all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import catalog, diagnosis, probes, wording
from troubleshoot.engine import (
    Cause,
    CodeHint,
    Fact,
    Grounds,
    Health,
    Judgement,
    Statement,
    StatementCode,
)
from troubleshoot.models import Case
from troubleshoot.web.case_parts.checks import Checks
from troubleshoot.web.case_parts.observed import Observed

#: A cause as it is judged, and in one line what that rests on.
Judged = tuple[Judgement, str]


def cause_title(name: str) -> str:
    """Return the title of a cause; empty when the catalogue no longer has it."""
    cause = catalog.installed_catalog().causes.get(name)
    return wording.content(cause.title) if cause else ""


def _remedy_titles(cause: Cause) -> list[str]:
    actions = catalog.installed_catalog().actions
    return [wording.content(actions[name].title) for name in cause.remedies if name in actions]


def cause_of(case: Case) -> Statement:
    """State which cause a case has, as lists know it; where none is shown, just that: what else is known is none."""
    title = cause_title(case.cause)
    if not title:
        return Statement.of(StatementCode.NO_CAUSE, Grounds.READING)
    return Statement.of(StatementCode.TEXT, Grounds.READING, text=title)


@dataclass
class Causes:
    """Every cause with its verdict, the strongest first; none before the computer or the person's PC told something."""

    observed: Observed

    @cached_property
    def evidence(self) -> dict[str, Fact]:
        """Return the facts that causes are judged by: observed, said by the person, and told by the person's PC."""
        record = self.observed.record
        return diagnosis.case_evidence(record.case, record.walk, self.observed.latest)

    @cached_property
    def judged(self) -> list[Judged]:
        """Return every cause that these facts say something about."""
        record = self.observed.record
        found = diagnosis.judged_causes(record.case, record.walk, self.observed.latest)
        return [(one, wording.join_texts(" · ", filter(None, self._grounds(one)))) for one in found]

    def _grounds(self, one: Judgement) -> list[str]:
        """Return what a verdict rests on; and of what was found beside the reason, what repairs it."""
        repairs = _remedy_titles(one.cause) if one.verdict == "also_found" else []
        own = _("Its own remedy: %s") % wording.join_texts("; ", repairs) if repairs else ""
        named = _("The error itself says so.") if one.cause.id == self.hint.told and not one.facts else ""
        return [diagnosis.verdict_reason(one, self.evidence), named, own]

    @cached_property
    def hint(self) -> CodeHint:
        """Return what the code of the case's error says of its cause."""
        return diagnosis.code_hint(self.observed.record.case.error)

    @property
    def speaking(self) -> list[Judged]:
        """Return those that are shown or fit."""
        return [*self.shown, *self.fitting]

    @property
    def shown(self) -> list[Judged]:
        """Return those that readings show."""
        return [one for one in self.judged if one[0].verdict == "shown_by"]

    @property
    def fitting(self) -> list[Judged]:
        """Return those that only fit; where the error itself names one of them, that one; beside what readings show,
        none."""
        fits = [one for one in self.judged if one[0].verdict == "fits"]
        named = [one for one in fits if one[0].cause.id == self.hint.told]
        return [] if self._read else named or fits

    @property
    def spare(self) -> list[Judged]:
        """Return those that would fit as well, and that nothing needs where readings show what explains the error."""
        return [one for one in self.judged if one[0].verdict == "fits"] if self._read else []

    @property
    def _read(self) -> set[str]:
        return {one.cause.id for one, _why in self.shown if one.said == "shown_by"}

    @property
    def not_checked(self) -> list[Judged]:
        """Return those about which no reading says anything so far."""
        return [one for one in self.judged if one[0].verdict == "not_checked"]

    @property
    def ruled_out(self) -> list[Judged]:
        """Return those that readings rule out."""
        return [one for one in self.judged if one[0].verdict == "ruled_out"]

    @property
    def no_reason(self) -> list[Judged]:
        """Return those that cannot be the reason for what was seen; whether they are there is another question."""
        return [one for one in self.judged if one[0].verdict == "does_not_explain"]

    @property
    def also_found(self) -> list[Judged]:
        """Return those that readings show, and that cannot be the reason for what was seen."""
        return [one for one in self.judged if one[0].verdict == "also_found"]

    @cached_property
    def health(self) -> Health:
        """Return how the computer looks as a whole; a reading from before the last change says nothing of it."""
        return Health("not_healthy") if self.observed.outdated else diagnosis.judge_health(self.evidence)

    @property
    def healthy(self) -> bool:
        """Tell whether everything that belongs to a healthy computer was looked at, and is right."""
        return self.health.state == "healthy" and not self.wrong and not self.lowered

    @property
    def lowered(self) -> bool:
        """Tell whether a temporary change of the portal is in force: what belongs to a healthy computer is lifted."""
        return any(one.in_force for one in self.observed.record.standing)

    @cached_property
    def wrong(self) -> bool:
        """Tell whether something is known to be wrong on the computer: a cause that stands, whether it is the reason
        or was found beside it, or a check with a bad answer. Of before the last change, nothing is known."""
        if self.observed.outdated:
            return False
        checks = Checks(self.observed)
        return bool(self.shown or self.also_found or any(line.look == "bad" for line in checks.lines))

    @property
    def way(self) -> Statement | None:
        """State that the computer answers us all the way; never from nothing or from before the last change, nor
        beside something wrong, nor where the error itself names a cause of which the person's PC can tell nothing."""
        clear = self.observed.comes_through and not (self.observed.outdated or self.wrong)
        named = catalog.installed_catalog().causes.get(self.hint.told)
        theirs = named is None or not probes.TOLD_FACTS.isdisjoint(named.facts)
        return self._said(StatementCode.ANSWERS_ALL_THE_WAY) if clear and theirs else None

    @property
    def condition(self) -> Statement | None:
        """State how the computer looks as a whole; nothing where a fault was seen, or nothing is known of now."""
        if self.healthy:
            return self._said(StatementCode.IN_ORDER)
        if self.lowered and self.health.state == "healthy" and not self.wrong:
            return self._said(StatementCode.NOT_AS_USUAL)
        return self._said(StatementCode.NO_FAULT_SEEN) if self.unseen else None

    @property
    def beside(self) -> Statement | None:
        """State that something else was found, which has to be repaired all the same."""
        return self._said(StatementCode.ALSO_FOUND) if self.also_found else None

    @property
    def text_differs(self) -> Statement | None:
        """State that readings show another cause than the error's documented text names; nothing where they agree."""
        read = self._read
        named = set(self.hint.causes) if self.hint.documented else set()
        settled = self.observed.record.ended_remedy  # since then the text speaks of what was there before
        differs = read and named and not read & named and not (settled or self.observed.outdated)
        return self._said(StatementCode.TEXT_DIFFERS) if differs else None

    def _said(self, code: StatementCode) -> Statement:
        return Statement.of(code, Grounds.READING, self.observed.at)

    @property
    def unseen(self) -> list[str]:
        """Return, in words, what was not looked at on a computer on which no fault was seen."""
        return [] if self.wrong else [diagnosis.fact_title(name) for name in self.health.unseen]
