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


_BY_HAND = "{5E8D2C11-0B7A-4C1E-9D53-2A1F00C3A9B1}"


def _add(document: Document, **about: str | bool) -> None:
    """Add a rule that is on, for every network, to those that Windows ships; made by hand, a GUID is its name."""
    usual = {"name": _BY_HAND, "group": "", "enabled": True, "profiles": "Any", "direction": "Inbound"}
    _rules(document).append(usual | {"action": "Block", "source": "Local", "ports": "3389"} | about)


def _blocked(document: Document) -> None:
    """Somebody has made a rule that blocks the port of Remote Desktop; the rule that lets people in is still on."""
    _add(document)


def _own_rule_blocks(document: Document) -> None:
    """The firewall rule of Remote Desktop itself was changed: it blocks, and is off."""
    _rules(document)[0].update(action="Block", enabled=False, profiles="Any")


def _shut(document: Document) -> None:
    """The firewall blocks every connection on every kind of network, whatever its rules say."""
    _rules(document)
    for profile in document["firewall"]["profiles"].values():
        profile["inbound"] = "BlockAll"


def _limited(document: Document) -> None:
    """The firewall rule of Remote Desktop lets only certain addresses in."""
    _rules(document)[0]["addresses"] = "198.51.100.0/24"


def _blocked_by_intune(document: Document) -> None:
    """Device management (Intune) blocks the port of Remote Desktop under a name of its own."""
    _add(document, source="Mdm", protocol="Any")


def _opened_by_hand(document: Document) -> None:
    """The firewall rule of Remote Desktop is off, and one made by hand lets people in."""
    _rules(document)[0]["enabled"] = False
    _add(document, action="Allow", ports="3380-3400", profiles="Domain, Private")


def _no_rule(document: Document) -> None:
    """The firewall has no rule for Remote Desktop any more."""
    _rules(document)[:] = [rule for rule in _rules(document) if rule["name"] != firewall.LISTENING_RULE]


def _service_off(document: Document) -> None:
    """The service of the firewall is stopped: nobody can say what it would let in."""
    _rules(document)
    document["firewall"]["running"] = False


def _policy(document: Document) -> None:
    """Group policy blocks Remote Desktop in the firewall, although the computer's own rule allows it."""
    _rules(document)
    listening = next(rule for rule in firewall.usual()["rules"] if rule["name"] == firewall.LISTENING_RULE)
    forced = {**listening, "enabled": True, "profiles": "Any", "action": "Block", "source": "GroupPolicy"}
    document["firewall"]["rules"].append(forced)


FAULTS = {
    "firewall-closed": _closed,
    "firewall-wrong-profile": _wrong_profile,
    "firewall-policy": _policy,
    "firewall-blocked": _blocked,
    "firewall-own-rule-blocks": _own_rule_blocks,
    "firewall-shut": _shut,
    "firewall-limited": _limited,
    "firewall-mdm": _blocked_by_intune,
    "firewall-opened-by-hand": _opened_by_hand,
    "firewall-no-rule": _no_rule,
    "firewall-service-off": _service_off,
}
