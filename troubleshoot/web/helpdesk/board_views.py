"""The helpdesk board, and a new case for somebody who calls."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troubleshoot import cases, people
from troubleshoot.cases import begin_incident, end_incident, incidents_for_helpdesk
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import Case, Host, Incident, Person, Site
from troubleshoot.web.case_parts import cause_title
from troubleshoot.web.forms.cases import CallerForm
from troubleshoot.web.helpdesk import board
from troubleshoot.web.htmx import render_page
from troubleshoot.web.refusals import refusal_notice
from troubleshoot.web.view_rules import asked, rule, visitor


@rule("board.read")
@require_safe
def shown(request: HttpRequest) -> HttpResponse:
    """Show the cases that need helpdesk, those that run or wait for others, or what a search finds."""
    return _page(request)


@rule("incident.begin")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Treat the cases of one cause at one site as one incident, or take those that came since."""
    person, sites = visitor(request), Site.objects.all()
    site = people.obtain_object(sites, person, "incident.begin", slug=_typed(request, "site"))
    cause = _typed(request, "cause")
    try:
        begin_incident(actor=person, site=site, cause=cause)
    except Refusal as refusal:
        return _page(request, problem=refusal_notice(refusal), status=422)
    return redirect(f"{reverse('board')}?{urlencode({'site': site.slug, 'cause': cause})}")


@rule("incident.end")
@require_POST
def end(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say that an incident is over. A second click finds it over."""
    incident = people.obtain_object(Incident.objects.select_related("site"), visitor(request), "incident.end", pk=key)
    end_incident(actor=visitor(request), incident=incident)
    return redirect("board")


@rule("case.open_for_other")
@require_http_methods(["GET", "HEAD", "POST"])
def caller(request: HttpRequest) -> HttpResponse:
    """Open a case for somebody on the phone; both names are on the record."""
    form = CallerForm(request.POST if request.method == "POST" else None)
    same: Case | None = None
    if request.method == "POST" and form.is_valid():
        person = visitor(request)
        host = _named_host(person, form.cleaned_data["host"])
        same = None if "anew" in request.POST else _still_open(person, form, host)
        try:
            if same is None:
                return redirect("desk-case", _open(person, form, host).pk)
        except Refusal as error:
            form.add_error(None, refusal_notice(error))
    status = 422 if form.errors else 409 if same else 200
    return render(request, "helpdesk/case_new.html", {"form": form, "still_open": same}, status=status)


def _page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    person = visitor(request)
    served = board.board_cases(person)
    places = board.board_columns(served)
    name, (rows, following) = _chosen(request, served, places)
    running = list(incidents_for_helpdesk(people.permitted_sites(person, "board.read"), person))
    known = {(one.site_id, one.cause) for one in running}
    context: dict[str, Any] = {"rows": rows, "following": following, "list": name, "q": asked(request, "q")}
    context |= {"counts": board.board_counts(places, served), "problem": problem, "address": _without(request, "after")}
    context |= {"running": [(one, cause_title(one.cause)) for one in running]}
    context |= {"groups": [one for one in board.board_incidents(served) if (one.site.pk, one.cause) not in known]}
    context |= {"title": "" if name else cause_title(asked(request, "cause"))}
    return render_page(request, "helpdesk/board.html", context, parts={"live": "live"}, status=status)


def _chosen(
    request: HttpRequest, served: QuerySet[Case], places: list[board.BoardColumn]
) -> tuple[str, tuple[list[board.BoardRow], str]]:
    """Return the list that the address names (a search and an incident have none), its page, the next key."""
    after, site, cause = (asked(request, part) for part in ("after", "site", "cause"))
    if text := asked(request, "q"):
        return "", board.search_cases(served, text, after=after)
    if site and cause:
        return "", board.case_list(board.board_columns(served.filter(site__slug=site, cause=cause)), "", after=after)
    if (name := asked(request, "list")) == "solved":
        return name, board.cases_solved_today(served, after=after)
    name = name if name in {*board.LISTS, board.INVENTED} else "you"
    return name, board.case_list(places, name, after=after)


def _named_host(person: Person, name: str) -> Host | None:
    """Return the registered computer of this name; None also where it is not of this person's sites."""
    try:
        rows = Host.objects.select_related("site")
        return people.obtain_object(rows, person, "case.open", name__iexact=name) if name else None
    except people.ObjectHidden:
        return None


def _still_open(person: Person, form: CallerForm, host: Host | None) -> Case | None:
    """Return the caller's open case about this computer, where whoever helps may read it."""
    same = cases.open_case_about(form.cleaned_data["person"], host, form.cleaned_data["host"])
    return same if same and people.may(person, "case.read", same).allowed else None


def _open(person: Person, form: CallerForm, host: Host | None) -> Case:
    given, name = form.cleaned_data, form.cleaned_data["host"]
    if name and host is None and not given["unregistered"]:
        raise Refusal(RefusalCode.HOST_NOT_FOUND)
    return cases.open_case(
        actor=person,
        beneficiary=given["person"],
        error_text=given["error"],
        host=host,
        urgency=given["urgency"],
        whereabouts=given["whereabouts"],
        named_host=name,
    )


def _typed(request: HttpRequest, part: str) -> str:
    return request.POST.get(part, "").replace("\0", "")[:100]


def _without(request: HttpRequest, name: str) -> str:
    """Show the query of this address without one of its parts."""
    parts = request.GET.copy()
    parts.pop(name, None)
    return parts.urlencode()
