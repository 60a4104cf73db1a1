"""Texts in which some words are in another language than the rest: content, and what people and computers said.

As text they are plain, for files, mail and commands. In a page those words carry `lang`, for whoever has the page read
to them or translated; on a page in the language of the content nothing needs to be said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Self

from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

#: The language of the catalogue that is shipped.
CATALOG_LANGUAGE: Final = "en"
#: Nobody knows in which language a person writes, or a computer answers.
UNKNOWN_LANGUAGE: Final = ""


class MarkedText(str):
    """A text, and the same for a page. Whatever makes another text of it (a cut, an f-string) has the plain one."""

    def __new__(cls, text: str, html: SafeString) -> Self:
        """Keep both; `html` has been escaped."""
        made = super().__new__(cls, text)
        made._html = html
        return made

    _html: SafeString

    def __html__(self) -> SafeString:
        """Return the text for a page; Django asks for it in place of escaping the text."""
        return self._html


def needs_marks() -> bool:
    """Tell whether a page says where content is in another language: the page is in another one itself."""
    return get_language() != CATALOG_LANGUAGE


def content(text: object) -> MarkedText:
    """Return a text of the catalogue, in its language."""
    return _marked(text, CATALOG_LANGUAGE)


def own_words(text: object) -> MarkedText:
    """Return what a person or a computer said, in a language that nobody knows."""
    return _marked(text, UNKNOWN_LANGUAGE)


def as_code(text: str) -> MarkedText:
    """Return letters and digits that belong to no language, such as a thumbprint."""
    return MarkedText(text, format_html("<code>{}</code>", text))


def compose(sentence: str | Promise, values: Mapping[str, object] | str) -> MarkedText:
    """Put values into a sentence in the reader's language (`%(name)s`, or one `%s`); they keep their languages."""
    text = str(sentence)
    if isinstance(values, str):
        return MarkedText(text % values, _filled(text, conditional_escape(values)))
    return MarkedText(text % values, _filled(text, _Escaped(values)))


def join_texts(between: str, texts: Iterable[str]) -> MarkedText:
    """Join texts, which keep their languages."""
    found = list(texts)
    return MarkedText(between.join(found), format_html_join(between, "{}", ((one,) for one in found)))


class _Escaped(dict[str, SafeString]):
    """The values of a sentence for a page, each when it is asked for, as the values themselves may be made then."""

    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__()
        self.values_ = values

    def __missing__(self, name: str) -> SafeString:
        return _escaped(self.values_[name])


def _escaped(value: object) -> SafeString:
    return conditional_escape(value if isinstance(value, str) else str(value))


def _filled(text: str, escaped: SafeString | _Escaped) -> SafeString:
    """Put values into a sentence for a page. Both are escaped, it here and they before, so the whole of it is safe."""
    return mark_safe(escape(text) % escaped)  # noqa: S308 - see above


def _marked(text: object, language: str) -> MarkedText:
    if isinstance(text, MarkedText):
        return text
    marks = text and needs_marks()
    html = format_html('<span lang="{}">{}</span>', language, text) if marks else _escaped(text)
    return MarkedText(str(text), html)
