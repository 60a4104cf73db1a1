"""One's own password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from troubleshoot import people
from troubleshoot.web import rate_limits
from troubleshoot.web.forms.people import PasswordForm
from troubleshoot.web.view_rules import signed_in, visitor


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Change it; this session goes on, every other one of the person ends."""
    person = visitor(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and rate_limits.too_much(request, "", cost=rate_limits.GUESS):
        form.add_error(None, _("Too many tries. Wait a minute, then try again."))
    elif request.method == "POST" and form.is_valid():
        first = person.must_change_password
        try:
            people.change_password(person=person, current=form.cleaned_data["current"], new=form.cleaned_data["new"])
        except ValidationError as error:
            form.take(error)
        else:
            person.refresh_from_db()
            update_session_auth_hash(request, person)
            messages.success(request, _("Your password is changed."))
            return redirect("home" if first else "me")
    return render(request, "password.html", {"form": form}, status=422 if request.method == "POST" else 200)
