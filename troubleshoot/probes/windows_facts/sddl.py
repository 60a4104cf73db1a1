"""Reads the DACL of a security descriptor in SDDL, as far as file rights go. Pure.

Source: MS-DTYP 2.5.1.1 (the language), winnt.h (the bits of file rights).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DACL = re.compile(r"D:[A-Z]*((?:\([^()]*\))*)(?:S:.*)?$")
_ENTRY = re.compile(r"\((A|D);([A-Z]*);([A-Za-z0-9]*);;;([A-Za-z0-9-]+)\)")
# Generic and file rights by their two letters, with the bits that they mean for a file.
_RIGHTS = {
    "FA": 0x1F01FF,
    "FR": 0x120089,
    "FW": 0x120116,
    "FX": 0x1200A0,
    "GA": 0x1F01FF,
    "GR": 0x120089,
    "GW": 0x120116,
    "GX": 0x1200A0,
    "RC": 0x20000,
    "SD": 0x10000,
    "WD": 0x40000,
    "WO": 0x80000,
    "CC": 0x1,
    "DC": 0x2,
    "LC": 0x4,
    "SW": 0x8,
    "RP": 0x10,
    "WP": 0x20,
    "DT": 0x40,
    "LO": 0x80,
    "CR": 0x100,
}
FULL, READ, READ_AND_WRITE = 0x1F01FF, 0x120089, 0x12019F
#: Accounts by the two letters that SDDL has for them.
SIDS = {"SY": "S-1-5-18", "NS": "S-1-5-20", "BA": "S-1-5-32-544", "WD": "S-1-1-0"}


@dataclass(frozen=True)
class FileRight:
    """One line of the list: whether it allows, for the object itself, which rights, for whom (a SID)."""

    allows: bool
    rights: int
    sid: str


def entries(sddl: str) -> tuple[FileRight, ...] | None:
    """Return the entries that count for the object itself; None when the text is not understood to its end."""
    dacl = _DACL.search(sddl)
    if dacl is None:
        return None
    listed = re.findall(r"\([^()]*\)", dacl[1])
    found = [match for match in map(_ENTRY.fullmatch, listed) if match]
    rights = [_mask(match[3]) for match in found]
    if len(found) != len(listed) or None in rights:
        return None
    return tuple(_counting(found, rights))


def allowed(listed: tuple[FileRight, ...], account: str) -> int:
    """Return the rights that the list gives an account (two letters) by name, less those it denies by name."""
    sid = SIDS[account]
    granted = denied = 0
    for entry in listed:
        if entry.sid == sid:
            granted, denied = granted | entry.rights * entry.allows, denied | entry.rights * (not entry.allows)
    return granted & ~denied


def _counting(found: list[re.Match[str]], rights: list[int | None]) -> Iterator[FileRight]:
    for match, mask in zip(found, rights, strict=True):
        flags = {match[2][place : place + 2] for place in range(0, len(match[2]), 2)}
        if mask is not None and "IO" not in flags:  # IO: only for what lies below
            yield FileRight(match[1] == "A", mask, SIDS.get(match[4], match[4]))


def _mask(text: str) -> int | None:
    if re.fullmatch(r"0x[0-9A-Fa-f]{1,8}", text):
        return int(text, 16)
    names = [text[place : place + 2] for place in range(0, len(text), 2)]
    if not all(name in _RIGHTS for name in names):
        return None
    bits = 0
    for name in names:
        bits |= _RIGHTS[name]
    return bits
