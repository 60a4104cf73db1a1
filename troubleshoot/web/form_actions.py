"""Acting on a form that a page holds, and going back to that page."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from troubleshoot import notifications
from troubleshoot.models import Case, Job
from troubleshoot.web.refusals import problem_words
from troubleshoot.web.view_rules import visitor


def act_and_return(
    request: HttpRequest,
    form: Form,
    act: Callable[[dict[str, Any]], object],
    *,
    about: Case | Job,
    to: str,
    again: Callable[[str], HttpResponse],
) -> HttpResponse:
    """Act on what a form holds and go back to the page; where that was not done, show it `again` with the reason."""
    if problem := problem_words(form, act):
        return again(problem)
    case, job = (about, None) if isinstance(about, Case) else (None, about)
    notifications.mark_notices_read(visitor(request), case=case, job=job)
    return redirect(to)
