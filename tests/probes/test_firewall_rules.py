"""What rules of the firewall make of a connection, whoever wrote them and wherever they are kept."""

from typing import Any

import pytest

from tests.probes.windows_host import HEALTHY, NAMED, firewall_rule, judged
from troubleshoot.probes.windows_facts.firewall_rules import about_port

OFF = {"enabled": False}
NONE = {"exists": False, "enabled": None, "profiles": None, "action": None, "ports": None}
OWN = HEALTHY[NAMED["firewall"]]["rules"][0]
BLOCK = firewall_rule(action="Block")
EVERYTHING = "v2.31|Action=Block|Active=TRUE|Dir=In|Name=x|"


def judge(rules: list[str], **changes: Any) -> str:
    """Return what is said of the firewall where these rules are on."""
    return judged(firewall=changes | {"rules": rules})["windows.firewall"]


CASES: list[tuple[str, list[str], dict[str, Any], str]] = [
    ("its own rule lets it in", [OWN], {}, "open"),
    ("a rule by hand lets it in where its own is off", [firewall_rule()], OFF, "open"),
    ("a rule by hand lets it in where its own is missing", [firewall_rule()], NONE, "open"),
    ("a rule of Intune lets it in", [firewall_rule(store="Mdm", profiles="Domain")], OFF, "open"),
    ("a rule of group policy lets it in", [firewall_rule(store="GroupPolicy")], OFF, "open"),
    (
        "a rule of policy counts where those of the computer do not",
        [firewall_rule(store="Mdm")],
        {"ignored": ["Domain"]},
        "open",
    ),
    ("a rule by hand does not count there", [firewall_rule()], {"ignored": ["Domain"]}, "policy"),
    ("a range holds the port", [firewall_rule("LPort2_10=3380-3400|")], OFF, "open"),
    ("a range does not hold the port", [firewall_rule("LPort2_10=3390-3400|")], OFF, "closed"),
    ("one of several ports is it", [firewall_rule("LPort=80|LPort=3389|")], OFF, "open"),
    ("a keyword is no port", [firewall_rule("LPort=RPC|")], OFF, "closed"),
    ("every port", [firewall_rule("App=C:\\Windows\\System32\\svchost.exe|")], OFF, "open"),
    ("a rule for another service", [firewall_rule("LPort=3389|Svc=Other|")], OFF, "closed"),
    ("a rule for the service, in capitals", [firewall_rule("LPort=3389|Svc=TERMSERVICE|")], OFF, "open"),
    ("a rule for some addresses", [firewall_rule("LPort=3389|RA4=10.0.0.0/255.0.0.0|")], OFF, "limited"),
    ("a rule for addresses of IPv6", [firewall_rule("LPort=3389|RA62=LocalSubnet|")], OFF, "limited"),
    ("a rule for what IPsec has proved", [firewall_rule("LPort=3389|Security=Authenticate|")], OFF, "limited"),
    ("a rule for wireless connections", [firewall_rule("LPort=3389|IFType=Wireless|")], OFF, "limited"),
    ("one for some and one for all", [firewall_rule("LPort=3389|RA4=LocalSubnet|"), OWN], {}, "open"),
    ("a rule by hand blocks it", [OWN, BLOCK], {}, "blocked"),
    ("a rule by hand blocks everything", [OWN, f"Local|x|{EVERYTHING}"], {}, "blocked"),
    ("a rule of policy blocks everything", [OWN, f"Mdm|x|{EVERYTHING}"], {}, "policy"),
    (
        "a rule of policy and one by hand block it",
        [OWN, BLOCK, firewall_rule(store="GroupPolicy", action="Block")],
        {},
        "policy",
    ),
    (
        "a block by hand does not count where no rule of the computer does",
        [firewall_rule(store="Mdm"), BLOCK],
        {"ignored": ["Domain"]},
        "open",
    ),
    ("a block wins over a rule of policy that lets it in", [firewall_rule(store="Mdm"), BLOCK], OFF, "blocked"),
    ("a block on another kind of network", [OWN, firewall_rule(action="Block", profiles="Public")], {}, "open"),
    ("a block for some addresses", [OWN, firewall_rule("LPort=3389|RA4=10.1.1.1|", action="Block")], {}, "open"),
    ("its own rule blocks", [firewall_rule(action="Block")], {"action": "Block"}, "blocked"),
    ("its own rule is off, and would block", [], {"enabled": False, "action": "Block"}, "blocked"),
    ("everything is let in, but for one block", [BLOCK], OFF | {"unguarded": ["Domain"]}, "blocked"),
    ("policy blocks while rules of the computer count", [firewall_rule(store="Mdm", action="Block")], OFF, "policy"),
    ("no rule at all", [], NONE, "no_rule"),
    ("its own rule is for other ports", [], {"enabled": False, "ports": "3390, 3395-3399"}, "no_rule"),
    ("its own rule is off, and one of its ports is it", [], {"enabled": False, "ports": "80, 3380-3399"}, "closed"),
    ("its own rule is off, and for every port", [], {"enabled": False, "ports": ""}, "closed"),
    ("its own rule counts elsewhere", [firewall_rule(profiles="Private")], {"profiles": "Private"}, "wrong_profile"),
    ("a rule by hand counts elsewhere, and its own could be opened", [firewall_rule(profiles="Public")], OFF, "closed"),
    (
        "a rule by hand counts elsewhere, and there is no other",
        [firewall_rule(profiles="Private")],
        NONE,
        "wrong_profile",
    ),
    ("a line that is none", ["", "x", "Local|x", "Local|x|"], {"enabled": False}, "closed"),
]


@pytest.mark.parametrize(
    ("rules", "changes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_firewall_is_judged_by_every_rule_that_is_on(
    rules: list[str], changes: dict[str, Any], expected: str
) -> None:
    assert judge(rules, **changes) == expected


def test_two_networks_need_a_rule_each() -> None:
    networks = {"active": ["DomainAuthenticated", "Private"], "profiles": "Domain"}
    assert judge([firewall_rule(profiles="Domain")], **networks) == "wrong_profile"


def test_a_rule_keeps_its_name_and_store() -> None:
    (rule,) = about_port([firewall_rule(name="{guid}", store="Mdm", profiles="Public")], 3389)
    assert (rule.store, rule.name, rule.covers("Public"), rule.covers("Domain")) == ("Mdm", "{guid}", True, False)
