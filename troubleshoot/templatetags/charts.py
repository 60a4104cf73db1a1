"""Charts as SVG made on the server, without inline style or script, and durations in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def rows(number: Any) -> str:
    """Write the address of the rows that a number counts, after the history's path."""
    return f"?{urlencode(number.asked)}"


@register.filter
def address(asked: dict[str, str], outcome: str = "") -> str:
    """Write the address of the rows that were asked for, perhaps only of those with one outcome."""
    return f"?{urlencode({**asked, 'outcome': outcome} if outcome else asked)}"


@register.filter
def signed(number: int) -> str:
    """Write a change of a number, with its sign."""
    return f"+{number}" if number > 0 else str(number)


@register.simple_tag
def meaning(number: Any) -> SafeString:
    """Draw a question mark that opens the definition of a number."""
    label = _("What “%s” means") % number.words
    return format_html(
        '<details class="means"><summary aria-label="{}">?</summary><span>{}</span></details>', label, number.meaning
    )


#: The colour of each way that a case can go; two that stand side by side differ in lightness as well.
COLOURS = {"own_steps": 1, "self_service": 2, "helpdesk_fix": 3, "helpdesk_word": 6, "explained": 7, "sent_on": 4}


@register.simple_tag
def swatch(of: Any) -> SafeString:
    """Draw the colour of one share, for the legend: of a number, or the colour with this index."""
    return format_html(
        '<svg class="dot" viewBox="0 0 10 10" aria-hidden="true">'
        '<rect class="c{}" width="10" height="10" rx="2"/></svg>',
        of if isinstance(of, int) else COLOURS.get(of.name, 5),
    )


@register.simple_tag
def shares(numbers: Sequence[Any]) -> SafeString:
    """Draw one bar cut into the shares of some numbers, in their order; the legend beside it names them."""
    total = sum(number.value for number in numbers)
    at, pieces = 0.0, []
    for number in numbers:
        width = 1000 * number.value / total if total else 0
        pieces.append((COLOURS.get(number.name, 5), f"{at:.2f}", f"{width:.2f}"))
        at += width
    parts = format_html_join("", '<rect class="c{}" x="{}" width="{}" height="16"/>', pieces)
    return format_html(
        '<svg class="chart" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">{}</svg>', parts
    )


@register.simple_tag
def bar(part: int, whole: int, most: int) -> SafeString:
    """Draw a bar as long as `whole` is of `most`, its first piece as long as `part`; the row holds the numbers."""
    scale = 100 / most if most else 0
    return format_html(
        '<svg class="chart bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="c4" width="{}" height="8"/><rect class="c1" width="{}" height="8"/></svg>',
        f"{whole * scale:.2f}",
        f"{part * scale:.2f}",
    )


@register.simple_tag
def course(values: Sequence[int]) -> SafeString:
    """Draw a small line of some values, oldest first."""
    most, last = max([*values, 1]), max(len(values) - 1, 1)
    points = " ".join(f"{60 * index / last:.1f},{15 - 13 * value / most:.1f}" for index, value in enumerate(values))
    return format_html(
        '<svg class="course" viewBox="0 0 60 16" aria-hidden="true"><polyline points="{}"/></svg>', points
    )


@register.simple_tag
def columns(days: Sequence[tuple[dt.date, int, int]]) -> SafeString:
    """Draw a column for each day: solved cases below, the others above."""
    most = max([good + other for _day, good, other in days] + [4])
    step = 960 / max(len(days), 1)
    parts = []
    for index, (_day, good, other) in enumerate(days):
        x, width = f"{32 + index * step + step * 0.16:.1f}", f"{step * 0.68:.1f}"
        low, high = 150 * good / most, 150 * other / most
        parts.append((x, width, "c1", f"{165 - low:.1f}", f"{low:.1f}"))
        parts.append((x, width, "c4", f"{165 - low - high - (1.5 if low else 0):.1f}", f"{high:.1f}"))
    rects = format_html_join("", '<rect x="{}" width="{}" class="{}" y="{}" height="{}" rx="2"/>', parts)
    marks = [
        (f"{32 + index * step + step / 2:.1f}", date_format(days[index][0], "j M")) for index in _marked(len(days))
    ]
    dates = format_html_join("", '<text x="{}" y="185" text-anchor="middle">{}</text>', marks)
    scale = [(f"{165 - 150 * value / most:.1f}", value) for value in sorted({0, most // 2, most})]
    rules = format_html_join(
        "", '<path class="rule" d="M32 {0}H992"/><text x="24" y="{0}" text-anchor="end" dy="4">{1}</text>', scale
    )
    return format_html(
        '<svg class="columns" viewBox="0 0 1000 190" aria-hidden="true">{}{}{}</svg>', rules, rects, dates
    )


def _marked(count: int) -> range:
    """Return the columns under which a date stands: five or fewer."""
    return range(0, count, max(1, -(-count // 5)))
