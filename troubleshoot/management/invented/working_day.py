"""Moments at which people work: when cases are opened, and when somebody of helpdesk gets round to one."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from django.utils import timezone

HOURS: Final = "08:00-17:30"
_FIRST, _LAST = dt.time(8), dt.time(17, 30)
#: Hour of the day → how often something begins in it: people meet an error when they begin, and after lunch.
_BEGINS: Final = {8: 7, 9: 5, 10: 3, 11: 2, 12: 1, 13: 4, 14: 3, 15: 2, 16: 2, 17: 1}


def days_back(today: dt.date, days: int) -> list[dt.date]:
    """Return the working days before today, oldest first."""
    found = (today - dt.timedelta(days=back) for back in range(days, 0, -1))
    return [day for day in found if day.weekday() < 5]


def some_moment(day: dt.date, chance: random.Random) -> dt.datetime:
    """Return a moment of a working day at which somebody meets an error."""
    (hour,) = chance.choices(list(_BEGINS), weights=list(_BEGINS.values()))
    time = dt.time(hour, chance.randrange(30 if hour == 17 else 60), chance.randrange(60))
    return dt.datetime.combine(day, time, timezone.get_default_timezone())


def latest_moments(now: dt.datetime, number: int, chance: random.Random) -> list[dt.datetime]:
    """Return so many moments of the latest working days before now, latest first; the last quarter of an hour stays
    free."""
    today = timezone.localdate(now)
    days = [*days_back(today, 7), *([today] if today.weekday() < 5 else [])]
    found = [some_moment(day, chance) for day in days for _ in range(2 * number)]
    before = now - dt.timedelta(minutes=15)
    return sorted((moment for moment in found if moment < before), reverse=True)[:number]


def at_work(moment: dt.datetime) -> dt.datetime:
    """Return the same moment, or the next morning when it falls into somebody's free time."""
    here = moment.astimezone(timezone.get_default_timezone())
    if here.time() < _FIRST:
        here = _morning(here, here.date())
    if here.time() > _LAST:
        here = _morning(here, here.date() + dt.timedelta(days=1))
    while here.weekday() >= 5:
        here = _morning(here, here.date() + dt.timedelta(days=1))
    return here


def _morning(moment: dt.datetime, day: dt.date) -> dt.datetime:
    minutes = dt.timedelta(minutes=moment.minute // 2, seconds=moment.second)
    return dt.datetime.combine(day, _FIRST, moment.tzinfo) + minutes
