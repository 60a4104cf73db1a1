"""The table of known error codes, and how it answers a pasted text (`pasted.py` finds the codes in it)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from troubleshoot.engine import pasted
from troubleshoot.engine.pasted import Code, Found, Hint

CERTAINTIES = ("documented", "field_report", "unconfirmed")


@dataclass(frozen=True)
class ErrorCode:
    """What the catalogue knows about one code."""

    code: Code
    name: str
    certainty: str
    """One of CERTAINTIES; for a pair it speaks of the pairing, the weakest part."""
    causes: tuple[str, ...]
    guide: str | None
    symptoms: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class CodeClass:
    """What the low byte of an otherwise unknown code suggests: a pattern observed, never documented."""

    namespace: str
    low_byte: int
    name: str
    source: str


@dataclass(frozen=True)
class Match:
    """One code of the text against the table: `how` is exact, code (another extended part), class or unknown."""

    found: Found
    code: Code
    how: str
    entry: ErrorCode | None = None
    code_class: CodeClass | None = None
    others: tuple[Code, ...] = ()
    """Other ways to read the same characters, shown so that a wrong choice can be seen."""
    ask: bool = False
    """True when the table cannot tell which way is meant, so that the person has to say it."""

    @property
    def sentence(self) -> str:
        """Say in words what the match is worth."""
        if self.entry and self.how == "exact":
            return f"{self.code}: {self.entry.name}."
        if self.entry:
            return f"{self.code}: {self.entry.name}. This exact pair is not in our table; the first part is."
        if self.code_class:
            return (
                f"We do not know {self.code}. Codes that end like this are usually about {self.code_class.name}; "
                "that is a pattern observed, not documented. We can still check the computer."
            )
        return f"We do not know {self.code}. We can still check the computer."


@dataclass(frozen=True)
class Identified:
    """The outcome of reading a pasted text: the code used, the codes only kept, and what else was noticed."""

    used: Match | None
    kept: tuple[Match, ...]
    hints: tuple[Hint, ...]
    notes: tuple[str, ...]


class CodeTable:
    """The known codes, looked up by exact pair, then by the code alone, then by the class in the low byte."""

    def __init__(self, entries: Iterable[ErrorCode] = (), classes: Iterable[CodeClass] = ()) -> None:
        self.entries: Mapping[Code, ErrorCode] = MappingProxyType({entry.code: entry for entry in entries})
        self.classes: Mapping[tuple[str, int], CodeClass] = MappingProxyType(
            {(one.namespace, one.low_byte): one for one in classes}
        )

    def look_up(self, code: Code) -> tuple[str, ErrorCode | None, CodeClass | None]:
        """Return how the code is known (exact, code, class, unknown) with the entry or class; nothing is invented."""
        if entry := self.entries.get(code):
            return "exact", entry, None
        if entry := self.entries.get(Code(code.namespace, code.code)):
            return "code", entry, None
        if code.code > 0xFF and (one := self.classes.get((code.namespace, code.code & 0xFF))):
            return "class", None, one
        return "unknown", None, None

    def identify(self, text: str, *, prefer: str = "") -> Identified:
        """Read a pasted text: the first known code is used, every other one is kept as a hint.

        `prefer` is the key of a code that the person chose among those found; another one is ignored.
        """
        read = pasted.read(text)
        matches = [self._match(found, prefer) for found in read.found]
        # A stable sort: of equally well known codes the first one in the text is used.
        ranked = sorted(matches, key=lambda match: (match.code.key != prefer, match.entry is None))
        return Identified(ranked[0] if ranked else None, tuple(ranked[1:]), read.hints, read.notes)

    def _match(self, found: Found, prefer: str) -> Match:
        chosen = [code for code in found.choices if code.key == prefer]
        known = chosen or [code for code in found.choices if self.look_up(code)[1]]
        code = (known or list(found.choices))[0]
        how, entry, code_class = self.look_up(code)
        others = tuple(other for other in found.choices if other != code)
        return Match(found, code, how, entry, code_class, others, ask=bool(others) and len(known) != 1)
