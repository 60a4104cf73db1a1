"""The files of a catalogue, sorted by what they hold."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from troubleshoot.engine.toml import ContentProblem
from troubleshoot.engine.toml_tables import NAME_PATTERN

CONTENT_KINDS = ("errors", "facts", "guides", "parts", "actions", "questions", "proofs")
"""The folders of TOML files."""
_PROOFS = "proofs/"
"""They say what was tried, and change nothing of what happens: the catalogue stays the same one with them."""
FOLDER_SEPARATOR = "//"
"""In the name of a file: stands between the catalogue folder and the path inside it."""


@dataclass
class ContentFiles:
    """The files by kind and name; `where` is the name for people."""

    toml: dict[str, dict[str, tuple[str, bytes]]] = field(default_factory=lambda: {kind: {} for kind in CONTENT_KINDS})
    resources: dict[str, dict[str, tuple[str, bytes]]] = field(default_factory=lambda: defaultdict(dict))
    where: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


def sort_files(files: Mapping[str, bytes], problems: list[ContentProblem]) -> ContentFiles:
    """Return all files (name → bytes) by kind and name; what belongs nowhere, or stands twice, is a problem."""
    found = ContentFiles()
    for name, data in files.items():
        inside = name.rpartition(FOLDER_SEPARATOR)[2]
        where = name.replace(FOLDER_SEPARATOR, "/")
        if first := found.where.get(inside):
            problems.append(ContentProblem(where, 1, "(file)", f"replaces nothing: {first} has this name already"))
        elif text := _place(found, inside, where, data):
            problems.append(ContentProblem(where, 1, "(file)", text))
        else:
            found.where[inside] = where
            if not inside.startswith(_PROOFS):
                found.digests[inside] = hashlib.sha256(data).hexdigest()
    found.digests = dict(sorted(found.digests.items()))
    return found


def _place(found: ContentFiles, inside: str, where: str, data: bytes) -> str | None:
    """Put a file where it belongs, or return why it belongs nowhere."""
    match inside.split("/"):
        case [kind, file] if kind in CONTENT_KINDS and file.endswith(".toml"):
            name = file.removesuffix(".toml")
            if not NAME_PATTERN.fullmatch(name):
                return "a file is named with lower-case letters, digits, - and _ only"
            found.toml[kind][name] = (where, data)
        case ["resources", name, "resource.toml" | "read.ps1" | "write.ps1" as file] if NAME_PATTERN.fullmatch(name):
            found.resources[name][file] = (where, data)
        case _:
            return f"is not a file of the catalogue ({', '.join(CONTENT_KINDS)}: *.toml; resources: three fixed names)"
    return None
