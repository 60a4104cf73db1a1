"""Windows Firewall of a simulated host: its rules for Remote Desktop, its profiles, and what passes."""

from typing import Any

Document = dict[str, Any]

GROUP = "@FirewallAPI.dll,-28752"
"""Remote Desktop in every language: an indirect string, as firewall rules keep it."""
LISTENING_RULE = "RemoteDesktop-UserMode-In-TCP"
PROFILES = ("Domain", "Private", "Public")


def usual() -> Document:
    """Return the firewall of a host in its domain's network, with Remote Desktop allowed."""
    names = (LISTENING_RULE, "RemoteDesktop-UserMode-In-UDP", "RemoteDesktop-Shadow-In-TCP")
    return {
        "rules": [
            {
                "name": name,
                "group": GROUP,
                "enabled": True,
                "profiles": "Domain, Private",
                "direction": "Inbound",
                "action": "Allow",
                "source": "Local",
            }
            for name in names
        ],
        "profiles": {name: {"enabled": True, "local_rules": True} for name in PROFILES},
        "active": ["domain"],
    }


def of(document: Document) -> Document:
    """Return the firewall of a host; one whose state says nothing has the usual one."""
    known: Document = document.get("firewall") or usual()
    return known


def lets_in(document: Document) -> bool:
    """Tell whether a connection to Remote Desktop passes: on every network that the host is connected to."""
    firewall = of(document)
    return all(_passes(firewall, name.capitalize()) for name in firewall["active"])


def _passes(firewall: Document, profile: str) -> bool:
    settings = firewall["profiles"][profile]
    if not settings["enabled"]:
        return True
    rules = [rule for rule in firewall["rules"] if rule["name"] == LISTENING_RULE and rule["enabled"]]
    counted = [rule for rule in rules if rule["source"] == "GroupPolicy" or settings["local_rules"]]
    covering = [rule for rule in counted if rule["profiles"] == "Any" or profile in rule["profiles"].split(", ")]
    # A blocking rule wins over an allowing one.
    return bool(covering) and all(rule["action"] == "Allow" for rule in covering)
