"""Django's tag libraries `i18n` and `static`, with what never changes about a page worked out once.

A page holds dozens of fixed texts, icons and addresses, and Django works each of them out again for every visitor.
"""

from collections.abc import Callable
from functools import lru_cache

from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context, Library, Node
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode, url
from django.templatetags import i18n, static
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.translation import get_language

register = Library()
for library in (i18n.register, static.register):
    register.tags.update(library.tags)
    register.filters.update(library.filters)


class Constant(Node):
    """A node without variables: rendered once for each value of the one thing that it depends on."""

    child_nodelists = ()

    def __init__(self, node: Node, depends_on: Callable[[], object]) -> None:
        self._node, self._depends_on = node, depends_on
        self._rendered = dict[object, str]()

    def render(self, context: Context) -> str:
        """What it came to the first time."""
        key = self._depends_on()
        if key not in self._rendered:
            self._rendered[key] = self._node.render(context)
        return self._rendered[key]


@register.tag("translate")
def translate(parser: Parser, token: Token) -> Node:
    """`{% translate "Some text" %}` alone is constant in each language."""
    node = i18n.do_translate(parser, token)
    return Constant(node, get_language) if _is_literal(token) else node


@register.tag("static")
def static_file(parser: Parser, token: Token) -> Node:
    """`{% static "some.file" %}` alone is constant in each storage; only a test has more than one."""
    node = static.do_static(parser, token)
    return Constant(node, lambda: staticfiles_storage.__class__) if _is_literal(token) else node


class Address(Node):
    """The address of a page that is named by a literal: made once for each value of its arguments."""

    child_nodelists = ()

    def __init__(self, node: URLNode) -> None:
        self._name, self._arguments = str(node.view_name.resolve(Context())), node.args

    def render(self, context: Context) -> str:
        """The address in the present table of addresses, below the present prefix."""
        arguments = tuple(one.resolve(context) for one in self._arguments)
        return _address(self._name, arguments, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=4096)
def _address(name: str, arguments: tuple[object, ...], urlconf: str | None, _prefix: str) -> str:
    return conditional_escape(reverse(name, urlconf, args=arguments))


@register.tag("url")
def address(parser: Parser, token: Token) -> Node:
    """`{% url "name" argument … %}` is constant for each value of its arguments."""
    node = url(parser, token)
    plain = node.asvar is None and not node.kwargs and not node.view_name.filters
    return Address(node) if plain and isinstance(node.view_name.var, str) else node


def _is_literal(token: Token) -> bool:
    """Whether the tag's only argument is a text in double quotes, without a filter."""
    _, *arguments = token.split_contents()
    return len(arguments) == 1 and arguments[0].count('"') == 2 and arguments[0][0] == arguments[0][-1] == '"'
