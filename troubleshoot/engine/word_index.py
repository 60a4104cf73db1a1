"""Words that stand together, found in a text by the runs of letters with which they begin."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from troubleshoot.engine.letters import RUN, Piece, pieces_of

Owner = TypeVar("Owner")


def least_letters(pieces: tuple[Piece, ...]) -> int:
    """Return how many letters pieces have together, at least."""
    return sum(min(map(len, ways)) for ways in pieces)


class WordIndex(Generic[Owner]):
    """Words with their owners, by the runs with which the longest of each begins."""

    def __init__(self, every: Iterable[tuple[Owner, str]]) -> None:
        self._every = [(owner, pieces_of(words)) for owner, words in every]
        self._short: list[int] = []
        self._by_run: defaultdict[str, list[int]] = defaultdict(list)
        for place, (_, pieces) in enumerate(self._every):
            if min(map(len, pieces[0])) < RUN:
                self._short.append(place)
            else:
                for run in {way[:RUN] for way in pieces[0]}:
                    self._by_run[run].append(place)
        self._runs = frozenset(self._by_run)

    def likely(self, runs: set[str]) -> Iterator[tuple[Owner, tuple[Piece, ...]]]:
        """Yield those that a text with these runs can hold, in order."""
        places = {place for run in runs & self._runs for place in self._by_run[run]}
        for place in sorted(places.union(self._short)):
            yield self._every[place]
