"""No plan is made whose script would refuse, by what was read for it: a service that is off or missing."""

from dataclasses import replace

import pytest

from troubleshoot.catalog import installed_catalog
from troubleshoot.engine import Action, PlanDocument, make_plan
from troubleshoot.engine.action import Wish

CATALOG = installed_catalog()
STATE = {
    "exists": True,
    "display_name": "A service",
    "state": "Stopped",
    "start_mode": "Auto",
    "account": "LocalSystem",
    "started_at": None,
}
#: What a guard reads of a service, by the service's name.
FACTS = {"TermService": "windows.termservice", "SessionEnv": "windows.sessionenv"}


def started(wish: Wish) -> bool:
    """Tell whether this starts a service whose way of starting stays as it was."""
    starts = wish.desired.get("state") == "Running" or "restarted" in wish.desired
    return wish.resource == "service" and starts and "start_mode" not in wish.desired


STARTS = [
    pytest.param(action, wish, id=f"{action.name}: {wish.params['name']}")
    for action in CATALOG.actions.values()
    for wish in action.wishes
    if started(wish)
]


def planned(action: Action, wish: Wish, state: dict[str, object]) -> PlanDocument:
    """The plan of this wish alone."""
    alone = replace(action, wishes=(wish,))
    return make_plan(alone, CATALOG, [state], identity={}, runner="0" * 64)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("read", "value"), [({"start_mode": "Disabled"}, "disabled"), ({"exists": False, "start_mode": None}, "missing")]
)
@pytest.mark.parametrize(("action", "wish"), STARTS)
def test_is_held_back_or_left_as_it_is(action: Action, wish: Wish, read: dict[str, object], value: str) -> None:
    guard = action.guards.get(FACTS[str(wish.params["name"])])
    held_back = guard is not None and value not in guard
    assert held_back or planned(action, wish, STATE | read).nothing_to_change


@pytest.mark.parametrize(("action", "wish"), STARTS)
def test_is_started_where_it_may_be(action: Action, wish: Wish) -> None:
    assert not planned(action, wish, dict(STATE)).nothing_to_change
