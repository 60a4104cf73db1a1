"""What a text is about: Remote Desktop, or another program, known by names, and by the form of what programs print."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from troubleshoot.engine import code_shapes
from troubleshoot.engine.letters import LONGEST, squeeze

_WORD = re.compile(r"[a-z0-9]{2,20}")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[A-Z][a-z])")
"""Joins two words (`Online-Banking`); in the name of a computer, what follows is small, a number or all capitals."""
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Subjects:
    """Words that say what a text is about."""

    ours: tuple[str, ...] = ()
    """Names of Remote Desktop and of its programs."""
    shared: tuple[str, ...] = ()
    """What Remote Desktop and others say alike: they make a text ours where nothing else is named."""
    others: tuple[str, ...] = ()
    """Names of other programs, and what only they speak of."""
    ways: tuple[str, ...] = ()
    """What a connection goes through: it may be what fails, or only be told."""
    labels: tuple[str, ...] = ()
    """Words that people set before a text, which no program is called."""

    def with_more(self, more: "Subjects") -> "Subjects":
        """Return the words of both."""
        return Subjects(
            (*self.ours, *more.ours),
            (*self.shared, *more.shared),
            (*self.others, *more.others),
            (*self.ways, *more.ways),
            (*self.labels, *more.labels),
        )


class _Squeezed:
    """Words as a text holds them whatever its blanks are: a short Latin one as a word of its own, others anywhere."""

    def __init__(self, words: Iterable[str]) -> None:
        plain = {word for word in words if word.isascii() and word.isalnum()}
        self._words = frozenset(plain)
        self._phrases = tuple(squeeze(word) for word in words if word not in plain)

    def stands_in(self, spoken: frozenset[str], letters: str) -> bool:
        return bool(self._words & spoken) or any(phrase in letters for phrase in self._phrases)


class _Named:
    """Names as a text holds them where they are not part of another name, such as that of a computer."""

    def __init__(self, words: Iterable[str]) -> None:
        latin = [word for word in words if word.isascii()]
        self._words = frozenset(word.replace(" ", "") for word in latin if "-" not in word) | {*latin}
        self._phrases = tuple(word for word in latin if " " in word)
        self._anywhere = tuple(word for word in words if not word.isascii())

    def stands_in(self, tokens: frozenset[str], low: str) -> bool:
        if self._words & tokens or any(word in low for word in self._anywhere):
            return True
        return any(_is_apart(phrase, low) for phrase in self._phrases)


class About:
    """What one text is about; each question is answered when it is asked first."""

    def __init__(self, words: "SubjectWords", text: str, letters: str) -> None:
        self._is, self._text, self._letters = words, text[: 2 * LONGEST], letters

    @cached_property
    def _spoken(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self._text.casefold()))

    @cached_property
    def _low(self) -> str:
        return " ".join(_HYPHEN.sub(" ", self._text).casefold().split())

    @cached_property
    def _tokens(self) -> frozenset[str]:
        return frozenset(_tokens(self._text))

    @cached_property
    def ours(self) -> bool:
        """Tell whether Remote Desktop or one of its programs is named."""
        return self._is.ours.stands_in(self._spoken, self._letters)

    @cached_property
    def shared(self) -> bool:
        """Tell whether words stand there that Remote Desktop and others have."""
        return self._is.shared.stands_in(self._spoken, self._letters)

    @cached_property
    def named_others(self) -> bool:
        """Tell whether another program is named, or stands there with what only others print."""
        named = self._is.others.stands_in(self._tokens, self._low)
        return named or code_shapes.PRINTED.search(self._text) is not None

    @property
    def others(self) -> bool:
        """Tell whether another program is named, or some program speaks that is not named as one of ours."""
        return self._is_led or self.named_others

    @cached_property
    def way(self) -> bool:
        """Tell whether something is named that a connection goes through."""
        return self._is.ways.stands_in(self._tokens, self._low)

    @property
    def beside(self) -> bool:
        """Tell whether the text may be of something beside: a way to a computer, or what it begins with as a title."""
        return self.way or self._is_titled

    @cached_property
    def _is_titled(self) -> bool:
        title = code_shapes.TITLED_BY.match(self._text)
        words = [squeeze(word) for word in re.split(r"[\s-]+", title["name"])] if title else []
        return bool(words) and self._is.labels.isdisjoint(words)

    @property
    def _is_led(self) -> bool:
        led = code_shapes.LED_BY.match(self._text)
        return led is not None and led["name"] not in self._is.labels


class SubjectWords:
    """The words of all subjects, ready to be found in a text."""

    def __init__(self, subjects: Subjects) -> None:
        self.ours, self.shared = _Squeezed(subjects.ours), _Squeezed(subjects.shared)
        self.others, self.ways = _Named(subjects.others), _Named(subjects.ways)
        self.labels = frozenset(subjects.labels)

    def of(self, text: str, letters: str) -> About:
        """Return what a text is about, of which `letters` are the letters alone."""
        return About(self, text, letters)


def _tokens(text: str) -> Iterable[str]:
    """Yield the names in a text in small letters, with the parts of those that are put together of words."""
    for token in _TOKEN.findall(text):
        name = token.rstrip(".-_")
        parts = name.split("-")
        yield from (part.casefold() for part in [name, *(parts if _are_words(parts) else ())])


def _are_words(parts: list[str]) -> bool:
    """Tell whether parts are words (`VPN-Verbindung`), not those of a computer's name (`vpn-host`, `VPN-SRV`)."""
    return len(parts) > 1 and parts[-1].isalpha() and parts[-1].istitle()


def _is_apart(phrase: str, low: str) -> bool:
    """Tell whether a phrase stands in a text as words of their own."""
    at = low.find(phrase)
    while at >= 0:
        before, after = low[at - 1 : at], low[at + len(phrase) : at + len(phrase) + 1]
        if not (_is_in_name(before) or _is_in_name(after)):
            return True
        at = low.find(phrase, at + 1)
    return False


def _is_in_name(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign == "_")
