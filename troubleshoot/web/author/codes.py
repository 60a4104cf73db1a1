"""The book of error codes: one page for each code, "What does 0x904 mean?", and the list to find one.

Whether strangers may read it is a setting: most people who meet a code cannot sign in anywhere at that moment.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from troubleshoot import catalog, engine, people, wording
from troubleshoot.engine import Cause, ErrorCode, KnownCode, PastedCode
from troubleshoot.web.view_rules import public_when

MOST_CAUSES = 6
PUBLIC = "MENDPOINT_PUBLIC_CODES"
#: The cause of codes that say only who or what ended a session.
NO_FAULT = "session_policy"


@public_when(PUBLIC)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Find a code: by its number or words, by its family, or by what one sees."""
    table = catalog.installed_catalog().codes
    asked = request.GET.get("q", "").strip()[:200]
    chosen = table.families.get(request.GET.get("family", ""))
    rows = engine.search_codes(table, asked) if asked else engine.code_family(table, chosen.namespace) if chosen else []
    sizes = {name: len(engine.code_family(table, name)) for name in table.families}
    shown = {
        "q": asked,
        "family": None if asked else chosen,
        "rows": [_line(entry) for entry in rows],
        "families": [(one, sizes[one.namespace]) for one in table.families.values()],
        "symptoms": {seen: [_line(one) for one in found] for seen, found in engine.codes_by_symptom(table).items()},
        "number": len(table.entries),
    }
    return render(request, "author/codes.html", shown)


@public_when(PUBLIC)
@require_safe
def shown(request: HttpRequest, namespace: str, first: str, extended: str = "") -> HttpResponse:
    """Show what one code means. A code that is not known is said to be so; other spellings lead to the one address."""
    table = catalog.installed_catalog().codes
    code = engine.code_at_address(namespace, first, extended)
    if code is None or namespace not in table.families:
        raise Http404
    if engine.code_address(code) != "/".join(filter(None, (namespace, first, extended))):
        return redirect(address(code))
    known = table.look_up(code)
    context = {"code": code, "known": known, "family": table.families[namespace], **_more(code, known)}
    context["maps"] = people.may(request.user, "guide.read").allowed
    return render(request, "author/code.html", context, status=200 if known.entry else 404)


def address(code: PastedCode) -> str:
    """Return the address of a code's page."""
    return f"{reverse('codes')}/{engine.code_address(code)}"


def _more(code: PastedCode, known: KnownCode) -> dict[str, Any]:
    table, entry = catalog.installed_catalog().codes, known.entry
    # The second number of a pair says why, so what it points to comes first.
    speaking = [one for one in (known.second, entry) if one]
    names = dict.fromkeys(name for one in speaking for name in one.causes)
    causes: list[Cause] = [catalog.installed_catalog().causes[name] for name in names]
    return {
        "certainty": wording.certainty_words(entry.certainty if entry else None),
        "sure": wording.certainty_sentence(entry.certainty if entry else None),
        "spellings": engine.code_spellings(code),
        "typed": engine.code_as_pasted(code),
        "inner": _line(entry) if entry and known.how in {"second", "wrapped"} else None,
        "second": _line(known.second) if known.second else _second(code),
        "causes": causes[:MOST_CAUSES],
        "more_causes": causes[MOST_CAUSES:],
        "no_fault": [cause.id for cause in causes] == [NO_FAULT],
        "related": [_line(one) for one in engine.related_codes(table, code)],
    }


def _second(code: PastedCode) -> dict[str, Any] | None:
    """Return the second number of an exact pair, which has a page of its own too."""
    entry = catalog.installed_catalog().codes.second(code)
    return _line(entry) if entry else None


def _line(entry: ErrorCode) -> dict[str, Any]:
    family = catalog.installed_catalog().codes.families[entry.code.namespace]
    return {
        "entry": entry,
        "address": address(entry.code),
        "sure": wording.certainty_sentence(entry.certainty),
        "family": family,
    }
