"""Security descriptors in SDDL: two texts that mean the same list of permissions are the same. Pure.

Source: MS-DTYP 2.5.1.1 (the language), winnt.h (the bits of file rights).
"""

import re
from collections.abc import Mapping

_WHOLE = re.compile(r"O:([A-Za-z0-9-]+)(?:G:[A-Za-z0-9-]+)?D:([A-Z]*)((?:\([^()]*\))*)(?:S:.*)?")
_ENTRY = re.compile(r"\(([A-Z]+);([A-Z]*);([A-Za-z0-9]*);;;([A-Za-z0-9-]+)\)")
# Generic and file rights by their two letters, with the bits that they mean for a file.
_RIGHTS: Mapping[str, int] = {
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
SIDS: Mapping[str, str] = {
    "SY": "S-1-5-18",
    "LS": "S-1-5-19",
    "NS": "S-1-5-20",
    "BA": "S-1-5-32-544",
    "BU": "S-1-5-32-545",
    "WD": "S-1-1-0",
    "AU": "S-1-5-11",
    "SU": "S-1-5-6",
    "CO": "S-1-3-0",
    "CG": "S-1-3-1",
    "RC": "S-1-5-12",
    "AC": "S-1-15-2-1",
}
"""Accounts by the two letters that SDDL has for them."""


def rights_mask(text: str) -> int | None:
    """Return the bits of rights for a file: a hexadecimal number, or names of two letters; None for anything else."""
    if re.fullmatch(r"0[xX][0-9A-Fa-f]{1,8}", text):
        return int(text, 16)
    names = [text[place : place + 2] for place in range(0, len(text), 2)]
    if not all(name in _RIGHTS for name in names):
        return None
    bits = 0
    for name in names:
        bits |= _RIGHTS[name]
    return bits


def same_descriptor(one: str, other: str) -> bool:
    """Tell whether two descriptors have the same owner, protection and entries of their own.

    What comes from the folder above (ID) is not compared, because Windows computes it anew; nor how rights and accounts
    are written, nor that Windows marks a list as computed (AI). A text that is not understood equals only itself.
    """
    meant = _meaning(one)
    return one == other or (meant is not None and meant == _meaning(other))


def _meaning(text: str) -> tuple[object, ...] | None:
    found = _WHOLE.fullmatch(text)
    if found is None:
        return None
    owner, flags, listed = found[1], found[2].replace("AI", "").replace("AR", ""), re.findall(r"\([^()]*\)", found[3])
    entries = [_entry(text) for text in listed]
    if flags not in {"", "P"} or None in entries:
        return None
    own = [entry for entry in entries if entry is not None and "ID" not in entry[1]]
    return SIDS.get(owner, owner), flags, tuple(own)


def _entry(text: str) -> tuple[str, frozenset[str], int, str] | None:
    found = _ENTRY.fullmatch(text)
    mask = rights_mask(found[3]) if found else None
    if found is None or mask is None:
        return None
    flags = frozenset(found[2][place : place + 2] for place in range(0, len(found[2]), 2))
    return found[1], flags, mask, SIDS.get(found[4], found[4])
