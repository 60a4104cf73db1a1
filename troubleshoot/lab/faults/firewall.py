"""Faults of Windows Firewall on the host."""

from troubleshoot.lab import firewall
from troubleshoot.lab.state import Document


def _rules(document: Document) -> list[Document]:
    document.setdefault("firewall", firewall.usual())
    found: list[Document] = document["firewall"]["rules"]
    return found


def _closed(document: Document) -> None:
    """The firewall rules of Remote Desktop are off: the computer does not answer."""
    for rule in _rules(document):
        rule.update(enabled=False, profiles="Any")


def _wrong_profile(document: Document) -> None:
    """Windows takes the network for a public one, where the firewall rules of Remote Desktop do not apply."""
    for rule in _rules(document):
        rule.update(enabled=True, profiles="Domain, Private")
    document["firewall"]["active"] = ["public"]


def _policy(document: Document) -> None:
    """Group policy blocks Remote Desktop in the firewall, although the computer's own rule allows it."""
    listening = next(rule for rule in _rules(document) if rule["name"] == firewall.LISTENING_RULE)
    forced = {**listening, "enabled": True, "profiles": "Any", "action": "Block", "source": "GroupPolicy"}
    document["firewall"]["rules"].append(forced)


FAULTS = {"firewall-closed": _closed, "firewall-wrong-profile": _wrong_profile, "firewall-policy": _policy}
