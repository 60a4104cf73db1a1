"""One byte form for every document that is hashed or signed: a strict subset of RFC 8785 (JCS).

UTF-8 without BOM, ASCII keys in order, no floats, integers below 2^53, control and bidi characters always escaped.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

LIMIT = 16 * 1024
"""Largest document in bytes unless the caller says otherwise; bigger evidence is referred to by its hash."""

INTEGER_LIMIT = 2**53
"""Integers stay strictly below this, so that every JSON reader keeps them exact (RFC 8785, 3.2.2.3)."""

DEPTH_LIMIT = 32

# C0, DEL, C1, line separators and bidirectional controls (Unicode UAX 9): they make a record read differently.
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]')
_SURROGATE = re.compile("[\ud800-\udfff]")
_KEY = re.compile("[\x20-\x7e]+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


class CanonicalError(ValueError):
    """The value has no canonical form; the text says which part and why."""


def encode_canonical(value: object, *, limit: int = LIMIT) -> bytes:
    """Return the only canonical bytes of a value made of dict, list, str, int, bool and None.

    `limit` is in bytes. Raises CanonicalError for anything else: floats, big integers, non-ASCII keys, lone surrogates.
    """
    data = _value(value, "$", DEPTH_LIMIT).encode("utf-8")
    if len(data) > limit:
        raise CanonicalError(f"{len(data)} bytes, at most {limit} are allowed")
    return data


def canonical_digest(value: object, *, limit: int = LIMIT) -> str:
    """Return the SHA-256 of the canonical bytes, in lower-case hex."""
    return hashlib.sha256(encode_canonical(value, limit=limit)).hexdigest()


def decode_canonical(data: bytes, *, limit: int = LIMIT) -> Any:
    """Return the value of canonical bytes. Raises CanonicalError for bytes that `encode` would not have written."""
    if len(data) > limit:
        raise CanonicalError(f"{len(data)} bytes, at most {limit} are allowed")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except CanonicalError:
        raise
    except (ValueError, RecursionError) as error:
        raise CanonicalError(f"not JSON: {error}") from error
    if encode_canonical(value, limit=limit) != data:
        raise CanonicalError("not in canonical form")
    return value


def _value(value: object, where: str, depth: int) -> str:
    if depth < 0:
        raise CanonicalError(f"{where[:80]}: nested deeper than {DEPTH_LIMIT}")
    if isinstance(value, str):
        return _text(value, where)
    if value is None or isinstance(value, int):
        return _scalar(value, where)
    if isinstance(value, Mapping):
        return _object(value, where, depth)
    if isinstance(value, list | tuple):
        return "[" + ",".join(_value(item, f"{where}[{i}]", depth - 1) for i, item in enumerate(value)) + "]"
    raise CanonicalError(f"{where}: {type(value).__name__} has no canonical form")


def _scalar(value: int | None, where: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if abs(value) >= INTEGER_LIMIT:
        raise CanonicalError(f"{where}: integer not below 2^53")
    return str(int(value))


def _object(value: Mapping[Any, object], where: str, depth: int) -> str:
    for key in value:
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise CanonicalError(f"{where}: key {key!r} is not printable ASCII")
    members = (f"{_text(key, where)}:{_value(value[key], f'{where}.{key}', depth - 1)}" for key in sorted(value))
    return "{" + ",".join(members) + "}"


def _text(value: str, where: str) -> str:
    if _SURROGATE.search(value):
        raise CanonicalError(f"{where}: lone surrogate")
    return '"' + _ESCAPED.sub(lambda found: _escape(found[0]), value) + '"'


def _escape(character: str) -> str:
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CanonicalError("the same key twice")
    return found
