"""What the catalogue knows about codes, and what a pasted text holds of it: the values, without any looking up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troubleshoot.engine.cause import CodeHint
from troubleshoot.engine.code_numbers import PastedCode
from troubleshoot.engine.pasted_names import PastedName
from troubleshoot.engine.pasted_text import Found, Hint
from troubleshoot.engine.saved_connection import SavedConnection
from troubleshoot.engine.windows import WindowMatch

CERTAINTIES = ("documented", "field_report", "unconfirmed")


@dataclass(frozen=True)
class ErrorCode:
    """What the catalogue knows about one code."""

    code: PastedCode
    name: str
    certainty: str
    """One of CERTAINTIES. Of a pair: 0x904 with a second number is as sure as its reports; 0x3, which by its document
    means nothing without the second, is as sure as its halves, and its source says that the pairing is inferred."""
    causes: tuple[str, ...]
    guide: str | None
    symptoms: tuple[str, ...]
    source: str
    text: str = ""
    """What it means, for somebody who is in a hurry."""
    is_not: str = ""
    symbol: str = ""
    """Its name in the header or document that defines it."""
    start: str = ""
    """The step at which the guide begins for this code; empty for the guide's own start."""
    tells: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What it tells beside its causes (fact → value)."""

    @property
    def hint(self) -> CodeHint:
        """Return what it says of the cause."""
        return CodeHint(self.causes, self.certainty == "documented", self.tells)


@dataclass(frozen=True)
class Family:
    """A namespace in words: what kind of number it is, and where people meet it."""

    namespace: str
    title: str
    text: str


@dataclass(frozen=True)
class CodeClass:
    """What the low byte, or the range, of an otherwise unknown code suggests: a pattern observed, never documented."""

    namespace: str
    low_byte: int | None
    name: str
    source: str
    first: int = 0
    last: int = 0

    def holds(self, code: PastedCode) -> bool:
        """Tell whether a code belongs here."""
        if self.low_byte is None:
            return code.namespace == self.namespace and self.first <= code.code <= self.last
        return code.namespace == self.namespace and code.code > 0xFF and code.code & 0xFF == self.low_byte


@dataclass(frozen=True)
class Symptom:
    """What a person sees who has no number, in the words to choose from, and its guide; empty: no special one."""

    text: str
    guide: str

    @property
    def key(self) -> str:
        """Return the words as they are compared: neither case nor blanks nor the end of the sentence count."""
        return " ".join(self.text.casefold().split()).rstrip(" .!?")


@dataclass(frozen=True)
class CodeMatch:
    """One code of the text against the table: `how` is exact, code (another extended part), wrapped, second, class
    or unknown."""

    found: Found
    code: PastedCode
    how: str
    entry: ErrorCode | None = None
    code_class: CodeClass | None = None
    others: tuple[PastedCode, ...] = ()
    """Other ways to read the same characters, shown so that a wrong choice can be seen."""
    ask: bool = False
    """True when the table cannot tell which way is meant, so that the person has to say it."""
    second: ErrorCode | None = None
    """What the extended part means alone, where the pair is not in the table."""

    @property
    def telling(self) -> ErrorCode | None:
        """Return the entry that says most."""
        return most_telling(self.entry, self.second)

    @property
    def sentence(self) -> str:
        """Say in words what the match is worth."""
        if self.entry:
            return self._known
        unknown = f"We do not know {self.code}."
        if self.code_class:
            unknown += (
                f" Codes that look like this are usually about {self.code_class.name}; "
                "that is a pattern observed, not documented."
            )
        return f"{unknown} We can still check the computer."

    @property
    def _known(self) -> str:
        name = self.entry.name if self.entry else ""
        if self.how == "second":
            return f"We do not know the first part of {self.code}. The second part means: {name}."
        more = {
            "exact": "",
            "wrapped": f" It is the Windows error 0x{self.code.code & 0xFFFF:X} inside a result.",
            "code": " This exact pair is not in our table; the first part is.",
        }[self.how]
        return f"{self.code}: {name}." + (f" The second part adds: {self.second.name}." if self.second else more)


@dataclass(frozen=True)
class Identified:
    """The outcome of reading a pasted text: the code used, the codes only kept, and what else was noticed."""

    used: CodeMatch | None
    kept: tuple[CodeMatch, ...]
    hints: tuple[Hint, ...]
    notes: tuple[str, ...]
    symptom: Symptom | None = None
    """What is seen, where the text says it in the words of the table."""
    named: tuple[PastedName, ...] = ()
    """The computer, account and gateway that the text speaks of."""
    window: WindowMatch | None = None
    """The words that decide, where no number does or where a number leaves open what they say."""
    saved: SavedConnection | None = None
    """What the lines of a saved connection in the text set."""

    @property
    def hint(self) -> CodeHint:
        """Return what the text says of the cause."""
        entry = self.used.telling if self.used else None
        said = entry.hint if entry else CodeHint()
        return self.window.window.hint(said) if self.window else said

    @property
    def leads_to(self) -> tuple[str, str]:
        """Return the guide, and the step at which it begins; empty where nothing in the text names one."""
        if self.window and self.window.window.guide:
            return self.window.window.guide, self.window.window.start
        entry = self.used.telling if self.used else None
        if entry and entry.guide:
            return entry.guide, entry.start
        return (self.symptom.guide if self.symptom else ""), ""


@dataclass(frozen=True)
class KnownCode:
    """How a code stands in the table: as in `Match`."""

    how: str
    entry: ErrorCode | None = None
    code_class: CodeClass | None = None
    second: ErrorCode | None = None

    @property
    def telling(self) -> ErrorCode | None:
        """Return the entry that says most."""
        return most_telling(self.entry, self.second)


def most_telling(first: ErrorCode | None, second: ErrorCode | None) -> ErrorCode | None:
    """Return which part of a pair says more: the second one where it alone names one cause by a document."""
    if second and second.guide and second.hint.told and not (first and first.hint.told):
        return second
    return first
