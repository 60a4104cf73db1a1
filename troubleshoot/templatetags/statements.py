"""The one tag through which a page states something of a computer, the way, other people, or what will happen.

`{% statement page.plan.sessions %}` takes a `Statement`, or several; the reader is the page's (`page.reader`). It takes
no literal and no text: what is stated has to come from readings, jobs and plans, or what people said and did.
"""

from collections.abc import Iterable

from django import template
from django.template import Context, Node, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from troubleshoot import wording
from troubleshoot.engine import Reader, Statement

register = template.Library()


class _Said(Node):
    def __init__(self, said: FilterExpression) -> None:
        self.said = said

    def render(self, context: Context) -> SafeString:
        """Write the sentences, or nothing where nothing is stated."""
        found = self.said.resolve(context, ignore_failures=True)
        reader = getattr(context.get("page"), "reader", None)
        return conditional_escape(wording.join_texts(" ", [_words(one, reader) for one in _each(found)]))


@register.tag
def statement(parser: Parser, token: Token) -> Node:
    """Write what a page states."""
    _name, *given = token.split_contents()
    said = parser.compile_filter(given[0]) if len(given) == 1 else None
    if said is None or not getattr(said.var, "lookups", None) or said.filters:
        raise TemplateSyntaxError("statement takes one name of a Statement, never a literal or a filtered text")
    return _Said(said)


def _each(found: object) -> list[object]:
    if found is None or found == "":
        return []
    return list(found) if isinstance(found, Iterable) and not isinstance(found, str) else [found]


def _words(one: object, reader: Reader | None) -> str:
    if not isinstance(one, Statement):
        raise TypeError(f"a page states only what is a Statement, not {one!r}")
    return wording.statement_words(one, reader)
