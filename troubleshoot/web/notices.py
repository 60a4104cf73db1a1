"""Notices of the visitor, and the small choice of colours."""

from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from troubleshoot import wording
from troubleshoot.models import Notice
from troubleshoot.web.context_processors import THEMES
from troubleshoot.web.view_rules import public, signed_in, visitor

PAGE = 50
YEAR = 365 * 24 * 3600


@signed_in
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the latest notices, unread ones first marked as such; each leads to what it is about."""
    rows = Notice.objects.filter(person=visitor(request)).order_by("-pk")[:PAGE]
    return render(request, "notices.html", {"notices": [(row, wording.notice_words(row)) for row in rows]})


@signed_in
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark every notice as read."""
    Notice.objects.unread(visitor(request)).update(read_at=Now())
    return redirect("notices")


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of colours in a cookie (as the system, light or dark), and go back to where it was made."""
    target = request.headers.get("Referer", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = redirect(target if safe else "/")
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Strict", httponly=True, secure=request.is_secure())
    return response
