"""The summary: what a period's cases and changes came to. Every number counts rows that the history can show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from troubleshoot import people
from troubleshoot.models import Case, Person, Site
from troubleshoot.reports import attention, history, time_saved, working_hours
from troubleshoot.reports.figures import BUCKETS, Attention, CauseRow, Number, Period, Seen, Summary, share_within
from troubleshoot.reports.filters import NO_CAUSE, HistoryForm, HistoryQuestion, cause_choices
from troubleshoot.reports.outcome_groups import CASE_WAYS, CASES, CHANGE_ENDS, CHANGES, SOLVED


def make_summary(person: Person, period: Period) -> Summary:
    """Return the numbers of a period over the cases and changes that the person may read."""
    seen = list(_seen(_cases(person, period)))
    ends, earlier = _changes(person, period), _causes_before(person, period)
    invented = history.change_rows(person, _question(period, ends["asked"].asked)).filter(invented=True)
    ways = Counter(one.way for one in seen)
    solved = [one.took for one in seen if one.took is not None]
    sites = [period.site] if period.site else list(people.permitted_sites(person, "overview.read"))
    return Summary(
        period=period,
        ways=[_case_number(period, key, ways[key]) for key in CASE_WAYS],
        cases=Number(len(seen), _("cases"), period.asked("cases"), _("Cases opened in this period.")),
        solved=_case_number(period, "solved", sum(ways[key] for key in SOLVED)),
        before=sum(earlier.values()),
        half=share_within(solved, 0.5),
        most=share_within(solved, 0.9),
        at_work=_at_work(seen, sites),
        saved=time_saved.time_saved(seen, sites),
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
        temporary=[ends[key] for key in ("temporary", "undone_on_time")],
        attention=[one for one in _attention(person, period, seen, ends) if one.number.value],
        invented_cases=sum(one.invented for one in seen),
        invented_changes=invented.count(),
    )


def _question(period: Period, asked: dict[str, str]) -> HistoryQuestion:
    """Return the very question that the link of a number asks, so that the number and its rows cannot differ."""
    form = HistoryForm(asked, sites=[period.site] if period.site else [])
    if not form.is_valid():
        raise ValueError(form.errors.as_text())
    return HistoryQuestion(form, [])


def _cases(person: Person, period: Period) -> QuerySet[Case]:
    return history.case_rows(person, _question(period, period.asked("cases")))


def _seen(rows: Any) -> Iterator[Seen]:
    names = (
        "cause",
        "way",
        "back",
        "guide__name",
        "host__name",
        "host__lab",
        "opened_at",
        "closed_at",
        "site",
        "invented",
    )
    found = rows.values_list(*names)
    return (Seen(*row) for row in found.iterator(chunk_size=2000))


def _at_work(seen: list[Seen], sites: list[Site]) -> dt.timedelta | None:
    """Return the working time within which half of the solved cases were, of the sites that have working hours."""
    spans = {site.pk: span for site in sites if (span := working_hours.span(site.working_hours))}
    times = [
        working_hours.worked(one.opened_at, one.closed_at, spans[one.site])
        for one in seen
        if one.took is not None and one.closed_at and one.site in spans
    ]
    return share_within(times, 0.5)


def _changes(person: Person, period: Period) -> dict[str, Number]:
    """Return every group of changes, counted in one pass."""
    rows = history.change_rows(person, _question(period, period.asked("changes")))
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
    value = history.case_rows(person, _question(period, asked)).count()
    return Number(value, str(group.words), asked, str(group.meaning), "over_a_day")


def _overdue(person: Person, period: Period) -> Number:
    group, asked = CHANGES["overdue"], period.asked("changes", always=True, outcome="overdue")
    value = history.change_rows(person, _question(period, asked)).count()
    return Number(value, str(group.words), asked, str(group.meaning), "overdue")


def _causes_before(person: Person, period: Period) -> dict[str, int]:
    """Return how many cases each cause had in the period before."""
    return dict(_cases(person, period.before).values_list("cause").annotate(found=Count("pk")).order_by())


def _causes(period: Period, seen: list[Seen], earlier: dict[str, int]) -> list[CauseRow]:
    titles, found = cause_choices(), dict[str, CauseRow]()
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
    """Return each day (each week of a long period) with its cases: solved, and not."""
    step = 1 if period.days <= 31 else 7
    good, other = Counter[int](), Counter[int]()
    for one in seen:
        where = (timezone.localdate(one.opened_at) - period.since).days // step
        (good if one.way in SOLVED else other)[where] += 1
    count = -(-period.days // step)
    return [(period.since + dt.timedelta(days=at * step), good[at], other[at]) for at in range(count)]


def _attention(person: Person, period: Period, seen: list[Seen], ends: dict[str, Number]) -> Iterator[Attention]:
    yield Attention(ends["same_error"])
    yield attention.many_cases(period, seen)
    yield Attention(_overdue(person, period))
    yield Attention(ends["unanswered"])
    yield attention.guides(period, seen)
    yield from attention.computers(person, period)
