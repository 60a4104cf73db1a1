"""The table of known error codes and windows, and how it answers a pasted text (`pasted_text.py` finds the numbers)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from troubleshoot.engine import code_shapes, pasted_text
from troubleshoot.engine.code_entries import (
    CodeClass,
    CodeMatch,
    ErrorCode,
    Family,
    Identified,
    KnownCode,
    Symptom,
)
from troubleshoot.engine.code_numbers import WIN32_IN_HRESULT, PastedCode
from troubleshoot.engine.pasted_text import Found, Hint
from troubleshoot.engine.windows import NO_WINDOWS, WindowMatch, WindowTable

_SECONDS = ("extended", "errinfo")
"""Where the second number of a pair is looked up alone: the control names some, the computer sends the others."""
_OURS = ("mstsc", "extended", "errinfo", "gateway", "freerdp")
"""The families of numbers that Remote Desktop alone has."""
_LOWEST_OWN = 0x100
"""Numbers below are anybody's, even where they are written in hexadecimal."""
_OF_DIAL_UP = range(600, 1000)
"""The numbers of dial-up and VPN connections of Windows."""
_OF_WINRM = 0x8033
"""The high half of the results that remote management (WinRM) alone has."""
LONGEST_SYMPTOM = 200
"""Characters of a text that may be the words of a symptom; one that holds more says more than that."""
OTHER_WORDS = "words:other"
"""In place of a code: the person says that the words of the text do not mean what we took them for."""


class CodeTable:
    """The known codes, looked up by exact pair, then by the code alone, then by what its number suggests."""

    def __init__(
        self,
        entries: Iterable[ErrorCode] = (),
        classes: Iterable[CodeClass] = (),
        families: Iterable[Family] = (),
        symptoms: Iterable[Symptom] = (),
        windows: WindowTable = NO_WINDOWS,
    ) -> None:
        self.entries: Mapping[PastedCode, ErrorCode] = MappingProxyType({entry.code: entry for entry in entries})
        self.classes = tuple(classes)
        in_words = {one.namespace: one for one in families}
        for code in self.entries:
            in_words.setdefault(code.namespace, Family(code.namespace, code.namespace, ""))
        self.families: Mapping[str, Family] = MappingProxyType(in_words)
        self.windows = windows
        self.symptoms = _symptoms(self.entries.values(), symptoms)
        named: dict[str, ErrorCode] = {}
        for entry in sorted(self.entries.values(), key=lambda entry: entry.code.extended is not None):
            named.setdefault(entry.symbol, entry)
        self._named = named

    def look_up(self, code: PastedCode) -> KnownCode:
        """Return how the code is known, with its entry or class; nothing is invented."""
        if entry := self.entries.get(code):
            return KnownCode("exact", entry)
        if code.extended == 0:
            return self.look_up(PastedCode(code.namespace, code.code))  # a second part of 0 says nothing
        second = self.second(code)
        if entry := self.entries.get(PastedCode(code.namespace, code.code)):
            return KnownCode("code", entry, second=second)
        if second:
            return KnownCode("second", second)
        wraps = code.namespace == "hresult" and code.code >> 16 == WIN32_IN_HRESULT
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
        """Read a pasted text: the first known code is used, every other one is kept as a hint. Where no number says
        anything, the words of a window do.

        `prefer` is the key of a code that the person chose among those found (another one is ignored), or OTHER_WORDS.
        """
        read = pasted_text.read(text)
        symptom = self.symptoms.get(Symptom(text, "").key) if len(text) <= LONGEST_SYMPTOM else None
        windows = self.windows.find(text) if prefer != OTHER_WORDS and not symptom else ()
        told = {found.window.code for found in windows if found.window.code and not found.ask}
        numbers = [match for found in read.found if (match := self._match(found, prefer, told))]
        names = [match for name in read.names if (match := self._by_name(name, numbers))]
        matches = _without_repeats([*numbers, *names])
        if not any(match.entry for match in matches):
            matches += self._events(read.hints)
        named = any(_is_name_of_ours(match) for match in matches)
        # A stable sort: of equally well known codes the first one in the text is used; 0 says nothing, so it is last,
        # and a decimal number may be anything beside a name.
        ranked = sorted(
            matches,
            key=lambda one: (
                one.code.key != prefer,
                one.entry is None,
                one.code.code == 0,
                named and not (_is_name_of_ours(one) or _is_hexadecimal(one)),
            ),
        )
        window = _deciding(windows, ranked, prefer)
        if window and window.window.code and not window.window.refines:
            ranked = [self._of_window(window, window.window.code), *ranked]
        by_words = window is not None and window.window.code is None and not window.window.refines
        by_number = ranked and not by_words and (window or self._is_meant(ranked[0], text, prefer))
        used, kept = (ranked[0], ranked[1:]) if by_number else (None, ranked)
        return Identified(used, tuple(kept), read.hints, read.notes, symptom, read.named, window, read.saved)

    def _is_meant(self, match: CodeMatch, text: str, prefer: str) -> bool:
        """Tell whether a number means what the table says: not one that every program has, in a text about another."""
        if match.code.key == prefer or _is_nobody_elses(match):
            return True
        if match.code.code == 0 and not match.code.extended:
            return code_shapes.NOUGHTS_ALONE.fullmatch(text.casefold()) is not None
        about = self.windows.about(text)
        readings = {code.code for code in (*match.found.choices, *match.found.loose)}
        foreign = about.others or (about.way and not readings.isdisjoint(_OF_DIAL_UP))
        return about.ours or not foreign

    def _of_window(self, found: WindowMatch, code: PastedCode) -> CodeMatch:
        why = "what you say" if found.window.own_words else "the words of this window"
        return self._of(Found(found.text, why, (code,)), code)

    def _match(self, found: Found, prefer: str, told: Collection[PastedCode]) -> CodeMatch | None:
        """Return what characters mean; `told` are the codes that the words of the text mean."""
        every = (*found.choices, *found.loose)
        chosen = [code for code in every if code.key == prefer] or [code for code in every if code in told]
        if found.worded and not chosen:
            return None
        tight = [code for code in found.choices if self.look_up(code).entry]
        tight = [code for code in tight if self.look_up(code).how != "second"] or tight
        loose = [] if tight else [code for code in found.loose if code in self.entries]
        known = chosen or self._surest(tight or (loose if found.choices else loose[:1]))
        readings = sorted((*found.choices, *loose), key=lambda code: self.look_up(code).how == "unknown")
        if not readings:
            return None
        code = (known or readings)[0]
        others = tuple(other for other in dict.fromkeys([*known, *readings]) if other != code)
        names = {entry.name for one in known if (entry := self.look_up(one).entry)}
        doubt = bool(others) and not chosen and (len(names) > 1 or not known)
        return self._of(found, code, others, ask=doubt or (found.unsure and not chosen))

    def _surest(self, known: list[PastedCode]) -> list[PastedCode]:
        """Return the readings that somebody documents or reports, where there are such; else all."""
        sure = [code for code in known if (entry := self.look_up(code).entry) and entry.certainty != "unconfirmed"]
        return sure or known

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


def _is_nobody_elses(match: CodeMatch) -> bool:
    """Tell whether no other program has a number: a result of WinRM, or one of Remote Desktop alone that stands there
    in hexadecimal or by its name."""
    code = match.code
    if code.namespace == "hresult":
        return code.code >> 16 == _OF_WINRM
    return _is_name_of_ours(match) or (code.namespace in _OURS and code.code >= _LOWEST_OWN and _is_hexadecimal(match))


def _is_name_of_ours(match: CodeMatch) -> bool:
    named = match.entry is not None and match.entry.symbol == match.found.text
    return named and match.code.namespace in _OURS


def _is_hexadecimal(match: CodeMatch) -> bool:
    return "0x" in match.found.text.casefold()


def _symptoms(entries: Iterable[ErrorCode], of_guides: Iterable[Symptom]) -> Mapping[str, Symptom]:
    """Return every symptom by its key. A guide that names it comes first, then the one guide of all its codes."""
    found: dict[str, Symptom] = {}
    for symptom in [Symptom(text, entry.guide or "") for entry in entries for text in entry.symptoms]:
        known = found.setdefault(symptom.key, symptom)
        if known.guide != symptom.guide:
            found[symptom.key] = Symptom(known.text, "")
    return MappingProxyType(found | {symptom.key: symptom for symptom in of_guides})


def _deciding(windows: Collection[WindowMatch], ranked: list[CodeMatch], prefer: str) -> WindowMatch | None:
    """Return the window that decides: one that refines the code in use, else the first where no number tells more."""
    first = ranked[0] if ranked else None
    known = first.entry is not None and first.code.code != 0 if first else False
    alone = [found for found in windows if not found.window.refines]
    code = first.code if first and known else next((found.window.code for found in alone), None)
    for found in windows:
        if code in found.window.refines or (code and PastedCode(code.namespace, code.code) in found.window.refines):
            return found
    chosen = first is not None and first.code.key == prefer
    return None if known or chosen else next(iter(alone), None)


def _without_repeats(matches: list[CodeMatch]) -> list[CodeMatch]:
    return list({match.code: match for match in reversed(matches)}.values())[::-1]
