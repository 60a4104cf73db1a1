"""Members of the plain .NET types: strings, integers, dates, lists and hashtables.

Source of every entry: learn.microsoft.com/dotnet/api/<type>.<member>, .NET Framework 4.8. Members whose result
depends on the culture of the host (ToUpper, StartsWith, IndexOf, most date formats) are left out on purpose.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.objects import Method
from troubleshoot.lab.powershell.values import RANGES, Hashtable, Integer, Moment, bounded


def _count(value: Any) -> Integer:
    if isinstance(value, Hashtable) and "count" in value:
        raise Unsupported("Count of a hashtable that has a key of that name")
    return Integer(len(value), "int")


def _replace(text: str, old: str, new: str) -> str:
    """Run System.String.Replace(String, String): ordinal."""
    if not old:
        raise ScriptFailed('Exception calling "Replace" with "2" argument(s): "String cannot be of zero length."')
    return str(bounded(text.replace(old, new)))


def _substring(text: str, start: Integer, length: Integer) -> str:
    """Run System.String.Substring(Int32, Int32)."""
    first, size = start.value, length.value
    if first < 0 or size < 0 or first + size > len(text):
        raise ScriptFailed(
            'Exception calling "Substring" with "2" argument(s): '
            '"Index and length must refer to a location within the string.\r\nParameter name: length"'
        )
    return text[first : first + size]


# What Char.IsWhiteSpace takes for one; Python counts four more.
_BLANKS = "".join(map(chr, (*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F)))
_BLANKS += "\u205f\u3000"


def _split(text: str, separator: str) -> list[str]:
    """Run System.String.Split(params Char[]) with one character, the one form that 5.1 and 7 read alike."""
    if len(separator) != 1:
        raise Unsupported("Split by anything but one character: 5.1 splits at each of them, 7 at the whole")
    return list(bounded(text.split(separator)))


def _hexadecimal(number: Integer, form: str) -> str:
    """Run System.Int32.ToString("X4") and its like: two's complement, the same in every culture."""
    if len(form) < 2 or form[0] != "X" or not form[1:].isdigit() or len(form) > 3:
        raise Unsupported("of the number formats only X followed by the number of digits")
    low, high = RANGES[number.kind]
    return f"{number.value % (high - low + 1):X}".rjust(int(form[1:]), "0")


def _sortable(moment: Moment, form: str) -> str:
    """Run System.DateTime.ToString("s"): the one format without offset that ignores culture and calendar."""
    if form != "s":
        raise Unsupported("of the date formats only 's': the others follow the culture and calendar of the host")
    if not moment.universal:
        raise Unsupported("a local time as text: call ToUniversalTime() first")
    return moment.value.replace(tzinfo=None, microsecond=0).isoformat()


def _add_days(moment: Moment, days: Integer) -> Moment:
    return _added("AddDays", moment, days, timedelta(days=1))


def _add_minutes(moment: Moment, minutes: Integer) -> Moment:
    return _added("AddMinutes", moment, minutes, timedelta(minutes=1))


def _added(method: str, moment: Moment, number: Integer, one: timedelta) -> Moment:
    if not moment.universal:
        raise Unsupported(f"{method} to a local time: some days have 23 hours, some 25; call ToUniversalTime() first")
    try:
        return Moment(moment.value + number.value * one, universal=True)
    except OverflowError:
        raise ScriptFailed(
            f'Exception calling "{method}" with "1" argument(s): "The added or subtracted value results in an '
            'un-representable DateTime."'
        ) from None


_LIST = {"count": _count}
_PROPERTIES: dict[type, Mapping[str, Callable[[Any], Any]]] = {
    str: {"length": _count},
    list: _LIST,
    bytes: _LIST,
    Hashtable: _LIST,
}
_METHODS: dict[type, Mapping[str, Method]] = {
    str: {
        "Replace": Method((str, str), _replace),
        "Substring": Method((Integer, Integer), _substring),
        "Split": Method((str,), _split),
        "Trim": Method((), lambda text: text.strip(_BLANKS)),
        "Contains": Method((str,), lambda text, part: part in text),
        "Equals": Method((str,), lambda text, other: text == other),
        "ToUpperInvariant": Method((), lambda text: _ascii(text).upper()),
        "ToLowerInvariant": Method((), lambda text: _ascii(text).lower()),
    },
    Integer: {"ToString": Method((str,), _hexadecimal)},
    Moment: {
        "ToUniversalTime": Method((), lambda moment: Moment(moment.value, universal=True)),
        "ToLocalTime": Method((), lambda moment: Moment(moment.value, universal=False)),
        "ToString": Method((str,), _sortable),
        "AddDays": Method((Integer,), _add_days),
        "AddMinutes": Method((Integer,), _add_minutes),
    },
    Hashtable: {"ContainsKey": Method((str,), lambda table, key: key in table)},
}


def _ascii(text: str) -> str:
    if not text.isascii():
        raise Unsupported("the case of characters outside ASCII")
    return text


def properties_of(value: Any) -> Mapping[str, Callable[[Any], Any]]:
    """Return the properties of a plain value, by lower-case name."""
    return _PROPERTIES.get(type(value), {})


def methods_of(value: Any) -> Mapping[str, Method]:
    """Return the methods of a plain value."""
    return _METHODS.get(type(value), {})


def plain_property_names() -> frozenset[str]:
    """Return every property name of the plain types, in lower case."""
    return frozenset(name for table in _PROPERTIES.values() for name in table)


def plain_method_names() -> frozenset[str]:
    """Return every method name of the plain types, in lower case."""
    return frozenset(name.lower() for table in _METHODS.values() for name in table)
