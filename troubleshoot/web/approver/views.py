"""The approver's pages: what waits, one plan on one screen, and the three answers to it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from troubleshoot import catalog, engine, people, remediation
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import Job, JobState, Person
from troubleshoot.web.approver import approval_page
from troubleshoot.web.form_actions import act_and_return
from troubleshoot.web.forms.cases import AwayForm, MessageForm, ReasonForm
from troubleshoot.web.htmx import render_page
from troubleshoot.web.refusals import problem_words
from troubleshoot.web.view_rules import rule, visitor

Use = Callable[[Person, Job, dict[str, Any]], object]


@rule("job.approve")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show what waits for the visitor, the first to expire first; one by one, never in bulk."""
    return _list(request)


@rule("job.approve")
@require_POST
def away(request: HttpRequest) -> HttpResponse:
    """Be away until the end of a day, with somebody who stands in."""

    def act(given: dict[str, Any]) -> None:
        colleagues = Person.objects.filter(pk=given["deputy"])
        if given["deputy"] and not colleagues:
            raise Refusal(RefusalCode.DEPUTY_UNLISTED)
        remediation.begin_absence(actor=visitor(request), last_day=given["until"], deputy=colleagues.first())

    if problem := problem_words(AwayForm(request.POST), act):
        return _list(request, problem=problem)
    return redirect("approvals")


@rule("job.approve")
@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Be back."""
    remediation.end_absence(actor=visitor(request))
    return redirect("approvals")


@rule("job.approve")
@require_safe
def shown(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one plan with all that the decision needs; after it, how it goes on."""
    return _page(request, _job(request, key, "job.read"))


@rule("job.approve")
@require_POST
def approve(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say yes to the plan whose digest was on the page."""
    return _vote(request, key, "approve", ReasonForm(request.POST), _approve)


@rule("job.approve")
@require_POST
def decline(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say no, with the reason."""
    return _vote(request, key, "decline", ReasonForm(request.POST), _decline)


@rule("job.approve")
@require_POST
def ask(request: HttpRequest, key: UUID) -> HttpResponse:
    """Put a question to whoever asked for the change."""
    return _vote(request, key, "ask", MessageForm(request.POST), _ask)


def _approve(person: Person, job: Job, given: dict[str, Any]) -> None:
    remediation.approve_plan(actor=person, job=job, digest=given["digest"])


def _decline(person: Person, job: Job, given: dict[str, Any]) -> None:
    remediation.decline_plan(actor=person, job=job, reason=given["why"])


def _ask(person: Person, job: Job, given: dict[str, Any]) -> None:
    remediation.ask_requester(actor=person, job=job, text=given["text"])


def _list(request: HttpRequest, *, problem: str = "") -> HttpResponse:
    person = visitor(request)
    rows, following = approval_page.approval_list(person, after=request.GET.get("after", ""))
    context = {
        "rows": rows,
        "following": following,
        "own": approval_page.own_requests(person),
        "attendance": approval_page.RotaPage(person),
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "approver/approvals.html", context, status=422 if problem else 200)


def _vote(request: HttpRequest, key: UUID, place: str, form: Form, use: Use) -> HttpResponse:
    """Do it and come back; a second click finds the vote. Otherwise the page again, and why nothing was done."""
    person, job = visitor(request), _job(request, key, "job.approve")

    def again(problem: str) -> HttpResponse:
        if place != "ask" and job.approvals.filter(approver=person).exists():
            return redirect("approval", key)
        return _page(request, _job(request, key, "job.read"), problem={place: problem})

    to = reverse("approval", args=[key])
    return act_and_return(request, form, lambda given: use(person, job, given), about=job, to=to, again=again)


def _page(request: HttpRequest, job: Job, *, problem: dict[str, str] | None = None) -> HttpResponse:
    page = approval_page.ApprovalPage(job, visitor(request))
    decided = job.state != JobState.WAITING_APPROVAL
    context: dict[str, Any] = {"job": job, "page": page, "problem": problem or {}, "decided": decided}
    if problem:
        context |= {"typed": request.POST, **_refused(request, page, problem)}
    return render_page(
        request, "approver/approval.html", context, parts={"live": "live"}, status=422 if problem else 200
    )


def _refused(request: HttpRequest, page: approval_page.ApprovalPage, problem: dict[str, str]) -> dict[str, Any]:
    """Say why nothing was done; where the plan has changed, with the plan that was on the page and the one of now."""
    refused = "" if page.open and "approve" not in problem else next(iter(problem.values()))
    digest = request.POST.get("digest", "")
    if "approve" not in problem or not (page.newer or digest != page.plan.document.digest):
        return {"refused": refused}
    before, present = page.plan.document if page.newer else page.shown_before(digest[:64]), page.plan.signed_in
    return {
        "refused": refused,
        "changed": _("The plan changed after you opened it. Nothing was approved."),
        "before": before,
        "before_sessions": engine.who_is_disconnected(before, catalog.installed_catalog(), present) if before else None,
        "now": page.newer or page.plan,
    }


def _job(request: HttpRequest, key: UUID, action: str) -> Job:
    return people.obtain_object(approval_page.approval_rows(), visitor(request), action, pk=key)
