"""People and what they may do: accounts, one-time passwords, roles with an end, switching an account off."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troubleshoot import people
from troubleshoot.engine import Refusal
from troubleshoot.models import Grant, Person
from troubleshoot.people import may, obtain_object, replace_password
from troubleshoot.web.forms.people import GrantForm, PersonForm
from troubleshoot.web.refusals import refusal_notice
from troubleshoot.web.view_rules import asked, rule, visitor

PAGE = 50


@rule("person.create")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show accounts by address, fifty at a time, found by a part of name or address."""
    query, after = asked(request, "q", 254), asked(request, "after", 254)
    rows = Person.objects.all()
    if query:
        rows = rows.filter(name__icontains=query) | rows.filter(email__icontains=query)
    found = list(rows.filter(email__gt=after).order_by("email")[: PAGE + 1])
    shown = found[:PAGE]
    roles: dict[UUID, list[Grant]] = {one.pk: [] for one in shown}
    for one in Grant.objects.active().filter(person__in=shown).select_related("site"):
        roles[one.person_id].append(one)
    more = found[PAGE - 1].email if len(found) > PAGE else ""
    context = {"people": [(one, roles[one.pk]) for one in shown], "more": more, "q": query, "after": after}
    return render(request, "administrator/people.html", context)


@rule("person.create")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make an account. Its password is made here and shown in this answer alone: it is kept nowhere."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = people.one_time_password()
        try:
            made = people.create_account(
                actor=visitor(request), password=password, must_change_password=True, **form.cleaned_data
            )
        except ValidationError as error:
            form.take(error)
        else:
            return render(request, "administrator/person_made.html", {"person": made, "password": password})
    return render(
        request, "administrator/person_new.html", {"form": form}, status=422 if request.method == "POST" else 200
    )


@rule("person.grant")
@require_safe
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one account: the roles in force, those that are over, and the form to give one."""
    found = obtain_object(Person.objects.all(), visitor(request), "person.read", pk=pk)
    return _page(request, found, GrantForm(giver=visitor(request)))


@rule("person.grant")
@require_POST
def grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a role. What the rules forbid is said in words on the same page."""
    found = obtain_object(Person.objects.all(), visitor(request), "person.read", pk=pk)
    form = GrantForm(request.POST, giver=visitor(request))
    if form.is_valid():
        try:
            given = people.grant_role(actor=visitor(request), person=found, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal_notice(refusal))
        else:
            texts = {"name": found.name, "role": given.get_role_display(), "where": given.where}
            messages.success(request, _("%(name)s is %(role)s at %(where)s.") % texts)
            return redirect("admin-person", pk=pk)
    return _page(request, found, form, status=422)


@rule("person.grant")
@require_POST
def revoke(request: HttpRequest, pk: UUID, grant_pk: UUID) -> HttpResponse:
    """Take a role back."""
    found = obtain_object(Person.objects.all(), visitor(request), "person.read", pk=pk)
    given = get_object_or_404(found.grants.select_related("site"), pk=grant_pk)
    try:
        people.revoke_grant(actor=visitor(request), grant=given)
    except Refusal as refusal:
        messages.error(request, refusal_notice(refusal), extra_tags="bad")
    else:
        messages.success(request, _("The role is taken back."))
    return redirect("admin-person", pk=pk)


@rule("person.deactivate")
@require_POST
def deactivate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Switch an account off; its history stays."""
    found = obtain_object(Person.objects.all(), visitor(request), "person.deactivate", pk=pk)
    try:
        people.deactivate_account(actor=visitor(request), person=found)
    except Refusal as refusal:
        messages.error(request, refusal_notice(refusal), extra_tags="bad")
    else:
        messages.success(request, _("The account is switched off. Its sessions end with their next request."))
    return redirect("admin-person", pk=pk)


@rule("person.password")
@require_POST
def password(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give somebody who has forgotten theirs a new password, shown in this answer alone."""
    found = obtain_object(Person.objects.all(), visitor(request), "person.password", pk=pk)
    try:
        made = replace_password(actor=visitor(request), person=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages), extra_tags="bad")
        return redirect("admin-person", pk=pk)
    return render(request, "administrator/person_made.html", {"person": found, "password": made})


def _page(request: HttpRequest, found: Person, form: GrantForm, *, status: int = 200) -> HttpResponse:
    every = list(found.grants.select_related("site", "granted_by").order_by("-granted_at")[:PAGE])
    active = set(Grant.objects.active().filter(person=found).values_list("pk", flat=True))
    context = {
        "person": found,
        "form": form,
        "held": [one for one in every if one.pk in active],
        "past": [one for one in every if one.pk not in active],
        "own": found == visitor(request),
        "within_reach": may(visitor(request), "person.password", found).allowed,
        "solo": settings.MENDPOINT_SOLO_MODE,
    }
    return render(request, "administrator/person.html", context, status=status)
