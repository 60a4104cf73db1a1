"""What a page in the pseudo-locale still says in English."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

#: What a person reads or hears of an element's attributes.
SPOKEN = ("title", "alt", "aria-label", "placeholder", "data-label", "aria-description")
#: What is code, or no words at all.
CODE = {"code", "pre", "kbd", "samp", "script", "style", "textarea"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
VOID |= {"path", "circle", "rect", "line", "polyline", "polygon", "use", "ellipse"}
#: A word that is written with letters alone; the pseudo-locale has an accent on each of its letters.
_WORD = re.compile(r"[A-Za-z]{2,}")
#: Codes, names of computers, addresses, versions: a run with a figure or a mark inside of it, or camel case.
_NOT_A_WORD = re.compile(r"\S*(?:\w[\d@:/\\_]|[\d@:/\\_]\w|\w\.\w|[a-z][A-Z]|[A-Z]{2,}-)\S*")


@dataclass(frozen=True)
class Left:
    """A text that stayed English, and where."""

    text: str
    where: str

    @property
    def bare(self) -> bool:
        """Whether it stands where no element of its own can say its language."""
        return self.where.endswith("]") or self.where.startswith("svg") or "svg" in self.where or "title" in self.where


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str, bool]] = []
        self.texts: list[Left] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        content = self._content() or tag in CODE or ("lang" in named and tag != "html")
        if tag == "input" and named.get("type") in {"submit", "button"}:
            self._keep(named.get("value", ""), f"{tag}[value]", content)
        for name in SPOKEN:
            self._keep(named.get(name, ""), f"{tag}[{name}]", content and tag != "textarea")
        if tag not in VOID:
            self.open.append((tag, named.get("class", ""), content))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and (last := self.open.pop()[0]) != tag:
            assert last, "never"

    def handle_data(self, data: str) -> None:
        self._keep(data, "", self._content())

    def _content(self) -> bool:
        return bool(self.open) and self.open[-1][2]

    def _keep(self, text: str, attribute: str, content: bool) -> None:
        if text.strip() and not content:
            path = " ".join(f"{tag}.{style}" if style else tag for tag, style, _ in self.open[-3:])
            self.texts.append(Left(" ".join(text.split()), f"{path} {attribute}".strip()))


def untranslated(page: str, names: re.Pattern[str], known: frozenset[str]) -> Iterator[Left]:
    """The texts of a page that have a word without an accent, apart from content, code and `names`.

    Content carries `lang`. `known` is the text of all content, for the places that cannot carry it: attributes, titles,
    pictures.
    """
    reader = _Reader()
    reader.feed(page)
    for one in reader.texts:
        if _says_a_word(one.text, names) and not (
            one.bare and not _says_a_word(_without(one.text, known, names), names)
        ):
            yield one


def _says_a_word(text: str, names: re.Pattern[str]) -> bool:
    return bool(_WORD.search(_NOT_A_WORD.sub(" ", names.sub(" ", text))))


@functools.cache
def _without(text: str, known: frozenset[str], names: re.Pattern[str]) -> str:
    """A text without the content in it; what is left counts as content where it is a value or a word of its own."""
    for one in sorted((one for one in known if " " in one and one in text), key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z]){re.escape(one)}(?![A-Za-z])", " ", text)
    parts = (" ".join(_WORD.findall(_NOT_A_WORD.sub(" ", names.sub(" ", part)))) for part in re.split("[·:→]", text))
    return "" if all(not part or part in known or part.casefold() in known for part in parts) else text
