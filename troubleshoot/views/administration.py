"""Administration: what is missing, sites, and the references to accounts."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from troubleshoot import access, hosts, people, readiness
from troubleshoot.forms_admin import CredentialForm, SiteForm
from troubleshoot.models import Credential, Person, Site
from troubleshoot.views.doors import rule, visitor

PAGE = 50


@rule("administration.read")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first steps, those that are missing with what to do, and the way to the other pages."""
    return render(request, "admin_home.html", {"steps": readiness.steps()})


@rule("site.change")
@require_http_methods(["GET", "HEAD", "POST"])
def sites(request: HttpRequest) -> HttpResponse:
    """The sites that the visitor administers, and a form for a new one."""
    person = visitor(request)
    form = SiteForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _make_site(person, form):
            messages.success(request, _("The site is made. Its workers listen for it within a few seconds."))
            return redirect("admin-sites")
    rows = _mine(person).order_by("name")[:PAGE]
    may_make = access.may(person, "site.create", access.EVERY_SITE)
    return render(request, "admin_sites.html", {"sites": rows, "form": form, "may_make": may_make}, status=status)


@rule("site.change")
@require_http_methods(["GET", "HEAD", "POST"])
def site(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a site is called and what it tells its people."""
    person = visitor(request)
    found = access.obtain(Site.objects.all(), person, "site.change", pk=pk)
    names = [name for name in SiteForm.base_fields if name != "slug"]
    form = SiteForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    del form.fields["slug"]
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                people.change_site(actor=person, site=found, **form.cleaned_data)
            except ValidationError as error:
                form.take(error)
            else:
                messages.success(request, _("Saved."))
                return redirect("admin-site", pk=pk)
    return render(request, "admin_site.html", {"site": found, "form": form}, status=status)


@rule("credential.change")
@require_http_methods(["GET", "HEAD", "POST"])
def credentials(request: HttpRequest) -> HttpResponse:
    """The accounts on hosts, by the references to their secrets, and a form for a new one."""
    person = visitor(request)
    form = CredentialForm(request.POST or None, administrator=person)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _register(person, form):
            messages.success(request, _("The account is registered. Give its secret to the workers of its site."))
            return redirect("admin-credentials")
    rows = Credential.objects.filter(site__in=_mine(person), name__gt=request.GET.get("after", ""))
    found = list(rows.select_related("site").order_by("name")[: PAGE + 1])
    context = {"credentials": found[:PAGE], "more": found[PAGE - 1].name if len(found) > PAGE else "", "form": form}
    return render(request, "admin_credentials.html", context, status=status)


def _mine(person: Person) -> QuerySet[Site]:
    return Site.objects.where(person, ["administrator"])


def _make_site(person: Person, form: SiteForm) -> bool:
    """Make the site, with its texts, or put what is wrong into the form."""
    given = dict(form.cleaned_data)
    try:
        made = people.create_site(actor=person, slug=given.pop("slug"), name=given.pop("name"))
        people.change_site(actor=person, site=made, **given)
    except ValidationError as error:
        form.take(error)
        return False
    return True


def _register(person: Person, form: CredentialForm) -> bool:
    try:
        hosts.register_credential(actor=person, **form.cleaned_data)
    except ValidationError as error:
        form.take(error)
        return False
    return True
