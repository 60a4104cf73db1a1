"""Who may do what with a file, in words: Windows writes it as SDDL, in which nobody reads whom a change lets in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.probes import FileRight, file_rights

#: Owner, perhaps a group, and the list, wherever they stand in a text.
_SDDL = re.compile(r"\bO:([A-Z]{2}|S-[0-9-]+)(?:G:(?:[A-Z]{2}|S-[0-9-]+))?(D:[A-Z]*(?:\([^()\s]*\))*)")
_ACCOUNTS: Final[Mapping[str, Promise]] = {
    **dict.fromkeys(("SY", "S-1-5-18"), gettext_lazy("the system")),
    **dict.fromkeys(("LS", "S-1-5-19"), gettext_lazy("the local service account")),
    **dict.fromkeys(("NS", "S-1-5-20"), gettext_lazy("the network service account (Remote Desktop runs as it)")),
    **dict.fromkeys(("BA", "S-1-5-32-544"), gettext_lazy("administrators")),
    **dict.fromkeys(("BU", "S-1-5-32-545"), gettext_lazy("users of the computer")),
    **dict.fromkeys(("AU", "S-1-5-11"), gettext_lazy("everybody who is signed in")),
    **dict.fromkeys(("WD", "S-1-1-0"), gettext_lazy("everybody")),
    **dict.fromkeys(("CO", "S-1-3-0"), gettext_lazy("whoever makes a file there")),
    **dict.fromkeys(("OW", "S-1-3-4"), gettext_lazy("the owner")),
}
#: Rights of a file by their bits.
_RIGHTS: Final[Mapping[int, Promise]] = {
    0x1F01FF: gettext_lazy("everything"),
    0x1301BF: gettext_lazy("read, write, run and delete"),
    0x1201BF: gettext_lazy("read, write and run"),
    0x12019F: gettext_lazy("read and write"),
    0x1200A9: gettext_lazy("read and run"),
    0x120089: gettext_lazy("read"),
    0x120116: gettext_lazy("write"),
}


def in_plain_rights(text: str) -> tuple[str, str]:
    """Return a text with its SDDL in words, and that SDDL; the text as it stands and nothing, where none is in it."""
    found = _SDDL.search(text)
    listed = file_rights(found[2]) if found else None
    if found is None or listed is None:
        return text, ""
    said = [*(_line(one) for one in listed), _("owner: %s") % _account(found[1])]
    return f"{text[: found.start()]}{'; '.join(said)}{text[found.end() :]}", found[0]


def _line(one: FileRight) -> str:
    values = {"who": _account(one.sid), "what": _what(one.rights)}
    return (_("%(who)s: %(what)s") if one.allows else _("%(who)s: never %(what)s")) % values


def _account(name: str) -> str:
    return str(_ACCOUNTS.get(name, name))


def _what(rights: int) -> str:
    return str(_RIGHTS[rights]) if rights in _RIGHTS else _("some rights (%s)") % f"0x{rights:X}"
