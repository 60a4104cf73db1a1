"""What is said where more than one thing is broken: what is repaired first, and what is left to be repaired."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import wording
from troubleshoot.engine import Cause, Grounds, Statement, StatementCode
from troubleshoot.models import Answer
from troubleshoot.web.case_parts.causes import Causes


@dataclass
class Several:
    """The causes of a case that readings show beside the first, in the order in which they are to be repaired."""

    causes: Causes

    @cached_property
    def broken(self) -> list[Cause]:
        """Return all that is broken: what explains the error first, then what was found beside it."""
        return [one.cause for one, _why in [*self.causes.shown, *self.causes.also_found]]

    @property
    def said(self) -> Statement | None:
        """State what comes first and what is left; nothing where one thing is broken, or one remedy repairs all."""
        return self._left() if self.causes.observed.outdated else self._order()

    def _order(self) -> Statement | None:
        record = self.causes.observed.record
        if record.case.closed_at:
            return None
        if not self.causes.shown:
            return self._stated(StatementCode.LEFT_TO_REPAIR, others=_named(self.broken)) if self.broken else None
        first, *others = self.broken
        left = _without(others, {record.walk.at.subject})
        named = {"first": wording.content(first.title), "others": _named(left)}
        return self._stated(StatementCode.REPAIRED_FIRST, **named) if left else None

    def _left(self) -> Statement | None:
        """State what a remedy that was proved has left: it was not looked at since."""
        left = _without(self.broken, self._proved)
        repaired = len(left) < len(self.broken)
        return self._stated(StatementCode.LEFT_TO_REPAIR, others=_named(left)) if repaired and left else None

    def _stated(self, code: StatementCode, **named: str) -> Statement:
        return Statement.of(code, Grounds.READING, self.causes.observed.at, **named)

    @property
    def _proved(self) -> set[str]:
        """Return the remedies that were proved in this round; none where the change was put back since."""
        record = self.causes.observed.record
        fixes = [one for one in record.answers if one.source == Answer.Source.FIX and one.value == "verified"]
        return set() if record.status.undone else {record.guide.steps[one.step].subject for one in fixes}


def _without(causes: Iterable[Cause], remedies: set[str]) -> list[Cause]:
    return [one for one in causes if remedies.isdisjoint(one.remedies)]


def _named(causes: Iterable[Cause]) -> str:
    return wording.join_texts("; ", [wording.content(one.title) for one in causes])
