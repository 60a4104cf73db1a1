"""Times as a person reads them: in their zone, with UTC in the title; lengths of time in few words."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from troubleshoot import wording

register = template.Library()


@register.filter
def moment(at: dt.datetime | str | None, precision: str = "seconds") -> SafeString | str:
    """Write a moment, also from a host's ISO text; `precision` "minutes" is for what lasts long."""
    if isinstance(at, str):
        at = wording.parsed_moment(at)
    return _time(at, wording.moment_words(at, to_the_second=precision != "minutes")) if at else ""


@register.filter
def ago(at: dt.datetime | None) -> SafeString | str:
    """Write how long ago it was: "40 s ago"."""
    return _time(at, _("%(length)s ago") % {"length": wording.length_words(timezone.now() - at)}) if at else ""


@register.filter
def since(at: dt.datetime | None) -> SafeString | str:
    """Write how long it has lasted: "3 min"."""
    return _time(at, wording.length_words(timezone.now() - at)) if at else ""


@register.filter
def until(at: dt.datetime | None) -> SafeString | str:
    """Write how long until then: "3 h 41 min"."""
    return _time(at, wording.length_words(at - timezone.now())) if at else ""


@register.filter
def lasting(span: dt.timedelta | None) -> str:
    """Write a length of time; nothing where there is none."""
    return "" if span is None else wording.length_words(span)


def _time(at: dt.datetime, words: str) -> SafeString:
    utc = at.astimezone(dt.UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>', f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M:%S}", words
    )
