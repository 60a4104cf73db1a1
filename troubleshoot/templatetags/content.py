"""Words that stay as they were written whatever the reader's language: `{{ cause.title|content }}`.

The catalogue is written in English; people write in their own language. A page says so by `lang`, for whoever has the
page read to them or translated. On a page in the same language nothing needs to be said.
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

#: The language of the catalogue that is shipped.
CATALOG_LANGUAGE = "en"


def _foreign() -> bool:
    return get_language() != CATALOG_LANGUAGE


@register.filter
def content(text: object) -> object:
    """Write a text of the catalogue, or a sentence stored as text, marked with the language it is written in."""
    return format_html('<span lang="{}">{}</span>', CATALOG_LANGUAGE, text) if text and _foreign() else text


@register.filter
def own_words(text: object) -> object:
    """Write what a person or a computer said, marked as of a language that nobody knows."""
    return format_html('<span lang="">{}</span>', text) if text and _foreign() else text


@register.simple_tag
def content_lang() -> SafeString | str:
    """Write the attribute for an element that holds nothing but content, such as an option."""
    return format_html(' lang="{}"', CATALOG_LANGUAGE) if _foreign() else ""
