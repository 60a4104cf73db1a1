"""Reads the rules of Windows Firewall as a host reports them. Pure.

Source: MS-GPFAS 2.2.2.19 (the fields of a rule), MS-FASP 2.2.34 (what blocks wins over what lets in).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LOCAL = "Local"
_PORTS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
# Whom a rule is for: addresses, interfaces, people, computers, or only what IPsec has proved.
_NARROWER = ("RA4", "RA6", "LA4", "LA6", "IF", "RUAuth", "RMAuth", "LUAuth", "Security", "RPort")


@dataclass(frozen=True)
class PortRule:
    """A rule that is on and decides about the port: whence, what it does, where, and whether for some only."""

    store: str
    name: str
    action: str
    profiles: frozenset[str]
    """Empty: all."""
    for_some: bool

    def covers(self, profile: str) -> bool:
        """Tell whether it counts on a kind of network."""
        return not self.profiles or profile in self.profiles


def about_port(lines: Iterable[str], port: int) -> Iterator[PortRule]:
    """Yield the rules that decide about Remote Desktop at a port; each line is store, name and rule, with | between."""
    for line in (one for one in lines if one.count("|") > 1):
        store, name, *fields = line.split("|")
        pairs = [(key, value) for key, _, value in (field.partition("=") for field in fields) if value]
        of = dict(pairs)
        ports = [value for key, value in pairs if key in {"LPort", "LPort2_10"}]
        service = of.get("Svc", "*").lower() in {"*", "termservice"}
        if service and (not ports or any(holds_port(one, port) for one in ports)):
            profiles = frozenset(value for key, value in pairs if key == "Profile")
            some = any(key.startswith(_NARROWER) for key in of)
            yield PortRule(store, name, of.get("Action", ""), profiles, some)


def holds_port(text: str, port: int) -> bool:
    """Tell whether a port, or a range from one to another, holds a port; a keyword holds none."""
    found = _PORTS.fullmatch(text)
    return found is not None and int(found[1]) <= port <= int(found[2] or found[1])
