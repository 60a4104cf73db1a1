"""The home page: who you are to the portal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troubleshoot.views.doors import signed_in, visitor


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the visitor's name and the roles they hold, where and until when."""
    grants = visitor(request).grants.active().select_related("site")
    return render(request, "home.html", {"grants": grants})
