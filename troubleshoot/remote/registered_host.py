"""How a host is registered: its names, where it may be dialled, and in which networks."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from troubleshoot.engine import Refusal, RefusalCode

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Letters, digits, inner hyphens and underscores (Windows allows them). The last label must not be a number:
# inet_aton reads 2130706433, 0177.0.0.1 and 0x7f.1 as addresses, and what is shown must be what is dialled.
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"(?:[0-9]+|0[xX][0-9A-Fa-f]*)")


class RegistrationUnfit(Refusal, ValueError):
    """How a host is registered does not fit, or is too weak."""


def is_host_name(text: str) -> bool:
    """Tell whether `text` is a host name that no resolver can mistake for an address."""
    return len(text) <= 253 and _NAME.fullmatch(text) is not None and _NUMBER.fullmatch(text.rsplit(".", 1)[-1]) is None


def parse_endpoint(text: str, *, port: int) -> tuple[str, int]:
    """Return the name or address and the port that `NAME`, `NAME:PORT`, `ADDRESS` or `[ADDRESS]:PORT` spells.

    `port` is the one that counts when none is written. Raises ValueError for anything else.
    """
    bracketed = re.fullmatch(r"\[([^\[\]]*)\](?::([0-9]{1,5}))?", text, re.ASCII)
    plain = None if literal_address(text) else re.fullmatch(r"([^:\[\]]*)(?::([0-9]{1,5}))?", text, re.ASCII)
    found = bracketed or plain
    host, number = (found[1], int(found[2] or port)) if found else (text, port)
    known = isinstance(literal_address(host), IPv6Address) if bracketed else literal_address(host) or is_host_name(host)
    if not known or not 0 < number < 65536:
        raise ValueError(f"not a name or address with a port: {text[:80]!r}")
    return host, number


def literal_address(text: str) -> Address | None:
    """Return the IP address that `text` spells in its canonical form, else None (mapped and scoped forms too)."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = isinstance(address, IPv6Address) and (address.ipv4_mapped or address.scope_id)
    return None if mapped or str(address) != text else address


@dataclass(frozen=True)
class RegisteredHost:
    """A host as an administrator registered it: its own name, where to dial it, on which ports, in which networks.

    `name` is what its certificate and service principal must say; `address` is what is resolved. Raises
    RegistrationUnfit for anything that is neither a plain host name nor a canonical IP address.
    """

    name: str
    address: str
    ports: frozenset[int]
    networks: tuple[Network, ...]

    def __post_init__(self) -> None:
        for text in (self.name, self.address):
            if literal_address(text) is None and not is_host_name(text):
                raise RegistrationUnfit(RefusalCode.HOST_NAME_UNFIT, name=text[:80])
        if any(not 0 < port < 65536 for port in self.ports):
            raise RegistrationUnfit(RefusalCode.PORT_UNFIT)

    def allows(self, address: Address) -> bool:
        """Tell whether an allowed network holds `address`.

        Loopback and link-local addresses (cloud metadata lies there) need a network of exactly that kind;
        `0.0.0.0/0` does not open them.
        """
        if address.is_unspecified or address.is_multicast:
            return False
        special = address.is_loopback or address.is_link_local
        return any(
            address in network and (not special or network.is_loopback or network.is_link_local)
            for network in self.networks
        )
