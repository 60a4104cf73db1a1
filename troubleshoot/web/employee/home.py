"""The first page: for employees the box to paste an error into, for others the way to their own; and who you are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from uuid6 import uuid7

from troubleshoot import cases, catalog, engine, people, pictures, probes, wording
from troubleshoot.cases import ERROR_MOST_CHARACTERS
from troubleshoot.engine import CaseMatter, CodeMatch, Identified, Refusal, RefusalCode
from troubleshoot.models import Case, Incident, Person, Site
from troubleshoot.web import context_processors, htmx, rate_limits
from troubleshoot.web.forms.cases import PasteForm
from troubleshoot.web.refusals import refusal_notice
from troubleshoot.web.view_rules import public, rule, signed_in, visitor

MOST_CHOICES = 6


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Ask what the error says, of employees and of whoever has not signed in; lead everybody else to their page."""
    if isinstance(request.user, Person):
        first = next((name for name, _words in context_processors.links(request.user)), "me")
        if first != "home":
            return redirect(first)
    return ask(request, PasteForm())


@public
@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Send the picture of the tab to browsers that want it beside an answer that is no page."""
    return redirect(static("icon.svg"))


def ask(
    request: HttpRequest, form: PasteForm, status: int = 200, busy: str = "", *, read: str = "", unread: str = ""
) -> HttpResponse:
    """Render screen 1, empty or with what was pasted and why it is not enough.

    `busy`: why nothing is read just now; `read`: of what the text was read; `unread`: why a file was not.
    """
    text = cases.storable_text(str(form.data.get("text", "")))[:ERROR_MOST_CHARACTERS]
    shown = {
        "form": form,
        "text": text,
        "busy": busy,
        "hint": None if busy else hint(text, str(form.data.get("code", "")), pictured=bool(form.data.get("picture"))),
        "pictured": bool(form.data.get("picture")),
        "read": read,
        "unread": unread,
        "reads_pictures": pictures.reads_pictures(),
        "symptoms": symptoms(),
        "page": str(uuid7()),
        **surroundings(request.user),
    }
    return render(request, "employee/home.html", shown, status=status)


def busy() -> str:
    """Tell whoever has had too much read within a minute to wait."""
    return refusal_notice(Refusal(RefusalCode.TOO_MUCH))


@public
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Say what a text means while it is being typed. Keep nothing: a POST only so that no log holds the text."""
    text = request.POST.get("text", "")[:ERROR_MOST_CHARACTERS]
    if rate_limits.too_much(request, text):
        return htmx.render_page(request, "employee/home_hint.html", {"busy": busy()}, status=429)
    said = hint(text, request.POST.get("code", ""), pictured=bool(request.POST.get("picture")))
    return htmx.render_page(request, "employee/home_hint.html", {"hint": said})


@rule("incident.watch")
@require_POST
def watch(request: HttpRequest, key: UUID) -> HttpResponse:
    """Tell the visitor when an incident is over; one that is over says so."""
    incident = people.obtain_object(Incident.objects.select_related("site"), visitor(request), "incident.watch", pk=key)
    try:
        cases.watch_for_incidents(actor=visitor(request), incident=incident)
    except Refusal as refusal:
        messages.info(request, refusal_notice(refusal))
    return redirect("home")


@signed_in
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show the visitor's name and the roles they hold, where and until when."""
    grants = visitor(request).grants.active().select_related("site")
    return render(request, "employee/me.html", {"grants": grants})


def hint(text: str, prefer: str = "", *, pictured: bool = False) -> dict[str, Any] | None:
    """Return what the table says about a text: a sentence, why, and the codes to choose from; None for no text.

    `pictured`: it was read in a picture, where one digit is easily taken for another, so no code of it is sure.
    """
    if not text.strip():
        return None
    found = catalog.installed_catalog().codes.identify(text, prefer=prefer)
    entry = found.used.entry if found.used else None
    return {
        "found": found.used is not None or found.window is not None,
        "several": found.used is not None and (entry is None or len(entry.causes) > 1),
        "sentence": meaning(found),
        "why": _reasons(found),
        "words": _taken_from_words(text, found, prefer),
        "other_words": engine.OTHER_WORDS,
        "set_aside": prefer == engine.OTHER_WORDS,
        "named": [wording.named_in_text(one.kind, one.value) for one in found.named],
        "saved": _saved_words(found),
        "ask": bool(found.used and (found.used.ask or pictured)),
        "pictured": pictured,
        "choices": choices(found, sure=not pictured),
        "hints": [str(one.value) for one in found.hints if one.kind == "event"],
        "notes": found.notes,
        "page": engine.code_address(found.used.code) if found.used and entry else "",
        "code": str(found.used.code) if found.used else "",
    }


def _reasons(found: Identified) -> list[str]:
    """Return how sure the meaning is, and what it was read from."""
    window = found.window.window if found.window else None
    entry = found.used.entry if found.used else None
    certainty = window.certainty if window else entry.certainty if entry else None
    read = [_why(found.used)] if found.used else []
    if found.window and not window_speaks_by_code(found):
        read.append(_quote(found.window.text, "the words of this window"))
    return [wording.certainty_words(certainty), *read]


def _saved_words(found: Identified) -> list[str]:
    """Return what a saved connection in the text says: it is shown before it counts."""
    if found.saved is None:
        return []
    facts = probes.saved_connection_facts(found.saved, port=None)
    return wording.saved_connection_words(found.saved, engine.fact_values(facts.values()))


def window_speaks_by_code(found: Identified) -> bool:
    """Tell whether the words of a text only stand for a code, which then says everything."""
    return found.window is not None and found.window.window.code is not None


def _taken_from_words(text: str, found: Identified, prefer: str) -> str:
    """Return what we took words for that may mean something else; empty where nothing is to be confirmed."""
    if prefer == engine.OTHER_WORDS:
        found = catalog.installed_catalog().codes.identify(text)
    return wording.content(found.window.sentence) if found.window and found.window.ask else ""


def _quote(text: str, why: str) -> str:
    values = {"text": wording.own_words(text), "why": wording.content(why)}
    return wording.compose(_("We read “%(text)s”: %(why)s."), values)


def _why(used: CodeMatch) -> str:
    return _quote(used.found.text, used.found.why)


def meaning(found: Identified) -> str:
    """Return what a text means: its code, the words of a window, or what somebody chose."""
    if found.used:
        return sentence(found.used)
    if found.window:
        return wording.content(found.window.sentence)
    return wording.content(found.symptom.text) if found.symptom else sentence(None)


def sentence(used: CodeMatch | None) -> str:
    """Return the meaning of the code in use, in one sentence."""
    return wording.content(used.sentence) if used else wording.no_code_words()


def choices(found: Identified, *, sure: bool = True) -> list[dict[str, str]]:
    """Return every way to read the codes of a text, the one in use first; nothing when there is no choice. Of a text
    that is not `sure` a single one is to be confirmed as well."""
    matches = [found.used, *found.kept] if found.used else []
    codes = [code for match in matches for code in (match.code, *match.others)]
    table = catalog.installed_catalog().codes
    offered = [
        {"key": code.key, "code": str(code), "name": entry.name if (entry := table.look_up(code).entry) else ""}
        for code in list(dict.fromkeys(codes))[:MOST_CHOICES]
    ]
    return offered if len(offered) > 1 or (found.used and (found.used.ask or not sure)) else []


def symptoms() -> list[str]:
    """Return what people see who have no number, in the order of the table."""
    return [symptom.text for symptom in catalog.installed_catalog().codes.symptoms.values()]


def _latest_open(person: Person) -> tuple[Case, str] | None:
    """Return the person's latest open case, before all others one that waits for them, and where it stands."""
    rows = Case.objects.filter(beneficiary=person, closed_at=None, invented=False).select_related("host")
    case = rows.alias(theirs=Q(waiting_for=Case.WaitingFor.PERSON)).order_by("-theirs", "-pk").first()
    return (case, wording.case_state_words(CaseMatter(case.matter), "")[0]) if case else None


def surroundings(user: object) -> dict[str, Any]:
    """Return what the sites of a person tell everybody who opens a case, and how many cases they have."""
    if not isinstance(user, Person):
        return {"sites": Site.objects.exclude(phone_text="")[:3]}
    sites = list(people.permitted_sites(user, "help.ask")[:20])
    return {
        "sites": [site for site in sites if site.phone_text][:3],
        "incidents": cases.incidents_for_person(sites, user),
        "banners": [site.banner_text for site in sites if site.banner_text],
        "workarounds": [site.workaround_text for site in sites if site.workaround_text][:3],
        "earlier": Case.objects.filter(beneficiary=user)[:100].count(),
        "going_on": _latest_open(user),
    }
