"""A page that says that it is open: what others read as "is looking at this page now"."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from troubleshoot import cases, people
from troubleshoot.models import Case
from troubleshoot.web.view_rules import rule, visitor


@rule("case.read")
@require_POST
def here(request: HttpRequest, number: int) -> HttpResponse:
    """Note that the visitor has the page of this case open."""
    case = people.obtain_object(
        Case.objects.select_related("host__site", "site"), visitor(request), "case.read", pk=number
    )
    cases.note_presence(actor=visitor(request), case=case)
    return HttpResponse(status=204)
