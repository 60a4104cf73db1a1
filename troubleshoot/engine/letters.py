"""The letters of a text in one run, without blanks, case and accents, and where words stand among them."""

import unicodedata

LONGEST = 20_000
"""Letters of a text that are looked at: a window has a few hundred, a log a few thousand."""
RUN = 4
"""Letters of one run."""
_REACH = 120
"""Letters within which the words of an entry stand together."""
_MOST_PLACES = 20
_PLAIN = str.maketrans({"\u0131": "i", "\u0142": "l", "\u00f8": "o", "\u00e6": "ae", "\u0153": "oe"})
"""Letters whose marks are no accents of their own, and what they are read as: capitals and pictures lose them."""
_APOSTROPHES = "'\u2019"


def squeeze(text: str) -> str:
    """Return the letters of a text in one run, without case and accents."""
    low = text.casefold()
    if not low.isascii():
        low = unicodedata.normalize("NFKD", low).translate(_PLAIN)
    return "".join(filter(str.isalpha, low))


def runs_of(letters: str) -> list[str]:
    """Return every run of letters, in order."""
    return [letters[place : place + RUN] for place in range(len(letters) - RUN + 1)]


Piece = tuple[str, ...]
"""The beginning of a word to look for, in one of several ways."""


def pieces_of(words: str) -> tuple[Piece, ...]:
    """Return the beginnings of words to look for, the longest first: it is the rarest. `a|b` is one of the two."""
    pieces = [tuple(map(squeeze, word.split("|"))) for word in words.split()]
    return tuple(sorted(pieces, key=lambda ways: min(map(len, ways)), reverse=True))


def hold_all(pieces: tuple[Piece, ...], letters: str) -> bool:
    """Tell whether letters hold each piece in one of its ways, wherever."""
    for ways in pieces:
        for way in ways:
            if way in letters:
                break
        else:
            return False
    return True


def word_begins(text: str) -> frozenset[int]:
    """Return the places among the letters of a text at which a word begins."""
    begins, place, inside = set[int](), 0, False
    for sign in text[: 2 * LONGEST]:
        letters = len(squeeze(sign))
        if letters and not inside:
            begins.add(place)
        inside = bool(letters) or (inside and sign in _APOSTROPHES)
        place += letters
    return frozenset(begins)


def _places(ways: Piece, letters: str, begins: frozenset[int] | None) -> list[tuple[int, int]]:
    """Return where a piece begins and ends, a few times; with `begins`, a Latin one only where a word begins."""
    found = list[tuple[int, int]]()
    for way in ways:
        place = letters.find(way)
        for _ in range(_MOST_PLACES):
            if place < 0:
                break
            if begins is None or place in begins or not way.isascii():
                found.append((place, place + len(way)))
            place = letters.find(way, place + 1)
    return found


def stand_together(pieces: tuple[Piece, ...], letters: str, begins: frozenset[int] | None) -> tuple[int, int] | None:
    """Return where the pieces stand together, within reach of one of the first."""
    places = [_places(ways, letters, begins) for ways in pieces]
    if not all(places):
        return None
    for at, _ in places[0]:
        near = [min(of, key=lambda one: abs(one[0] - at)) for of in places]
        if max(abs(one[0] - at) for one in near) < _REACH:
            return min(one[0] for one in near), max(one[1] for one in near)
    return None
