"""The firewall of a simulated host: what a state may say of it, and what follows."""

from typing import Any

import pytest

from tests.catalog.resources.vectors import script_of
from troubleshoot.lab import BadStateError, firewall
from troubleshoot.lab.firewall_rules import STORES
from troubleshoot.lab.powershell import run
from troubleshoot.lab.state import HostState, healthy
from troubleshoot.lab.state_document import check

BY_HAND = {"name": "{by-hand}", "group": "", "enabled": True, "direction": "Inbound", "source": "Local"}
NAME = "RemoteDesktop-UserMode-In-TCP"


def rule(**about: Any) -> dict[str, Any]:
    return BY_HAND | {"profiles": "Any", "action": "Block", "ports": "3389"} | about


def passes(*more: dict[str, Any], profile: dict[str, Any] | None = None, **section: Any) -> bool:
    """Tell whether a connection passes on a healthy host with these rules more, and the domain's network like this."""
    document = healthy()
    document["firewall"]["rules"] += more
    document["firewall"]["profiles"]["Domain"] |= profile or {}
    return firewall.lets_in(document | section)


@pytest.mark.parametrize(
    ("about", "through"),
    [
        ({}, False),
        ({"enabled": False}, True),
        ({"direction": "Out"}, True),
        ({"ports": "3380-3400"}, False),
        ({"ports": "80,3389"}, False),
        ({"ports": "3390"}, True),
        ({"ports": "Any", "protocol": "Any"}, False),
        ({"protocol": "UDP"}, True),
        ({"program": "C:\\Windows\\System32\\SVCHOST.EXE"}, False),
        ({"program": "C:\\Other\\other.exe"}, True),
        ({"package": "Example.App_1"}, True),
        ({"addresses": "10.0.0.0/8"}, True),
        ({"profiles": "Private,Public"}, True),
        ({"profiles": "domain"}, False),
        ({"source": "Mdm"}, False),
    ],
)
def test_a_rule_that_blocks_wins_where_it_is_about_the_connection(about: dict[str, Any], through: bool) -> None:
    assert passes(rule(**about)) is through


def test_what_no_rule_decides_about_follows_the_kind_of_network() -> None:
    block = rule()
    assert passes(profile={"inbound": "Allow"})
    assert not passes(block, profile={"inbound": "Allow"})
    assert not passes(profile={"inbound": "BlockAll"})
    assert not passes(profile={"local_rules": False})
    assert passes(rule(action="Allow", source="GroupPolicy"), profile={"local_rules": False})
    assert passes(block, profile={"local_rules": False, "inbound": "Allow"})
    assert passes(block, profile={"enabled": False, "inbound": "BlockAll"})


def test_a_rule_without_ports_that_windows_does_not_ship_is_about_another_program() -> None:
    other = rule()
    del other["ports"]
    assert passes(other)


def test_a_service_that_does_not_run_keeps_nobody_out() -> None:
    stopped = {"display_name": "x", "state": "Stopped", "start_mode": "Auto", "account": "x", "process_id": 0}
    assert passes(rule(), services={"MpsSvc": stopped | {"started_at": None}})
    assert not passes(rule(), services={"MpsSvc": stopped | {"state": "Running"}})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"firewall": {"rules": [rule(ports="x")]}}, "firewall.rules.0.ports: must be Any, or ports"),
        ({"firewall": {"rules": [rule(ports="0")]}}, "firewall.rules.0.ports"),
        ({"firewall": {"rules": [rule(ports="70000")]}}, "firewall.rules.0.ports"),
        ({"firewall": {"rules": [rule(profiles="Home")]}}, "firewall.rules.0.profiles: 'Home' is not one of"),
        ({"firewall": {"rules": [rule(name="a|b")]}}, "firewall.rules.0.name: Windows parts the fields"),
        ({"firewall": {"rules": [rule(source="Intune")]}}, "firewall.rules.0.source"),
        ({"registry": {STORES["Mdm"].upper(): {}}}, "are written in firewall.rules"),
    ],
)
def test_a_state_that_cannot_be_is_refused_with_its_place(given: dict[str, Any], said: str) -> None:
    document = healthy()
    for section, fields in given.items():
        document[section] |= fields
    with pytest.raises(BadStateError, match=said):
        check(document)


def test_a_computer_with_more_than_a_thousand_rules_is_read() -> None:
    document = healthy()
    document["firewall"]["rules"] += [rule(name=f"{{{n}}}", ports=str(4000 + n)) for n in range(1100)]
    (state,) = run(script_of("firewall-group", "read"), {"rule": NAME}, HostState(document))
    assert isinstance(state, dict)
    assert [line.split("|")[1] for line in state["rules"]] == [NAME]
