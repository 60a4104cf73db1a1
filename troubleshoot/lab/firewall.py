"""Windows Firewall of a simulated host: its rules for Remote Desktop, its profiles, and what passes."""

from typing import Any

from troubleshoot.lab.firewall_rules import GROUP, STORES, decides, registry

Document = dict[str, Any]

STANDARD_PORT = 3389
LISTENING_RULE = "RemoteDesktop-UserMode-In-TCP"
PROFILES = ("Domain", "Private", "Public")
SERVICE = "MpsSvc"
INBOUND = frozenset({"Block", "Allow", "BlockAll"})
"""What becomes of a connection that no rule decides about: kept out, let in; or kept out whatever a rule says."""


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
        "running": True,
    }


def of(document: Document) -> Document:
    """Return the firewall of a host; one whose state says nothing has the usual one."""
    known: Document = document.get("firewall") or usual()
    return known


def runs(document: Document) -> bool:
    """Tell whether the service of the firewall runs."""
    service = document.get("services", {}).get(SERVICE)
    return bool(service["state"] == "Running" if service else of(document)["running"])


def inbound(profile: Document) -> str:
    """Return what a kind of network does with what no rule decides about."""
    return str(profile.get("inbound", "Block"))


def in_registry(document: Document) -> dict[str, Document]:
    """Return the keys of the registry in which Windows keeps the rules."""
    return registry(of(document)["rules"])


def owned_key(path: str) -> bool:
    """Tell whether a key holds rules, which a state writes in `firewall` and nowhere else."""
    return path.casefold() in {known.casefold() for known in STORES.values()}


def lets_in(document: Document) -> bool:
    """Tell whether a connection to Remote Desktop passes: on every network that the host is connected to."""
    firewall = of(document)
    return not runs(document) or all(_passes(firewall, name.capitalize()) for name in firewall["active"])


def _passes(firewall: Document, profile: str) -> bool:
    settings = firewall["profiles"][profile]
    if not settings["enabled"] or inbound(settings) == "BlockAll":
        return not settings["enabled"]
    rules = [rule for rule in firewall["rules"] if decides(rule, STANDARD_PORT, profile)]
    counted = [rule["action"] for rule in rules if rule["source"] != "Local" or settings["local_rules"]]
    # A blocking rule wins over an allowing one, whichever store they come from (MS-FASP 2.2.34).
    return "Block" not in counted and ("Allow" in counted or inbound(settings) == "Allow")
