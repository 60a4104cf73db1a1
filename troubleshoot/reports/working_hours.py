"""Working time between two moments: what of a wait fell into a site's hours, Monday to Friday."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone


def span(text: str) -> tuple[dt.time, dt.time] | None:
    """Return the hours of a day as a site keeps them ("08:00-17:30"); None for a site without."""
    if not text:
        return None
    start, _dash, end = text.partition("-")
    return dt.time.fromisoformat(start), dt.time.fromisoformat(end)


def worked(since: dt.datetime, until: dt.datetime, hours: tuple[dt.time, dt.time]) -> dt.timedelta:
    """Return how much working time lies between two moments, in the portal's own time zone."""
    zone = timezone.get_default_timezone()
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    weeks = max(0, (last - first).days // 7 - 1)  # whole weeks in the middle need no look at each day
    whole = weeks * 5 * (_at(first, hours[1], None) - _at(first, hours[0], None))
    days = (first + dt.timedelta(days=count) for count in range((last - first).days + 1))
    edges = (
        day for day in days if not first + dt.timedelta(days=7) <= day < first + dt.timedelta(days=7 * (weeks + 1))
    )
    return whole + sum((_of_day(day, since, until, hours, zone) for day in edges), dt.timedelta())


def _of_day(
    day: dt.date, since: dt.datetime, until: dt.datetime, hours: tuple[dt.time, dt.time], zone: dt.tzinfo
) -> dt.timedelta:
    if day.weekday() >= 5:
        return dt.timedelta()
    start, end = max(since, _at(day, hours[0], zone)), min(until, _at(day, hours[1], zone))
    return max(end - start, dt.timedelta())


def _at(day: dt.date, time: dt.time, zone: dt.tzinfo | None) -> dt.datetime:
    return dt.datetime.combine(day, time, zone)
