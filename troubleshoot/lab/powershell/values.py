"""PowerShell values as the evaluator holds them.

``$null``, booleans and strings are Python's own; a list is an ``object[]`` or ``string[]``, ``bytes`` a ``byte[]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from troubleshoot.lab.powershell.errors import Unsupported

# The .NET integer types with their C#-style names in PowerShell: smallest and largest value.
RANGES = {
    "byte": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "int": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "long": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
MAX_TEXT = 100_000
MAX_ITEMS = 10_000
SAFE_INTEGER = 2**53


@dataclass(frozen=True)
class Integer:
    """An integer with the width that .NET gives it; CIM and the registry depend on the width."""

    value: int
    kind: str

    def __post_init__(self) -> None:
        low, high = RANGES[self.kind]
        if not low <= self.value <= high:
            raise Unsupported(f"{self.value} does not fit into [{self.kind}]: 5.1 would turn it into a [double]")


@dataclass(frozen=True)
class Moment:
    """A System.DateTime. Its Kind matters: .NET compares and prints the clock face, not the moment."""

    value: datetime
    universal: bool

    @staticmethod
    def local(value: datetime) -> "Moment":
        """Return a DateTime of Kind Local, as CIM and certificates give them."""
        return Moment(value.astimezone(UTC), universal=False)


class Nothing:
    """The output of a command that put nothing out; equal to ``$null`` only in a comparison."""


NOTHING = Nothing()


class Hashtable:
    """A System.Collections.Hashtable as PowerShell makes it: keys ignore case."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[str, Any]] = {}

    def get(self, key: str) -> Any:
        """Return the value of ``key``; None when there is none."""
        return self._entries.get(key.lower(), (key, None))[1]

    def set(self, key: str, value: Any) -> None:
        """Store a value; the first spelling of a key stays."""
        if isinstance(value, Nothing):
            raise Unsupported("no output inside a hashtable: 5.1 keeps it apart from $null")
        written = self._entries.get(key.lower(), (key, None))[0]
        self._entries[key.lower()] = (written, value)

    def __contains__(self, key: str) -> bool:
        return key.lower() in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def items(self) -> list[tuple[str, Any]]:
        """Return the keys as written with their values."""
        return list(self._entries.values())


def type_name(value: Any) -> str:
    """Return the name by which messages call the type of a value."""
    names = {bool: "bool", str: "string", list: "object[]", bytes: "byte[]", Moment: "datetime", Hashtable: "hashtable"}
    if value is None or isinstance(value, Nothing):
        return "null"
    if isinstance(value, Integer):
        return value.kind
    return names.get(type(value)) or str(getattr(getattr(value, "type", None), "name", type(value).__name__))


def to_text(value: Any) -> str:
    """Return a value as it appears inside a double-quoted string; only strings and integers are unambiguous."""
    if isinstance(value, str):
        return value
    if isinstance(value, Integer):
        return str(value.value)
    raise Unsupported(f"a value of type {type_name(value)} inside a string")


def bounded(value: Any) -> Any:
    """Return the value unless it has grown beyond what a resource needs."""
    if isinstance(value, (str, bytes)) and len(value) > MAX_TEXT:
        raise Unsupported(f"a value longer than {MAX_TEXT} characters")
    if isinstance(value, list) and len(value) > MAX_ITEMS:
        raise Unsupported(f"a list of more than {MAX_ITEMS} items")
    return value


def enumerate_items(value: Any) -> list[Any]:
    """Return what a value puts into a pipeline: lists item by item, everything else as one object."""
    if isinstance(value, Nothing):
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, bytes):
        return [Integer(byte, "byte") for byte in value]
    return [value]


def collected(items: list[Any]) -> Any:
    """Return captured output as 5.1 hands it over: nothing, the one object, or a list."""
    if not items:
        return NOTHING
    return bounded(items[0] if len(items) == 1 else items)


def from_python(value: Any) -> Any:
    """Return a request's JSON value as 5.1 sees it: integers are Int32, larger ones Int64."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return bounded(value)
    if isinstance(value, int):
        return Integer(value, "int" if -(2**31) <= value < 2**31 else "long")
    if isinstance(value, (list, tuple)):
        return bounded([from_python(item) for item in value])
    if isinstance(value, Mapping):
        table = Hashtable()
        for key, item in value.items():
            table.set(str(key), from_python(item))
        return table
    raise Unsupported(f"a parameter of type {type(value).__name__}")


def to_python(value: Any, *, depth: int = 3) -> Any:
    """Return output in Python form: what a state may hold, with integers below 2**53 in size."""
    if isinstance(value, Integer):
        if abs(value.value) >= SAFE_INTEGER:
            raise Unsupported("an integer of 2**53 or more in the output: write it as a string")
        return value.value
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, list) and depth:
        return [to_python(item, depth=depth - 1) for item in value]
    if isinstance(value, Hashtable) and depth:
        return {key: to_python(item, depth=depth - 1) for key, item in value.items()}
    raise Unsupported(f"a value of type {type_name(value)} in the output")
