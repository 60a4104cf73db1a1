"""What a page makes of a text with parts in several languages."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.utils.html import conditional_escape

#: What somebody might type to break out of a text: markup, an attribute's end, an entity, a placeholder.
HOSTILE = """<script>alert("1")</script> & '&amp;' %s %(who)s {0} 100 %"""


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.marked = "", set[tuple[str, tuple[tuple[str, str | None], ...]]](), list[str]()
        self._open = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add((tag, tuple(attrs)))
        if tag != "time":
            self.marked.append("")
            self._open += 1

    def handle_endtag(self, tag: str) -> None:
        self._open -= tag != "time"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open:
            self.marked[-1] += data


def marked(text: str) -> list[str]:
    """The parts of a text that carry `lang` in a page; it fails where a page is not exactly the text, and safe."""
    page = _Page()
    page.feed(conditional_escape(text))
    page.close()
    assert page.text == str(text)
    moments = {tag for tag in page.tags if tag[0] == "time"}
    assert page.tags - moments <= {("span", (("lang", "en"),)), ("span", (("lang", ""),))}
    assert {tuple(name for name, _value in given) for _tag, given in moments} <= {("datetime", "title")}
    assert type(str(text)) is str
    return page.marked


def spoiled(value: Any) -> Any:
    """A document in which every text is hostile, but what names a stage, a kind or a code."""
    if isinstance(value, dict):
        return {key: one if key in {"stage", "code", "kind"} else spoiled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [spoiled(one) for one in value]
    return HOSTILE if isinstance(value, str) else value
