"""The history: changes and cases with filters in the address, one case as a timeline, and the download."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from troubleshoot import people, remediation, reports, wording
from troubleshoot.models import Case, Job, JobState
from troubleshoot.remediation import SettledEnd
from troubleshoot.reports import case_timeline, cases_csv, changes_csv, filter_address, parse_filters, record_download
from troubleshoot.web.case_parts import LostChange
from troubleshoot.web.form_actions import act_and_return
from troubleshoot.web.forms.cases import SettleForm
from troubleshoot.web.htmx import render_page
from troubleshoot.web.manager.case_standing import CaseStanding
from troubleshoot.web.view_rules import rule, visitor

CASES = Case.objects.select_related("host__site", "guide", "beneficiary", "opened_by", "owner", "site")


@rule("history.read")
@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """Show one page of the history; an address that is not understood shows nothing and says why."""
    asked = parse_filters(visitor(request), request.GET)
    if asked.trouble:
        return render(request, "manager/history.html", {"asked": asked, "form": asked.form}, status=422)
    context = {"asked": asked, "form": asked.form, "page": reports.history_page(visitor(request), asked)}
    return render(request, "manager/history.html", {**context, "file": filter_address(asked.kept)})


@rule("history.read")
@require_safe
def download(request: HttpRequest) -> HttpResponseBase:
    """Send the same rows as a file. Who took which rows away is recorded before the first one leaves."""
    person = visitor(request)
    asked = parse_filters(person, request.GET)
    if asked.trouble:
        return render(request, "manager/history.html", {"asked": asked, "form": asked.form}, status=422)
    what = "cases" if asked.cases else "changes"
    if request.method == "GET":
        record_download(actor=person, what=what, asked=asked.kept)
    if asked.cases:
        return attachment(cases_csv(reports.case_rows(person, asked)), what)
    return attachment(changes_csv(reports.change_rows(person, asked), person), what)


@rule("case.read")
@require_safe
def case(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show everything that happened to one case. Nothing on this page changes anything."""
    found = people.obtain_object(CASES, visitor(request), "case.read", pk=number)
    context = {"case": found, "timeline": case_timeline(found, visitor(request)), "zone_is_utc": _zone_is_utc()}
    context["left"] = wording.closed_words(found.waiting_for) if found.closed_at else ""
    context["page"] = CaseStanding(found)
    return render(request, "manager/history_case.html", context)


@rule("job.read")
@require_safe
def change(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show everything that is known of one change, as a page or unfolded in another one. Changes nothing."""
    return _change_page(request, people.obtain_object(Job.objects.changes(), visitor(request), "job.read", pk=key))


@rule("job.settle")
@require_POST
def settle(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say how a change ended that the portal lost sight of: also one without a case, or whose computer has moved."""
    person = visitor(request)
    rows = Job.objects.changes().select_related("host__site", "case", "plan", "origin")
    job = people.obtain_object(rows, person, "job.settle", pk=key)

    def use(given: dict[str, Any]) -> None:
        remediation.settle_by_hand(actor=person, job=job, end=SettledEnd(given["end"]), reason=given["why"])

    def again(problem: str) -> HttpResponse:
        return _change_page(request, Job.objects.changes().get(pk=key), problem=problem, status=422)

    to = reverse("history-change", args=[key])
    return act_and_return(request, SettleForm(request.POST), use, about=job, to=to, again=again)


def _change_page(request: HttpRequest, job: Job, *, problem: str = "", status: int = 200) -> HttpResponse:
    (record,) = reports.change_records([job], visitor(request))
    going = record.case if not job.has_ended else None
    standing = CaseStanding(CASES.get(pk=going)) if going else None  # anew: of the record's own not all was read
    lost = LostChange(job, visitor(request)) if job.state == JobState.UNKNOWN and not job.invented else None
    typed = request.POST if problem else {}
    context = {"record": record, "page": standing, "lost": lost, "problem": {"next": problem}, "typed": typed}
    unfolded = {f"change-{job.pk}": "record"}
    return render_page(request, "manager/history_change.html", context, parts=unfolded, status=status)


def attachment(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    """Send a download of CSV lines as they are read."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    stamp = timezone.localdate().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="mendpoint-{name}-{stamp}.csv"'
    return response


def _zone_is_utc() -> bool:
    return timezone.get_current_timezone_name() == "UTC"
