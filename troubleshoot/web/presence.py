"""A page that says that it is open: what others read as "is looking at this page now"."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from troubleshoot.cases import presence
from troubleshoot.models import Case
from troubleshoot.people import access
from troubleshoot.web.view_rules import rule, visitor


@rule("case.read")
@require_POST
def here(request: HttpRequest, number: int) -> HttpResponse:
    """Note that the visitor has the page of this case open."""
    case = access.obtain(Case.objects.select_related("host__site", "site"), visitor(request), "case.read", pk=number)
    presence.beat(actor=visitor(request), case=case)
    return HttpResponse(status=204)
