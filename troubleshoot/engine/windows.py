"""The words of error windows, and of people, found in a pasted text that holds no number, or one that leaves it open.

What is compared is letters alone, in one run: blanks, quotes, line ends, digits, accents and case do not count, so
that a text read from a picture is the same as a typed one, in every script. A sentence is known by its runs of four
letters: each weighs the less, the more windows have it, so the words that all windows share decide nothing. It is
there when enough of that weight stands close together; a wrong letter costs four runs, not the sentence. The work has
a bound: few runs of each sentence are looked for at first, and only what these name is weighed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from troubleshoot.engine.cause import CodeHint
from troubleshoot.engine.code_numbers import PastedCode
from troubleshoot.engine.letters import (
    LONGEST,
    RUN,
    hold_all,
    runs_of,
    squeeze,
    stand_together,
    word_begins,
)
from troubleshoot.engine.text_subjects import About, Subjects, SubjectWords
from troubleshoot.engine.word_index import WordIndex, least_letters

FEWEST_LETTERS = 16
FEWEST_SIGNS = 8
"""Letters that a sentence needs to be told from others; Chinese and Japanese say more with each."""
LEEWAY = 0.1
"""The share of a sentence that a text about Remote Desktop may lack beside: people leave out words and mistype."""
FEWEST_HELD = 0.5
"""The part of a sentence's runs that has to be there: a few rare ones are not the sentence."""
MOST_WEIGHED = 12
MOST_FOUND = 4
NEARLY_ALL = 0.65
"""The share that has to be there of a sentence about Remote Desktop where the text does not name it."""
MOST_OF_OPENING = 0.9
"""The same for what many windows begin with: without its subject, it is said of everything."""
PLACEHOLDER = "…"
"""Stands in a sentence for a name, which no text has in common with another."""
_PLACEHOLDER_LETTERS = 48


@dataclass(frozen=True)
class Window:
    """What a window, a log line or a person says, and what that means."""

    name: str
    """What it means, in our words; that of its code where it has one."""
    certainty: str
    source: str
    sentences: tuple[str, ...] = ()
    """How it is worded, in any language: patterns to match, never shown. `…` stands for a name."""
    words: tuple[str, ...] = ()
    """Beginnings of words that stand together, in any order, whatever is said around them; `a|b` is one of the two."""
    code: PastedCode | None = None
    guide: str = ""
    start: str = ""
    own_words: bool = False
    """True for what people say themselves: less sure, so that they are asked whether it is meant."""
    general: bool = False
    """True for what other programs say, too: it counts only where the text is about Remote Desktop, or is only this."""
    seen: bool = False
    """True for what is seen in a session, which nothing that a connection goes through can show."""
    opening: bool = False
    """True for what many windows begin with: whatever names a cause in the same text counts before it."""
    program: str = ""
    """The other program whose text this is."""
    refines: tuple[PastedCode, ...] = ()
    """The codes that leave open what these words say: they count beside one of them only."""
    causes: tuple[str, ...] = ()
    """What it says of the cause, the likely ones first, where it has no code that does."""

    def hint(self, said: CodeHint) -> CodeHint:
        """Return what a text says of the cause whose number says `said`: these words count before it."""
        return CodeHint(self.causes, self.certainty == "documented") if self.causes else said

    @property
    def is_like_others(self) -> bool:
        """Tell whether other programs, or people about them, may say the same."""
        return self.general or self.own_words or bool(self.program)


@dataclass(frozen=True)
class WindowMatch:
    """A window of the table in a text: the characters it was seen in, and the share of its weight that was there."""

    window: Window
    text: str
    share: float

    @property
    def ask(self) -> bool:
        """Tell whether the person has to say that it is meant."""
        return self.window.own_words or self.window.general

    @property
    def sentence(self) -> str:
        """Say in words what was understood."""
        said = f"{self.window.name}."
        return f"This text comes from {self.window.program}. {said}" if self.window.program else said


@dataclass
class _Sentence:
    """One sentence of a window as it is looked for."""

    window: Window
    runs: list[str]
    letters: int
    gaps: int
    weights: dict[str, float] = field(default_factory=dict)
    weight: float = 0.0
    marks: tuple[str, ...] = ()
    names_us: bool = False
    """True where it names Remote Desktop, or a remote computer."""

    @property
    def sure(self) -> float:
        """Return the share of the weight that says it whatever a text is about: the shorter a sentence, the more."""
        return 0.62 if self.letters > 40 else 0.7 if self.letters > 24 else 0.85

    @property
    def needed(self) -> float:
        """Return the share that has to be there at least: so much says it in a text about Remote Desktop."""
        return self.sure - LEEWAY

    @property
    def reach(self) -> int:
        """Return the letters of a text within which all of it stands."""
        return self.letters + self.letters // 4 + 16 + _PLACEHOLDER_LETTERS * self.gaps

    def share_in(self, runs: set[str]) -> float:
        """Return the share of the weight that runs have; 0 for few runs, whatever these weigh."""
        held = self.weights.keys() & runs
        return sum(self.weights[run] for run in held) if len(held) >= FEWEST_HELD * len(self.weights) else 0.0


def is_distinct(text: str) -> bool:
    """Tell whether a sentence has enough letters to be told from others."""
    letters = squeeze(text.replace(PLACEHOLDER, ""))
    return len(letters) >= (FEWEST_LETTERS if letters.isascii() else FEWEST_SIGNS)


class WindowTable:
    """All windows, ready to be found in a text."""

    def __init__(self, windows: Iterable[Window] = (), subjects: Subjects | None = None) -> None:
        self.windows = tuple(windows)
        self._subjects = SubjectWords(subjects or Subjects())
        self._sentences = [self._sentence(window, text) for window in self.windows for text in window.sentences]
        _weigh(self._sentences)
        marked: defaultdict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self._sentences):
            for run in one.marks:
                marked[run].append(place)
        self._marked = dict(marked)
        self._marks = frozenset(marked)
        self._words = WordIndex((window, words) for window in self.windows for words in window.words)

    def _sentence(self, window: Window, text: str) -> _Sentence:
        pieces = [squeeze(piece) for piece in text.split(PLACEHOLDER)]
        runs = [run for piece in pieces for run in runs_of(piece)]
        about = self._subjects.of(text, squeeze(text))
        named = about.ours or about.shared
        return _Sentence(window, runs, sum(map(len, pieces)), len(pieces) - 1, names_us=named)

    def find(self, text: str) -> tuple[WindowMatch, ...]:
        """Return the windows whose words stand in a text, the surest first."""
        letters = squeeze(text[: 2 * LONGEST])[:LONGEST]
        if len(letters) < FEWEST_SIGNS or not self.windows:
            return ()
        runs = set(runs_of(letters))
        hits = [*self._by_sentence(letters, runs), *self._by_words(text, letters, runs)]
        if hits:
            about = self._subjects.of(text, letters)
            hits = [hit for hit in hits if hit.counts(about, len(letters))]
        best: dict[int, _Hit] = {}
        for hit in sorted(hits, key=lambda hit: hit.order):
            best.setdefault(id(hit.window), hit)
        return tuple(hit.match(text) for hit in list(best.values())[:MOST_FOUND])

    def about(self, text: str) -> About:
        """Return what a text is about."""
        return self._subjects.of(text, squeeze(text[: 2 * LONGEST])[:LONGEST])

    def _by_sentence(self, letters: str, runs: set[str]) -> "Iterator[_Hit]":
        seen = Counter(place for run in runs & self._marks for place in self._marked[run])
        likely = [
            self._sentences[place] for place, hits in seen.items() if 2 * hits >= len(self._sentences[place].marks)
        ]
        weighed = [(one.share_in(runs), one) for one in likely]
        enough = sorted((pair for pair in weighed if pair[0] >= pair[1].needed), key=_absolute, reverse=True)
        for _, one in enough[:MOST_WEIGHED]:
            share, place = _densest(one, letters)
            if share >= one.needed:
                weight, end = share**3 * one.weight, place + one.letters
                sure = share >= one.sure
                nearly = not one.names_us or share >= (MOST_OF_OPENING if one.window.opening else NEARLY_ALL)
                yield _Hit(one.window, share, weight, place, end, is_sentence=True, sure=sure, nearly=nearly)

    def _by_words(self, text: str, letters: str, runs: set[str]) -> "Iterator[_Hit]":
        begins: frozenset[int] | None = None
        for window, pieces in self._words.likely(runs):
            if hold_all(pieces, letters):
                if window.own_words and begins is None:
                    begins = word_begins(text)
                span = stand_together(pieces, letters, begins if window.own_words else None)
                if span:
                    yield _Hit(window, 1.0, least_letters(pieces), *span, is_sentence=False, sure=True)


@dataclass(frozen=True)
class _Hit:
    window: Window
    share: float
    weight: float
    start: int
    end: int
    is_sentence: bool
    sure: bool
    nearly: bool = True
    """False for a sentence that names Remote Desktop or a remote computer, and of which so much lacks that it may be
    just this."""

    @property
    def order(self) -> tuple[bool, bool, bool, bool, bool, float]:
        """Return what sorts the surest first: causes before what many windows begin with, windows before people, whole
        sentences before mangled ones, what only Remote Desktop says, then the most."""
        said = self.window
        return said.opening, said.own_words, not self.sure, said.general, not self.is_sentence, -self.weight

    def counts(self, about: About, letters: int) -> bool:
        """Tell whether this is said of Remote Desktop, in a text of so many letters."""
        said = self.window
        if about.ours:
            return True
        if about.named_others if said.program else about.others:
            return about.shared and self.is_sentence and self.sure and not (said.is_like_others or said.opening)
        if not self.sure and (about.beside or not about.shared):
            return False
        if not (self.nearly or about.shared):
            return False
        if about.beside and (said.is_like_others or not (self.is_sentence or about.shared)):
            return said.seen
        return not said.general or about.shared or 2 * (self.end - self.start) > letters

    def match(self, text: str) -> WindowMatch:
        """Return the match, with the characters of the text that it was seen in."""
        places = [place for place, sign in enumerate(text) for _ in squeeze(sign)]
        first, last = places[self.start], places[min(self.end, len(places)) - 1]
        return WindowMatch(self.window, " ".join(text[first : last + 1].split())[:200], self.share)


def _weigh(sentences: list[_Sentence]) -> None:
    """Give each run of each sentence its weight, and choose those that are looked for first: rare ones, far apart."""
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for one in sentences:
        for run in one.runs:
            owners[run].add(id(one.window))
    for one in sentences:
        rare = {run: 1 / len(owners[run]) for run in one.runs}
        one.weight = sum(rare.values())
        one.weights = {run: weight / one.weight for run, weight in rare.items()}
        parts = max(2, min(8, len(one.runs) // 6))
        edges = [len(one.runs) * part // parts for part in range(parts + 1)]
        rarest = (max(one.runs[low:high], key=rare.__getitem__) for low, high in pairwise(edges))
        one.marks = tuple(dict.fromkeys(rarest))


def _absolute(pair: tuple[float, _Sentence]) -> float:
    return pair[0] * pair[1].weight


def _densest(one: _Sentence, letters: str) -> tuple[float, int]:
    """Return the greatest share of a sentence that stands within its reach, and where that begins."""
    hits = [(place, run) for place, run in enumerate(runs_of(letters)) if run in one.weights]
    inside: Counter[str] = Counter()
    share, first, best = 0.0, 0, (0.0, 0)
    for place, run in hits:
        inside[run] += 1
        share += one.weights[run] if inside[run] == 1 else 0
        while place - hits[first][0] > one.reach:
            inside[hits[first][1]] -= 1
            share -= one.weights[hits[first][1]] if not inside[hits[first][1]] else 0
            first += 1
        if share > best[0] + 1e-9:
            best = share, max(hits[first][0], place + RUN - one.letters)
    return best


NO_WINDOWS = WindowTable()
