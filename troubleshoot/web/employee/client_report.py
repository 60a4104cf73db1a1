"""What a person sees on their own PC: questions one by one, a script of the company, a command as the last way."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from troubleshoot import cases, people
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import Case
from troubleshoot.probes import BLOCK_MOST_CHARACTERS
from troubleshoot.web import rate_limits
from troubleshoot.web.case_parts import Contacts, OwnPc
from troubleshoot.web.refusals import refusal_notice
from troubleshoot.web.view_rules import rule, visitor

ROWS = Case.objects.with_guide().select_related("host", "beneficiary", "site")


@rule("case.answer")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Ask what the person sees on their PC, and take a report of it; for them, and for helpdesk who ask a caller."""
    case = people.obtain_object(ROWS, visitor(request), "case.answer", pk=number)
    if not OwnPc(case).may_observe:
        return redirect("case", number)
    error = ""
    if request.method == "POST":
        try:
            _take(request, case)
        except Refusal as refusal:
            error = refusal_notice(refusal)
        else:
            more = "block" not in request.POST
            return redirect("case-pc" if more else "case", number)
    return _render(request, case, error)


@rule("case.answer")
@require_safe
def script(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out the script that the company has signed, byte by byte."""
    case = people.obtain_object(ROWS, visitor(request), "case.answer", pk=number)
    found = OwnPc(case).script
    if found is None:
        raise Http404
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=found.name) or ""}
    return HttpResponse(found.content, content_type="application/octet-stream", headers=headers)


def _take(request: HttpRequest, case: Case) -> None:
    """Keep an answer, or a report that was pasted. Raises Refusal."""
    given = request.POST
    if "block" not in given:
        asked, value = given.get("question", ""), given.get("value", "")
        cases.answer_pc_question(actor=visitor(request), case=case, question=asked, value=value)
        return
    if rate_limits.too_much(request, given["block"], cost=rate_limits.KEPT):
        raise Refusal(RefusalCode.TOO_MUCH)
    cases.submit_client_report(actor=visitor(request), case=case, text=given["block"])


def _render(request: HttpRequest, case: Case, error: str) -> HttpResponse:
    own_pc = OwnPc(case, request.GET.get("change", ""))
    typed = request.POST.get("block")
    shown = {
        "case": case,
        "own_pc": own_pc,
        "host": case.computer_name,
        "own": case.beneficiary_id == visitor(request).pk,
        "contacts": Contacts(case, visitor(request)),
        "typed_at": "file" if request.POST.get("place") == "file" and own_pc.script else "command",
        "typed": (typed or "")[:BLOCK_MOST_CHARACTERS],
        "most": BLOCK_MOST_CHARACTERS,
        "error": error if typed is None else "",
        "block_error": error if typed is not None else "",
    }
    return render(request, "employee/client_report.html", shown, status=422 if error else 200)
