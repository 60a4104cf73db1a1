"""Names in a pasted text: the computer, the account and the gateway it speaks of.

They are shown, and nothing is decided by them: whoever reads says whether they are right.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from troubleshoot.engine.saved_connection import SavedConnection, read_saved_connection

MOST_NAMES = 6
_NAME = r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?)"
_QUOTED = rf"[\"\u201c\u201e\u00ab']{_NAME}[\"\u201d\u201c\u00bb']"
_REMOTE = (
    r"(?:remote computer|remotecomputer|ordinateur distant|equipo remoto|computer remoto|externe computer"
    r"|\u30ea\u30e2\u30fc\u30c8 ?\u30b3\u30f3\u30d4\u30e5\u30fc\u30bf\u30fc|\u8fdc\u7a0b\u8ba1\u7b97\u673a"
    r"|\u9060\u7aef\u96fb\u8166)"
)
_SHAPES = (
    ("computer", re.compile(rf"(?i:{_REMOTE}) ?[:\uff1a] ?{_NAME}")),
    ("computer", re.compile(rf"(?i:{_REMOTE}|find the computer|computer|computador|ordinateur|equipo) {_QUOTED}")),
    ("computer", re.compile(rf"(?i:used to connect to) {_NAME} (?i:did not work)")),
    ("computer", re.compile(rf"\bRDP\({_NAME}\)")),
    (
        "gateway",
        re.compile(rf"(?i:gateway|passerelle|puerta de enlace|\u30b2\u30fc\u30c8\u30a6\u30a7\u30a4) {_QUOTED}"),
    ),
    (
        "account",
        re.compile(r"(?<![\w\\:/.%-])(?P<name>[A-Za-z][A-Za-z0-9-]{1,14}\\[A-Za-z0-9][\w.@-]{0,63})(?![\\\w])"),
    ),
)
_NO_ACCOUNT = re.compile(
    r"(?i)(?:hk(?:lm|cu|cr|u|ey\w*)|software|system|swd|root|microsoft|windows|users|drivers?|device|program|authority|nt|builtin)\\"
)


@dataclass(frozen=True)
class PastedName:
    """A name in a text: of a `computer`, an `account` or a `gateway`."""

    kind: str
    value: str


def names_in(text: str) -> tuple[PastedName, ...]:
    """Return what a text names: first a saved connection in it, then its words in the order of the kinds, each once."""
    saved = read_saved_connection(text)
    return tuple(dict.fromkeys([*(_saved(saved) if saved else ()), *_names(text)]))[:MOST_NAMES]


def _saved(saved: SavedConnection) -> Iterator[PastedName]:
    for kind, value in (("computer", saved.computer), ("gateway", saved.gateway), ("account", saved.account)):
        if value:
            yield PastedName(kind, value)


def _names(text: str) -> Iterator[PastedName]:
    for kind, shape in _SHAPES:
        for hit in islice(shape.finditer(text), MOST_NAMES):
            if kind != "account" or not _NO_ACCOUNT.match(hit["name"]):
                yield PastedName(kind, hit["name"])
