"""The files of a simulated host whose access control matters here: the folder of machine keys, and keys.

A host's `acl` maps a path to its security descriptor (owner and DACL) in SDDL; a file without one does not exist.
"""

from collections.abc import Iterator, Set

from troubleshoot.lab.security_descriptors import Descriptor, parse
from troubleshoot.lab.state import CRYPTOGRAPHY, KEY_FILE_START, KEY_FOLDER, Document, find, registry_value

_FULL, _READ, _READ_AND_WRITE = 0x1F01FF, 0x120089, 0x12019F
_EVERYONE = frozenset({"WD", "S-1-1-0"})
# Groups that each of the two accounts is in: everyone, whoever signed in, services, users; Windows is an administrator.
_ANY_SERVICE = _EVERYONE | {"AU", "S-1-5-11", "SU", "S-1-5-6", "BU", "S-1-5-32-545"}
_NETWORK_SERVICE = _ANY_SERVICE | {"NS", "S-1-5-20"}
_SYSTEM = _ANY_SERVICE | {"SY", "S-1-5-18", "BA", "S-1-5-32-544"}


def key_file(document: Document) -> str:
    """Return the path of the key of the self-signed Remote Desktop certificate."""
    return f"{KEY_FOLDER}\\{KEY_FILE_START}_{registry_value(document, CRYPTOGRAPHY, 'MachineGuid')}"


def descriptor(document: Document, path: str) -> str | None:
    """Return the SDDL of a file or folder; None when there is none of this name."""
    known = document.get("acl", {})
    found = find(known, path)
    return None if found is None else str(known[found])


def describe(document: Document, path: str, sddl: str) -> None:
    """Give a file the SDDL that it is found with; the service that needs the key can then read it or not."""
    known = document.setdefault("acl", {})
    known[find(known, path) or path] = sddl
    if path.casefold() == key_file(document).casefold() and document["key_store"]["rdp_key"] != "missing":
        document["key_store"]["rdp_key"] = "readable" if _may(sddl, _NETWORK_SERVICE, _READ) else "denied"


def write(document: Document, path: str, wanted: Descriptor, *, audit: str) -> None:
    """Write owner and list as Windows does: what lies in a folder gets what the list hands down, and keeps its own."""
    above = descriptor(document, path.rpartition("\\")[0])
    found = wanted.written_below(parse(above) if above else None)
    describe(document, path, found.text() + audit)
    for below in list(children(document, path)):
        inside = parse(descriptor(document, below) or "")
        if inside is not None and "P" not in inside.flags:
            describe(document, below, inside.written_below(found).text(audit=True))


def children(document: Document, folder: str) -> Iterator[str]:
    """Yield the paths of the files in a folder."""
    start = folder.casefold() + "\\"
    yield from (path for path in document.get("acl", {}) if path.casefold().startswith(start))


def settle_key(document: Document) -> None:
    """Let Remote Desktop's own key be denied where its access control says so."""
    sddl = descriptor(document, key_file(document))
    if document["key_store"]["rdp_key"] == "readable" and sddl and not _may(sddl, _NETWORK_SERVICE, _READ):
        document["key_store"]["rdp_key"] = "denied"


def may_read_key(document: Document, entry: Document) -> bool:
    """Tell whether Remote Desktop Services can read the key of a chosen certificate; an entry that names no file for
    it says nothing else."""
    path = entry.get("key_file", "")
    if not path:
        return True
    sddl = descriptor(document, path)
    return sddl is not None and _may(sddl, _NETWORK_SERVICE, _READ)


def may_make_keys(document: Document) -> bool:
    """Tell whether a service can put a new key into the folder; a state without access control says nothing else."""
    sddl = descriptor(document, KEY_FOLDER)
    return sddl is None or _may(sddl, _EVERYONE, _READ_AND_WRITE)


def may_replace_key(document: Document) -> bool:
    """Tell whether Windows can open the present key of Remote Desktop in order to replace it."""
    sddl = descriptor(document, key_file(document))
    return sddl is None or _may(sddl, _SYSTEM, _FULL)


def _may(sddl: str, names: Set[str], wanted: int) -> bool:
    """Tell whether somebody who is all of these has the rights; what is denied counts first, as Windows orders it."""
    granted = denied = 0
    found = parse(sddl)
    for entry in found.entries if found else ():
        if entry.who in names and "IO" not in entry.flags:
            mask = entry.rights
            granted, denied = (granted | mask, denied) if entry.kind == "A" else (granted, denied | mask)
    return granted & ~denied & wanted == wanted
