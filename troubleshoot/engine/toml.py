"""TOML with line numbers: bytes in, plain values and the line of every key out; hostile files end in clean problems.

tree-sitter finds the lines and refuses broken, deep or doubled structure before tomllib parses the values.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import tree_sitter
import tree_sitter_toml

CONTENT_SIZE_LIMIT = 256 * 1024
DEPTH_LIMIT = 24
"""Nesting of syntax nodes; a guide needs about eight."""

Path = tuple[str | int, ...]

_PARSER = tree_sitter.Language(tree_sitter_toml.language())
_KEYS = ("bare_key", "quoted_key", "dotted_key")
_TABLES = ("table", "table_array_element")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DIGITS = re.compile("[0-9][0-9_]{24,}|0[xob][0-9A-Fa-f_]{25,}")
_LINE = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")


@dataclass(frozen=True, order=True)
class ContentProblem:
    """One fault in the content: where it is (file, line from 1, dotted key) and what is wrong, for its author."""

    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.text}"


class TomlError(Exception):
    """The file cannot be read at all; `problem` says where and why."""

    def __init__(self, problem: ContentProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Document:
    """A parsed file: its values and where each key stands."""

    file: str
    data: dict[str, Any]
    lines: dict[Path, int] = field(repr=False)

    def problem(self, path: Path, text: str) -> ContentProblem:
        """Return a problem at a key, or at the nearest part of its path that the file contains."""
        known = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.lines), ())
        return ContentProblem(self.file, self.lines.get(known, 1), dotted(path) or "(file)", text)


def dotted(path: Path) -> str:
    """Return a path as an author would write it: `steps.stage.to`, `set[2].desired`."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{_key(part)}" for part in path)
    return "".join(parts).removeprefix(".")


def load(file: str, data: bytes) -> Document:
    """Parse one file. Raises TomlError with file, line and key for anything that is not sound TOML 1.0."""
    text = _text(file, data)
    tree = tree_sitter.Parser(_PARSER).parse(text.encode())
    _refuse_broken(file, tree)
    lines = _Lines(file)
    lines.read(tree.root_node)
    try:
        return Document(file, tomllib.loads(text), lines.found)
    except (ValueError, RecursionError) as error:
        line = int(found[1]) if (found := _LINE.search(str(error))) else 1
        raise TomlError(
            ContentProblem(file, line, lines.key_at(line), f"not valid TOML: {str(error)[:200]}")
        ) from error


def _text(file: str, data: bytes) -> str:
    """Decode, and refuse what an editor would hide: size, byte order marks, other encodings, control characters."""
    if len(data) > CONTENT_SIZE_LIMIT:
        raise TomlError(
            ContentProblem(file, 1, "(file)", f"{len(data)} bytes, at most {CONTENT_SIZE_LIMIT} are allowed")
        )
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise TomlError(
            ContentProblem(file, 1, "(file)", "starts with a byte order mark; save it as UTF-8 without one")
        )
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TomlError(ContentProblem(file, line, "(file)", f"not UTF-8 at byte {error.start}")) from error
    for pattern, what in ((_CONTROL, "control or bidi character"), (_DIGITS, "number of more than 24 digits")):
        if hit := pattern.search(text):
            line = text.count("\n", 0, hit.start()) + 1
            raise TomlError(ContentProblem(file, line, "(file)", f"{what} {hit[0][:24]!r}"))
    return text


def _refuse_broken(file: str, tree: tree_sitter.Tree) -> None:
    """Walk without recursion: a syntax error or nesting beyond DEPTH_LIMIT ends here, with its key."""
    cursor, depth, table, key = tree.walk(), 0, "", ""
    while cursor.node is not None:
        node = cursor.node
        if node.type in _KEYS and node.parent and node.parent.type in _TABLES:
            table, key = _text_of(node), ""
        elif node.type in _KEYS:
            key = _text_of(node)
        if node.is_error or node.is_missing:
            inside = [child for child in node.children if child.type in _KEYS]
            # What is never closed spoils the whole file: the last key that is given a value is where it begins.
            given = [child for child in inside if child.next_sibling and child.next_sibling.type == "="]
            text = "not valid TOML here (an inline table stays on one line)"
            named = _text_of(inside[0]) if inside else key
            if node.parent is None and given:
                node, named = given[-1], _text_of(given[-1])
            raise TomlError(_broken(file, node, (table, named), text))
        if depth > DEPTH_LIMIT:
            raise TomlError(_broken(file, node, (table, key), f"nested deeper than {DEPTH_LIMIT} levels"))
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1


def _broken(file: str, node: tree_sitter.Node, key: tuple[str, str], text: str) -> ContentProblem:
    return ContentProblem(file, node.start_point.row + 1, ".".join(filter(None, key)) or "(file)", text)


def _text_of(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode()[:80]


class _Lines:
    """Collects the line of every key path, and refuses a key that stands twice."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}

    def read(self, document: tree_sitter.Node) -> None:
        for node in document.named_children:
            if node.type == "pair":
                self._pair((), node)
            elif node.type in _TABLES:
                self._table(node)

    def key_at(self, line: int) -> str:
        """Return the last key that starts on or before a line."""
        before = [(at, path) for path, at in self.found.items() if at <= line]
        return dotted(max(before, key=lambda one: one[0])[1]) if before else "(file)"

    def _table(self, node: tree_sitter.Node) -> None:
        header, *pairs = [child for child in node.named_children if child.type != "comment"]
        path = self._inside(tuple(_names(header)))
        if path in self.found and path not in self._elements:
            raise self._twice(path, node)
        if node.type == "table_array_element":
            index = self._elements[path] = self._elements.get(path, -1) + 1
            self.found.setdefault(path, node.start_point.row + 1)
            path = (*path, index)
        self.found[path] = node.start_point.row + 1
        for pair in pairs:
            self._pair(path, pair)

    def _inside(self, names: tuple[str, ...]) -> Path:
        """Turn a header's names into a path: below an array of tables it means the latest element."""
        path: Path = ()
        for position, name in enumerate(names):
            path = (*path, name)
            if path in self._elements and position < len(names) - 1:
                path = (*path, self._elements[path])
        return path

    def _pair(self, prefix: Path, node: tree_sitter.Node) -> None:
        key, *values = [child for child in node.named_children if child.type != "comment"]
        path = (*prefix, *_names(key))
        line = node.start_point.row + 1
        if path in self.found:
            raise self._twice(path, node)
        for length in range(len(prefix) + 1, len(path)):
            self.found.setdefault(path[:length], line)
        self.found[path] = line
        for value in values:
            self._value(path, value)

    def _twice(self, path: Path, node: tree_sitter.Node) -> TomlError:
        text = f"the key stands twice, first in line {self.found[path]}"
        return TomlError(ContentProblem(self.file, node.start_point.row + 1, dotted(path), text))

    def _value(self, path: Path, node: tree_sitter.Node) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        if node.type == "inline_table":
            for pair in children:
                self._pair(path, pair)
        elif node.type == "array":
            for index, item in enumerate(children):
                self.found[(*path, index)] = item.start_point.row + 1
                self._value((*path, index), item)


def _names(node: tree_sitter.Node) -> Iterator[str]:
    if node.type == "dotted_key":
        for child in node.named_children:
            yield from _names(child)
    elif node.type == "quoted_key":
        # A quoted key may hold escapes: tomllib knows them.
        yield from tomllib.loads(f"{(node.text or b'').decode()} = 0")
    else:
        yield (node.text or b"").decode()


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else f'"{name}"'
