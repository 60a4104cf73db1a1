"""From a pasted error to a case: the text is kept through the sign-in, then the computer is chosen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from uuid6 import uuid7

from troubleshoot import cases, engine
from troubleshoot.cases import open_case_about, open_case_for_caller
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import Case, Host, Person
from troubleshoot.web import rate_limits
from troubleshoot.web.employee import hand_in, home
from troubleshoot.web.forms.cases import ComputerForm, HandOverForm, PasteForm
from troubleshoot.web.refusals import refusal_notice
from troubleshoot.web.view_rules import public, rule, visitor

#: Where the session keeps a text until its case is open.
PASTED = "pasted"
MOST_COMPUTERS = 12


@public
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Keep what was pasted and go on to the computer; on the way whoever is a stranger signs in.

    A file is read first, and what it says is shown.
    """
    if isinstance(file := request.FILES.get("file"), UploadedFile):
        return hand_in.read(request, file)
    form = PasteForm(request.POST)
    if rate_limits.too_much(request, request.POST.get("text", ""), cost=rate_limits.KEPT):
        return home.ask(request, form, status=429, busy=home.busy())
    if not form.is_valid():
        return home.ask(request, form, status=422)
    request.session[PASTED] = {"text": form.cleaned_data["text"], "code": form.cleaned_data["code"]}
    if not isinstance(request.user, Person):
        messages.info(request, _("Your text is kept. Sign in, and it goes on from there."))
    return redirect("case-new")


@rule("case.open")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Render screen 2: which computer, from where, how urgent."""
    pasted = request.session.get(PASTED)
    if not pasted:
        return redirect("home")
    computers = own_computers(visitor(request))
    named = _named(pasted["text"], computers) or {"host": _chosen(computers)}
    typed = {**pasted, **named, **_way(pasted["text"]), "urgency": str(Case.Urgency.TODAY), "page": str(uuid7())}
    return _screen(request, None, typed, computers)


def _chosen(computers: list[Any]) -> str:
    """Choose what is chosen at first: the only computer, or the one used last; of several unused ones none."""
    if not computers:
        return ComputerForm.OTHER
    return str(computers[0].pk) if len(computers) == 1 or computers[0].used else ""


def _named(text: str, computers: list[Any]) -> dict[str, str]:
    """Choose, to be looked at before it counts, the computer that the text names; nothing where it names none."""
    name = next((one.value for one in engine.names_in(text) if one.kind == "computer"), "")
    if not name:
        return {}
    own = next((one for one in computers if one.name.lower() in (name.lower(), name.lower().partition(".")[0])), None)
    return {"host": str(own.pk)} if own else {"host": ComputerForm.OTHER, "other": name}


def _way(text: str) -> dict[str, str]:
    """Choose, to be looked at before it counts, the way through a gateway where a saved connection always takes it."""
    saved = engine.read_saved_connection(text)
    always = saved is not None and saved.gateway and saved.numbers.get("gatewayusagemethod") == 1
    return {"whereabouts": str(Case.Whereabouts.GATEWAY)} if always else {}


@rule("case.open")
@require_POST
def opened(request: HttpRequest) -> HttpResponse:
    """Open the case and look at the computer at once; or hand it to helpdesk as it stands."""
    person = visitor(request)
    computers = own_computers(person)
    help_ = "help" in (*request.POST, request.POST.get("anew"))
    form = (HandOverForm if help_ else ComputerForm)(request.POST, person=person, computers=computers)
    valid, status = form.is_valid(), 422
    try:
        if rate_limits.too_much(request, request.POST.get("text", ""), cost=rate_limits.KEPT):
            status = 429
            raise Refusal(RefusalCode.TOO_MUCH)
        if not valid:
            return _screen(request, form, request.POST.dict(), computers, status=status)
        if "anew" not in request.POST and (same := _still_open(person, form.cleaned_data)):
            beside = {"still_open": same, "anew": "help" if help_ else "on"}
            return _screen(request, form, request.POST.dict(), computers, status=409, **beside)
        case = _open(person, form.cleaned_data, help_=help_)
    except Refusal as refusal:
        form.add_error(None, refusal_notice(refusal))
        return _screen(request, form, request.POST.dict(), computers, status=status)
    request.session.pop(PASTED, None)
    return redirect("case", case.pk)


def _open(person: Person, found: dict[str, Any], *, help_: bool) -> Case:
    given: dict[str, Any] = {
        "error_text": found["text"],
        "code": found["code"],
        "host": found["computer"],
        "named_host": found["other"] if found["host"] != str(getattr(found["computer"], "pk", "")) else "",
        "urgency": found["urgency"],
        "whereabouts": found["whereabouts"],
        "opened_with": found["page"],
    }
    if help_:
        return open_case_for_caller(actor=person, **given)
    return cases.open_case(actor=person, beneficiary=person, **given)


def _still_open(person: Person, found: dict[str, Any]) -> Case | None:
    """Return the person's open case about the same computer; None where this very page has opened it."""
    opened = Case.objects.filter(opened_by=person, opened_with=found["page"], closed_at=None)
    twice = bool(found["page"]) and opened.exists()
    return None if twice else open_case_about(person, found["computer"], found["other"])


def own_computers(person: Person) -> list[Any]:
    """Return the computers of a person, last used first."""
    own = Host.objects.filter(Q(owner=person) | Q(pk__in=person.assigned_hosts.values("pk")), invented=False)
    last = Max("cases__pk", filter=Q(cases__beneficiary=person))
    used = own.select_related("site").annotate(used=last).order_by(F("used").desc(nulls_last=True), "name")
    return list(used[:MOST_COMPUTERS])


def _screen(
    request: HttpRequest,
    form: ComputerForm | None,
    typed: dict[str, Any],
    computers: list[Host],
    *,
    status: int = 200,
    **beside: Any,
) -> HttpResponse:
    shown = {
        "form": form,
        "typed": typed,
        "computers": computers,
        "hint": None
        if status == 429
        else home.hint(typed.get("text", "")[: cases.ERROR_MOST_CHARACTERS], typed.get("code", "")),
        "whereabouts": Case.Whereabouts.choices,
        "urgencies": Case.Urgency.choices,
        **home.surroundings(request.user),
        **beside,
    }
    return render(request, "employee/case_new.html", shown, status=status)
