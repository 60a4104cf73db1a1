"""Reads single data out of the host's state, which a person may have written: what does not fit is refused."""

import re
from typing import Any

from troubleshoot.lab.powershell.errors import Unsupported
from troubleshoot.lab.powershell.values import RANGES, Moment
from troubleshoot.lab.state import Document, moment

_HEX = re.compile(r"([0-9A-Fa-f]{2})*")


def registry_data(entry: Document) -> Any:
    """Return the data of a registry value as the state writes it; Unsupported when it does not fit its kind."""
    kind, value = entry["kind"], entry["value"]
    fits = {
        "String": isinstance(value, str),
        "ExpandString": isinstance(value, str),
        "DWord": is_unsigned(value),
        "QWord": isinstance(value, str) and len(value) == 16 and _HEX.fullmatch(value) is not None,
        "MultiString": isinstance(value, list) and all(isinstance(line, str) for line in value),
    }
    # Every other kind is bytes to .NET.
    if not fits.get(kind, isinstance(value, str) and _HEX.fullmatch(value) is not None):
        raise Unsupported(f"the host's state holds {str(value)[:40]!r} as the data of a {kind} value")
    return value


def is_unsigned(value: object) -> bool:
    """Tell whether a value is an integer of 32 bits without sign."""
    return type(value) is int and 0 <= value <= RANGES["uint32"][1]


def local_time(text: str) -> Moment:
    """Return a time of the state as a local DateTime; Unsupported when it is none."""
    try:
        return Moment.local(moment(text))
    except (ValueError, OverflowError):
        raise Unsupported(f"the host's state holds {text[:40]!r} as a time") from None
