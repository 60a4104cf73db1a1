"""The summary: what a period's cases and changes came to. Every number counts rows that the history can show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext as _

from troubleshoot.models import Case, Host, Job, Person
from troubleshoot.reports import history
from troubleshoot.reports.asking import NO_CAUSE, HistoryForm, Question, causes
from troubleshoot.reports.numbers import (
    BUCKETS,
    FEW,
    MANY_CASES,
    MOST_NAMED,
    Attention,
    CauseRow,
    Number,
    Period,
    Seen,
    Summary,
    share_within,
)
from troubleshoot.reports.outcomes import CASE_WAYS, CASES, CHANGE_ENDS, CHANGES, SOLVED


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


def _question(period: Period, asked: dict[str, str]) -> Question:
    """The very question that the link of a number asks, so that the number and its rows cannot differ."""
    form = HistoryForm(asked, sites=[period.site] if period.site else [])
    if not form.is_valid():
        raise ValueError(form.errors.as_text())
    return Question(form, [])


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
    titles, found = causes(), dict[str, CauseRow]()
    for one in seen:
        name = one.cause or NO_CAUSE
        asked = period.asked("cases", what=name)
        row = found.setdefault(name, CauseRow(name, titles.get(name, name), asked, before=earlier.get(one.cause, 0)))
        row.cases += 1
        row.solved += one.way in SOLVED
        row.back += one.back
        row.took += [one.took] if one.took is not None else []
        row.course[_bucket(period, one)] += 1
    return sorted(found.values(), key=lambda row: (row.name == NO_CAUSE, -row.cases, row.title))


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
