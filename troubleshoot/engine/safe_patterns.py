"""Patterns of parameters: regular expressions that no value can keep busy.

Python's matcher goes back and tries again; a pattern of an author's could make that last for years. Such are refused.
"""

import re

MOST_OPEN = 2
"""Repetitions without a fixed number: of so many, the time grows with the square of a value's length at most."""
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_OPEN = re.compile(r"[*+]|\{[0-9]*,[0-9]*\}")
_GROUP = re.compile(r"\(([^()]*)\)(?:[*+]|\{[0-9]+(?:,[0-9]*)?\})")
_REPEATED = re.compile(r"\)(?:[*+]|\{[0-9]+(?:,[0-9]*)?\})")
# A separator, then anything but it: where one repetition ends is never in doubt.
_PARTED = re.compile(
    r"(?:\?:)?(?P<part>\\[^A-Za-z0-9]|[^\\\[])\[\^(?P<but>[^\]]*(?:\\\][^\]]*)*)\](?:[*+]|\{[0-9,]+\})"
)


def fault(pattern: str) -> str:
    """Return what is wrong with a pattern, in words; empty when it may be used."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return "must be a regular expression"
    if re.search(r"(?<!\\)(?:\\\\)*(?:\\[1-9]|\(\?P=)", pattern):
        return "refers back to what it matched; a value could keep that busy for ever"
    plain = _ATOM.sub(lambda atom: "s" if atom[0].startswith("[") else "e", pattern)
    if len(_OPEN.findall(plain)) > MOST_OPEN:
        return f"has more than {MOST_OPEN} repetitions without a fixed number; a value could keep that busy"
    groups = list(_GROUP.finditer(plain))
    if len(groups) != len(_REPEATED.findall(plain)):
        return "repeats a group that holds groups; a value could keep that busy for ever"
    if any(_OPEN.search(group[1]) or "|" in group[1] for group in groups) and not _all_parted(pattern):
        return "repeats what repeats without a separator in between; a value could keep that busy for ever"
    return ""


def _all_parted(pattern: str) -> bool:
    """Tell whether the one repeated group is a separator and then anything but that."""
    found = re.findall(r"\((.*?)\)(?:[*+]|\{[0-9]+(?:,[0-9]*)?\})", pattern)
    parted = [_PARTED.fullmatch(inside) for inside in found]
    return len(found) == 1 and all(one and one["part"] in one["but"] for one in parted)
