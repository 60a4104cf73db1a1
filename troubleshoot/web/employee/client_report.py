"""The look from the person's own PC: the command to run there, and the form that takes what it printed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from troubleshoot import wording
from troubleshoot.cases import client_report as own_pc
from troubleshoot.jobs.lifecycle import NotPossible
from troubleshoot.models import Case
from troubleshoot.people import access
from troubleshoot.web import rate_limits as limits
from troubleshoot.web.employee import home
from troubleshoot.web.view_rules import rule, visitor

ROWS = Case.objects.with_guide().select_related("host", "beneficiary")


@rule("case.answer")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Show the command and take its block; both for the person and for helpdesk, who may read it out and type it in."""
    case = access.obtain(ROWS, visitor(request), "case.answer", pk=number)
    command = own_pc.command(case)
    if case.closed_at is not None or not command:
        return redirect("case", number)
    host = case.host.name if case.host else case.named_host
    text, error = request.POST.get("block", ""), ""
    if request.method == "POST":
        try:
            if limits.too_much(request, text, cost=limits.KEPT):
                raise NotPossible(home.busy())
            own_pc.tell(actor=visitor(request), case=case, text=text)
        except NotPossible as refusal:
            error = str(refusal)
        else:
            return redirect("case", number)
    shown = {
        "case": case,
        "host": host,
        "command": command,
        "own": case.beneficiary_id == visitor(request).pk,
        "told": wording.told({name: part["value"] for name, part in case.pc.items()}, host),
        "latest": own_pc.told(case),
        "typed": text[: own_pc.MOST_CHARACTERS],
        "most": own_pc.MOST_CHARACTERS,
        "error": error,
    }
    return render(request, "own_pc.html", shown, status=422 if error else 200)
