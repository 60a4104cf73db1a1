"""Administration: what is missing, and the sites with what they tell their people."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from troubleshoot import operations, people
from troubleshoot.engine import EVERY_SITE
from troubleshoot.models import Person, Site
from troubleshoot.people import may, obtain_object, permitted_sites
from troubleshoot.web.forms.people import AdminForm, form_mark, is_stale
from troubleshoot.web.forms.sites import SiteForm, TimesForm
from troubleshoot.web.view_rules import rule, visitor

PAGE = 50


@rule("administration.read")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the first steps, those that are missing with what to do, and the way to the other pages."""
    context = {"steps": operations.first_steps(visitor(request)), "solo": settings.MENDPOINT_SOLO_MODE}
    return render(request, "administrator/home.html", context)


@rule("site.change")
@require_http_methods(["GET", "HEAD", "POST"])
def sites(request: HttpRequest) -> HttpResponse:
    """Show the sites that the visitor administers, and a form for a new one."""
    person = visitor(request)
    form = SiteForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _make_site(person, form):
            messages.success(request, _("The site is made. Its workers listen for it within a few seconds."))
            return redirect("admin-sites")
    rows = _mine(person).order_by("name")[:PAGE]
    may_make = may(person, "site.create", EVERY_SITE)
    return render(
        request, "administrator/sites.html", {"sites": rows, "form": form, "may_make": may_make}, status=status
    )


@rule("site.change")
@require_http_methods(["GET", "HEAD", "POST"])
def site(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what a site is called and what it tells its people."""
    found = _site(request, pk)
    names = [name for name in SiteForm.base_fields if name != "slug"]
    shown = {name: getattr(found, name) for name in names}
    form = SiteForm(request.POST or None, initial=shown)
    del form.fields["slug"]
    if saved := _saved(request, found, form, seen := form_mark(shown), lambda: form.cleaned_data):
        return saved
    return _page(request, "administrator/site.html", {"site": found, "form": form, "seen": seen})


@rule("site.change")
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what cases of a site took before Mendpoint, by cause: from it the summary reckons the time that is saved."""
    found = _site(request, pk)
    form = TimesForm(request.POST or None, before=found.minutes_before)
    if saved := _saved(
        request, found, form, seen := form_mark(found.minutes_before), lambda: {"minutes_before": form.minutes()}
    ):
        return saved
    return _page(request, "administrator/times.html", {"site": found, "form": form, "seen": seen})


def _site(request: HttpRequest, pk: UUID) -> Site:
    return obtain_object(Site.objects.all(), visitor(request), "site.change", pk=pk)


def _saved(
    request: HttpRequest, found: Site, form: AdminForm, seen: str, given: Callable[[], dict[str, Any]]
) -> HttpResponse | None:
    """Answer a form that was saved; None when there is a page to show, perhaps with what is wrong."""
    if request.method != "POST" or not form.is_valid() or is_stale(request, form, seen):
        return None
    try:
        people.change_site(actor=visitor(request), site=found, **given())
    except ValidationError as error:
        form.take(error)
        return None
    messages.success(request, _("Saved."))
    return redirect(request.path)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _mine(person: Person) -> QuerySet[Site]:
    return permitted_sites(person, "site.change")


def _make_site(person: Person, form: SiteForm) -> bool:
    """Make the site, with its texts, or put what is wrong into the form."""
    given = dict(form.cleaned_data)
    try:
        with transaction.atomic():  # a site without its texts would be left behind
            made = people.create_site(actor=person, slug=given.pop("slug"), name=given.pop("name"))
            people.change_site(actor=person, site=made, **given)
    except ValidationError as error:
        form.take(error)
        return False
    return True
