"""Reads string and number literals; the grammar has no nodes for the plain text inside a string."""

import re

from tree_sitter import Node as TreeNode

from troubleshoot.lab.powershell.nodes import Literal, Text, Variable
from troubleshoot.lab.powershell.reader import line_of, refusal, text_of
from troubleshoot.lab.powershell.values import RANGES, Integer

CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_NAME = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
# What may follow $name in a string without changing what 5.1 reads.
_AMBIGUOUS_AFTER_NAME = frozenset(".[:(?")


def variable(node: TreeNode) -> Variable | Literal:
    """Return ``$name`` or ``${name}``; drives, scopes, splatting and special variables are refused."""
    written = text_of(node)
    found = _NAME.fullmatch(written)
    if found is None:
        raise refusal(node, "only $name and ${name} are variables of the subset")
    name = (found[1] or found[2]).lower()
    if name in CONSTANTS:
        return Literal(line_of(node), written, CONSTANTS[name])
    return Variable(line_of(node), written, name)


def single_quoted(node: TreeNode) -> Literal:
    """Return ``'text'``; doubled quotes and line breaks are refused."""
    inner = text_of(node)[1:-1]
    if "'" in inner or "\n" in inner:
        raise refusal(node, "doubled quotes and line breaks in strings are not part of the subset")
    return Literal(line_of(node), text_of(node), inner)


def double_quoted(node: TreeNode) -> Literal | Text:
    """Return ``"text $name"``."""
    inner = text_of(node)[1:-1]
    if '"' in inner or "\n" in inner:
        raise refusal(node, "doubled quotes and line breaks in strings are not part of the subset")
    parts: list[str | Variable] = []
    position = 0
    while (dollar := inner.find("$", position)) >= 0:
        parts.append(inner[position:dollar])
        part, position = _embedded(node, inner, dollar)
        parts.append(part)
    parts.append(inner[position:])
    if len(parts) == 1:
        return Literal(line_of(node), text_of(node), inner)
    return Text(line_of(node), text_of(node), tuple(part for part in parts if part != ""))


def _embedded(node: TreeNode, inner: str, dollar: int) -> tuple[Variable, int]:
    found = _NAME.match(inner, dollar)
    if found is None:
        raise refusal(node, "in a string only $name and ${name} are part of the subset")
    name = (found[1] or found[2]).lower()
    if name in CONSTANTS:
        raise refusal(node, "a constant inside a string")
    follows = inner[found.end() : found.end() + 1]
    if found[1] and follows in _AMBIGUOUS_AFTER_NAME and follows:
        raise refusal(node, f"'{follows}' after a variable in a string: write ${{{found[1]}}} before it")
    return Variable(line_of(node), found.group(), name), found.end()


def integer(node: TreeNode) -> Literal:
    """Return a decimal integer: Int32, or Int64 when it is larger."""
    written = text_of(node)
    if not re.fullmatch(r"[0-9]{1,19}", written) or int(written) > RANGES["long"][1]:
        raise refusal(node, "only decimal integers up to Int64, without suffix")
    value = int(written)
    return Literal(line_of(node), written, Integer(value, "int" if value <= RANGES["int"][1] else "long"))
