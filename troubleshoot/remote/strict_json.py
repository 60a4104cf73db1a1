"""Parses one JSON object of a host's output: ASCII, whole numbers, bounded depth and lengths, no name twice."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from troubleshoot.remote.envelope import MAX_INTEGER, Malformed

MAX_DEPTH: Final = 6
MAX_TEXT: Final = 32 * 1024
MAX_LIST: Final = 1024

# A text that never ends is taken to the end of the line: a search that began again at each quote would be quadratic.
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]')
_LONE = re.compile("[\x00\ud800-\udfff]")


def parse_object(line: bytes) -> dict[str, Any]:
    """Return one JSON object in ASCII: no floats, no repeated names, bounded depth. Raises Malformed."""
    try:
        return _parsed(line.decode("ascii"))
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None


def _parsed(text: str) -> dict[str, Any]:
    depth = 0
    for mark in _MARKS.findall(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark, 0)
        if depth > MAX_DEPTH:
            raise Malformed("nested too deeply")
    found = json.loads(
        text,
        object_pairs_hook=_table,
        parse_int=_integer,
        parse_float=_no_number,
        parse_constant=_no_number,
    )
    if not isinstance(found, dict):
        raise Malformed("not a JSON object")
    return found


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = {name: _clean(value) for name, value in pairs}
    if len(table) != len(pairs):
        raise Malformed("a name is given twice")
    return table


def _clean(value: Any) -> Any:
    """Return text that any store can hold: NUL and lone surrogates become U+FFFD. Raises Malformed beyond a length."""
    if isinstance(value, list):
        if len(value) > MAX_LIST:
            raise Malformed("a list is too long")
        return [_clean(entry) for entry in value]
    if not isinstance(value, str):
        return value
    if len(value) > MAX_TEXT:
        raise Malformed("a text is too long")
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", value)


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) >= MAX_INTEGER:
        raise Malformed("a number is out of range")
    return int(digits)


def _no_number(text: str) -> NoReturn:
    raise Malformed(f"not a number of a state: {text[:20]}")
