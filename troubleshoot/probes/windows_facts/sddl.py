"""Reads the DACL of a security descriptor in SDDL, as far as file rights go. Pure.

Source: MS-DTYP 2.5.1.1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from troubleshoot.engine import SIDS, rights_mask

_DACL = re.compile(r"D:[A-Z]*((?:\([^()]*\))*)(?:S:.*)?$")
_ENTRY = re.compile(r"\((A|D);([A-Z]*);([A-Za-z0-9]*);;;([A-Za-z0-9-]+)\)")
FULL, READ, READ_AND_WRITE = 0x1F01FF, 0x120089, 0x12019F


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
    rights = [rights_mask(match[3]) for match in found]
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
