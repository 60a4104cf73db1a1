"""The letters of a text in one run, without blanks, case and accents, and where words stand among them."""

import unicodedata

LONGEST = 20_000
"""Letters of a text that are looked at: a window has a few hundred, a log a few thousand."""
RUN = 4
"""Letters of one run."""
_REACH = 120
"""Letters within which the words of an entry stand together."""
_MOST_PLACES = 20
_APOSTROPHES = "'\u2019"


def squeeze(text: str) -> str:
    """Return the letters of a text in one run, without case and accents."""
    low = text.casefold()
    if not low.isascii():
        low = unicodedata.normalize("NFKD", low)
    return "".join(filter(str.isalpha, low))


def runs_of(letters: str) -> list[str]:
    """Return every run of letters, in order."""
    return [letters[place : place + RUN] for place in range(len(letters) - RUN + 1)]


def pieces_of(words: str) -> tuple[str, ...]:
    """Return the beginnings of words to look for, the longest first: it is the rarest."""
    return tuple(sorted(map(squeeze, words.split()), key=len, reverse=True))


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


def _places(piece: str, letters: str, begins: frozenset[int] | None) -> list[int]:
    """Return a few places of a piece; with `begins`, a Latin one only where a word begins."""
    found, place = list[int](), letters.find(piece)
    for _ in range(_MOST_PLACES):
        if place < 0:
            break
        if begins is None or place in begins or not piece.isascii():
            found.append(place)
        place = letters.find(piece, place + 1)
    return found


def stand_together(pieces: tuple[str, ...], letters: str, begins: frozenset[int] | None) -> tuple[int, int] | None:
    """Return where the pieces stand together, within reach of one of the first."""
    places = [_places(piece, letters, begins) for piece in pieces]
    for at in places[0]:
        near = [min((abs(one - at), one) for one in of) if of else (_REACH, 0) for of in places]
        if max(near)[0] < _REACH:
            ends = [one + len(piece) for (_, one), piece in zip(near, pieces, strict=True)]
            return min(one for _, one in near), max(ends)
    return None
