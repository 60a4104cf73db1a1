"""The table of known error codes, and how it answers a pasted text (`pasted.py` finds the codes in it)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from troubleshoot.engine import pasted_text
from troubleshoot.engine.pasted_text import Found, Hint, PastedCode

CERTAINTIES = ("documented", "field_report", "unconfirmed")
_WIN32_IN_HRESULT = 0x8007
_SECONDS = ("extended", "errinfo")
"""Where the second number of a pair is looked up alone: the control names some, the computer sends the others."""
LONGEST_SYMPTOM = 200
"""Characters of a text that may be the words of a symptom; one that holds more says more than that."""


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


@dataclass(frozen=True)
class KnownCode:
    """How a code stands in the table: as in `Match`."""

    how: str
    entry: ErrorCode | None = None
    code_class: CodeClass | None = None
    second: ErrorCode | None = None


class CodeTable:
    """The known codes, looked up by exact pair, then by the code alone, then by what its number suggests."""

    def __init__(
        self,
        entries: Iterable[ErrorCode] = (),
        classes: Iterable[CodeClass] = (),
        families: Iterable[Family] = (),
        symptoms: Iterable[Symptom] = (),
    ) -> None:
        self.entries: Mapping[PastedCode, ErrorCode] = MappingProxyType({entry.code: entry for entry in entries})
        self.classes = tuple(classes)
        in_words = {one.namespace: one for one in families}
        for code in self.entries:
            in_words.setdefault(code.namespace, Family(code.namespace, code.namespace, ""))
        self.families: Mapping[str, Family] = MappingProxyType(in_words)
        self.symptoms = _symptoms(self.entries.values(), symptoms)
        named: dict[str, ErrorCode] = {}
        for entry in sorted(self.entries.values(), key=lambda entry: entry.code.extended is not None):
            named.setdefault(entry.symbol, entry)
        self._named = named

    def look_up(self, code: PastedCode) -> KnownCode:
        """Return how the code is known, with its entry or class; nothing is invented."""
        if entry := self.entries.get(code):
            return KnownCode("exact", entry)
        second = self.second(code)
        if entry := self.entries.get(PastedCode(code.namespace, code.code)):
            return KnownCode("code", entry, second=second)
        if second:
            return KnownCode("second", second)
        wraps = code.namespace == "hresult" and code.code >> 16 == _WIN32_IN_HRESULT
        if wraps and (entry := self.entries.get(PastedCode("win32", code.code & 0xFFFF))):
            return KnownCode("wrapped", entry)
        found = next((one for one in self.classes if one.holds(code)), None)
        return KnownCode("class", None, found) if found else KnownCode("unknown")

    def second(self, code: PastedCode) -> ErrorCode | None:
        """Return what the extended part of a code means alone."""
        if code.extended is None:
            return None
        return next((entry for name in _SECONDS if (entry := self.entries.get(PastedCode(name, code.extended)))), None)

    def identify(self, text: str, *, prefer: str = "") -> Identified:
        """Read a pasted text: the first known code is used, every other one is kept as a hint.

        `prefer` is the key of a code that the person chose among those found; another one is ignored.
        """
        read = pasted_text.read(text)
        numbers = [match for found in read.found if (match := self._match(found, prefer))]
        names = [match for name in read.names if (match := self._by_name(name, numbers))]
        matches = _without_repeats([*numbers, *names])
        if not any(match.entry for match in matches):
            matches += self._events(read.hints)
        # A stable sort: of equally well known codes the first one in the text is used; 0 says nothing, so it is last.
        ranked = sorted(matches, key=lambda one: (one.code.key != prefer, one.entry is None, one.code.code == 0))
        symptom = self.symptoms.get(Symptom(text, "").key) if len(text) <= LONGEST_SYMPTOM else None
        return Identified(ranked[0] if ranked else None, tuple(ranked[1:]), read.hints, read.notes, symptom)

    def _match(self, found: Found, prefer: str) -> CodeMatch | None:
        chosen = [code for code in (*found.choices, *found.loose) if code.key == prefer]
        tight = [code for code in found.choices if self.look_up(code).entry]
        loose = [] if tight else [code for code in found.loose if code in self.entries]
        known = chosen or tight or loose
        readings = [*found.choices, *loose]
        if not readings:
            return None
        code = (known or readings)[0]
        others = tuple(other for other in dict.fromkeys([*known, *readings]) if other != code)
        names = {entry.name for one in known if (entry := self.look_up(one).entry)}
        doubt = bool(others) and not chosen and (len(names) > 1 or not known)
        return self._of(found, code, others, ask=doubt or (found.unsure and not chosen))

    def _of(
        self, found: Found, code: PastedCode, others: tuple[PastedCode, ...] = (), *, ask: bool = False
    ) -> CodeMatch:
        known = self.look_up(code)
        return CodeMatch(found, code, known.how, known.entry, known.code_class, others, ask, known.second)

    def _by_name(self, name: str, numbers: list[CodeMatch]) -> CodeMatch | None:
        """Return the code that the text names; nothing where a number has said the same already."""
        entry = self._named.get(name)
        if entry is None or any(match.entry and match.entry.symbol == name for match in numbers):
            return None
        return self._of(Found(name, "the name of a code", (entry.code,)), entry.code)

    def _events(self, hints: Iterable[Hint]) -> Iterator[CodeMatch]:
        """Yield the known events of a text, which count when it has no known code."""
        for code in [PastedCode("event", int(hint.value)) for hint in hints if hint.kind == "event"]:
            if code in self.entries:
                yield self._of(Found(str(code.code), "the number of a line in the event log", (code,)), code)


def _symptoms(entries: Iterable[ErrorCode], of_guides: Iterable[Symptom]) -> Mapping[str, Symptom]:
    """Return every symptom by its key. A guide that names it comes first, then the one guide of all its codes."""
    found: dict[str, Symptom] = {}
    for symptom in [Symptom(text, entry.guide or "") for entry in entries for text in entry.symptoms]:
        known = found.setdefault(symptom.key, symptom)
        if known.guide != symptom.guide:
            found[symptom.key] = Symptom(known.text, "")
    return MappingProxyType(found | {symptom.key: symptom for symptom in of_guides})


def _without_repeats(matches: list[CodeMatch]) -> list[CodeMatch]:
    return list({match.code: match for match in reversed(matches)}.values())[::-1]
