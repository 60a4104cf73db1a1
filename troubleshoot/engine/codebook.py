"""The table of codes as a book: where a code stands in it, what else stands near it, and how to find one."""

import re
from collections import defaultdict

from troubleshoot.engine.code_entries import ErrorCode
from troubleshoot.engine.code_numbers import DECIMAL, PastedCode
from troubleshoot.engine.codes import CodeTable

MOST_RELATED = 8
MOST_FOUND = 60
_HEXADECIMAL = re.compile("0[xX][0-9A-Fa-f]{1,8}")
_WHOLE = re.compile("[0-9]{1,5}")


def code_address(code: PastedCode) -> str:
    """Return the address of a code inside the book: `mstsc/0x904/0x7`, `event/1058`."""
    if code.namespace in DECIMAL:
        return f"{code.namespace}/{code.code}"
    parts = [code.code] if code.extended is None else [code.code, code.extended]
    return "/".join([code.namespace, *(f"0x{part:X}" for part in parts)])


def code_at_address(namespace: str, first: str, extended: str = "") -> PastedCode | None:
    """Return the code of an address, in any spelling of its numbers; None where it is no address of a code."""
    shape = _WHOLE if namespace in DECIMAL else _HEXADECIMAL
    parts = [first, extended] if extended else [first]
    if (len(parts) > 1 and namespace in DECIMAL) or not all(shape.fullmatch(part) for part in parts):
        return None
    numbers = [int(part, 10 if namespace in DECIMAL else 16) for part in parts]
    return PastedCode(namespace, *numbers)


def code_spellings(code: PastedCode) -> list[str]:
    """Return how programs and logs write the same number otherwise: decimal, and signed for a Windows result."""
    if code.namespace in DECIMAL or code.code < 10:
        return []
    return [str(code.code), *([str(code.code - 2**32)] if code.code >> 31 else [])]


def code_as_pasted(code: PastedCode) -> str:
    """Return what a person would paste so that this code is found in it."""
    return f"Extended error code: {code}" if code.namespace == "extended" else str(code)


def related_codes(table: CodeTable, code: PastedCode) -> list[ErrorCode]:
    """Return the entries near one: with the same first number, then with the same name or most likely cause."""
    entry = table.look_up(code).entry
    if entry is None:
        return []
    same = [one for one in table.entries.values() if _number(one.code) == _number(code)]
    named = [one for one in table.entries.values() if one.name == entry.name]
    cause = [one for one in table.entries.values() if one.causes[:2] == entry.causes[:2] and entry.causes]
    near = dict.fromkeys([*same, *named, *cause])
    return [one for one in near if one not in (entry, table.second(code))][:MOST_RELATED]


def search_codes(table: CodeTable, words: str) -> list[ErrorCode]:
    """Return the entries that a text names, as pasted or in words; the ones it names by number come first."""
    read = table.identify(words)
    matches = [read.used, *read.kept] if read.used else []
    codes = [code for match in matches for code in (match.code, *match.others)]
    first = [entry for code in codes if (entry := table.look_up(code).entry)]
    wanted = words.casefold().split()
    rest = [one for one in table.entries.values() if wanted and all(word in _haystack(one) for word in wanted)]
    order = list(table.families)

    def rank(one: ErrorCode) -> tuple[bool, int]:
        return not all(word in one.name.casefold() for word in wanted), order.index(one.code.namespace)

    return list(dict.fromkeys([*first, *sorted(rest, key=rank)]))[:MOST_FOUND]


def codes_by_symptom(table: CodeTable) -> dict[str, list[ErrorCode]]:
    """Return the entries by what a person sees, in the order of the table."""
    found: dict[str, list[ErrorCode]] = defaultdict(list)
    for entry in table.entries.values():
        for symptom in entry.symptoms:
            found[symptom].append(entry)
    return dict(found)


def code_family(table: CodeTable, namespace: str) -> list[ErrorCode]:
    """Return the entries of a family, by number."""
    return sorted((one for one in table.entries.values() if one.code.namespace == namespace), key=_place)


def _place(entry: ErrorCode) -> tuple[int, int]:
    return entry.code.code, -1 if entry.code.extended is None else entry.code.extended


def _number(code: PastedCode) -> tuple[str, int]:
    return code.namespace, code.code


def _haystack(entry: ErrorCode) -> str:
    return " ".join([str(entry.code), *code_spellings(entry.code), entry.name, entry.text, entry.symbol]).casefold()
