"""The summary for managers and auditors, and its numbers as a file."""

import datetime as dt
import re
from collections.abc import Iterator

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from troubleshoot import people, reports
from troubleshoot.models import Person, Site
from troubleshoot.reports import (
    PERIODS,
    Period,
    Summary,
    csv_lines,
    record_download,
    summary_tiles,
    wish_monthly_summary,
)
from troubleshoot.web.manager.history import attachment
from troubleshoot.web.view_rules import rule, visitor

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@rule("summary.read")
@require_safe
def shown(request: HttpRequest) -> HttpResponseBase:
    """Show the numbers of a period; an address that is not understood shows none and says why."""
    sites, period = _understood(visitor(request), request.GET)
    context = {"sites": sites, "periods": PERIODS, "period": period, "last_month": _last_month()}
    if period is None:
        return render(request, "manager/summary.html", context, status=422)
    found = reports.make_summary(visitor(request), period)
    wanted = visitor(request).summary_month is not None
    shown = {"found": found, "tiles": summary_tiles(found), "wanted": wanted}
    return render(request, "manager/summary.html", {**context, **shown})


@rule("summary.read")
@require_POST
def monthly(request: HttpRequest) -> HttpResponseBase:
    """Send it each month, or no longer. An own wish, like the colours: about cases, nothing is written."""
    wanted = request.POST.get("wanted") == "yes"
    wish_monthly_summary(visitor(request), wanted=wanted)
    by_mail = _("It comes by e-mail on the first day of each month.")
    comes = by_mail if settings.EMAIL_HOST else _("It comes on the first day of each month, under Notices.")
    messages.success(request, comes if wanted else _("It is not sent any more."))
    return redirect("summary")


@rule("summary.read")
@require_safe
def download(request: HttpRequest) -> HttpResponseBase:
    """Send the numbers as a file, each with its definition; recorded like every export."""
    person = visitor(request)
    sites, period = _understood(person, request.GET)
    if period is None:
        return render(
            request,
            "manager/summary.html",
            {"sites": sites, "periods": PERIODS, "last_month": _last_month()},
            status=422,
        )
    if request.method == "GET":
        record_download(actor=person, what="summary", asked=period.asked("summary"))
    return attachment(
        csv_lines((_("number"), _("value"), _("meaning")), _rows(reports.make_summary(person, period))), "summary"
    )


def _understood(person: Person, query: QueryDict) -> tuple[list[Site], Period | None]:
    """Return the sites to choose from, and what was asked for; None for anything that the page does not offer."""
    sites = list(people.permitted_sites(person, "overview.read"))
    by_slug: dict[str, Site | None] = {"": None, **{site.slug: site for site in sites}}
    days, slug = query.get("days", "30"), query.get("site", "")
    strange = set(query) - {"days", "month", "site"} or any(len(query.getlist(name)) > 1 for name in query)
    if strange or slug not in by_slug or {"days", "month"} <= set(query):
        return sites, None
    if "month" in query:
        found = _MONTH.fullmatch(query.get("month", ""))
        return sites, Period.month(dt.date(int(found[1]), int(found[2]), 1), by_slug[slug]) if found else None
    return sites, Period.last(int(days), by_slug[slug]) if days in map(str, PERIODS) else None


def _last_month() -> dt.date:
    return timezone.localdate().replace(day=1) - dt.timedelta(days=1)


def _rows(found: Summary) -> Iterator[tuple[object, ...]]:
    """Yield every number of the page, in its order."""
    yield _("from"), found.period.since, ""
    yield _("to"), found.period.until, ""
    yield _("site"), found.period.site or _("all"), ""
    if found.invented:
        yield _("of the cases, invented"), found.invented_cases, _("So that a demo has something to show.")
        yield _("of the changes, invented"), found.invented_changes, _("So that a demo has something to show.")
    tiles = summary_tiles(found)
    for number in (*(one for tile in tiles for one in tile.numbers), *found.ways):
        yield number.words, number.value, number.meaning
    for number in (found.changes, *found.ends, *found.words):
        yield number.words, number.value, number.meaning
    if found.saved:
        yield _("hours saved"), round(found.saved.time.total_seconds() / 3600, 1), _("Against what was entered.")
    for number in (*found.dangerous, *found.temporary, *(one.number for one in found.attention)):
        yield number.words, number.value, number.meaning
    for name, time, meaning in ((*one, tile.number.meaning) for tile in tiles for one in tile.times.items()):
        yield _("%s, in minutes") % name, round(time.total_seconds() / 60, 1) if time else "", meaning
    for row in found.causes:
        yield _("cases with cause: %s") % row.title, row.cases, ""
