"""Times as a person reads them: in their zone, with UTC in the title; lengths of time in few words."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@register.filter
def moment(at: dt.datetime | str | None, precision: str = "seconds") -> SafeString | str:
    """A point in time, also from a host's ISO text: the time alone when it is today, else with its day.

    `precision` "minutes" is for what lasts long: nobody minds the second in which it began.
    """
    if isinstance(at, str):
        at = _parsed(at)
    if at is None:
        return ""
    local = timezone.localtime(at)
    today = local.date() == timezone.localdate()
    clock = f"{local:%H:%M}" if precision == "minutes" else f"{local:%H:%M:%S}"
    return _time(at, clock if today else date_format(local, "j M Y, H:i"))


@register.filter
def ago(at: dt.datetime | None) -> SafeString | str:
    """How long ago it was: "40 s ago"."""
    return _time(at, _("%(length)s ago") % {"length": length(timezone.now() - at)}) if at else ""


@register.filter
def since(at: dt.datetime | None) -> SafeString | str:
    """How long it has lasted: "3 min"."""
    return _time(at, length(timezone.now() - at)) if at else ""


@register.filter
def until(at: dt.datetime | None) -> SafeString | str:
    """How long until then: "3 h 41 min"."""
    return _time(at, length(at - timezone.now())) if at else ""


@register.filter("lasting")
def length(span: dt.timedelta) -> str:
    """A length of time in at most two units; nothing is shorter than 0 s."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < _MINUTE:
        return _("%d s") % seconds
    if seconds < _HOUR:
        return _("%d min") % (seconds // _MINUTE)
    if seconds < _DAY:
        hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    days = seconds // _DAY
    return ngettext("%d day", "%d days", days) % days


def _parsed(text: str) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _time(at: dt.datetime, words: str) -> SafeString:
    utc = at.astimezone(dt.UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>', f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M:%S}", words
    )
