"""Many computers at once from a CSV file: judged first, then imported exactly as judged."""

import zlib

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from troubleshoot import hosts, people
from troubleshoot.hosts import LIST_COLUMNS, LIST_REQUIRED
from troubleshoot.models import Person
from troubleshoot.web.forms.hosts import ListForm
from troubleshoot.web.view_rules import rule, visitor

_SALT = "troubleshoot.web.administrator.host_list"
#: Characters of a judged list that one form may carry (Django takes 1 MB).
_MOST_CARRIED = 900_000
_MINUTES = 60


@rule("host.import")
@require_http_methods(["GET", "HEAD", "POST"])
def imported(request: HttpRequest) -> HttpResponse:
    """Judge a list without writing anything; a second POST imports exactly the list that was judged."""
    person = visitor(request)
    if "judged" in request.POST:
        return _import(request, person)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form=form, status=422 if request.method == "POST" else 200)
    return _judge(request, person, form.cleaned_data["file"], form)


def _judge(request: HttpRequest, person: Person, data: bytes, form: ListForm) -> HttpResponse:
    try:
        outcome = _carried_out(person, data, dry_run=True)
    except hosts.NotImported as error:
        return _refused(request, error, form)
    carried = _packed(person, data)
    if len(carried) > _MOST_CARRIED:
        form.add_error("file", _("This list is right, but too long for a page: import it with manage.py hosts import."))
        return _page(request, form=form, status=422)
    return _page(request, form=ListForm(), outcome=outcome, judged=carried)


def _import(request: HttpRequest, person: Person) -> HttpResponse:
    try:
        data = _unpacked(person, request.POST["judged"])
    except (signing.BadSignature, zlib.error):
        messages.warning(request, _("This page was out of date. Nothing was imported; choose the file again."))
        return redirect("admin-hosts-import")
    try:
        outcome = _carried_out(person, data)
    except hosts.NotImported as error:
        return _refused(request, error, ListForm())
    text = _("%(new)d registered, %(changed)d changed, %(same)d unchanged.")
    counts = {"new": len(outcome.registered), "changed": len(outcome.changed), "same": outcome.unchanged}
    messages.success(request, text % counts)
    return redirect("admin-hosts")


def _carried_out(person: Person, data: bytes, *, dry_run: bool = False) -> hosts.ImportOutcome:
    """Import or judge a list; record here that it reaches into other sites, because its problems are shown as a
    page."""
    with people.refusals_recorded(person):
        return hosts.import_list(actor=person, data=data, dry_run=dry_run)


def _refused(request: HttpRequest, error: hosts.NotImported, form: ListForm) -> HttpResponse:
    """Show the problems by row and column."""
    return _page(request, form=form, problems=error.problems, total=error.total, status=422)


def _page(request: HttpRequest, *, status: int = 200, **context: object) -> HttpResponse:
    context |= {"columns": LIST_COLUMNS, "required": LIST_REQUIRED}
    return render(request, "administrator/hosts_import.html", context, status=status)


def _packed(person: Person, data: bytes) -> str:
    """Return the list as a form can carry it: for this person, for an hour, and nobody can change a byte of it."""
    return signing.dumps(signing.b64_encode(zlib.compress(data, 9)).decode(), salt=f"{_SALT}:{person.pk}")


def _unpacked(person: Person, text: str) -> bytes:
    packed = signing.loads(text, salt=f"{_SALT}:{person.pk}", max_age=_MINUTES * 60)
    return zlib.decompress(signing.b64_decode(packed.encode()))
