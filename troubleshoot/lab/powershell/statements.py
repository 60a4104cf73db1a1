"""Turns statement and command nodes of tree-sitter into the subset's tree."""

import re
from collections.abc import Callable
from functools import lru_cache

from tree_sitter import Node as TreeNode

from troubleshoot.lab.powershell import nodes
from troubleshoot.lab.powershell.expressions import Expressions, type_name
from troubleshoot.lab.powershell.reader import line_of, parse, parts_of, refusal, text_of, unwrap
from troubleshoot.lab.powershell.strings import variable

_CMDLET = re.compile(r"[A-Za-z]+-[A-Za-z]+")
_PARAMETER = re.compile(r"-[A-Za-z]+")
_BARE_WORD = re.compile(r"[A-Za-z_]\w*")


@lru_cache(maxsize=64)
def read_script(source: str) -> nodes.Script:
    """Return the tree of a script; Refused names the first construct outside the subset."""
    return _Statements().script(parse(source))


class _Statements:
    """The statement half of the reader."""

    def __init__(self) -> None:
        self._expressions = Expressions(self.block, self.pipeline)

    def script(self, root: TreeNode) -> nodes.Script:
        parts = parts_of(root)
        if not parts or parts[0].type != "param_block":
            raise refusal(root, "a script starts with param( ... )")
        return nodes.Script(1, "script", _params(parts[0]), self.block(parts[1:]))

    def block(self, inner: list[TreeNode]) -> tuple[nodes.Statement, ...]:
        """Return the statements of what stands between braces (at most one statement list)."""
        found: list[TreeNode] = []
        for node in inner:
            if node.type != "statement_list":
                raise refusal(node, f"{node.type.replace('_', ' ')} is not part of the subset")
            found += parts_of(node)
        return tuple(self.statement(node) for node in found)

    def statement(self, node: TreeNode) -> nodes.Statement:
        rules: dict[str, Callable[[TreeNode], nodes.Statement]] = {
            "if_statement": self._if,
            "foreach_statement": self._foreach,
            "for_statement": self._for,
            "try_statement": self._try,
            "flow_control_statement": self._throw,
        }
        self._expressions.enter(node)
        rule = rules.get(node.type)
        result: nodes.Statement
        if rule is not None:
            result = rule(node)
        elif node.type == "pipeline":
            result = self._assign(node) if _assigns(node) else self.pipeline(node)
        else:
            raise refusal(node, f"{node.type.replace('_', ' ')} is not part of the subset")
        self._expressions.depth -= 1
        return result

    def pipeline(self, wrapped: TreeNode) -> nodes.Pipeline:
        node = wrapped
        while node.type in {"pipeline", "pipeline_chain"} and len(parts_of(node)) == 1:
            node = parts_of(node)[0]
        if node.type in {"pipeline", "assignment_expression"}:
            raise refusal(node, "an assignment or a chain where a value is expected")
        parts = parts_of(node) if node.type == "pipeline_chain" else [node]
        if any(text_of(bar) != "|" for bar in parts[1::2]) or any(p.type != "command" for p in parts[2::2]):
            raise refusal(node, "a pipeline runs into cmdlets")
        head = self._command(parts[0]) if parts[0].type == "command" else self._expressions.read(parts[0])
        rest = tuple(self._command(part) for part in parts[2::2])
        return nodes.Pipeline(line_of(wrapped), text_of(wrapped), head, rest)

    def _assign(self, node: TreeNode) -> nodes.Assign:
        inner = unwrap(node)
        parts = parts_of(inner)
        if len(parts) != 3 or text_of(parts[1]) != "=":
            raise refusal(node, "of the assignments only = is part of the subset")
        target = self._expressions.read(parts[0])
        if isinstance(target, nodes.Literal) and text_of(parts[0]).lower() == "$null":
            target = nodes.Variable(target.line, target.text, "null")
        if not isinstance(target, (nodes.Variable, nodes.Index)):
            raise refusal(node, "only a variable or an element can be assigned")
        if isinstance(target, nodes.Index) and not isinstance(target.target, nodes.Variable):
            raise refusal(node, "only an element of a variable can be assigned")
        return nodes.Assign(line_of(node), text_of(node), target, self.pipeline(parts[2]))

    def _if(self, node: TreeNode) -> nodes.If:
        branches: list[tuple[nodes.Pipeline, tuple[nodes.Statement, ...]]] = []
        otherwise: tuple[nodes.Statement, ...] = ()
        parts = parts_of(node)
        branches.append((self.pipeline(parts[2]), self._braces(parts[4])))
        for part in parts[5:]:
            if part.type == "else_clause":
                otherwise = self._braces(parts_of(part)[1])
            else:
                clauses = [parts_of(clause) for clause in parts_of(part)]
                branches += [(self.pipeline(c[2]), self._braces(c[4])) for c in clauses]
        return nodes.If(line_of(node), text_of(node), tuple(branches), otherwise)

    def _foreach(self, node: TreeNode) -> nodes.ForEach:
        parts = parts_of(node)
        if len(parts) != 7:
            raise refusal(node, "foreach is written foreach ($name in value) { ... }")
        name = variable(parts[2])
        if not isinstance(name, nodes.Variable):
            raise refusal(node, "foreach needs a variable")
        source, body = self.pipeline(parts[4]), self._braces(parts[6])
        return nodes.ForEach(line_of(node), text_of(node), name, source, body)

    def _for(self, node: TreeNode) -> nodes.For:
        parts = parts_of(node)
        if len(parts) != 9:
            raise refusal(node, "for is written for (start; condition; step) { ... }")
        start, condition, step = (parts_of(parts[place])[0] for place in (2, 4, 6))
        if not (_assigns(start) and _assigns(step)):
            raise refusal(node, "start and step of a for loop are assignments")
        body = self._braces(parts[8])
        return nodes.For(
            line_of(node), text_of(node), self._assign(start), self.pipeline(condition), self._assign(step), body
        )

    def _try(self, node: TreeNode) -> nodes.Try:
        parts = parts_of(node)
        clauses = parts_of(parts[2]) if len(parts) == 3 and parts[2].type == "catch_clauses" else []
        if len(clauses) != 1 or len(parts_of(clauses[0])) != 2:
            raise refusal(node, "try is written try { ... } catch { ... }, without types and finally")
        body, handler = self._braces(parts[1]), self._braces(parts_of(clauses[0])[1])
        return nodes.Try(line_of(node), text_of(node), body, handler)

    def _throw(self, node: TreeNode) -> nodes.Throw:
        parts = parts_of(node)
        if len(parts) > 2 or text_of(parts[0]).lower() != "throw":
            raise refusal(node, "of the flow statements only throw is part of the subset")
        return nodes.Throw(line_of(node), text_of(node), self.pipeline(parts[1]) if len(parts) == 2 else None)

    def _braces(self, node: TreeNode) -> tuple[nodes.Statement, ...]:
        if node.type != "statement_block":
            raise refusal(node, "a block in braces is expected")
        return self.block(parts_of(node)[1:-1])

    def _command(self, node: TreeNode) -> nodes.Command:
        parts = parts_of(node)
        if parts[0].type != "command_name" or not _CMDLET.fullmatch(text_of(parts[0])):
            raise refusal(node, "only cmdlets, called by their full name")
        elements = parts_of(parts[1]) if len(parts) == 2 and parts[1].type == "command_elements" else []
        if len(parts) > 1 and not elements:
            raise refusal(node, "only named arguments")
        return nodes.Command(line_of(node), text_of(node), text_of(parts[0]), tuple(self._arguments(node, elements)))

    def _arguments(self, command: TreeNode, elements: list[TreeNode]) -> list[nodes.Argument]:
        found: list[nodes.Argument] = []
        separated = True
        for element in elements:
            if element.type == "command_argument_sep":
                if (element.text or b"").strip(b" \t"):
                    raise refusal(command, "only blanks between arguments")
                separated = True
                continue
            if not separated:
                raise refusal(command, "arguments without a blank between them")
            separated = False
            self._argument(element, found)
        return found

    def _argument(self, element: TreeNode, found: list[nodes.Argument]) -> None:
        written = text_of(element)
        if element.type == "command_parameter":
            if not _PARAMETER.fullmatch(written):
                raise refusal(element, "a parameter is written -Name")
            found.append(nodes.Argument(line_of(element), written, written[1:], None))
            return
        if not found or found[-1].value is not None:
            raise refusal(element, "positional arguments are not part of the subset")
        last = found[-1]
        found[-1] = nodes.Argument(last.line, last.text, last.name, self._argument_value(element, written))

    def _argument_value(self, element: TreeNode, written: str) -> nodes.Expression:
        if element.type == "generic_token":
            if not _BARE_WORD.fullmatch(written):
                raise refusal(element, "quote everything that is not a plain word")
            return nodes.Literal(line_of(element), written, written)
        value = self._expressions.read(element)
        if isinstance(value, (nodes.Call, nodes.Property, nodes.Index, nodes.Binary, nodes.Unary, nodes.Cast)):
            raise refusal(element, "put an argument that is computed into parentheses")
        return value


def _assigns(node: TreeNode) -> bool:
    return unwrap(node).type == "assignment_expression"


def _params(node: TreeNode) -> tuple[nodes.Param, ...]:
    lists = [part for part in parts_of(node) if part.type == "parameter_list"]
    found = [part for each in lists for part in parts_of(each) if part.type != ","]
    params = tuple(_param(part) for part in found)
    if len({param.name for param in params}) != len(params):
        raise refusal(node, "a parameter twice")
    return params


def _param(node: TreeNode) -> nodes.Param:
    parts = parts_of(node)
    attributes = parts_of(parts[0]) if len(parts) == 2 and parts[0].type == "attribute_list" else []
    types = [part for attribute in attributes for part in parts_of(attribute)]
    if len(attributes) != 1 or len(types) != 1:
        raise refusal(node, "a parameter is written [type] $Name")
    name = variable(parts[1])
    if not isinstance(name, nodes.Variable):
        raise refusal(node, "a parameter is written [type] $Name")
    return nodes.Param(line_of(node), text_of(node), name.name, type_name(types[0]))
