"""Rules of Windows Firewall on a simulated host: whom one lets in or keeps out, and how Windows keeps it.

Source: MS-GPFAS 2.2.2.19 (the text of a rule), MS-FASP 2.2.1 (the stores), and the rules that Windows ships.
"""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

GROUP = "@FirewallAPI.dll,-28752"
"""Remote Desktop in every language: an indirect string, as firewall rules keep it."""
_POLICY = "HKLM:\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy"
STORES: Mapping[str, str] = {
    "Local": f"{_POLICY}\\FirewallRules",
    "GroupPolicy": "HKLM:\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules",
    "Mdm": f"{_POLICY}\\Mdm\\FirewallRules",
}
"""Where rules come from, and the key of the registry that holds them."""
PROTOCOLS: Mapping[str, str] = {"TCP": "6", "UDP": "17", "Any": ""}
_SERVICE = "%SystemRoot%\\system32\\svchost.exe"
# What the rules that Windows ships are about; any other whose document says nothing is about another program.
_SHIPPED: Mapping[str, Mapping[str, str]] = {
    "RemoteDesktop-UserMode-In-TCP": {"protocol": "TCP", "ports": "3389", "program": _SERVICE},
    "RemoteDesktop-UserMode-In-UDP": {"protocol": "UDP", "ports": "3389", "program": _SERVICE},
    "RemoteDesktop-Shadow-In-TCP": {"protocol": "TCP", "ports": "Any", "program": "%SystemRoot%\\system32\\RdpSa.exe"},
}
_OTHER = {"protocol": "TCP", "ports": "Any", "program": "%ProgramFiles%\\Other\\other.exe"}


def decides(rule: Document, port: int, profile: str) -> bool:
    """Tell whether a rule that is on decides about a connection to Remote Desktop at a port, from anywhere.

    One for certain addresses does not: the portal is not among them.
    """
    about = _about(rule)
    return bool(
        rule["enabled"]
        and not _is_outbound(rule)
        and about["protocol"] in {"TCP", "Any"}
        and _covers(about["ports"], port)
        and (about["program"] == "Any" or about["program"].lower().endswith("\\svchost.exe"))
        and not _listed(about["addresses"])
        and not about["package"]
        and profile in (profiles(rule) or [profile])
    )


def profiles(rule: Document) -> list[str]:
    """Return the kinds of network on which a rule counts, as Windows writes them; none for all."""
    return [one.capitalize() for one in _listed(rule["profiles"])]


def _is_outbound(rule: Document) -> bool:
    return str(rule["direction"]).casefold().startswith("out")


def _about(rule: Document) -> dict[str, str]:
    shipped = _SHIPPED.get(rule["name"]) or (_OTHER | {"program": "Any"} if "ports" in rule else _OTHER)
    said: dict[str, str] = {
        name: rule[name] for name in ("protocol", "ports", "program", "addresses", "package") if name in rule
    }
    return {"addresses": "Any", "package": "", **shipped, **said}


def _covers(ports: str, port: int) -> bool:
    parts = [part.split("-") for part in _listed(ports)]
    return not parts or any(int(part[0]) <= port <= int(part[-1]) for part in parts)


def ports_fault(text: str) -> str:
    """Return what is wrong with the ports of a rule; empty when nothing is."""
    parts = [end for part in _listed(text) for end in part.split("-", 1)]
    sound = all(end.isascii() and end.isdecimal() and 0 < int(end) < 65536 for end in parts)
    return "" if sound else "must be Any, or ports and ranges such as 3389, 3390-3400"


def registry(rules: list[Document]) -> dict[str, Document]:
    """Return the keys of the registry with the rules in them; a store without a rule has no key, but Windows' own."""
    found: dict[str, Document] = {STORES["Local"]: {}}
    for rule in rules:
        entry = {"kind": "String", "value": _text(rule)}
        found.setdefault(STORES[rule["source"]], {})[rule["name"]] = entry
    return found


def _text(rule: Document) -> str:
    about = _about(rule)
    fields = [
        ("Action", rule["action"]),
        ("Active", "TRUE" if rule["enabled"] else "FALSE"),
        ("Dir", "Out" if _is_outbound(rule) else "In"),
        ("Protocol", PROTOCOLS[about["protocol"]]),
        *(("Profile", name) for name in profiles(rule)),
        *(("LPort2_10" if "-" in part else "LPort", part) for part in _listed(about["ports"])),
        *(("RA4", part) for part in _listed(about["addresses"])),
        ("App", "" if about["program"] == "Any" else about["program"]),
        ("Svc", "termservice" if rule["name"] in _SHIPPED and about["program"] == _SERVICE else ""),
        ("Name", rule["name"]),
        ("AppPkgId" if about["package"].startswith("S-1-15-2-") else "PFN", about["package"]),
        ("EmbedCtxt", rule["group"]),
    ]
    return "v2.31|" + "".join(f"{name}={value}|" for name, value in fields if value)


def _listed(text: str) -> list[str]:
    return [] if text.casefold() == "any" else [part.strip() for part in text.split(",")]
