"""What the person's own PC observes: the command to run there, and the form that takes what it printed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from troubleshoot import cases, people
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import Case
from troubleshoot.probes import BLOCK_MOST_CHARACTERS
from troubleshoot.web import rate_limits
from troubleshoot.web.case_parts import OwnPc
from troubleshoot.web.refusals import refusal_notice
from troubleshoot.web.view_rules import rule, visitor

ROWS = Case.objects.with_guide().select_related("host", "beneficiary")


@rule("case.answer")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Show the command and take its block; both for the person and for helpdesk, who may read it out and type it in."""
    case = people.obtain_object(ROWS, visitor(request), "case.answer", pk=number)
    own_pc = OwnPc(case)
    if not own_pc.may_observe:
        return redirect("case", number)
    text, error = request.POST.get("block", ""), ""
    if request.method == "POST":
        try:
            if rate_limits.too_much(request, text, cost=rate_limits.KEPT):
                raise Refusal(RefusalCode.TOO_MUCH)
            cases.submit_client_report(actor=visitor(request), case=case, text=text)
        except Refusal as refusal:
            error = refusal_notice(refusal)
        else:
            return redirect("case", number)
    shown = {
        "case": case,
        "own_pc": own_pc,
        "host": case.computer_name,
        "own": case.beneficiary_id == visitor(request).pk,
        "typed": text[:BLOCK_MOST_CHARACTERS],
        "most": BLOCK_MOST_CHARACTERS,
        "error": error,
    }
    return render(request, "employee/client_report.html", shown, status=422 if error else 200)
