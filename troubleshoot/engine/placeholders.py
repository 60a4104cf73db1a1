"""Sentences with placeholders: `{host}` stands for the name of the computer that a case is about."""

import re
from collections.abc import Collection, Iterator, Sequence

PLACEHOLDERS = {"host": "the computer"}
"""Placeholder → what is read in its place where nobody knows what it stands for."""
_PLACE = re.compile(r"\{([^{}]*)\}")
_NAMED = re.compile(r"\{[A-Za-z_]+\}")
_SENTENCE_ENDS = re.compile(r"[.!?:]\s+$")

Path = tuple[str | int, ...]


def _unnamed(pieces: Sequence[str]) -> Iterator[str]:
    """Yield the pieces with words in the place of names; a sentence begins with a capital letter."""
    for place, piece in enumerate(pieces):
        words = PLACEHOLDERS.get(piece, piece) if place % 2 else piece
        before = "".join(pieces[:place])
        begins = place % 2 and (not before or _SENTENCE_ENDS.search(before))
        yield words[:1].upper() + words[1:] if begins else words


class Text(str):
    """A sentence for people. As it stands, it speaks of any computer; `about` makes it speak of one by its name.

    It is a `str`, so that nobody who shows it can ever show a placeholder.
    """

    __slots__ = ("_pieces",)
    _pieces: Sequence[str]
    """Plain text at the even places, names of placeholders at the odd ones."""

    def __new__(cls, pieces: Sequence[str]) -> "Text":
        """Return the text of such pieces."""
        made = super().__new__(cls, "".join(_unnamed(pieces)))
        made._pieces = pieces
        return made

    @classmethod
    def filled(cls, template: str) -> "Text":
        """Return the text of a template with placeholders."""
        return cls(_PLACE.split(template))

    @classmethod
    def literal(cls, text: str) -> "Text":
        """Return a text without placeholders, whatever stands in it."""
        return cls([text])

    def about(self, host: str) -> str:
        """Return the sentence with the computer's name in it; without a name, as it stands."""
        if not host:
            return self
        return "".join(host if place % 2 else piece for place, piece in enumerate(self._pieces))


NO_TEXT = Text.literal("")


def fault(template: str) -> str | None:
    """Say what is wrong with the placeholders of a text in which they may stand, or nothing."""
    for name in _PLACE.findall(template):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            return f"there is no placeholder {{{name}}}, only {known}"
    return "a brace stands only around a placeholder" if set("{}") & set(_PLACE.sub("", template)) else None


def misplaced(data: object, *, beside: Collection[str] = (), at: Path = ()) -> Iterator[Path]:
    """Yield where a placeholder stands in texts in which nothing is ever put in; `beside` are keys to skip."""
    if isinstance(data, str) and _NAMED.search(data):
        yield at
    elif isinstance(data, dict):
        for key, value in data.items():
            if key not in beside:
                yield from misplaced(value, beside=beside, at=(*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from misplaced(value, beside=beside, at=(*at, index))
