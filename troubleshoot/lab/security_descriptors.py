"""Security descriptors of files as Windows reads them back: the parts, and the form in which it writes them.

Source: MS-DTYP 2.5.1.1 (SDDL), 2.5.3.4 (what comes from the folder above); SetNamedSecurityInfo, which marks a list as
computed (AI) and computes anew what comes from above. That it does so for a list that is set whole is not tried.
"""

import functools
import re
from dataclasses import dataclass, replace

_WHOLE = re.compile(r"(O:[A-Za-z0-9-]+)(G:[A-Za-z0-9-]+)?D:([A-Z]*)((?:\([^()]*\))*)(S:.*)?")
_ENTRY = re.compile(r"\(([A-Z]+);((?:[A-Z]{2})*);([A-Za-z0-9]*);;;([A-Za-z0-9-]+)\)")
# Two-letter names of access rights in SDDL, with their bits for a file: file and generic rights, those of every object,
# and single bits. The first four are those in which Windows writes a whole set.
_SETS = {"FA": 0x1F01FF, "FR": 0x120089, "FW": 0x120116, "FX": 0x1200A0}
_RIGHTS = (
    _SETS
    | {"GA": 0x1F01FF, "GR": 0x120089, "GW": 0x120116, "GX": 0x1200A0}
    | {"SD": 0x10000, "RC": 0x20000, "WD": 0x40000, "WO": 0x80000}
    | {name: 1 << bit for bit, name in enumerate(("CC", "DC", "LC", "SW", "RP", "WP", "DT", "LO", "CR"))}
)
_ALIASES = {
    "S-1-1-0": "WD",
    "S-1-5-6": "SU",
    "S-1-5-11": "AU",
    "S-1-5-18": "SY",
    "S-1-5-19": "LS",
    "S-1-5-20": "NS",
    "S-1-5-32-544": "BA",
    "S-1-5-32-545": "BU",
}


@dataclass(frozen=True)
class Entry:
    """One entry of a list: A or D, its flags, the bits of its rights, for whom."""

    kind: str
    flags: tuple[str, ...]
    rights: int
    who: str

    def __str__(self) -> str:
        rights = next((name for name, bits in _SETS.items() if bits == self.rights), f"0x{self.rights:x}")
        return f"({self.kind};{''.join(self.flags)};{rights};;;{self.who})"


@dataclass(frozen=True)
class Descriptor:
    """Owner, list of permissions with its flags, and audit entries, which only some may read."""

    owner: str
    flags: str
    entries: tuple[Entry, ...]
    audit: str = ""

    def text(self, *, audit: bool = False) -> str:
        """Return the SDDL of owner and list, on request with the audit entries."""
        return f"{self.owner}D:{self.flags}{''.join(map(str, self.entries))}{self.audit if audit else ''}"

    def written_below(self, folder: "Descriptor | None") -> "Descriptor":
        """Return it as it is found after it was written: marked as computed, and so is what comes from above."""
        own = tuple(entry for entry in self.entries if "ID" not in entry.flags)
        if "P" in self.flags:
            return replace(self, flags="PAI", entries=own)
        return replace(self, flags="AI", entries=own + (_handed_down(folder) if folder else self.entries[len(own) :]))


def parse(text: str) -> Descriptor | None:
    """Return the parts of a descriptor in the form in which Windows writes them; None when it is none."""
    found = _WHOLE.fullmatch(text)
    listed = re.findall(r"\([^()]*\)", found[4]) if found else []
    entries = [_entry(one) for one in listed]
    if found is None or None in entries or found[3] not in {"", "P", "AI", "PAI", "AR", "PAIAR", "ARAI", "PARAI"}:
        return None
    owner = _ALIASES.get(found[1][2:], found[1][2:])
    return Descriptor(f"O:{owner}", found[3], tuple(entry for entry in entries if entry), found[5] or "")


def _entry(text: str) -> Entry | None:
    found = _ENTRY.fullmatch(text)
    if found is None:
        return None
    flags = tuple(found[2][place : place + 2] for place in range(0, len(found[2]), 2))
    return Entry(found[1], flags, _mask(found[3]), _ALIASES.get(found[4], found[4]))


def _mask(rights: str) -> int:
    """Return the bits of rights: a hexadecimal number, or names of two letters; what is unknown means nothing."""
    if re.fullmatch("0[xX][0-9A-Fa-f]{1,8}", rights):
        return int(rights, 16)
    return functools.reduce(int.__or__, (_RIGHTS.get(rights[at : at + 2], 0) for at in range(0, len(rights), 2)), 0)


def _handed_down(folder: Descriptor) -> tuple[Entry, ...]:
    """Return what a folder's list hands down to a file in it."""
    return tuple(Entry(one.kind, ("ID",), one.rights, one.who) for one in folder.entries if "OI" in one.flags)
