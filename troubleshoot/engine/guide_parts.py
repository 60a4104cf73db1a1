"""Parts: steps that several guides share. Their text is put behind the text of each guide that names them."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from troubleshoot.engine.guide import Guide
from troubleshoot.engine.toml import ContentProblem, Document, Path
from troubleshoot.engine.toml_tables import TomlTable

ANY_PART = "*"
"""The part of every step of a stored guide that was expanded: its text no longer tells them apart."""
_EXAMPLE = re.compile(r"^example\[([0-9]+)\]")


@dataclass(frozen=True)
class GuidePart:
    """One file of steps, and of examples that begin at one of them."""

    name: str
    table: TomlTable
    data: bytes
    digest: str

    @property
    def file(self) -> str:
        """Return the file's name for people."""
        return self.table.document.file

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the names of its steps, in order."""
        return _names(self.table)


@dataclass(frozen=True)
class Piece:
    """Lines of an expanded guide that come from one file."""

    first: int
    file: str
    part: str
    """The part's name; empty for the guide itself."""
    examples: int = 0
    """Examples that stand in the pieces before it."""


@dataclass(frozen=True)
class Expanded:
    """A guide's text with the texts of its parts behind it: what is stored and digested."""

    data: bytes
    pieces: tuple[Piece, ...]

    def piece(self, line: int) -> Piece:
        """Return where a line (from 1) comes from."""
        return self.pieces[bisect_right(self.pieces, line, key=lambda piece: piece.first) - 1]

    def at_home(self, problem: ContentProblem) -> ContentProblem:
        """Return a problem with the file and line in which its author will find it."""
        piece = self.piece(problem.line)
        key = _EXAMPLE.sub(lambda found: f"example[{int(found[1]) - piece.examples}]", problem.key)
        return ContentProblem(piece.file, problem.line - piece.first + 1, key, problem.text)


def expand(own: TomlTable, data: bytes, parts: Iterable[GuidePart]) -> Expanded:
    """Return a guide's text followed by its parts, in their order."""
    text, pieces, examples = data, [Piece(1, own.document.file, "")], _examples(own)
    for part in parts:
        text += b"" if text.endswith(b"\n") else b"\n"
        pieces.append(Piece(text.count(b"\n") + 1, part.file, part.name, examples))
        text += part.data
        examples += _examples(part.table)
    return Expanded(text, tuple(pieces))


def joined(own: TomlTable, parts: Collection[GuidePart], text: Expanded) -> Document | None:
    """Return what parsing the expanded text gives, from pieces that were parsed already: a start parses each part once.

    None where the text itself has to be parsed, because its pieces may not fit together.
    """
    tables = [own, *(part.table for part in parts)]
    shapes = {"steps": dict, "example": list}
    fit = all(type(one.data.get(key, kind())) is kind for one in tables for key, kind in shapes.items())
    if not fit or any(("steps",) in one.document.lines for one in tables[1:]):
        return None
    steps: dict[str, object] = {}
    examples: list[object] = []
    lines: dict[Path, int] = {}
    for table, piece in zip(tables, text.pieces, strict=True):
        steps |= table.data.get("steps", {})
        examples += table.data.get("example", [])
        for path, line in table.document.lines.items():
            lines.setdefault(_moved(path, piece.examples), line + piece.first - 1)
    found = {"steps": steps, "example": examples}
    return Document(own.document.file, own.data | {key: value for key, value in found.items() if value}, lines)


def _moved(path: Path, examples: int) -> Path:
    """Return the path of a key behind so many examples of earlier pieces."""
    match path:
        case ("example", int(index), *rest):
            return ("example", index + examples, *rest)
    return path


def check(part: GuidePart) -> bool:
    """Tell whether a part has nothing but steps and examples, and keep a problem for everything else."""
    before = len(part.table.problems)
    part.table.table("steps")
    list(part.table.tables("example"))
    part.table.done()
    return len(part.table.problems) == before


def named(own: TomlTable, files: Collection[str], known: Mapping[str, GuidePart]) -> list[GuidePart] | None:
    """Return the parts that a guide names, in order; None when one cannot be had.

    `files` are the names of all parts, `known` those that could be read: a broken one is not reported again.
    """
    names = own.texts("parts", required=False)
    for index, name in enumerate(names):
        if name not in files:
            own.wrong("parts", f"there is no part {name}", index)
        elif name in names[:index]:
            own.wrong("parts", "stands here twice", index)
    whole = len(set(names)) == len(names) and all(name in known for name in names)
    return [known[name] for name in names] if whole else None


def doubled(own: TomlTable, parts: Iterable[GuidePart]) -> bool:
    """Keep a problem for each step that stands in an earlier piece of the same guide already; tell whether one did."""
    first = dict.fromkeys(_names(own), own)
    found = False
    for part in parts:
        for name in part.steps:
            if before := first.get(name):
                line = before.document.lines.get(("steps", name), 1)
                part.table.wrong("steps", f"this step stands in {before.document.file}:{line} already", name)
                found = True
            first.setdefault(name, part.table)
    return found


def check_use(parts: Iterable[GuidePart], guides: Iterable[Guide]) -> None:
    """Keep a problem for each step of a part to which no guide leads."""
    reached = {(step.part, name) for guide in guides for name, step in guide.steps.items()}
    for part in parts:
        for name in part.steps:
            if (part.name, name) not in reached:
                part.table.wrong("steps", "no path of any guide leads here", name)


def _names(table: TomlTable) -> tuple[str, ...]:
    """Return the names of the steps of a file, whatever else is wrong with it."""
    steps = table.data.get("steps")
    return tuple(steps) if isinstance(steps, dict) else ()


def _examples(table: TomlTable) -> int:
    found = table.data.get("example")
    return len(found) if isinstance(found, list) else 0
