"""When a second person has to agree: for what the remedy risks, or for what the computer is."""

import pytest

from troubleshoot import catalog, remediation
from troubleshoot.engine import Action
from troubleshoot.models import Host

ACTIONS = list(catalog.installed_catalog().actions.values())


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_is_asked_for_a_dangerous_remedy_and_for_any_on_a_critical_computer(action: Action, critical: bool) -> None:
    needs = remediation.needs_second_person(action, Host(name="ACC-07", critical=critical))
    assert needs == (critical or action.risk == "dangerous")
