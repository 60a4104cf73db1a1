"""Lengths of time and moments, as every page writes them."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from troubleshoot.wording.marked_text import MarkedText

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def length_words(span: dt.timedelta, *, precise: bool = False) -> str:
    """Return a length of time in its two largest units; `precise` is for what takes a moment: "0.4 s", and never 0."""
    exact = span.total_seconds()
    if precise and exact < _MINUTE:
        return _("%s s") % number_format(max(exact, 0.1), 1)
    seconds = max(int(exact), 1) if exact >= 0 else 0
    if seconds < _MINUTE:
        return _("%d s") % seconds
    if seconds < _HOUR:
        return _two(_("%d min") % (seconds // _MINUTE), _("%d s"), seconds % _MINUTE)
    if seconds < _DAY:
        return _two(_("%d h") % (seconds // _HOUR), _("%d min"), seconds % _HOUR // _MINUTE)
    return _two(_("%d d") % (seconds // _DAY), _("%d h"), seconds % _DAY // _HOUR)


def moment_words(at: dt.datetime, *, to_the_second: bool = True) -> str:
    """Return a moment in the reader's zone: the time alone when it is today, else with its day."""
    local = timezone.localtime(at)
    if local.date() != timezone.localdate():
        return date_format(local, "j M Y, H:i")
    return f"{local:%H:%M:%S}" if to_the_second else f"{local:%H:%M}"


def marked_moment(at: dt.datetime, *, to_the_second: bool = True) -> MarkedText:
    """Return a moment in the reader's zone, which on a page has UTC in its title."""
    words, utc = moment_words(at, to_the_second=to_the_second), at.astimezone(dt.UTC)
    title = f"{utc:%Y-%m-%d %H:%M:%S}"
    html = format_html('<time datetime="{}" title="{} UTC">{}</time>', f"{utc:%Y-%m-%dT%H:%M:%SZ}", title, words)
    return MarkedText(words, html)


def parsed_moment(text: object) -> dt.datetime | None:
    """Return the moment of an ISO text, in UTC unless that says otherwise; None where it is none."""
    try:
        at = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _two(first: str, second: str, number: int) -> str:
    return f"{first} {second % number}" if number else first
