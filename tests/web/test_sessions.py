"""Who is disconnected by a remedy: employee, helpdesk and approver read the same, and it is true."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string

from troubleshoot import catalog, engine, wording
from troubleshoot.engine import Action, Grounds, PlanDocument, PlanItem, SignedIn, Statement, StatementCode

CATALOG = catalog.installed_catalog()
PRESENT = (SignedIn("CORP\\bob", ""),)
PEOPLE: tuple[tuple[SignedIn, ...] | None, ...] = (PRESENT, (), None)
PLANNED = [action for action in CATALOG.actions.values() if action.wishes]


def plan_of(action: Action, kind: str = "apply") -> PlanDocument:
    """What the action plans on a computer where nothing is as it wishes."""
    items = [
        PlanItem(
            wish.resource,
            "",
            wish.resource,
            wish.params,
            before={"state": "Running"} if wish.resource == "service" else {},
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
    sessions = engine.who_is_disconnected(document, CATALOG, PRESENT)
    way_back = engine.what_comes_back(document)
    plan = SimpleNamespace(document=document, signed_in=PRESENT, job=job, sessions=sessions, way_back=way_back)
    remedy = SimpleNamespace(plan=plan, action=action, job=job)
    page: Any = SimpleNamespace(remedy=remedy, plan=plan, action=action, record=SimpleNamespace(host_name="ACC-07"))
    return [
        render_to_string("employee/case_plan.html", {"page": page}),
        render_to_string("helpdesk/case_plan.html", {"plan": document, "sessions": sessions, "signed_in": PRESENT}),
        render_to_string("approver/approval_reasons.html", {"page": page, "job": job}),
    ]


#: What ends the connections of everybody, done to the service of Remote Desktop.
ENDS_CONNECTIONS = {("service", "restarted"), ("service-process", "ended")}


@pytest.mark.parametrize("action", PLANNED, ids=lambda action: action.name)
def test_every_reader_is_told_the_same_of_who_is_disconnected(action: Action) -> None:
    wishes = [wish for wish in action.wishes if wish.params.get("name") == "TermService"]
    ends = any((wish.resource, event) in ENDS_CONNECTIONS for wish in wishes for event in wish.desired)
    signs_out = any(wish.resource == "left-sessions" for wish in action.wishes)
    code = StatementCode.DISCONNECTS if ends else StatementCode.KEEPS_SESSIONS
    right = StatementCode.SIGNS_OUT if signs_out else code
    for page in pages(action):
        assert [one for one in SESSIONS if said(one) in page] == [right]


EFFECTS = {
    StatementCode.DISCONNECTS: True,
    StatementCode.DISCONNECTS_WHOEVER: True,
    StatementCode.NOBODY_CONNECTED: False,
    StatementCode.KEEPS_SESSIONS: False,
    StatementCode.KEEPS_WHOEVER: False,
}
SESSIONS = (*EFFECTS, StatementCode.SIGNS_OUT)


def said(code: StatementCode) -> str:
    """What is said of the people who are signed in."""
    return wording.statement_words(Statement.of(code, Grounds.PLAN))


def told(
    name: str,
    desired: dict[str, Any],
    before: dict[str, Any],
    present: tuple[SignedIn, ...] | None,
    kind: str = "revert",
) -> StatementCode:
    """What is told of a plan that touches one service."""
    item = PlanItem("service", "", "Windows service", {"name": name}, before, desired, (), (), "")
    plan = PlanDocument(kind, "renew-rdp-certificate", "", "Renew", "low", "", {}, (item,))
    return engine.who_is_disconnected(plan, CATALOG, present).code


@pytest.mark.parametrize(
    ("name", "desired", "ends"),
    [
        ("TermService", {"state": "Stopped"}, True),
        ("TermService", {"restarted": True}, True),
        ("TermService", {"state": "Running"}, False),
        ("SessionEnv", {"state": "Stopped"}, False),
        ("SessionEnv", {"restarted": True}, False),
    ],
)
def test_a_plan_is_told_by_the_services_that_it_touches_also_where_it_says_to_keep_sessions(
    name: str, desired: dict[str, Any], ends: bool
) -> None:
    for kind in ("apply", "revert"):
        assert EFFECTS[told(name, desired, {"state": "Running"}, PRESENT, kind)] == ends


#: What is told of a plan that ends the service, by its state as it was read, and by who was read to be signed in.
ENDING: dict[tuple[str | None, tuple[SignedIn, ...] | None], StatementCode] = {
    ("Running", PRESENT): StatementCode.DISCONNECTS,
    ("Running", ()): StatementCode.DISCONNECTS_WHOEVER,
    ("Running", None): StatementCode.DISCONNECTS_WHOEVER,
    ("Start Pending", PRESENT): StatementCode.DISCONNECTS,
    (None, PRESENT): StatementCode.DISCONNECTS_WHOEVER,
    (None, ()): StatementCode.DISCONNECTS_WHOEVER,
    (None, None): StatementCode.DISCONNECTS_WHOEVER,
    **{(state, who): StatementCode.NOBODY_CONNECTED for state in ("Stopped", "Stop Pending") for who in PEOPLE},
}


@pytest.mark.parametrize(("state", "present"), ENDING)
def test_nobody_is_said_to_be_disconnected_through_what_does_not_run(
    state: str | None, present: tuple[SignedIn, ...] | None
) -> None:
    for desired in ({"restarted": True}, {"state": "Stopped"}):
        assert told("TermService", desired, {"state": state}, present) == ENDING[state, present]
    assert told("TermService", {"restarted": True}, {}, present) == StatementCode.DISCONNECTS_WHOEVER, "not read"


@pytest.mark.parametrize(
    ("present", "code"),
    [
        (PRESENT, StatementCode.KEEPS_SESSIONS),
        ((), StatementCode.KEEPS_SESSIONS),
        (None, StatementCode.KEEPS_WHOEVER),
    ],
)
def test_of_people_whom_nobody_read_it_is_said_what_happens_to_whoever_is_there(
    present: tuple[SignedIn, ...] | None, code: StatementCode
) -> None:
    assert told("SessionEnv", {"restarted": True}, {"state": "Running"}, present) == code


def test_a_service_that_is_stopped_already_is_found_wherever_it_stands_in_the_plan() -> None:
    other = PlanItem("service", "", "", {"name": "SessionEnv"}, {"state": "Running"}, {"restarted": True}, (), (), "")
    ended = PlanItem("service", "", "", {"name": "TermService"}, {"state": "Stopped"}, {"restarted": True}, (), (), "")
    for items in ((other, ended), (ended, other)):
        plan = PlanDocument("apply", "", "", "", "disruptive", "", {}, items)
        assert engine.who_is_disconnected(plan, CATALOG, PRESENT).code == StatementCode.NOBODY_CONNECTED


def test_what_the_catalogue_does_not_know_is_taken_to_disconnect() -> None:
    item = PlanItem("unheard-of", "", "", {}, {}, {"x": 1}, (), (), "")
    plan = PlanDocument("apply", "", "", "", "disruptive", "", {}, (item,))
    assert engine.who_is_disconnected(plan, CATALOG, PRESENT).code == StatementCode.DISCONNECTS
