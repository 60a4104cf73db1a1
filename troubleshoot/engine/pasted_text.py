"""Finds error codes in whatever a person pastes: a whole dialog in any language, a log line, or one number.

Only plain ASCII digits count, every pattern is anchored on both sides, and the time is linear in the text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from troubleshoot.engine import code_shapes
from troubleshoot.engine.code_numbers import (
    PastedCode,
    families_of,
    further_readings,
    has_letters,
    has_rare_letters,
    number,
    possible_numbers,
)
from troubleshoot.engine.pasted_names import PastedName, names_in
from troubleshoot.engine.saved_connection import SavedConnection, read_saved_connection, without_saved_connection

LIMIT = 100_000
"""Characters read at most; a longer paste is cut, and a note says so."""

MOST_CODES = 20
MOST_HITS = 300
"""So many places of one shape are looked at: the work for one text has a bound, whatever it holds."""
_LETTERS = "letters were read as the digits that they look like, such as O and l for 0 and 1"
_TEN_DIGITS = "a number of ten digits: perhaps an unsigned HRESULT"
MOST_ALONE = 32
"""A text of so many characters may be a code and nothing else."""
_BEFORE = 80
"""So many characters before a number are looked at for what it is."""


@dataclass(frozen=True)
class Found:
    """A code in the text: the characters it was read from, why they are a code, and every way to read them."""

    text: str
    why: str
    choices: tuple[PastedCode, ...]
    loose: tuple[PastedCode, ...] = ()
    """Further ways, which count only when the table knows one of them and none of the choices."""
    unsure: bool = False
    """True when characters had to be guessed, so that the person has to confirm."""
    worded: bool = False
    """True for a number that counts only where the words of the text say the same."""


@dataclass(frozen=True)
class Hint:
    """Something that is not an error code but helps a reader later, such as the number of an event."""

    kind: str
    value: str


@dataclass(frozen=True)
class Pasted:
    """Everything that was recognised in one text, the most telling code first; `names` are names of codes."""

    found: tuple[Found, ...]
    hints: tuple[Hint, ...]
    notes: tuple[str, ...]
    names: tuple[str, ...] = ()
    named: tuple[PastedName, ...] = ()
    """The computer, account and gateway that the text speaks of."""
    saved: SavedConnection | None = None
    """What the lines of a saved connection in the text set."""


def read(text: str) -> Pasted:
    """Return what a pasted text contains. Never fails, whatever the text is."""
    plain = clean(text[: 4 * LIMIT])
    notes = [] if len(plain) <= LIMIT >= len(text) - 3 * LIMIT else [f"Only the first {LIMIT:,} characters were read."]
    plain, saved, named = plain[:LIMIT], read_saved_connection(plain[:LIMIT]), names_in(plain[:LIMIT])
    plain = without_saved_connection(plain) if saved else plain
    found = _first_of_each(_search(plain, guessed=code_shapes.REORDERING.search(text) is not None))
    names = dict.fromkeys(hit[0] for hit in _hits(code_shapes.NAMED, plain))
    notes += _notes(plain, found)
    return Pasted(tuple(found[:MOST_CODES]), _hints(plain), tuple(notes), tuple(names), named, saved)


def has_label(text: str) -> bool:
    """Tell whether a text has a word for code or error, in one of the languages that windows were seen in."""
    return code_shapes.LABEL.search(clean(text[:LIMIT]).lower()) is not None


def clean(text: str) -> str:
    """Return the text as it is read: without what cannot be seen, every blank a space, no pictures in letters."""
    if not text.isascii():
        text = code_shapes.BLANK.sub(" ", code_shapes.INVISIBLE.sub("", text))
    # Long runs of base64 are pictures; their letters mean nothing.
    # The dotted capital I is the one letter that lower case makes longer, which would shift every place after it.
    return code_shapes.ENCODED.sub(" ", text).replace("\0", " ").replace("\u0130", "I")


def _hits(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return islice(pattern.finditer(text), MOST_HITS)


def _search(shown: str, *, guessed: bool) -> Iterator[Found]:
    """Yield the codes by strength of evidence: pairs, alerts, hexadecimal, labelled, then bare numbers."""
    text = shown.lower()
    taken = bytearray(len(text))

    def free(start: int, end: int) -> bool:
        if any(taken[start:end]):
            return False
        taken[start:end] = b"\1" * (end - start)
        return True

    hexadecimal = list(_hits(code_shapes.HEX, text))
    for hit in hexadecimal:
        if (pair := _pair(text, hit)) and free(hit.start(), pair[1].end()):
            yield from _paired(shown, text, hit, *pair, guessed=guessed)
    for alert in _alerts(text):
        if free(alert.start("code"), alert.end()):
            yield Found(alert["code"], "the number of a TLS alert", (PastedCode("alert", int(alert["code"])),))
    for hit, why in _singles(text, hexadecimal):
        if free(hit.start(), hit.end()):
            yield from _found(shown, text, hit, why, guessed=guessed)
    yield from _decimals(shown, text, free)
    alone = shown.strip().strip("\"'“”«»()[]<>.,;:").strip()
    if len(alone) <= MOST_ALONE and (whole := code_shapes.ALONE.fullmatch(alone.lower())):
        yield from _found(alone, alone.lower(), whole, "the only thing in the text", guessed=guessed)


def _decimals(shown: str, text: str, free: Callable[[int, int], bool]) -> Iterator[Found]:
    """Yield the decimal numbers that count only when the table knows them, by where they stand."""
    for pattern, why in (
        (code_shapes.DISCONNECTED, "the number of a disconnection"),
        (code_shapes.BEFORE_WORD, "a number before the word for error"),
        (code_shapes.OPENING, "the number with which a line begins"),
    ):
        for hit in _hits(pattern, text):
            name = "code" if hit["code"] else "next"
            if free(*hit.span(name)):
                code = PastedCode("mstsc", int(hit[name]))
                more = further_readings(code.code, hit[name]) if pattern is code_shapes.BEFORE_WORD else ()
                line = shown[hit.start() : hit.end()].strip()[:200]
                yield Found(line, why, (), (code, *more), worded=pattern is code_shapes.OPENING)


def _singles(text: str, hexadecimal: list[re.Match[str]]) -> Iterator[tuple[re.Match[str], str]]:
    yield from ((hit, "a hexadecimal code") for hit in hexadecimal)
    for pattern, why in (
        (code_shapes.SIGNED, "a negative number: a signed HRESULT"),
        (code_shapes.LABELLED, "a number after the word “{label}”"),
        (code_shapes.LONG, _TEN_DIGITS),
    ):
        yield from ((hit, why) for hit in _hits(pattern, text) if not _counts_out(text, hit))


_NEXT = 400
"""Within so many characters the next digit of a list stands."""


def _counts_out(text: str, hit: re.Match[str]) -> bool:
    """Tell whether a digit counts out what follows: "reasons: 1) ... 2) ..."."""
    sign, before = text[hit.end() : hit.end() + 1], text[max(0, hit.start("code") - 1) : hit.start("code")]
    if len(hit["code"]) > 1 or before in {"(", "\uff08"} or sign not in {")", ".", "\uff09", "\u3001"}:
        return False
    return (
        re.compile(rf"(?<!\w){int(hit['code']) + 1}{re.escape(sign)}").search(text, hit.end(), hit.end() + _NEXT)
        is not None
    )


def _alerts(text: str) -> Iterator[re.Match[str]]:
    """Yield the numbers of TLS alerts: a word for alert and what makes it one of TLS on the same line, in any order."""
    for word in _hits(code_shapes.ALERT_WORD, text):
        after = code_shapes.ALERT_AFTER.match(text, word.end())
        if after and int(after["code"]) < 256:
            before = text[max(0, word.start() - _BEFORE) : word.start()]
            if code_shapes.ALERT_BEFORE.search(before) or code_shapes.ALERT_KIND.search(after["between"]):
                yield after


def _pair(text: str, first: re.Match[str]) -> tuple[str, re.Match[str]] | None:
    """Return the second part of a dialog's pair and how it was found; None when there is none."""
    if number(first["code"]) >= 2**31:
        return None  # a Windows result is complete in itself
    for how, pattern in (
        ("joined", code_shapes.JOINED),
        ("extended", code_shapes.EXTENDED),
        ("extended", code_shapes.EXTENDED_BESIDE),
        ("line", code_shapes.OWN_LINE),
    ):
        if not (second := pattern.match(text, first.end())):
            continue
        if number(_second(second)) > 0xFFFF:
            continue
        if how != "line" or _one_label(_line_before(text, first.start()), second["label"]):
            return how, second
    return None


def _one_label(one: str, other: str) -> bool:
    """Tell whether two labels are one with more words: "Error code" and "Extended error code", in any language."""
    one, other = (re.sub(r"</?[a-z]{1,8}>|[\W_]+", "", label) for label in (one, other))
    return one != other and min(len(one), len(other)) > 1 and (one in other or other in one)


def _line_before(text: str, at: int) -> str:
    return text[max(0, at - _BEFORE) : at].rpartition("\n")[2].strip(" :\uff1a")


def _second(hit: re.Match[str]) -> str:
    return next(value for name, value in hit.groupdict().items() if value and name != "label")


def _paired(
    shown: str, text: str, hit: re.Match[str], how: str, second: re.Match[str], *, guessed: bool
) -> Iterator[Found]:
    one, other = hit["code"], _second(second)
    if how == "line" and code_shapes.IS_EXTENDED.search(_line_before(text, hit.start())):
        one, other = other, one  # the extended code stands first
    namespace = families_of(number(one), text[max(0, hit.start() - _BEFORE) : hit.start()])[0]
    extended = None if namespace == "bugcheck" else number(other)
    letters = has_letters(one + other)
    why = ["a code with its extended code", *([_LETTERS] if letters else [])]
    code = PastedCode("mstsc" if namespace in {"extended", "errinfo"} else namespace, number(one), extended)
    sure, perhaps = ((), (code,)) if has_rare_letters(one + other) else ((code,), ())
    line = shown[hit.start() : second.end()].strip()[:200]
    yield Found(line, "; ".join(why), sure, perhaps, letters or guessed)


def _found(shown: str, text: str, hit: re.Match[str], why: str, *, guessed: bool) -> Iterator[Found]:
    groups = hit.groupdict()
    context = text[max(0, hit.start("code") - _BEFORE) : hit.start("code")]
    numbers, second = possible_numbers(groups["code"]), groups.get("second")
    extended = int(second, 16) if second else None
    tight = [PastedCode(name, one, extended) for one in numbers for name in families_of(one, context)]
    loose = [code for one in numbers for code in further_readings(one, groups["code"])] if extended is None else []
    if code_shapes.REASON.fullmatch(groups.get("label") or "") and len(numbers) > 1:
        loose, tight = [*tight, *loose], [code for code in tight if code.code == numbers[-1]]
    if why is _TEN_DIGITS or (hit.re is code_shapes.HEX and has_rare_letters(groups["code"])):
        loose, tight = tight, []
    if code_shapes.IS_OF_SYSTEM.search(context) and groups["code"].isdecimal():
        tight, loose = [PastedCode("win32", int(groups["code"]))], []
    if not numbers or code_shapes.IS_OF_UNIX.search(context):
        return
    letters = hit.re is code_shapes.HEX and has_letters(groups["code"])
    label = shown[slice(*hit.span("label"))] if "label" in groups else ""
    reasons = [why.format(label=label), *([_LETTERS] if letters else [])]
    if len({code.code for code in tight}) > 1:
        reasons.append("without 0x it can be decimal or hexadecimal")
    fresh = tuple(code for code in dict.fromkeys(loose) if code not in tight)
    yield Found(
        shown[slice(*hit.span())].strip()[:200],
        "; ".join(reasons),
        tuple(dict.fromkeys(tight)),
        fresh,
        letters or guessed,
    )


def _first_of_each(found: Iterator[Found]) -> list[Found]:
    return list({(each.choices, each.loose): each for each in reversed(list(found))}.values())[::-1]


def _hints(text: str) -> tuple[Hint, ...]:
    low = text.lower()
    events = [Hint("event", hit["value"]) for pattern in code_shapes.EVENTS for hit in _hits(pattern, low)]
    activities = (Hint("activity", hit[0]) for hit in _hits(code_shapes.ACTIVITY, low))
    return tuple(dict.fromkeys([*events, *activities]))[:MOST_CODES]


def _notes(text: str, found: list[Found]) -> list[str]:
    notes = []
    for hit in _hits(code_shapes.OTHER_SCRIPT, text):
        if not hit[0].isascii():
            plain = unicodedata.normalize("NFKC", hit[0])
            notes.append(
                f"“{hit[0]}” is written with other digits than 0 to 9. If you mean {plain}, type it like that."
            )
            break
    if not found and not notes and any(not c.isascii() and c.isdecimal() for c in text):
        notes.append("Please type the number with the digits 0 to 9.")
    if len(found) > MOST_CODES:
        notes.append(f"Only the first {MOST_CODES} codes were kept.")
    return notes
