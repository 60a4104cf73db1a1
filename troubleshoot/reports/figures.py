"""The numbers of a period as values: what each counts and means, and what to ask the history for to see its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.models import Site
from troubleshoot.reports.filters import NO_CAUSE
from troubleshoot.reports.outcome_groups import SOLVED

PERIODS = (7, 30, 90, 365)
#: Below this many rows a share says nothing: no percentage, no median.
FEW = 5
MANY_CASES = 3
MOST_NAMED = 20
BUCKETS = 8


@dataclass(frozen=True)
class Period:
    """Whole days in the reader's zone, both included, and the site they are asked for."""

    days: int
    since: dt.date
    until: dt.date
    site: Site | None
    monthly: bool = False

    @classmethod
    def last(cls, days: int, site: Site | None = None) -> Period:
        """Return the period that ends today."""
        today = timezone.localdate()
        return cls(days, today - dt.timedelta(days=days - 1), today, site)

    @classmethod
    def month(cls, day: dt.date, site: Site | None = None) -> Period:
        """Return the calendar month of a day."""
        since = day.replace(day=1)
        until = (since + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        return cls(until.day, since, until, site, monthly=True)

    @property
    def address(self) -> str:
        """Return how a page of this period is asked for, after its path."""
        when = {"month": f"{self.since:%Y-%m}"} if self.monthly else {"days": str(self.days)}
        return "?" + urlencode({**when, "site": self.site.slug} if self.site else when)

    @property
    def before(self) -> Period:
        """Return the period of the same length just before."""
        until = self.since - dt.timedelta(days=1)
        return Period(self.days, until - dt.timedelta(days=self.days - 1), until, self.site)

    def asked(self, show: str, *, always: bool = False, **more: str) -> dict[str, str]:
        """Return what to ask the history for, to see the rows behind a number; `always`: whenever they were."""
        when = {} if always else {"since": str(self.since), "until": str(self.until)}
        where = {"site": self.site.slug} if self.site else {}
        return {"show": show, **when, **where, **more}


@dataclass(frozen=True)
class Number:
    """A number, what it counts, the address of its rows, and its definition."""

    value: int
    words: str
    asked: dict[str, str]
    meaning: str = ""
    name: str = ""


@dataclass(frozen=True)
class Seen:
    """What the numbers need of one case."""

    cause: str
    way: str
    back: bool
    guide: str
    host: str | None
    lab: bool | None
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    site: UUID | None
    invented: bool = False

    @property
    def took(self) -> dt.timedelta | None:
        """Return the time from the first check to the end of a solved case, nights included."""
        return self.closed_at - self.opened_at if self.closed_at and self.way in SOLVED else None


@dataclass
class CauseRow:
    """One cause: its cases, how many were solved, how long half of them took, how many came back, its course."""

    name: str
    title: str
    asked: dict[str, str]
    cases: int = 0
    solved: int = 0
    back: int = 0
    before: int = 0
    took: list[dt.timedelta] = field(default_factory=list)
    course: list[int] = field(default_factory=lambda: [0] * BUCKETS)

    @property
    def half(self) -> dt.timedelta | None:
        """Return the time within which half of the solved ones were; nothing for a few."""
        return share_within(self.took, 0.5)


@dataclass(frozen=True)
class Attention:
    """Something to look at: how many, and each by name where it has one."""

    number: Number
    named: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@dataclass(frozen=True)
class Saved:
    """The time saved, by how many solved cases, and how many had to be left out."""

    time: dt.timedelta
    cases: int
    left_out: int

    @property
    def hours(self) -> int:
        """Return the hours that were saved or lost."""
        return round(abs(self.time).total_seconds() / 3600)

    @property
    def less(self) -> bool:
        """Tell whether cases take longer than before."""
        return self.time < dt.timedelta()


@dataclass(frozen=True)
class Summary:
    """Everything that the page and the file of numbers show."""

    period: Period
    ways: list[Number]
    cases: Number
    solved: Number
    before: int
    half: dt.timedelta | None
    most: dt.timedelta | None
    at_work: dt.timedelta | None
    saved: Saved | None
    held: Number
    came_back: Number
    too_young: Number
    over_a_day: Number
    causes: list[CauseRow]
    days: list[tuple[dt.date, int, int]]
    changes: Number
    ends: list[Number]
    words: list[Number]
    dangerous: list[Number]
    temporary: list[Number]
    attention: list[Attention]
    invented_cases: int
    invented_changes: int

    @property
    def invented(self) -> bool:
        """Tell whether anything that is counted here was invented for a demo."""
        return bool(self.invented_cases or self.invented_changes)

    @property
    def invented_words(self) -> str:
        """Return how much of what is counted here was invented."""
        return wording.invented_words(self.counts)

    @property
    def counts(self) -> dict[str, int]:
        """Return the numbers that a notice of this summary tells."""
        return {
            "cases": self.cases.value,
            "solved": self.solved.value,
            "changes": self.changes.value,
            "invented_cases": self.invented_cases,
            "invented_changes": self.invented_changes,
        }

    @property
    def watched(self) -> list[list[Number]]:
        """Return kinds of changes that somebody watches over, where there were any: how many, and how many as they
        should."""
        return [one for one in (self.dangerous, self.temporary) if one[0].value]

    @property
    def growth(self) -> int | None:
        """Return the per cent against the period before; nothing for small counts."""
        few = min(self.before, self.cases.value) < FEW
        return None if few else round(100 * (self.cases.value - self.before) / self.before)

    @property
    def solved_share(self) -> int | None:
        """Return how many per cent were solved; nothing for small counts."""
        return round(100 * self.solved.value / self.cases.value) if self.cases.value >= FEW else None

    @property
    def most_cases(self) -> int:
        """Return the cases of the commonest cause: the length of the longest bar."""
        return max((one.cases for one in self.causes), default=0)

    @property
    def times(self) -> Number:
        """Return what the time to a solution is measured from and to."""
        meaning = _("From the first check to the moment when the case was solved, nights included.")
        return Number(self.solved.value, _("half solved within"), self.solved.asked, meaning)

    @property
    def leading(self) -> tuple[int, int] | None:
        """Return how many of the first two causes that were shown make how many per cent of the cases."""
        shown = [one for one in self.causes if one.name != NO_CAUSE][:2]
        part = sum(one.cases for one in shown)
        return (len(shown), round(100 * part / self.cases.value)) if shown and part >= FEW else None


def usual_length(times: Sequence[dt.timedelta]) -> dt.timedelta | None:
    """Return how long something usually takes: the median; nothing for a few, because it would be chance."""
    return dt.timedelta(seconds=median(one.total_seconds() for one in times)) if len(times) >= FEW else None


def share_within(times: Sequence[dt.timedelta], share: float) -> dt.timedelta | None:
    """Return the time within which this share of them lies (nearest rank); nothing for a few, because it would be
    chance."""
    if len(times) < FEW:
        return None
    rank = max(1, -int(-share * len(times) // 1))
    return sorted(times)[rank - 1]
