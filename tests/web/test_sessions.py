"""Who is disconnected by a remedy: employee, helpdesk and approver read the same, and it is true."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string

from troubleshoot import catalog, wording
from troubleshoot.engine import Action, PlanDocument, PlanItem

CATALOG = catalog.installed_catalog()
PLANNED = [action for action in CATALOG.actions.values() if action.wishes]


def plan_of(action: Action, kind: str = "apply") -> PlanDocument:
    """What the action plans on a computer where nothing is as it wishes."""
    items = [
        PlanItem(
            wish.resource,
            "",
            wish.resource,
            wish.params,
            before={},
            desired=wish.desired,
            changes=(),
            events=tuple(
                one.words for name, one in CATALOG.resources[wish.resource].events.items() if name in wish.desired
            ),
            irreversible="",
        )
        for wish in action.wishes
    ]
    return PlanDocument(kind, action.name, "", action.title, action.risk, "", {}, tuple(items))


def pages(action: Action) -> list[str]:
    """The three pages' part about the plan of an action."""
    job = SimpleNamespace(risk=action.risk, kind="apply", requester="Hanna", beneficiary=None, case=None)
    plan = SimpleNamespace(document=plan_of(action), signed_in=(), job=job)
    remedy = SimpleNamespace(plan=plan, action=action, job=job)
    page: Any = SimpleNamespace(remedy=remedy, plan=plan, action=action, record=SimpleNamespace(host_name="ACC-07"))
    return [
        render_to_string("employee/case_plan.html", {"page": page}),
        render_to_string("helpdesk/case_plan.html", {"plan": plan.document, "signed_in": ()}),
        render_to_string("approver/approval_reasons.html", {"page": page, "job": job}),
    ]


@pytest.mark.parametrize("action", PLANNED, ids=lambda action: action.name)
def test_every_reader_is_told_the_same_of_who_is_disconnected(action: Action) -> None:
    ends = any(
        (wish.resource, wish.params.get("name")) == ("service", "TermService") and wish.desired.get("restarted")
        for wish in action.wishes
    )
    for page in pages(action):
        assert wording.sessions_words(disconnected=ends) in page
        assert wording.sessions_words(disconnected=not ends) not in page
