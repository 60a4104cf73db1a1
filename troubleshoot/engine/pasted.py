"""Finds error codes in whatever a person pastes: a whole dialog in any language, a log line, or one number.

Only plain ASCII digits count, every pattern is anchored on both sides, and the time is linear in the text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LIMIT = 200_000
"""Characters read at most; a longer paste is cut, and a note says so."""

MOST_CODES = 20


@dataclass(frozen=True, order=True)
class Code:
    """A code in its namespace (mstsc, hresult, ntstatus, win32, bugcheck), perhaps with an extended part."""

    namespace: str
    code: int
    extended: int | None = None

    @property
    def key(self) -> str:
        """Return the code as a form sends it: the same digits can be a code of two families."""
        return f"{self.namespace}:{self}"

    def __str__(self) -> str:
        first = f"0x{self.code:X}"
        return first if self.extended is None else f"{first} / 0x{self.extended:X}"


@dataclass(frozen=True)
class Found:
    """A code in the text: the characters it was read from, why they are a code, and every way to read them."""

    text: str
    why: str
    choices: tuple[Code, ...]


@dataclass(frozen=True)
class Hint:
    """Something that is not an error code but helps a reader later, such as the number of an event."""

    kind: str
    value: str


@dataclass(frozen=True)
class Pasted:
    """Everything that was recognised in one text, the most telling code first."""

    found: tuple[Found, ...]
    hints: tuple[Hint, ...]
    notes: tuple[str, ...]


# A code never touches a letter, a digit of any script, an underscore, or a sign that makes it part of something else.
_BEFORE = r"(?<![0-9A-Za-z_\d\uff21-\uff5a+\-#&])"
_AFTER = r"(?![0-9A-Za-z_\d\uff21-\uff5a])(?!\.[0-9])"
# The letters O, I and l are what people type from a photograph in place of 0 and 1.
_HEX = r"[0Oo][xX][ \u00a0]?[0-9A-Fa-fOoIl]{1,8}"
_GAP = r"[ \t\u00a0]"
_EXTENDED_WORD = r"ext(?:ended)?(?:[ ]error)?(?:[ ]code)?"
# Between the two parts of a pair: a slash or comma, the word "extended", or the label of the dialog's second line.
# A label has no digits, ends in a colon (also the full-width one) and may be in any language.
_JOIN = (
    rf"(?:{_GAP}{{0,4}}[/,;|(]?{_GAP}{{0,4}}(?:with|and)?{_GAP}{{0,4}}{_EXTENDED_WORD}{_GAP}{{0,4}}[:=\uff1a]?{_GAP}{{0,4}}"
    rf"|{_GAP}{{0,4}}[/,|(]{_GAP}{{0,4}}"
    rf"|{_GAP}{{1,4}}(?=0[xX][0-9A-Fa-f]{{1,2}}{_AFTER})"
    rf"|[.,;\u3002]?(?:\s|</?[a-z]{{1,8}}>){{1,6}}[^\d\r\n:\uff1a]{{1,60}}[:\uff1a]{_GAP}{{0,4}})"
)
_PAIR = re.compile(rf"{_BEFORE}(?P<code>{_HEX})(?:{_JOIN}(?P<extended>{_HEX}|[0-9]{{1,5}}){_AFTER})", re.IGNORECASE)
_SINGLE = re.compile(rf"{_BEFORE}(?P<code>{_HEX}){_AFTER}")
_SIGNED = re.compile(r"(?<![0-9A-Za-z_\d+.\-])(?P<code>[-\u2212][0-9]{6,10})" + _AFTER)
_LABELLED = re.compile(
    r"(?<![a-z])(?P<label>error|err|code|reason|fehler|fehlercode|erreur|codice|c[oó]digo|kod|\u043a\u043e\u0434"
    r"|\u4ee3\u7801|\u30b3\u30fc\u30c9)"
    rf"(?:{_GAP}?(?:code|no\.?|number|is|was)){{0,2}}{_GAP}{{0,3}}[:=#(\uff1a]?{_GAP}{{0,3}}"
    rf"(?P<code>[0-9][0-9A-Fa-f]{{0,9}}){_AFTER}",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?P<code>[0-9A-Fa-f]{1,10})(?:\s{0,4}/\s{0,4}(?P<extended>[0-9A-Fa-f]{1,4}))?")
_EVENT = re.compile(
    r"(?<![a-z])(?:event|ereignis|[eé]v[eé]nement|evento|\u0441\u043e\u0431\u044b\u0442\u0438\u0435|\u4e8b\u4ef6)"
    r"[^0-9\r\n]{0,12}(?P<value>[0-9]{1,5})" + _AFTER,
    re.IGNORECASE,
)
_ACTIVITY = re.compile(r"(?<![0-9A-Za-z-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z-])", re.IGNORECASE)
_ENCODED = re.compile(r"[A-Za-z0-9+/=]{60,}")
_OTHER_SCRIPT = re.compile(r"[0-9\uff10-\uff19][xX\uff38\uff58][0-9A-Fa-f\uff10-\uff19\uff21-\uff46]{1,8}")
_BUG_CHECK = re.compile(r"(?:bug ?check|stop(?: code)?|blue screen)[^0-9]{0,12}$", re.IGNORECASE)
_WIN32 = re.compile(r"(?:win32|system) error[^0-9]{0,8}$", re.IGNORECASE)


def read(text: str) -> Pasted:
    """Return what a pasted text contains. Never fails, whatever the text is."""
    notes = [] if len(text) <= LIMIT else [f"Only the first {LIMIT:,} characters were read."]
    # Long runs of base64 are pictures; their letters mean nothing. A run keeps its length so that spans stay true.
    plain = _ENCODED.sub(lambda run: " " * len(run[0]), text[:LIMIT]).replace("\0", " ")
    found = _first_of_each(_search(plain) if plain.strip() else iter(()))
    return Pasted(tuple(found[:MOST_CODES]), _hints(plain), (*notes, *_notes(plain, found)))


def _search(text: str) -> Iterator[Found]:
    """Yield the codes by strength of evidence: pairs, labelled numbers, hexadecimal numbers, then a bare number."""
    taken = bytearray(len(text))
    for pattern, why in (
        (_PAIR, "a code with its extended code"),
        (_SINGLE, "a hexadecimal code"),
        (_SIGNED, "a negative number: a signed HRESULT"),
        (_LABELLED, "a number after the word “{label}”"),
    ):
        for hit in pattern.finditer(text):
            if not any(taken[hit.start() : hit.end()]):
                yield from _found(hit, why, text)
                taken[hit.start() : hit.end()] = b"\1" * (hit.end() - hit.start())
    if alone := _ALONE.fullmatch(text.strip().strip("\"'“”«»()[]<>.,;:").strip()):
        yield from _found(alone, "the only thing in the text", text)


def _found(hit: re.Match[str], why: str, text: str) -> Iterator[Found]:
    groups = hit.groupdict()
    extended = groups.get("extended")
    context = text[max(0, hit.start("code") - 40) : hit.start("code")]
    choices = [
        Code(namespace, number, second)
        for number in _numbers(groups["code"])
        for namespace in _namespaces(number, context)
        for second in ([None] if extended is None or namespace == "bugcheck" else _numbers(extended)[:1])
    ]
    if not choices:
        return
    reasons = [why.format(**groups)]
    if re.search("[OoIl]", groups["code"] + (extended or "")):
        reasons.append("the letters O and l were read as the digits 0 and 1")
    if len({choice.code for choice in choices}) > 1:
        reasons.append("without 0x it can be decimal or hexadecimal")
    yield Found(hit[0].strip()[:200], "; ".join(reasons), tuple(dict.fromkeys(choices)))


def _numbers(text: str) -> list[int]:
    """Return every number the characters can mean; hexadecimal first, as these dialogs write them."""
    text = text.replace("\u2212", "-").translate(str.maketrans("", "", " \u00a0"))
    if text.startswith("-"):
        number = int(text) + 2**32
        return [number] if 2**31 <= number < 2**32 else []
    if text[1:2] in ("x", "X"):
        return [int(text[2:].translate(str.maketrans("OoIl", "0011")), 16)]
    if not re.search("[0-9]", text) or re.fullmatch("[0-9]+[eE][0-9]+|0[bB][01]+", text):
        return []  # a word, or a number in a notation that nobody uses for codes
    readings = [int(text, 16)] if len(text) <= 8 else []
    readings += [int(text)] if text.isdecimal() and int(text) not in readings else []
    return [number for number in readings if number < 2**32]


def _namespaces(number: int, context: str) -> tuple[str, ...]:
    """Return the families a number can belong to: the words before it decide, then its highest bits ([MS-ERREF] 2)."""
    if _BUG_CHECK.search(context):
        return ("bugcheck",)
    if _WIN32.search(context):
        return ("win32",)
    if number >> 28 == 0xC:
        return ("ntstatus", "hresult")
    return ("hresult",) if number >> 31 else ("mstsc",)


def _first_of_each(found: Iterator[Found]) -> list[Found]:
    return list({each.choices: each for each in reversed(list(found))}.values())[::-1]


def _hints(text: str) -> tuple[Hint, ...]:
    events = [Hint("event", hit["value"]) for hit in _EVENT.finditer(text)]
    return tuple(dict.fromkeys([*events, *(Hint("activity", hit[0]) for hit in _ACTIVITY.finditer(text))]))[:MOST_CODES]


def _notes(text: str, found: list[Found]) -> list[str]:
    notes = []
    for hit in _OTHER_SCRIPT.finditer(text):
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
