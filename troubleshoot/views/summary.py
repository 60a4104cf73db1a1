"""The summary for managers and auditors, and its numbers as a file."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from troubleshoot.models import Person, Site
from troubleshoot.reports import exporting
from troubleshoot.reports import summary as reports
from troubleshoot.reports.asking import READERS
from troubleshoot.reports.numbers import PERIODS, Period, Summary
from troubleshoot.views.doors import rule, visitor
from troubleshoot.views.history import attachment


@rule("summary.read")
@require_safe
def shown(request: HttpRequest) -> HttpResponseBase:
    """The numbers of a period; an address that is not understood shows none and says why."""
    sites, period = _understood(visitor(request), request.GET)
    context = {"sites": sites, "periods": PERIODS, "period": period}
    if period is None:
        return render(request, "summary.html", context, status=422)
    return render(request, "summary.html", {**context, "found": reports.of(visitor(request), period)})


@rule("summary.read")
@require_safe
def download(request: HttpRequest) -> HttpResponseBase:
    """The numbers as a file, each with its definition; recorded like every export."""
    person = visitor(request)
    sites, period = _understood(person, request.GET)
    if period is None:
        return render(request, "summary.html", {"sites": sites, "periods": PERIODS}, status=422)
    if request.method == "GET":
        exporting.record(actor=person, what="summary", asked=period.asked("summary"))
    return attachment(
        exporting.lines((_("number"), _("value"), _("meaning")), _rows(reports.of(person, period))), "summary"
    )


def _understood(person: Person, query: QueryDict) -> tuple[list[Site], Period | None]:
    """The sites to choose from, and what was asked for; None for anything that the page does not offer."""
    sites = list(Site.objects.where(person, READERS))
    by_slug: dict[str, Site | None] = {"": None, **{site.slug: site for site in sites}}
    days, slug = query.get("days", "30"), query.get("site", "")
    strange = set(query) - {"days", "site"} or any(len(query.getlist(name)) > 1 for name in query)
    if strange or slug not in by_slug or days not in map(str, PERIODS):
        return sites, None
    return sites, Period.last(int(days), by_slug[slug])


def _rows(found: Summary) -> Iterator[tuple[object, ...]]:
    """Every number of the page, in its order."""
    yield _("from"), found.period.since, ""
    yield _("to"), found.period.until, ""
    yield _("site"), found.period.site or _("all"), ""
    for number in (found.cases, found.solved, *found.ways, found.over_a_day):
        yield number.words, number.value, number.meaning
    for number in (found.changes, *found.ends, *found.words, found.held, found.came_back, found.too_young):
        yield number.words, number.value, number.meaning
    for number in (*found.dangerous, *(one.number for one in found.attention)):
        yield number.words, number.value, number.meaning
    for row in found.causes:
        yield _("cases with cause: %s") % row.title, row.cases, ""
