"""Turns expression nodes of tree-sitter into the subset's tree; whatever has no rule here is refused."""

import re
from collections.abc import Callable

from tree_sitter import Node as TreeNode

from troubleshoot.lab.powershell import nodes, strings
from troubleshoot.lab.powershell.operators import BINARY, CAST_TYPES
from troubleshoot.lab.powershell.reader import MAX_DEPTH, line_of, parts_of, refusal, text_of, unwrap

Statements = Callable[[list[TreeNode]], tuple[nodes.Statement, ...]]
_BINARY_NODES = frozenset(
    {
        "logical_expression",
        "comparison_expression",
        "additive_expression",
        "logical_argument_expression",
        "comparison_argument_expression",
        "additive_argument_expression",
    }
)
_KEY = re.compile(r"[A-Za-z_]\w*")
_TYPE = re.compile(r"\[\s*(\w+(?:\[\])?)\s*\]")


class Expressions:
    """The expression half of the reader; depth is counted, so that no script can exhaust Python's stack."""

    def __init__(self, statements: Statements, pipeline: Callable[[TreeNode], nodes.Pipeline]) -> None:
        self._statements = statements
        self._pipeline = pipeline
        self.depth = 0
        self._rules: dict[str, Callable[[TreeNode], nodes.Expression]] = {
            "variable": strings.variable,
            "verbatim_string_characters": strings.single_quoted,
            "expandable_string_literal": strings.double_quoted,
            "decimal_integer_literal": strings.integer,
            "parenthesized_expression": self._group,
            "array_expression": self._array,
            "hash_literal_expression": self._hash,
            "script_block_expression": self._block,
            "member_access": self._member,
            "invokation_expression": self._call,
            "element_access": self._index,
            "expression_with_unary_operator": self._unary,
            "cast_expression": self._cast,
        }

    def enter(self, node: TreeNode) -> None:
        """Count one level of nesting; Refused when there are too many."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise refusal(node, f"nested more than {MAX_DEPTH} levels deep")

    def read(self, wrapped: TreeNode) -> nodes.Expression:
        """Return the expression of a node, under whatever wrappers it has."""
        node = unwrap(wrapped)
        rule = self._binary if node.type in _BINARY_NODES else self._rules.get(node.type)
        if rule is None:
            raise refusal(node, f"{node.type.replace('_', ' ')} is not part of the subset")
        self.enter(node)
        result = rule(node)
        self.depth -= 1
        return result

    def _binary(self, node: TreeNode) -> nodes.Binary:
        parts = parts_of(node)
        operator = text_of(parts[1]).lower() if len(parts) == 3 else ""
        if operator not in BINARY:
            raise refusal(node, f"operator {operator!r} is not part of the subset")
        left, right = self.read(parts[0]), self.read(parts[2])
        if isinstance(right, nodes.Literal) and right.value is None:
            raise refusal(node, "$null stands on the left of a comparison")
        for side in (left, right):
            if operator in {"-and", "-or"} and _logical(side) not in {None, operator}:
                raise refusal(node, "-and and -or have one precedence in PowerShell: use parentheses")
        return nodes.Binary(line_of(node), text_of(node), operator, left, right)

    def _unary(self, node: TreeNode) -> nodes.Unary:
        parts = parts_of(node)
        operator = text_of(parts[0]).lower() if len(parts) == 2 else ""
        if operator not in {"-not", "-"}:
            raise refusal(node, "of the unary operators only -not and - are part of the subset")
        return nodes.Unary(line_of(node), text_of(node), operator, self.read(parts[1]))

    def _cast(self, node: TreeNode) -> nodes.Cast:
        parts = parts_of(node)
        name = type_name(parts[0])
        if len(parts) != 2 or name not in CAST_TYPES:
            raise refusal(node, f"a cast to [{name}] is not part of the subset")
        return nodes.Cast(line_of(node), text_of(node), name, self.read(parts[1]))

    def _group(self, node: TreeNode) -> nodes.Group:
        parts = parts_of(node)
        if len(parts) != 3:
            raise refusal(node, "parentheses hold one pipeline")
        return nodes.Group(line_of(node), text_of(node), self._pipeline(parts[1]))

    def _array(self, node: TreeNode) -> nodes.Array | nodes.Sequence:
        inner = parts_of(node)[1:-1]
        if len(inner) == 1 and inner[0].type == "statement_list" and len(parts_of(inner[0])) == 1:
            only = unwrap(parts_of(inner[0])[0])
            if only.type == "array_literal_expression":
                return self._sequence(node, only)
        return nodes.Array(line_of(node), text_of(node), self._statements(inner))

    def _sequence(self, outer: TreeNode, node: TreeNode) -> nodes.Sequence:
        parts = parts_of(node)
        if any(text_of(comma) != "," for comma in parts[1::2]) or len(parts) % 2 == 0:
            raise refusal(outer, "a list is written @( a, b )")
        items = tuple(self.read(part) for part in parts[::2])
        return nodes.Sequence(line_of(outer), text_of(outer), items)

    def _hash(self, node: TreeNode) -> nodes.Hash:
        bodies = parts_of(node)[1:-1]
        found = [entry for body in bodies for entry in parts_of(body)]
        entries = [self._entry(entry) for entry in found if entry.type != "empty_statement"]
        keys = [key.lower() for key, _ in entries]
        if len(set(keys)) != len(keys):
            raise refusal(node, "a key twice")
        return nodes.Hash(line_of(node), text_of(node), tuple(entries))

    def _entry(self, node: TreeNode) -> tuple[str, nodes.Pipeline]:
        parts = [part for part in parts_of(node) if part.type != ";"]
        if node.type != "hash_entry" or len(parts) != 3:
            raise refusal(node, "an entry is written name = value")
        key = text_of(parts[0])
        if not _KEY.fullmatch(key):
            raise refusal(node, "a key is a plain name")
        return key, self._pipeline(parts[2])

    def _block(self, node: TreeNode) -> nodes.Block:
        inner = parts_of(node)[1:-1]
        while len(inner) == 1 and inner[0].type in {"script_block", "script_block_body"}:
            inner = parts_of(inner[0])
        return nodes.Block(line_of(node), text_of(node), self._statements(inner))

    def _member(self, node: TreeNode) -> nodes.Property | nodes.UtcNow:
        parts = parts_of(node)
        if len(parts) == 3 and text_of(parts[1]) == "::":
            if text_of(node).lower() != "[datetime]::utcnow":
                raise refusal(node, "of the static members only [datetime]::UtcNow is part of the subset")
            return nodes.UtcNow(line_of(node), text_of(node))
        target, name = self._target(node, parts[:3] if len(parts) == 3 else [])
        return nodes.Property(line_of(node), text_of(node), target, name)

    def _call(self, node: TreeNode) -> nodes.Call:
        parts = parts_of(node)
        target, name = self._target(node, parts[:3] if len(parts) == 4 else [])
        inner = parts_of(parts[3])[1:-1]
        listed = [part for group in inner for part in parts_of(group)] if inner else []
        if any(text_of(comma) != "," for comma in listed[1::2]):
            raise refusal(node, "arguments are separated by commas")
        arguments = tuple(self.read(part) for part in listed[::2])
        return nodes.Call(line_of(node), text_of(node), target, name, arguments)

    def _target(self, node: TreeNode, parts: list[TreeNode]) -> tuple[nodes.Expression, str]:
        if len(parts) != 3 or text_of(parts[1]) != "." or not _KEY.fullmatch(text_of(parts[2])):
            raise refusal(node, "a member is written value.Name")
        return self.read(parts[0]), text_of(parts[2])

    def _index(self, node: TreeNode) -> nodes.Index:
        parts = parts_of(node)
        if len(parts) != 4:
            raise refusal(node, "an index is written value[index]")
        return nodes.Index(line_of(node), text_of(node), self.read(parts[0]), self.read(parts[2]))


def type_name(node: TreeNode) -> str:
    """Return the name inside ``[name]`` or ``[name[]]`` in lower case; Refused when it is anything else."""
    found = _TYPE.fullmatch(text_of(node))
    if node.type != "type_literal" or found is None:
        raise refusal(node, "a type is written [name]")
    return found[1].lower()


def _logical(node: nodes.Expression) -> str | None:
    if isinstance(node, nodes.Binary) and node.operator in {"-and", "-or"}:
        return node.operator
    return None
