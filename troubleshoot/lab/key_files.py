"""The files of a simulated host whose access control matters here: the folder of machine keys and Remote Desktop's key.

A host's `acl` maps a path to its security descriptor (owner and DACL) in SDDL; a file without one does not exist.
"""

import re

from troubleshoot.lab.state import CRYPTOGRAPHY, KEY_FILE_START, KEY_FOLDER, Document, find, registry_value

# One allowing entry of a DACL: its rights, and whom it is for (MS-DTYP 2.5.1.1).
_ALLOWED = re.compile(r"\(A;[A-Z]*;([^;()]*);;;([^;()]+)\)")
# Two-letter names of access rights in SDDL, with their bits (MS-DTYP 2.5.1.1, access masks of files).
_RIGHTS = {"FA": 0x1F01FF, "FR": 0x120089, "FW": 0x120116, "GA": 0x1F01FF, "GR": 0x120089, "GW": 0x120116}
_READ, _READ_AND_WRITE = 0x120089, 0x12019F
_NETWORK_SERVICE = ("NS", "S-1-5-20")
_EVERYONE = ("WD", "S-1-1-0")


def key_file(document: Document) -> str:
    """Return the path of the key of the self-signed Remote Desktop certificate."""
    return f"{KEY_FOLDER}\\{KEY_FILE_START}_{registry_value(document, CRYPTOGRAPHY, 'MachineGuid')}"


def descriptor(document: Document, path: str) -> str | None:
    """Return the SDDL of a file or folder; None when there is none of this name."""
    known = document.get("acl", {})
    found = find(known, path)
    return None if found is None else str(known[found])


def describe(document: Document, path: str, sddl: str) -> None:
    """Write the SDDL of a file; the service that needs the key can then read it or not."""
    known = document.setdefault("acl", {})
    known[find(known, path) or path] = sddl
    if path.casefold() == key_file(document).casefold() and document["key_store"]["rdp_key"] != "missing":
        may = _granted(sddl, _NETWORK_SERVICE) & _READ == _READ
        document["key_store"]["rdp_key"] = "readable" if may else "denied"


def may_make_keys(document: Document) -> bool:
    """Tell whether a service can put a new key into the folder; a state without access control says nothing else."""
    sddl = descriptor(document, KEY_FOLDER)
    return sddl is None or _granted(sddl, _EVERYONE) & _READ_AND_WRITE == _READ_AND_WRITE


def _granted(sddl: str, names: tuple[str, ...]) -> int:
    granted = 0
    for rights, who in _ALLOWED.findall(sddl):
        if who in names:
            granted |= _RIGHTS.get(rights) or (int(rights, 16) if rights.startswith("0x") else 0)
    return granted
