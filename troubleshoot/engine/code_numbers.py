"""Numbers as people and programs write codes, and the families that a number can belong to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from troubleshoot.engine import code_shapes

DECIMAL = {"event": "event", "alert": "TLS alert"}
"""The namespaces whose numbers everybody writes in decimal, with the words that stand before them."""

HEXADECIMAL = ("x", "\u00d7")
"""The second sign of a hexadecimal code, and what a picture makes of it."""

WIN32_IN_HRESULT = 0x8007
"""The upper half of a Windows result that holds a system error, or the short answer of a gateway."""


@dataclass(frozen=True, order=True)
class PastedCode:
    """A code in its namespace (mstsc, hresult, event …), perhaps with an extended part."""

    namespace: str
    code: int
    extended: int | None = None

    @property
    def key(self) -> str:
        """Return the code as a form sends it: the same digits can be a code of two families."""
        return f"{self.namespace}:{self}"

    def __str__(self) -> str:
        if word := DECIMAL.get(self.namespace):
            return f"{word} {self.code}"
        first = f"0x{self.code:X}"
        return first if self.extended is None else f"{first} / 0x{self.extended:X}"


_LOOKS_LIKE = str.maketrans("oilsz", "01152")
"""What people and programs that read pictures take for a digit, and the digit."""


def has_letters(text: str) -> bool:
    """Tell whether a code in lower case was written with signs that only look like its digits, or like its x."""
    return re.search(r"[oilsz\u00d7]", text) is not None


def has_rare_letters(text: str) -> bool:
    """Tell whether signs among them are ones that only a program takes for digits: then it counts where it is known."""
    return re.search(r"[sz\u00d7]", text) is not None


def number(text: str) -> int:
    """Return the number of a hexadecimal code as people type it, or of plain digits (decimal)."""
    text = text.replace(" ", "")
    return int(text[2:].translate(_LOOKS_LIKE), 16) if text[1:2] in HEXADECIMAL else int(text)


def possible_numbers(text: str) -> list[int]:
    """Return every number the characters can mean; hexadecimal first, as these dialogs write them."""
    if text[1:2] in HEXADECIMAL:
        return [number(text)]
    text = text.replace("\u2212", "-")
    if re.search(r"[.,' \u2019]", text) or text.startswith("-"):
        whole = int(re.sub(r"[.,' \u2019]", "", text))
        whole += 2**32 if whole < 0 else 0
        return [whole] if (2**31 if text.startswith("-") else 0) <= whole < 2**32 else []
    if not re.search("[0-9]", text) or re.fullmatch("[0-9]+e[0-9]+|0b[01]+", text):
        return []  # a word, or a number in a notation that nobody uses for codes
    readings = [int(text, 16)] if len(text) <= 8 else []
    readings += [int(text)] if text.isdecimal() and int(text) not in readings else []
    return [one for one in readings if one < 2**32]


def families_of(number: int, context: str) -> tuple[str, ...]:
    """Return the families a number can belong to: the words before it decide, then its highest bits ([MS-ERREF] 2)."""
    for pattern, namespaces in (
        (code_shapes.IS_BUG_CHECK, ("bugcheck",)),
        (code_shapes.IS_WIN32, ("win32",)),
        (code_shapes.IS_FREERDP, ("freerdp",)),
        (code_shapes.IS_ERRINFO, ("errinfo",)),
        (code_shapes.IS_EXTENDED, ("extended",)),
    ):
        if number < 2**31 and pattern.search(context):
            return namespaces
    if number >> 28 == 0xC:
        return ("ntstatus", "hresult")
    return ("hresult",) if number >> 31 else ("mstsc",)


def further_readings(number: int, text: str) -> Iterator[PastedCode]:
    """Yield the families in which a small number may be meant too, by how often people meet them."""
    if number < 2**31:
        yield from (
            PastedCode(name, number) for name in ("extended", "errinfo", "gateway", "freerdp", "win32", "negotiation")
        )
        if text.isdecimal() and int(text) == number:
            yield PastedCode("event", number)
        if 0xFF < number <= 0xFFFF:
            yield PastedCode("hresult", WIN32_IN_HRESULT << 16 | number)
