"""Who is disconnected by a remedy: employee, helpdesk and approver read the same, and it is true."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string

from troubleshoot import catalog, engine, wording
from troubleshoot.engine import Action, Grounds, PlanDocument, PlanItem, Statement, StatementCode

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
    document = plan_of(action)
    sessions = engine.who_is_disconnected(document, CATALOG)
    way_back = engine.what_comes_back(document)
    plan = SimpleNamespace(document=document, signed_in=(), job=job, sessions=sessions, way_back=way_back)
    remedy = SimpleNamespace(plan=plan, action=action, job=job)
    page: Any = SimpleNamespace(remedy=remedy, plan=plan, action=action, record=SimpleNamespace(host_name="ACC-07"))
    return [
        render_to_string("employee/case_plan.html", {"page": page}),
        render_to_string("helpdesk/case_plan.html", {"plan": document, "sessions": sessions, "signed_in": ()}),
        render_to_string("approver/approval_reasons.html", {"page": page, "job": job}),
    ]


@pytest.mark.parametrize("action", PLANNED, ids=lambda action: action.name)
def test_every_reader_is_told_the_same_of_who_is_disconnected(action: Action) -> None:
    ends = any(
        (wish.resource, wish.params.get("name")) == ("service", "TermService") and wish.desired.get("restarted")
        for wish in action.wishes
    )
    signs_out = any(wish.resource == "left-sessions" for wish in action.wishes)
    code = StatementCode.DISCONNECTS if ends else StatementCode.KEEPS_SESSIONS
    right = StatementCode.SIGNS_OUT if signs_out else code
    for page in pages(action):
        assert [one for one in SESSIONS if said(one) in page] == [right]


SESSIONS = (StatementCode.DISCONNECTS, StatementCode.KEEPS_SESSIONS, StatementCode.SIGNS_OUT)


def said(code: StatementCode) -> str:
    """What is said of the people who are signed in."""
    return wording.statement_words(Statement.of(code, Grounds.PLAN))


@pytest.mark.parametrize(
    ("name", "desired", "ends"),
    [
        ("TermService", {"state": "Stopped"}, True),
        ("TermService", {"state": "Running"}, False),
        ("SessionEnv", {"state": "Stopped"}, False),
        ("SessionEnv", {"restarted": True}, False),
    ],
)
def test_an_undo_is_told_by_the_services_that_it_touches(name: str, desired: dict[str, Any], ends: bool) -> None:
    item = PlanItem("service", "", "Windows service", {"name": name}, {}, desired, (), (), "")
    undo = PlanDocument("revert", "renew-rdp-certificate", "", "Renew", "low", "", {}, (item,))
    found = engine.who_is_disconnected(undo, CATALOG)
    assert (found.code == StatementCode.DISCONNECTS) == ends


def test_a_remedy_that_says_to_keep_sessions_is_not_believed_where_it_ends_the_service() -> None:
    item = PlanItem("service", "", "", {"name": "TermService"}, {}, {"restarted": True}, (), ("restart",), "")
    plan = PlanDocument("apply", "renew-rdp-certificate", "", "Renew", "low", "", {}, (item,))
    assert engine.who_is_disconnected(plan, CATALOG).code == StatementCode.DISCONNECTS
