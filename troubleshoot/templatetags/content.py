"""Words that stay as they were written whatever the reader's language: `{{ cause.title|content }}`.

The catalogue is written in English; people write in their own language. A page says so by `lang`, for whoever has the
page read to them or translated. On a page in the same language nothing needs to be said.
"""

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from troubleshoot import wording

register = template.Library()


@register.filter
def content(text: object) -> object:
    """Write a text of the catalogue, or a sentence stored as text, marked with the language it is written in."""
    return conditional_escape(wording.content(text)) if text else text


@register.filter
def own_words(text: object) -> object:
    """Write what a person or a computer said, marked as of a language that nobody knows."""
    return conditional_escape(wording.own_words(text)) if text else text


@register.filter
def with_lines(text: str) -> SafeString:
    """Write a text of several lines. Django's own filter for it would lose what is said of its language."""
    return linebreaksbr(conditional_escape(text))


@register.filter
def plain(text: object) -> str:
    """Write a text without its languages, where no element fits: in an attribute, in a title."""
    return str(text)


@register.simple_tag
def content_lang() -> SafeString | str:
    """Write the attribute for an element that holds nothing but content, such as an option."""
    return format_html(' lang="{}"', wording.CATALOG_LANGUAGE) if wording.needs_marks() else ""
