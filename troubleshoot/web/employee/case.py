"""An employee's case: one page that shows the screen at which it stands, and the person's list of cases."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from troubleshoot import people, wording
from troubleshoot.engine import CaseMatter
from troubleshoot.models import Case
from troubleshoot.web import htmx
from troubleshoot.web.employee.case_page import EmployeeCasePage
from troubleshoot.web.view_rules import signed_in, visitor

PAGE = 25
#: A case without what its page never shows; a change locks the row and reads the rest then.
ROWS = (
    Case.objects.with_guide()
    .select_related("site", "host__site")
    .defer("error_text", "facts_digest", "opened_with", "waiting_for", "matter", "at_step", "need", "cause", "word")
)


@signed_in
@require_safe
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Show the screen at which the case stands; or, for a page that is watching, the part that has changed."""
    case = people.obtain_object(ROWS, visitor(request), "case.read", pk=number)
    if case.beneficiary_id != visitor(request).pk:
        return redirect(
            "desk-case" if people.may(visitor(request), "desk.read", case).allowed else "history-case", number
        )
    case.beneficiary = visitor(request)
    return render_case(request, EmployeeCasePage(case, visitor(request), request.GET.get("change", "")))


def render_case(
    request: HttpRequest, page: EmployeeCasePage, *, status: int = 200, error: str = "", typed: str = ""
) -> HttpResponse:
    """Render the page of a case, with what could not be done and what was typed for it."""
    seen = request.GET.get("seen", "")
    asking = seen == "asking" and page.case.closed_at is None
    shown = {
        "page": page,
        "case": page.case,
        "screen": f"employee/case_{page.screen}.html",
        "seen": "asking" if asking or page.meanwhile else page.mark,
        "news": seen != page.mark or request.GET.get("n") != str(page.checks.over),
        "error": error,
        "typed": typed,
    }
    # While somebody answers the question below the list, only the list is exchanged, never the question.
    return htmx.render_page(
        request, "employee/case.html", shown, parts={"live": "checks" if asking else "live"}, status=status
    )


@signed_in
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the cases of the visitor, newest first, a page at a time."""
    rows = Case.objects.filter(beneficiary=visitor(request)).select_related("host").order_by("-pk")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    shown = [(case, *_standing(case)) for case in found[:PAGE]]
    more = found[PAGE - 1].pk if len(found) > PAGE else None
    return render(request, "employee/my_cases.html", {"cases": shown, "more": more, "after": after})


def _standing(case: Case) -> tuple[str, str]:
    of = CaseMatter(case.matter)
    return wording.case_state_words(of, case.outcome, case.waiting_for, sent_to=case.sent_to)
