"""Typed reading of one TOML table: every wrong, missing or unknown key becomes a problem with file, line and key."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from troubleshoot.engine import placeholders
from troubleshoot.engine.canonical import INTEGER_LIMIT
from troubleshoot.engine.toml import ContentProblem, Document, Path

T = TypeVar("T")
NAME_PATTERN = re.compile("[a-z0-9][a-z0-9_-]{0,63}")
"""How files, steps, causes, and resources of ours are named."""
TEXT_LIMIT = 4000
_MARKUP = re.compile(r"\{\{|\}\}|\{%|<[a-z/!]|javascript:", re.IGNORECASE)


@dataclass
class TomlTable:
    """A table at a path of a document. Reading never fails: it returns a stand-in and keeps the problem."""

    document: Document
    path: Path
    data: dict[str, Any]
    problems: list[ContentProblem]
    _read: set[str] = field(default_factory=set)

    @property
    def line(self) -> int:
        """Return the line where this table begins, or the nearest part of its path."""
        return self.document.problem(self.path, "").line

    def wrong(self, key: str | None, text: str, *more: str | int) -> None:
        """Keep a problem at a key of this table (or at the table itself)."""
        path = self.path if key is None else (*self.path, key, *more)
        self.problems.append(self.document.problem(path, text))

    def text(self, key: str, *, required: bool = True, limit: int = TEXT_LIMIT) -> str:
        """Return a text for people: not empty, plain (no markup, no template marks)."""
        value = self._get(key, str, "a text", "", required=required)
        if key in self.data and isinstance(self.data[key], str):
            self._check_text(value, limit, key)
        return value

    def name(self, key: str, *, required: bool = True) -> str:
        """Return a name of ours: lower-case letters, digits, - and _."""
        value = self._get(key, str, "a name", "", required=required)
        if value and not NAME_PATTERN.fullmatch(value):
            self.wrong(key, "a name has lower-case letters, digits, - and _ only, 64 at most")
        return value

    def choice(self, key: str, choices: Collection[str], *, required: bool = True) -> str:
        """Return one of a closed list of words."""
        value = self._get(key, str, "a text", "", required=required)
        if value and value not in choices:
            self.wrong(key, f"must be one of {', '.join(choices)}, not {value[:80]!r}")
        return value

    def flag(self, key: str) -> bool:
        """Return a boolean; absent means false."""
        return self._get(key, bool, "true or false", False, required=False)

    def integer(self, key: str, *, required: bool = True) -> int:
        """Return an integer from 0 to 2^53 - 1."""
        value = self._get(key, int, "an integer", 0, required=required)
        if not 0 <= value < INTEGER_LIMIT:
            self.wrong(key, "must be from 0 to 2^53 - 1")
        return value

    def seconds(self, key: str, *, most: int, required: bool = True) -> int:
        """Return a duration written like 90s, 5m or 2h, in seconds."""
        value = self._get(key, str, "a duration such as 90s, 5m or 2h", "", required=required)
        found = re.fullmatch("([1-9][0-9]{0,4})([smh])", value)
        seconds = int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]] if found else 0
        if value and not 0 < seconds <= most:
            self.wrong(key, f"must be a duration such as 90s, 5m or 2h, at most {most} seconds")
        return seconds

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """Return a list of texts, not empty when required."""
        value = self._get(key, list, "a list of texts", [], required=required)
        if required and key in self.data and isinstance(self.data[key], list) and not value:
            self.wrong(key, "must not be empty")
        for index, item in enumerate(value):
            if not isinstance(item, str) or not 0 < len(item) <= TEXT_LIMIT:
                self.wrong(key, "must be a text", index)
            elif _MARKUP.search(item):
                self.wrong(key, "is plain text: no markup, no template marks", index)
        return tuple(item for item in value if isinstance(item, str))

    def sentences(self, key: str, *, limit: int) -> tuple[str, ...]:
        """Return a list of different texts for people; absent means none."""
        found = self.texts(key, required=False)
        for index, text in enumerate(found):
            self._check_text(text, limit, key, index)
            if text in found[:index]:
                self.wrong(key, "stands here twice", index)
        return found

    def table(self, key: str, *, required: bool = True) -> "TomlTable":
        """Return the table under a key, empty when it is absent."""
        data = self._get(key, dict, "a table", {}, required=required)
        return TomlTable(self.document, (*self.path, key), data, self.problems)

    def tables(self, key: str, *, required: bool = False) -> Iterator["TomlTable"]:
        """Yield each element of an array of tables."""
        for index, item in enumerate(self._get(key, list, "an array of tables", [], required=required)):
            if isinstance(item, dict):
                yield TomlTable(self.document, (*self.path, key, index), item, self.problems)
            else:
                self.wrong(key, "must be a table", index)

    def each(self) -> Iterator[tuple[str, "TomlTable"]]:
        """Yield name and table of every key of this table, whose names are the author's own."""
        for name in self.data:
            if not NAME_PATTERN.fullmatch(name):
                self.wrong(name, "a name has lower-case letters, digits, - and _ only, 64 at most")
            yield name, self.table(name)

    def mapping(self) -> dict[str, str]:
        """Return this table as name → text; every key is the author's own."""
        return {key: self.text(key) for key in self.data}

    def value(self, key: str) -> Any:
        """Return whatever stands under a key, to be checked by the caller."""
        self._read.add(key)
        return self.data.get(key)

    def without_placeholders(self, *beside: str) -> None:
        """Keep a problem for each placeholder in a text in which nothing is ever put in; `beside` are keys to skip."""
        for key, *more in placeholders.misplaced(self.data, beside=beside):
            self.wrong(
                str(key),
                "nothing is put in here: placeholders stand in title, text and not_your of a guide's steps",
                *more,
            )

    def done(self) -> None:
        """Keep a problem for every key that nothing has read."""
        for key in self.data:
            if key not in self._read:
                self.wrong(key, "unknown key")

    def _check_text(self, value: str, limit: int, key: str, *more: int) -> None:
        if not value.strip() or len(value) > limit:
            self.wrong(key, f"must have 1 to {limit} characters", *more)
        if _MARKUP.search(value):
            self.wrong(key, "is plain text: no markup, no template marks", *more)

    def _get(self, key: str, kind: type[T], words: str, stand_in: T, *, required: bool = True) -> T:
        self._read.add(key)
        if key not in self.data:
            if required:
                self.wrong(key, "is missing")
            return stand_in
        value = self.data[key]
        if type(value) is not kind:
            self.wrong(key, f"must be {words}")
            return stand_in
        return value


def top(document: Document, problems: list[ContentProblem]) -> TomlTable:
    """Return the whole document as a table."""
    return TomlTable(document, (), document.data, problems)
