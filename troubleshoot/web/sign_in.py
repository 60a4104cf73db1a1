"""Signing in and out."""

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from troubleshoot import people
from troubleshoot.models import Person
from troubleshoot.web.forms.cases import SignInForm
from troubleshoot.web.view_rules import public, signed_in, visitor

#: Failures from one address, over all accounts, before it has to wait: an office behind one address stays well below.
ADDRESS_LIMIT = 60


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for address and password; open a new session when they fit."""
    target = _safe_target(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request.POST or None)
    if request.method != "POST":
        return render(request, "sign_in.html", {"form": form, "next": target})
    if _address_is_guessing(request):
        return locked_out(request)
    if person := _person_behind(request, form):
        with transaction.atomic():
            login(request, person)
            people.record_sign_in(person=person)
        return redirect(target)
    return render(request, "sign_in.html", {"form": form, "next": target, "failed": True}, status=422)


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session and tell the browser to forget what it kept."""
    with transaction.atomic():
        people.record_sign_out(person=visitor(request))
        logout(request)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    """Say that there were too many tries from here; the account itself stays open to other addresses."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    response = render(request, "sign_in_locked.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def _person_behind(request: HttpRequest, form: SignInForm) -> Person | None:
    """Return the person whose address and password these are. A failure is recorded until the lock holds."""
    if not form.is_valid():
        return None
    name = form.cleaned_data["username"]
    person = authenticate(request, username=name, password=form.cleaned_data["password"])
    if isinstance(person, Person):
        return person
    failures = getattr(request, "axes_failures_since_start", 0)
    if failures <= settings.AXES_FAILURE_LIMIT:
        people.record_failed_sign_in(email=name, locked=failures == settings.AXES_FAILURE_LIMIT)
    return None


def _address_is_guessing(request: HttpRequest) -> bool:
    """Tell whether this address has failed at many accounts lately, each below the limit of a single one."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(ip_address=request.META.get("REMOTE_ADDR"), attempt_time__gte=since)
    return (attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0) >= ADDRESS_LIMIT


def _safe_target(request: HttpRequest) -> str:
    """Return where to go afterwards: a path of ours, or home."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/") and wanted.isprintable() else "/"
