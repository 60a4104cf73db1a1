"""The summary: what a period's cases and changes came to. Every number counts rows that the history can show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext as _

from troubleshoot.models import Case, Host, Job, Person, Site
from troubleshoot.reports import history
from troubleshoot.reports.outcomes import CASE_WAYS, CASES, CHANGE_ENDS, CHANGES, SOLVED

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

    @classmethod
    def last(cls, days: int, site: Site | None = None) -> Period:
        """The period that ends today."""
        today = timezone.localdate()
        return cls(days, today - dt.timedelta(days=days - 1), today, site)

    @property
    def before(self) -> Period:
        """The period of the same length just before."""
        until = self.since - dt.timedelta(days=1)
        return Period(self.days, until - dt.timedelta(days=self.days - 1), until, self.site)

    def asked(self, show: str, *, always: bool = False, **more: str) -> dict[str, str]:
        """What to ask the history for, to see the rows behind a number; `always`: whenever they were."""
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

    @property
    def took(self) -> dt.timedelta | None:
        """From the first check to the end of a solved case, nights included."""
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
        """The time within which half of the solved ones were; nothing for a few."""
        return share_within(self.took, 0.5)


@dataclass(frozen=True)
class Attention:
    """Something to look at: how many, and each by name where it has one."""

    number: Number
    named: list[tuple[str, dict[str, str]]] = field(default_factory=list)


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
    attention: list[Attention]

    @property
    def growth(self) -> int | None:
        """Per cent against the period before; nothing for small counts."""
        few = min(self.before, self.cases.value) < FEW
        return None if few else round(100 * (self.cases.value - self.before) / self.before)

    @property
    def most_cases(self) -> int:
        """The cases of the commonest cause: the length of the longest bar."""
        return max((one.cases for one in self.causes), default=0)

    @property
    def times(self) -> Number:
        """What the time to a solution is measured from and to."""
        meaning = _("From the first check to the moment when the case was solved, nights included.")
        return Number(self.solved.value, _("half solved within"), self.solved.asked, meaning)

    @property
    def leading(self) -> tuple[int, int] | None:
        """How many of the first two causes that were shown make how many per cent of the cases."""
        shown = [one for one in self.causes if one.name != history.NO_CAUSE][:2]
        part = sum(one.cases for one in shown)
        return (len(shown), round(100 * part / self.cases.value)) if shown and part >= FEW else None


def of(person: Person, period: Period) -> Summary:
    """The numbers of a period over the cases and changes that the person may read."""
    seen = list(_seen(_cases(person, period)))
    ends, earlier = _changes(person, period), _causes_before(person, period)
    ways = Counter(one.way for one in seen)
    solved = [one.took for one in seen if one.took is not None]
    return Summary(
        period=period,
        ways=[_case_number(period, key, ways[key]) for key in CASE_WAYS],
        cases=Number(len(seen), _("cases"), period.asked("cases"), _("Cases opened in this period.")),
        solved=_case_number(period, "solved", sum(ways[key] for key in SOLVED)),
        before=sum(earlier.values()),
        half=share_within(solved, 0.5),
        most=share_within(solved, 0.9),
        held=ends["held"],
        came_back=ends["came_back"],
        too_young=ends["too_young"],
        over_a_day=_over_a_day(person, period),
        causes=_causes(period, seen, earlier),
        days=_days(period, seen),
        changes=ends["asked"],
        ends=[ends[key] for key in CHANGE_ENDS],
        words=[ends[key] for key in ("works", "same_error", "no_word")],
        dangerous=[ends[key] for key in ("dangerous", "dangerous_approved")],
        attention=[one for one in _attention(person, period, seen, ends) if one.number.value],
    )


def share_within(times: Sequence[dt.timedelta], share: float) -> dt.timedelta | None:
    """The time within which this share of them lies (nearest rank); nothing for a few, because it would be chance."""
    if len(times) < FEW:
        return None
    rank = max(1, -int(-share * len(times) // 1))
    return sorted(times)[rank - 1]


def _question(period: Period, asked: dict[str, str]) -> history.Question:
    """The very question that the link of a number asks, so that the number and its rows cannot differ."""
    form = history.HistoryForm(asked, sites=[period.site] if period.site else [])
    if not form.is_valid():
        raise ValueError(form.errors.as_text())
    return history.Question(form, [])


def _cases(person: Person, period: Period) -> QuerySet[Case]:
    return history.cases(person, _question(period, period.asked("cases")))


def _seen(rows: Any) -> Iterator[Seen]:
    found = rows.values_list("cause", "way", "back", "guide__name", "host__name", "host__lab", "opened_at", "closed_at")
    return (Seen(*row) for row in found.iterator(chunk_size=2000))


def _changes(person: Person, period: Period) -> dict[str, Number]:
    """Every group of changes, counted in one pass."""
    rows = history.changes(person, _question(period, period.asked("changes")))
    counts = rows.aggregate(**{key: Count("pk", filter=group.rows) for key, group in CHANGES.items()})
    return {key: _change_number(period, key, counts[key]) for key in CHANGES}


def _change_number(period: Period, key: str, value: int) -> Number:
    group = CHANGES[key]
    return Number(value, str(group.words), period.asked("changes", outcome=key), str(group.meaning), key)


def _case_number(period: Period, key: str, value: int) -> Number:
    group = CASES[key]
    return Number(value, str(group.words), period.asked("cases", outcome=key), str(group.meaning), key)


def _over_a_day(person: Person, period: Period) -> Number:
    group, asked = CASES["over_a_day"], period.asked("cases", always=True, outcome="over_a_day")
    value = history.cases(person, _question(period, asked)).count()
    return Number(value, str(group.words), asked, str(group.meaning), "over_a_day")


def _overdue(person: Person, period: Period) -> Number:
    group, asked = CHANGES["overdue"], period.asked("changes", always=True, outcome="overdue")
    value = history.changes(person, _question(period, asked)).count()
    return Number(value, str(group.words), asked, str(group.meaning), "overdue")


def _causes_before(person: Person, period: Period) -> dict[str, int]:
    """How many cases each cause had in the period before."""
    return dict(_cases(person, period.before).values_list("cause").annotate(found=Count("pk")).order_by())


def _causes(period: Period, seen: list[Seen], earlier: dict[str, int]) -> list[CauseRow]:
    titles, found = history.causes(), dict[str, CauseRow]()
    for one in seen:
        name = one.cause or history.NO_CAUSE
        asked = period.asked("cases", what=name)
        row = found.setdefault(name, CauseRow(name, titles.get(name, name), asked, before=earlier.get(one.cause, 0)))
        row.cases += 1
        row.solved += one.way in SOLVED
        row.back += one.back
        row.took += [one.took] if one.took is not None else []
        row.course[_bucket(period, one)] += 1
    return sorted(found.values(), key=lambda row: (row.name == history.NO_CAUSE, -row.cases, row.title))


def _bucket(period: Period, one: Seen) -> int:
    day = (timezone.localdate(one.opened_at) - period.since).days
    return min(BUCKETS - 1, max(0, day * BUCKETS // period.days))


def _days(period: Period, seen: list[Seen]) -> list[tuple[dt.date, int, int]]:
    """Each day (each week of a long period) with its cases: solved, and not."""
    step = 1 if period.days <= 31 else 7
    good, other = Counter[int](), Counter[int]()
    for one in seen:
        where = (timezone.localdate(one.opened_at) - period.since).days // step
        (good if one.way in SOLVED else other)[where] += 1
    count = -(-period.days // step)
    return [(period.since + dt.timedelta(days=at * step), good[at], other[at]) for at in range(count)]


def _attention(person: Person, period: Period, seen: list[Seen], ends: dict[str, Number]) -> Iterator[Attention]:
    yield Attention(ends["same_error"])
    yield _many_cases(period, seen)
    yield Attention(_overdue(person, period))
    yield Attention(ends["unanswered"])
    yield _guides(period, seen)
    yield _closed_hosts(person, period)


def _many_cases(period: Period, seen: list[Seen]) -> Attention:
    counts = Counter((one.host, bool(one.lab)) for one in seen if one.host)
    found = sorted((-count, name, lab) for (name, lab), count in counts.items() if name and count >= MANY_CASES)
    number = Number(len(found), _("computers with 3 or more cases"), {}, _("Cases opened in this period."))
    named = [(_label(name, lab, -less), period.asked("cases", host=name)) for less, name, lab in found[:MOST_NAMED]]
    return Attention(number, named)


def _guides(period: Period, seen: list[Seen]) -> Attention:
    """Guides whose closed cases were sent on more often than not; a few cases say nothing."""
    closed = Counter(one.guide for one in seen if one.way != "open")
    sent = Counter(one.guide for one in seen if one.way == "sent_on")
    found = sorted(name for name, count in closed.items() if count >= FEW and sent[name] * 2 > count)
    words = _("guides that end in “sent on” more than half the time")
    number = Number(len(found), words, {}, _("Of the cases that were closed, at least 5 of them."))
    named = [
        (f"{name}: {sent[name]} / {closed[name]}", period.asked("cases", guide=name, outcome="sent_on"))
        for name in found
    ]
    return Attention(number, named)


def _closed_hosts(person: Person, period: Period) -> Attention:
    """Computers whose latest look could not see inside."""
    hosts: Any = Host.objects.visible_to(person)
    hosts = hosts.filter(site=period.site) if period.site else hosts
    looks = Job.objects.filter(host=OuterRef("pk"), kind=Job.Kind.READ, state="done").order_by("-created_at")
    latest = looks.annotate(reached=KT("result__reached")).values("reached")[:1]
    found = list(hosts.annotate(reached=Subquery(latest)).exclude(reached=None).exclude(reached="yes").order_by("name"))
    words = _("computers that we cannot look into")
    number = Number(
        len(found), words, {}, _("At the latest look, sign-in was refused, scripts were blocked, or nothing answered.")
    )
    return Attention(
        number, [(history.host_words(one), {"show": "cases", "host": one.name}) for one in found[:MOST_NAMED]]
    )


def _label(name: str, lab: bool, count: int) -> str:
    return f"{_('%s (simulated)') % name if lab else name}: {count}"
