"""The case page of helpdesk, and what can be done there: each POST calls one use case and comes back."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troubleshoot import cases, jobs, people, remediation
from troubleshoot.cases import (
    ask_person_again,
    check_computer_again,
    close_case,
    hand_back_case,
    read_computer_again,
    send_message,
    take_case,
)
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import UNDECIDED_STATES, Case, Job, JobState, Person
from troubleshoot.remediation import SettledEnd
from troubleshoot.web.case_parts import CaseRecord
from troubleshoot.web.form_actions import act_and_return
from troubleshoot.web.forms.cases import (
    AnswerForm,
    CloseForm,
    DoneForm,
    MessageForm,
    ReasonForm,
    SettleForm,
    StepForm,
    TakeForm,
)
from troubleshoot.web.helpdesk import case_page, ticket
from troubleshoot.web.htmx import render_page
from troubleshoot.web.view_rules import rule, visitor

Use = Callable[[Person, Case, dict[str, Any]], object]


@rule("desk.read")
@require_safe
def shown(request: HttpRequest, number: int) -> HttpResponse:
    """Show the case as it stands, from its head to how it may end."""
    return _page(request, _case(request, number, "desk.read"))


@rule("desk.read")
@require_safe
def text(request: HttpRequest, number: int) -> HttpResponse:
    """Show the case as one block of plain text, for a ticket of another system."""
    words = ticket.text(case_page.HelpdeskCasePage(_case(request, number, "desk.read"), visitor(request)))
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


@rule("case.take")
@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Become the owner of the case."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        take_case(actor=person, case=case, shown_owner=given["owner"])

    return _act(request, number, TakeForm(request.POST), use, "head")


@rule("case.take")
@require_POST
def back(request: HttpRequest, number: int) -> HttpResponse:
    """Give the case back to all of helpdesk."""
    return _act(request, number, Form({}), lambda person, case, _: hand_back_case(actor=person, case=case), "head")


@rule("case.take")
@require_POST
def plan(request: HttpRequest, number: int) -> HttpResponse:
    """Read the computer and make the plan of the remedy that the guide has come to."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        step = CaseRecord(case).walk.at
        if case.host is None or step.kind != "fix" or step.name != given["step"]:
            raise Refusal(RefusalCode.PAGE_OUTDATED)
        remediation.request_plan(
            actor=person, host=case.host, action=step.subject, case=case, reason=given["why"], ticket=given["ticket"]
        )

    return _act(request, number, ReasonForm(request.POST), use, "next")


@rule("case.take")
@require_POST
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Let the plan that was shown run. A second click finds it under way."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        job = _job(person, case, "job.apply", given)
        if job.state in UNDECIDED_STATES:
            jobs.start_job(actor=person, job=job)

    return _act(request, number, ReasonForm(request.POST), use, "next")


@rule("case.take")
@require_POST
def done(request: HttpRequest, number: int) -> HttpResponse:
    """Say that the remedy was carried out by hand, or was not: the portal looks itself whether it helped."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        remediation.report_done_by_hand(actor=person, case=case, step=given["step"], done=given["done"] == "yes")

    return _act(request, number, DoneForm(request.POST), use, "next")


@rule("case.take")
@require_POST
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what has not begun."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        job = _job(person, case, "job.cancel", given)
        if job.state != JobState.CANCELLED:
            jobs.cancel_job(actor=person, job=job)

    return _act(request, number, ReasonForm(request.POST), use, "next")


@rule("case.take")
@require_POST
def revert(request: HttpRequest, number: int) -> HttpResponse:
    """Undo a finished change of this computer."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        rows = Job.objects.filter(host=case.host_id, host__isnull=False).select_related("host__site", "case", "plan")
        job = people.obtain_object(rows, person, "job.revert", pk=given["job"])
        remediation.request_revert(actor=person, job=job, reason=given["why"])

    return _act(request, number, ReasonForm(request.POST), use, "past")


@rule("case.take")
@require_POST
def read(request: HttpRequest, number: int) -> HttpResponse:
    """Take fresh readings without beginning anew."""
    return _act(request, number, Form({}), lambda person, case, _: read_computer_again(actor=person, case=case), "next")


@rule("case.take")
@require_POST
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """Say how a change ended that the portal lost sight of."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        job = _job(person, case, "job.settle", given)
        remediation.settle_by_hand(actor=person, job=job, end=SettledEnd(given["end"]), reason=given["why"])

    return _act(request, number, SettleForm(request.POST), use, "next")


@rule("case.take")
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Begin the walk anew with fresh readings, or open a closed case again."""
    return _act(
        request, number, Form({}), lambda person, case, _: check_computer_again(actor=person, case=case), "next"
    )


@rule("case.take")
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Answer for the person, who is on the phone."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        cases.answer_step(actor=person, case=case, **given)

    return _act(request, number, AnswerForm(request.POST), use, "next")


@rule("case.take")
@require_POST
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Send an answered question to the person's page once more."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        ask_person_again(actor=person, case=case, step=given["step"])

    return _act(request, number, StepForm(request.POST), use, "path")


@rule("case.take")
@require_POST
def say(request: HttpRequest, number: int) -> HttpResponse:
    """Write to the person."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        send_message(actor=person, case=case, text=given["text"])

    return _act(request, number, MessageForm(request.POST), use, "say")


@rule("case.take")
@require_POST
def note(request: HttpRequest, number: int) -> HttpResponse:
    """Write a note that the person does not see."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        send_message(actor=person, case=case, text=given["text"], internal=True)

    return _act(request, number, MessageForm(request.POST), use, "note")


@rule("case.take")
@require_POST
def close(request: HttpRequest, number: int) -> HttpResponse:
    """End the case by helpdesk's word. A second click finds it closed."""

    def use(person: Person, case: Case, given: dict[str, Any]) -> None:
        if case.closed_at is None:
            solved = given["solved"] == "yes"
            close_case(actor=person, case=case, solved=solved, sent_to=given["sent_to"], ticket=given["ticket"])

    return _act(request, number, CloseForm(request.POST), use, "close")


def _act(request: HttpRequest, number: int, form: Form, use: Use, place: str) -> HttpResponse:
    """Do it and come back; or show the page again with what was typed, and why it was not done at its place."""
    person, case = visitor(request), _case(request, number)

    def again(problem: str) -> HttpResponse:
        return _page(request, _case(request, number), problem={place: problem}, status=422)

    to = reverse("desk-case", args=[number])
    return act_and_return(request, form, lambda given: use(person, case, given), about=case, to=to, again=again)


def _page(
    request: HttpRequest, case: Case, *, problem: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    page = case_page.HelpdeskCasePage(case, visitor(request))
    context = {"case": case, "page": page, "problem": problem or {}, "typed": request.POST if problem else {}}
    context["seen"] = request.GET.get("seen", page.mark)
    return render_page(request, "helpdesk/case.html", context, parts={"live": "live", "fresh": "fresh"}, status=status)


def _case(request: HttpRequest, number: int, action: str = "case.take") -> Case:
    rows = Case.objects.select_related("host__site", "site", "beneficiary", "opened_by", "owner", "guide")
    return people.obtain_object(rows, visitor(request), action, pk=number)


def _job(person: Person, case: Case, action: str, given: dict[str, Any]) -> Job:
    return people.obtain_object(case.jobs.select_related("host__site", "case", "plan"), person, action, pk=given["job"])
