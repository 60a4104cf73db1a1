"""Reads a script with tree-sitter and holds its tree to the text: what the grammar lets slip is refused here."""

import re
from functools import cache

import tree_sitter_powershell
from tree_sitter import Language, Parser
from tree_sitter import Node as TreeNode

from troubleshoot.lab.powershell.errors import ScriptRefused

MAX_SOURCE = 20_000
MAX_DEPTH = 30
# A literal lies about twelve wrappers deep; they carry nothing when they have one child.
WRAPPERS = frozenset(
    {
        "pipeline",
        "pipeline_chain",
        "logical_expression",
        "bitwise_expression",
        "comparison_expression",
        "additive_expression",
        "multiplicative_expression",
        "format_expression",
        "range_expression",
        "array_literal_expression",
        "unary_expression",
        "expression_with_unary_operator",
        "string_literal",
        "integer_literal",
        "left_assignment_expression",
        "argument_expression",
        "logical_argument_expression",
        "bitwise_argument_expression",
        "comparison_argument_expression",
        "additive_argument_expression",
        "multiplicative_argument_expression",
        "format_argument_expression",
        "range_argument_expression",
        "key_expression",
        "for_initializer",
        "for_condition",
        "for_iterator",
    }
)
# Their text is read by our own code, because the grammar has no nodes for plain text.
_OPAQUE = frozenset({"expandable_string_literal", "verbatim_string_characters", "variable", "comment"})
_FORBIDDEN_TEXT = (
    (re.compile(r"[^\x00-\x7f]"), "a script is plain ASCII: 5.1 reads it in the code page of the host"),
    (re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"), "a control character"),
    (re.compile(r"\r(?!\n)"), "a lone carriage return"),
    (re.compile(r"`"), "backticks are not part of the subset"),
    (re.compile(r"<#|#>"), "block comments are not part of the subset"),
    (re.compile(r"#requires", re.IGNORECASE), "#Requires is not part of the subset"),
)


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_powershell.language()))


def parse(source: str) -> TreeNode:
    """Return the tree of a script; Refused when it has errors or text that belongs to no node."""
    if len(source) > MAX_SOURCE:
        raise ScriptRefused(1, "script", f"longer than {MAX_SOURCE} characters")
    for pattern, reason in _FORBIDDEN_TEXT:
        if found := pattern.search(source):
            raise ScriptRefused(source.count("\n", 0, found.start()) + 1, found.group(), reason)
    data = source.encode("ascii")
    root = _parser().parse(data).root_node
    _hold_to_text(root, data)
    return root


def _hold_to_text(root: TreeNode, data: bytes) -> None:
    """Walk the whole tree without recursion: no error nodes, and only blanks between the children of a node."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            raise refusal(node, "not understood, or an empty block")
        if node.type in _OPAQUE or not node.child_count:
            continue
        position = node.start_byte
        for child in node.children:
            if data[position : child.start_byte].strip():
                raise refusal(node, "text between the parts of this construct")
            position = child.end_byte
        if data[position : node.end_byte].strip():
            raise refusal(node, "text after the parts of this construct")
        waiting.extend(node.children)


def text_of(node: TreeNode) -> str:
    """Return the source text of a node without the blanks that some spans start with."""
    return (node.text or b"").decode("ascii").strip()


def line_of(node: TreeNode) -> int:
    """Return the line of a node, from 1, past the blanks that some spans start with."""
    raw = node.text or b""
    blank = raw[: len(raw) - len(raw.lstrip())]
    return int(node.start_point[0]) + 1 + blank.count(b"\n")


def parts_of(node: TreeNode) -> list[TreeNode]:
    """Return the children of a node without comments."""
    return [child for child in node.children if child.type != "comment"]


def unwrap(node: TreeNode) -> TreeNode:
    """Return the node under a chain of wrappers with one child each."""
    while node.type in WRAPPERS:
        parts = parts_of(node)
        if len(parts) != 1:
            return node
        node = parts[0]
    return node


def refusal(node: TreeNode, reason: str) -> ScriptRefused:
    """Return the refusal of one construct."""
    return ScriptRefused(line_of(node), text_of(node) or node.type, reason)
