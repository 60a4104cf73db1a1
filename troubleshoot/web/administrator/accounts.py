"""Accounts on computers: where workers find their secrets. Register, change, remove."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from troubleshoot import hosts, people
from troubleshoot.models import Credential, Person
from troubleshoot.web.forms.accounts import AccountForm
from troubleshoot.web.forms.people import form_mark, is_stale
from troubleshoot.web.view_rules import asked, rule, visitor

PAGE = 50


@rule("credential.change")
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """Show the accounts by name, and a form for a new one."""
    person = visitor(request)
    form = AccountForm(request.POST or None, administrator=person)
    if request.method == "POST" and form.is_valid():
        try:
            hosts.register_credential(actor=person, **form.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(request, _("The account is registered. Give its secret to the workers of its site."))
            return redirect("admin-credentials")
    after = asked(request, "after", 80)
    rows = people.permitted_rows(Credential.objects.filter(name__gt=after), person, "credential.change")
    found = list(rows.select_related("site").annotate(used=Count("hosts")).order_by("name")[: PAGE + 1])
    more = found[PAGE - 1].name if len(found) > PAGE else ""
    context = {"credentials": found[:PAGE], "more": more, "after": after, "form": form}
    return render(request, "administrator/credentials.html", context, status=422 if request.method == "POST" else 200)


@rule("credential.change")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one account: change it, see which computers use it, or remove it."""
    person = visitor(request)
    found = _obtain(person, pk)
    initial = {"name": found.name, "username": found.username}
    form = AccountForm(request.POST or None, initial=initial, administrator=person, changing=True)
    seen = form_mark(found.name, found.username, found.reference)
    if request.method == "POST" and form.is_valid() and not is_stale(request, form, seen):
        try:
            hosts.change_credential(actor=person, credential=found, **form.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(request, _("Saved. Test the connection of a computer that uses it."))
            return redirect("admin-credential", pk=pk)
    using = list(found.hosts.order_by("name")[: PAGE + 1])
    context = {"account": found, "form": form, "seen": seen, "using": using[:PAGE], "more": len(using) > PAGE}
    return render(request, "administrator/credential.html", context, status=422 if request.method == "POST" else 200)


@rule("credential.change")
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget an account that no computer uses."""
    person = visitor(request)
    found = _obtain(person, pk)
    try:
        hosts.remove_credential(actor=person, credential=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages), extra_tags="bad")
        return redirect("admin-credential", pk=pk)
    messages.success(request, _("The account is removed. Its secret lies elsewhere: take it from the workers too."))
    return redirect("admin-credentials")


def _obtain(person: Person, pk: int) -> Credential:
    return people.obtain_object(Credential.objects.select_related("site"), person, "credential.change", pk=pk)
