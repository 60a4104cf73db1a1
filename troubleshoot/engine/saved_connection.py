"""A saved connection (a file that ends in .rdp), whole or in parts, as bytes or inside a pasted text: what it sets.

It is word of mouth: anybody may have written it. What is not known, of the wrong type, or said twice in two ways says
nothing here. A saved password, and what a signature is made of, is taken out before anything is kept or shown.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import islice
from types import MappingProxyType
from typing import Any

LARGEST_FILE = 256 * 1024
"""Bytes of a file that is read at most; one that a program saved has a hundredth of it."""
MOST_LINES = 2000
LONGEST_NUMBER = 6
TAKEN_OUT = "(taken out)"
"""What stands in the text in place of a secret."""

_MARK = re.compile(r":[A-Za-z]:")
_LINE = re.compile(
    r"(?m)^[ \t]{0,8}(?P<key>[A-Za-z][A-Za-z0-9 _-]{0,60}):(?P<type>[A-Za-z]):(?P<value>[^\r\n]*)(?:\r?$)"
)
_SECRET = re.compile(
    r"(?im)^(?P<kept>[ \t]{0,8}(?:[a-z0-9 _-]{0,40}(?:password|token)[a-z0-9 _-]{0,10}|signature):[a-z]:)[^\r\n]+"
)
_HOST = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
#: Everything of which a number is read, each a number of its own meaning.
NUMBERS = (
    *("server port", "gatewayusagemethod", "gatewayprofileusagemethod", "gatewaycredentialssource"),
    *("enablecredsspsupport", "authentication level", "enablerdsaadauth", "targetisaadjoined"),
    *("use redirection server name", "negotiate security layer", "prompt for credentials", "remoteapplicationmode"),
    *("redirectclipboard", "redirectprinters", "redirectsmartcards", "redirectcomports", "redirectdrives"),
    *("redirectposdevices", "redirectwebauthn", "redirectlocation", "disableconnectionsharing"),
)
#: Everything of which words are read.
WORDS = (
    *("full address", "alternate full address", "username", "gatewayhostname", "loadbalanceinfo"),
    *("drivestoredirect", "devicestoredirect", "usbdevicestoredirect", "camerastoredirect", "signscope"),
)


@dataclass(frozen=True)
class SavedConnection:
    """What one saved connection sets: names, numbers by their key, and which words it holds at all."""

    computer: str = ""
    port: int | None = None
    account: str = ""
    gateway: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)
    worded: tuple[str, ...] = ()
    """The keys that hold words which only matter by being there."""
    secrets: tuple[str, ...] = ()
    """The keys whose value was taken out: a password, a token."""
    doubtful: tuple[str, ...] = ()
    """The keys that are said twice in two ways, or with something else than what belongs there."""

    @property
    def named(self) -> bool:
        """Tell whether it names a computer: without a port it then means the usual one."""
        return "full address" in self.worded or "alternate full address" in self.worded

    def to_json(self) -> dict[str, Any]:
        """Return what facts follow from, as a case keeps it: no account, and nothing secret."""
        return {"port": self.port, "gateway": self.gateway, "numbers": dict(self.numbers), "worded": list(self.worded)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> SavedConnection:
        """Return the saved connection of such a document."""
        return cls(
            port=document["port"],
            gateway=document["gateway"],
            numbers=document["numbers"],
            worded=tuple(document["worded"]),
        )


def decode_saved_connection(data: bytes) -> str:
    """Return the text of a file, in whichever way it was written. Never fails; what is no letter becomes a mark."""
    data = data[:LARGEST_FILE]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", "replace")
    if data[1:2] == b"\0" or data[:1] == b"\0":  # without a mark: the letters of a file are nearly all of ASCII
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_saved_connection(text: str) -> SavedConnection | None:
    """Return what the lines of a saved connection in a text set; None where it has none. Never fails."""
    if not _MARK.search(text):
        return None
    said: dict[str, set[str]] = {}
    for hit in islice(_LINE.finditer(text), MOST_LINES):
        key = hit["key"].strip().lower()
        if key in _TYPES:
            said.setdefault(key, set()).add(f"{hit['type'].lower()}:{hit['value'].strip()}")
    secrets = tuple(dict.fromkeys(hit["kept"].partition(":")[0].strip().lower() for hit in _secrets(text)))
    if not said and not secrets:
        return None
    values = {key: found for key, one in said.items() if (found := _only(key, one)) is not None}
    return _connection(values, secrets, tuple(key for key in said if key not in values))


def without_secrets(text: str) -> str:
    """Return a text without the secrets of a saved connection. Their lines stay: it is seen that there were some."""
    return _SECRET.sub(rf"\g<kept>{TAKEN_OUT}", text) if ":" in text else text


def without_saved_connection(text: str) -> str:
    """Return a text without the lines that a saved connection is made of: its numbers are settings, no errors."""
    return _LINE.sub(lambda hit: "" if hit["key"].strip().lower() in _TYPES or _is_setting(hit) else hit[0], text)


_TYPES: Mapping[str, str] = MappingProxyType(dict.fromkeys(NUMBERS, "i") | dict.fromkeys(WORDS, "s"))


def _secrets(text: str) -> Iterator[re.Match[str]]:
    return islice(_SECRET.finditer(text), MOST_LINES)


def _is_setting(hit: re.Match[str]) -> bool:
    """Tell whether a line has the form of a setting, though nothing is read of it."""
    return hit["type"] in {"i", "s", "b"} and hit["key"] == hit["key"].lower()


def _only(key: str, said: Iterable[str]) -> str | None:
    """Return the one value of a key; None where it is said in two ways, or has not its type."""
    first, *others = said
    kind, _, value = first.partition(":")
    if others or kind != _TYPES[key]:
        return None
    return value if kind == "s" or re.fullmatch(rf"[0-9]{{1,{LONGEST_NUMBER}}}", value) else None


def _connection(values: Mapping[str, str], secrets: tuple[str, ...], doubtful: tuple[str, ...]) -> SavedConnection:
    numbers = {key: int(value) for key, value in values.items() if _TYPES[key] == "i"}
    computer, port = _place(values.get("full address") or values.get("alternate full address") or "")
    gateway, _port = _place(values.get("gatewayhostname", ""))
    account = values.get("username", "")
    return SavedConnection(
        computer=computer,
        port=port or _port_number(numbers.get("server port")),
        account=account if re.fullmatch(r"[^\s\"]{1,120}", account) else "",
        gateway=gateway,
        numbers=numbers,
        worded=tuple(key for key in WORDS if values.get(key)),
        secrets=secrets,
        doubtful=doubtful,
    )


def _place(text: str) -> tuple[str, int | None]:
    """Return the name or address, and the port, of a place as a saved connection writes it."""
    try:
        return str(ip_address(text)), None  # one of version 6 is written without brackets where no port follows
    except ValueError:
        hit = _HOST.fullmatch(text)
    return (hit["six"] or hit["name"], _port_number(int(hit["port"] or 0))) if hit else ("", None)


def _port_number(number: int | None) -> int | None:
    return number if number and number < 65536 else None
