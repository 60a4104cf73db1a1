"""What a person does with a case: each a POST that calls one use case and leads back to the page of the case."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from troubleshoot import cases, jobs, notifications, people, remediation
from troubleshoot.cases import (
    ask_for_help,
    check_computer_again,
    put_off_remedy,
    rate_case,
    report_another_error,
    send_message,
    withdraw_case,
)
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import STARTABLE_STATES, Case, Job, JobState, Person
from troubleshoot.web import rate_limits
from troubleshoot.web.employee.case import ROWS, render_case
from troubleshoot.web.employee.case_page import EmployeeCasePage
from troubleshoot.web.refusals import refusal_notice
from troubleshoot.web.view_rules import rule, visitor

#: What a form sends in place of an answer when another error came up.
ANOTHER = "another"


@rule("case.answer")
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Record an answer to the question that was on the page."""

    def act(person: Person, case: Case) -> None:
        step, value = request.POST.get("step", ""), request.POST.get("value", "")
        if not value:
            raise Refusal(RefusalCode.NO_ANSWER_CHOSEN)
        if request.POST.get("round") != str(case.round):
            raise Refusal(RefusalCode.PAGE_OUTDATED)
        try:
            if value == ANOTHER:
                report_another_error(actor=person, case=case, step=step, text=request.POST.get("text", ""))
            elif "ahead" in request.POST:
                cases.answer_ahead(actor=person, case=case, step=step, value=value)
            else:
                cases.answer_step(actor=person, case=case, step=step, value=value)
        except Refusal as refusal:
            if value == ANOTHER:
                raise
            raise Refusal(RefusalCode.PAGE_OUTDATED) from refusal

    return _done(request, number, act, typed=request.POST.get("text", ""))


@rule("case.answer")
@require_POST
def help_(request: HttpRequest, number: int) -> HttpResponse:
    """Hand the case to helpdesk as it stands."""
    return _done(request, number, lambda person, case: ask_for_help(actor=person, case=case))


@rule("case.answer")
@require_POST
def not_now(request: HttpRequest, number: int) -> HttpResponse:
    """Put off the remedy that was found."""
    return _done(request, number, lambda person, case: put_off_remedy(actor=person, case=case))


@rule("case.close")
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Close the case: it works again, or is not needed any more."""
    return _done(request, number, lambda person, case: withdraw_case(actor=person, case=case))


@rule("case.answer")
@require_POST
def say(request: HttpRequest, number: int) -> HttpResponse:
    """Write to helpdesk."""

    def act(person: Person, case: Case) -> None:
        text = request.POST.get("text", "").strip()
        if not text:
            raise Refusal(RefusalCode.NOTHING_WRITTEN)
        send_message(actor=person, case=case, text=text)

    return _done(request, number, act, typed=request.POST.get("text", ""))


@rule("case.answer")
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Take the readings anew, or open a closed case again."""

    def act(person: Person, case: Case) -> None:
        if request.POST.get("round") == str(case.round):
            check_computer_again(actor=person, case=case)

    return _done(request, number, act)


@rule("case.answer")
@require_POST
def rate(request: HttpRequest, number: int) -> HttpResponse:
    """Keep whether it was helpful."""

    def act(person: Person, case: Case) -> None:
        if request.POST.get("helpful") not in {"yes", "no"}:
            raise Refusal(RefusalCode.NOT_RATED)
        rate_case(actor=person, case=case, helpful=request.POST["helpful"] == "yes")

    return _done(request, number, act)


@rule("job.plan")
@require_POST
def plan(request: HttpRequest, number: int) -> HttpResponse:
    """Read the computer once more, to show what the remedy would change."""

    def act(person: Person, case: Case) -> None:
        page = EmployeeCasePage(case, person)
        if page.screen == "found" and case.host and not page.every:
            remediation.request_plan(actor=person, host=case.host, action=page.record.walk.at.subject, case=case)

    return _done(request, number, act)


@rule("job.apply")
@require_POST
def fix(request: HttpRequest, number: int) -> HttpResponse:
    """Take the person's yes to exactly the plan that was on the page."""

    def act(person: Person, case: Case) -> None:
        job = _shown_job(request, case, person, "job.apply")
        if job.plan is None or request.POST.get("digest") != job.plan.digest:
            raise Refusal(RefusalCode.PLAN_RENEWED)
        if job.state in STARTABLE_STATES:
            jobs.start_job(actor=person, job=job)
        elif job.started_at is None and job.has_ended:
            raise Refusal(RefusalCode.PAGE_OUTDATED)

    return _done(request, number, act)


@rule("case.answer")
@require_POST
def done(request: HttpRequest, number: int) -> HttpResponse:
    """Take the person's word that they did by hand what the page describes, or cannot."""

    def act(person: Person, case: Case) -> None:
        word = request.POST.get("done")
        if word not in {"yes", "no"} or request.POST.get("round") != str(case.round):
            raise Refusal(RefusalCode.PAGE_OUTDATED)
        remediation.report_done_by_hand(actor=person, case=case, step=request.POST.get("step", ""), done=word == "yes")

    return _done(request, number, act)


@rule("job.cancel")
@require_POST
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what has not begun."""

    def act(person: Person, case: Case) -> None:
        job = _shown_job(request, case, person, "job.cancel")
        if job.state != JobState.CANCELLED:
            jobs.cancel_job(actor=person, job=job)

    return _done(request, number, act)


def _shown_job(request: HttpRequest, case: Case, person: Person, action: str) -> Job:
    """Return the job that was on the page, if it belongs to this case."""
    rows = Job.objects.filter(case=case).select_related("host__site", "plan", "beneficiary", "case")
    return people.obtain_object(rows, person, action, pk=request.POST.get("job", ""))


def _done(request: HttpRequest, number: int, act: Callable[[Person, Case], None], typed: str = "") -> HttpResponse:
    """Act and lead to the page of the case; what is not possible is said there, and nothing that was typed is lost."""
    person = visitor(request)
    case = people.obtain_object(ROWS, person, "case.read", pk=number)
    if case.beneficiary_id == person.pk:
        case.beneficiary = person
    try:
        if rate_limits.too_much(request, typed, cost=rate_limits.KEPT):
            raise Refusal(RefusalCode.TOO_MUCH)
        act(person, case)
    except Refusal as refusal:
        case = people.obtain_object(ROWS, person, "case.read", pk=number)
        said = refusal_notice(refusal)
        return render_case(request, EmployeeCasePage(case, person), status=422, error=said, typed=typed)
    notifications.mark_notices_read(person, case=case)
    return redirect("case", number)
