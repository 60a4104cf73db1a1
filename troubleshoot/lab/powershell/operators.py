"""What the operators and casts of the subset mean in 5.1; where 5.1 would coerce, Unsupported."""

import re
from collections.abc import Callable
from typing import Any

from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.values import RANGES, Integer, Moment, Nothing, bounded, to_text, type_name

_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_HEX = re.compile(r"0x[0-9A-Fa-f]*")
_DOTNET = {"byte": "Byte", "uint16": "UInt16", "int": "Int32", "uint32": "UInt32", "long": "Int64", "uint64": "UInt64"}
_SCALARS = (bool, str, Integer, Moment)


def same(left: Any, right: Any) -> bool:
    """Compare like ``-eq``: strings without case. A null is equal only to null."""
    nulls = [value is None or isinstance(value, Nothing) for value in (left, right)]
    if nulls[0]:
        return nulls[1]
    if nulls[1] and isinstance(left, _SCALARS):
        return False
    _comparable(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return _same_text(left, right)
    return bool(_plain(left) == _plain(right))


def _same_text(left: str, right: str) -> bool:
    if left == right:
        return True
    # 5.1 compares by the rules of Windows' culture tables, which ignore some characters (U+200E, NUL ...).
    if not (_PRINTABLE.fullmatch(left) and _PRINTABLE.fullmatch(right)):
        raise Unsupported("comparing different strings with characters outside ASCII")
    return left.lower() == right.lower()


def _comparable(left: Any, right: Any) -> None:
    if not isinstance(left, _SCALARS) or type(left) is not type(right):
        raise Unsupported(f"comparing {type_name(left)} with {type_name(right)}")
    if isinstance(left, Moment) and isinstance(right, Moment) and left.universal != right.universal:
        raise Unsupported("comparing a local time with a universal one: .NET ignores the Kind")


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, (Integer, Moment)) else value


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        _comparable(left, right)
        if isinstance(left, (str, bool)):
            raise Unsupported(f"the order of {type_name(left)} values depends on the culture or means nothing")
        return bool(test(_plain(left), _plain(right)))

    return compare


def contains(items: Any, wanted: Any) -> bool:
    """Compare like ``-contains``: one item equal to ``wanted``."""
    if not isinstance(items, list):
        raise Unsupported(f"-contains and -in need a list, not {type_name(items)}")
    return any(same(item, wanted) for item in items)


def join(items: Any, separator: Any) -> str:
    """Join like ``-join``; only lists of strings and integers."""
    if not isinstance(items, list) or not isinstance(separator, str):
        raise Unsupported("-join needs a list on the left and a string on the right")
    return str(bounded(separator.join([to_text(item) for item in items])))


def add(left: Any, right: Any) -> Any:
    """Add two strings or two integers."""
    if isinstance(left, str) and isinstance(right, str):
        return bounded(left + right)
    return _arithmetic(left, right, 1)


def subtract(left: Any, right: Any) -> Integer:
    """Subtract two integers."""
    return _arithmetic(left, right, -1)


def _arithmetic(left: Any, right: Any, sign: int) -> Integer:
    if not isinstance(left, Integer) or not isinstance(right, Integer):
        raise Unsupported(f"arithmetic on {type_name(left)} and {type_name(right)}")
    kinds = {left.kind, right.kind}
    if not kinds <= {"int", "long"}:
        raise Unsupported(f"arithmetic on {left.kind} and {right.kind}: cast both to [int] or [long]")
    return Integer(left.value + sign * right.value, "long" if "long" in kinds else "int")


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "-eq": same,
    "-ne": lambda left, right: not same(left, right),
    "-lt": _ordered(lambda left, right: left < right),
    "-le": _ordered(lambda left, right: left <= right),
    "-gt": _ordered(lambda left, right: left > right),
    "-ge": _ordered(lambda left, right: left >= right),
    "-contains": contains,
    "-notcontains": lambda left, right: not contains(left, right),
    "-in": lambda left, right: contains(right, left),
    "-notin": lambda left, right: not contains(right, left),
    "-join": join,
    "+": add,
    "-": subtract,
    # Evaluated by the evaluator, because the right side may stay untouched.
    "-and": lambda left, right: left and right,
    "-or": lambda left, right: left or right,
}


def negate(value: Any) -> Integer:
    """Return ``-value`` of an Int32 or Int64."""
    if not isinstance(value, Integer) or value.kind not in {"int", "long"}:
        raise Unsupported(f"the negative of {type_name(value)}")
    return Integer(-value.value, value.kind)


def cast(name: str, value: Any) -> Any:
    """Return ``[name] value``; ScriptFailed where 5.1 cannot convert."""
    if name in RANGES:
        return _to_integer(name, value)
    if name == "string":
        return to_text(value)
    if not isinstance(value, list):
        raise Unsupported(f"a cast of {type_name(value)} to [{name}]")
    if name == "string[]":
        if not all(isinstance(item, str) for item in value):
            raise Unsupported("a cast to [string[]] of anything but strings")
        return list(value)
    if not all(isinstance(item, Integer) and item.kind == "byte" for item in value):
        raise Unsupported("a cast to [byte[]] of anything but bytes")
    return bytes(item.value for item in value)


def _to_integer(name: str, value: Any) -> Integer:
    low, high = RANGES[name]
    if isinstance(value, Integer):
        number = value.value
    elif isinstance(value, str) and _HEX.fullmatch(value):
        number = _from_hex(value, low, high)
    else:
        # 5.1 makes 0 of $null, 1 of $true, 3 of ' 3 ' and rounds '2.5'.
        raise Unsupported(f"a cast of {type_name(value)} to [{name}]: only integers and '0x...' are certain")
    if not low <= number <= high:
        raise ScriptFailed(
            f'Cannot convert value "{to_text(value)}" to type "System.{_DOTNET[name]}". '
            f'Error: "Value was either too large or too small for {_article(name)} {_DOTNET[name]}."',
            "InvalidCastIConvertible",
        )
    return Integer(number, name)


def _article(name: str) -> str:
    return "an unsigned" if name == "byte" else "an" if _DOTNET[name].startswith("I") else "a"


def _from_hex(value: str, low: int, high: int) -> int:
    """Read '0x...' as .NET's integer converters do, in two's complement (System.ComponentModel, base 16)."""
    number = int(value, 16) if len(value) > 2 else 0  # '0x' alone is 0
    span = high - low + 1
    return number - span if low < 0 and high < number < span else number


CAST_TYPES = frozenset(RANGES) | {"string", "string[]", "byte[]"}
PARAM_TYPES = frozenset({"string", "int", "long", "bool", "hashtable", "string[]"})


def fits(type_: str, value: Any) -> bool:
    """Tell whether a value can be bound to a script parameter of this type without any conversion."""
    if type_ in {"int", "long"}:
        return isinstance(value, Integer) and value.kind in ({"int"} if type_ == "int" else {"int", "long"})
    if type_ == "string[]":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type_name(value) == type_
