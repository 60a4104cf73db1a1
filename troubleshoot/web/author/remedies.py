"""What the portal changes, what it explains, and what it refuses and why: every remedy of the catalogue, to be found.

Readable like the book of codes: who looks for a tip of the web should find why it does harm before trying it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troubleshoot import catalog, wording
from troubleshoot.engine import Action
from troubleshoot.web.author.codes import PUBLIC
from troubleshoot.web.view_rules import public_when


@public_when(PUBLIC)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show every remedy, or those in whose words all words of the question stand."""
    asked = request.GET.get("q", "").strip()[:200]
    found = [one for one in catalog.installed_catalog().actions.values() if _answers(one, asked)]
    groups: dict[str, list[dict[str, Any]]] = {"refused": [], "run": [], "manual": []}
    for action in sorted(found, key=lambda one: one.title):
        groups.get(action.kind, groups["run"]).append(_line(action))
    return render(request, "author/remedies.html", {"q": asked, "number": len(found), **groups})


def _answers(action: Action, asked: str) -> bool:
    told = " ".join((action.name, action.title, action.explain, action.refused, action.instead)).casefold()
    return all(word in told for word in asked.casefold().split())


def _line(action: Action) -> dict[str, Any]:
    sure = wording.certainty_sentence(action.certainty)
    return {"action": action, "sure": sure, "kept": _not_put_back(action), "proofs": _proofs(action)}


def _proofs(action: Action) -> list[tuple[str, str]]:
    """Return of each resource that it changes its title, and on which Windows that was tried."""
    known = catalog.installed_catalog().resources
    changed = dict.fromkeys(wish.resource for wish in action.wishes if wish.resource in known)
    return [(known[name].title, wording.proof_words(known[name])) for name in changed]


def _not_put_back(action: Action) -> list[str]:
    """Return why parts of it cannot be put back; nothing when all of it can."""
    known = catalog.installed_catalog().resources
    fixed = [known[wish.resource] for wish in action.wishes if wish.resource in known]
    return list(dict.fromkeys(one.revert_reason for one in fixed if one.revert != "exact"))
