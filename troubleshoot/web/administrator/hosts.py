"""The computers: list, register, change, allow changes, forget the identity, test the connection, import a list."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troubleshoot import hosts, operations, people
from troubleshoot.models import Host, Person
from troubleshoot.web.forms.hosts import HostForm, shown_values
from troubleshoot.web.forms.people import is_stale
from troubleshoot.web.htmx import render_page
from troubleshoot.web.view_rules import asked, rule, visitor

PAGE = 50


@rule("host.change")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the computers of the visitor's sites by name, fifty at a time, found by a part of their name or address."""
    query, after = asked(request, "q", 253), asked(request, "after", 253)
    rows = _mine(visitor(request)).select_related("site", "owner", "credential")
    if query:
        rows = rows.filter(name__icontains=query) | rows.filter(address__icontains=query)
    found = list(rows.filter(name__gt=after).order_by("name")[: PAGE + 1])
    more = found[PAGE - 1].name if len(found) > PAGE else ""
    return render(
        request, "administrator/hosts.html", {"hosts": found[:PAGE], "more": more, "q": query, "after": after}
    )


@rule("host.change")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register a computer; it begins as diagnose only."""
    person = visitor(request)
    form = HostForm(request.POST or None, administrator=person)
    if request.method == "POST" and form.is_valid():
        try:
            host = hosts.register_host(actor=person, **form.settings())
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(request, _("Registered. The next step is the connection test."))
            return redirect("admin-host", pk=host.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "administrator/host_new.html", {"form": form}, status=status)


@rule("host.change")
@require_http_methods(["GET", "HEAD", "POST"])
def host(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one computer: how it is registered, and the form to change that."""
    person = visitor(request)
    found = _obtain(person, pk)
    form = HostForm(request.POST or None, initial=shown_values(found), administrator=person)
    seen = hosts.host_version(found)
    posted = request.method == "POST" and form.is_valid()
    if posted and not is_stale(request, form, seen) and _change(person, found, form):
        messages.success(request, _("Saved."))
        return redirect("admin-host", pk=pk)
    context = {"host": found, "form": form, "seen": seen, "last": operations.connection_tests(found).first()}
    return render(request, "administrator/host.html", context, status=422 if request.method == "POST" else 200)


@rule("host.change")
@require_POST
def mode(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the portal change this computer, or only observe it."""
    person = visitor(request)
    allow = request.POST.get("changes") == "yes"
    wanted = Host.Mode.CHANGES_ALLOWED if allow else Host.Mode.DIAGNOSE_ONLY
    hosts.change_host(actor=person, host=_obtain(person, pk), mode=wanted)
    messages.success(request, _("The portal may change this computer.") if allow else _("The portal only looks at it."))
    return redirect("admin-host", pk=pk)


@rule("host.change")
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the computer for a new one: its identity is learned at the next contact."""
    person = visitor(request)
    hosts.change_host(actor=person, host=_obtain(person, pk), forget_identity=True)
    messages.success(
        request,
        _(
            "Its identity is forgotten. It is learned again at the next contact; until you allow "
            "changes again, the portal only looks."
        ),
    )
    return redirect("admin-host", pk=pk)


@rule("host.test")
@require_http_methods(["GET", "HEAD", "POST"])
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the last connection test, live while it runs; a POST asks for another."""
    person = visitor(request)
    found = people.obtain_object(Host.objects.select_related("site", "credential"), person, "host.test", pk=pk)
    if request.method == "POST":
        operations.request_connection_test(actor=person, host=found)
        return redirect("admin-host-test", pk=pk)
    job = operations.connection_tests(found).first()
    stages = operations.connection_stages(job)
    bad = [one for one in stages if one.state == "bad"]
    known = [one for one in stages if one.state in {"good", "bad"}]
    context = {
        "host": found,
        "job": job,
        "stages": stages,
        "bad": bad,
        "stopped": next((one for one in bad if one.name != "clock"), None),
        "said": f"{known[-1].question} {known[-1].detail or _('Yes')}" if known else "",
        "workers": operations.site_workers(found.site) if job and not job.has_ended else [],
    }
    return render_page(request, "administrator/host_test.html", context, parts={"live": "live"})


def _obtain(person: Person, pk: int) -> Host:
    return people.obtain_object(
        Host.objects.select_related("site", "credential", "owner"), person, "host.change", pk=pk
    )


def _mine(person: Person) -> QuerySet[Host]:
    return people.permitted_rows(Host.objects.all(), person, "host.change")


def _change(person: Person, found: Host, form: HostForm) -> bool:
    """Change the registration, or put what is wrong into the form.

    The account counts as named again only when another one is chosen or the box says so: a form always sends it.
    """
    given = form.settings()
    if given["credential"] == found.credential and not form.cleaned_data["again"]:
        del given["credential"]
    try:
        hosts.change_host(actor=person, host=found, **given)
    except ValidationError as error:
        form.take(error)
        return False
    return True
