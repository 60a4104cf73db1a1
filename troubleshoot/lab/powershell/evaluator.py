"""Runs a checked script against the state of one host, within a bound of steps."""

from collections.abc import Callable, Mapping
from typing import Any

from troubleshoot.lab.powershell import nodes, operators
from troubleshoot.lab.powershell.cmdlets import CMDLETS
from troubleshoot.lab.powershell.cmdlets.core import Use, bind
from troubleshoot.lab.powershell.errors import ScriptFailed, ScriptRefused, Unsupported
from troubleshoot.lab.powershell.members import methods_of, properties_of
from troubleshoot.lab.powershell.objects import call_method, property_of
from troubleshoot.lab.powershell.types import error_record
from troubleshoot.lab.powershell.values import (
    Hashtable,
    Integer,
    Moment,
    Nothing,
    bounded,
    collected,
    enumerate_items,
    to_text,
    type_name,
)
from troubleshoot.lab.state import HostState

MAX_STEPS = 50_000


class Evaluator:
    """One run: the variables, ``$_``, what was put out, and the steps that are left."""

    def __init__(self, state: HostState, variables: Mapping[str, Any]) -> None:
        self._state = state
        self._variables = dict(variables)
        self._current: list[Any] = []
        self._steps = MAX_STEPS
        self._rules: dict[type[nodes.Node], Callable[[Any], Any]] = {
            nodes.Literal: lambda node: node.value,
            nodes.Variable: self._variable,
            nodes.Text: lambda node: bounded("".join(self._part(part) for part in node.parts)),
            nodes.Group: lambda node: self._value(node.pipeline),
            nodes.Array: self._array,
            nodes.Sequence: lambda node: [self._single(item) for item in node.items],
            nodes.Hash: self._hash,
            nodes.Block: lambda node: node,
            nodes.UtcNow: lambda _: Moment(self._state.now(), universal=True),
            nodes.Property: lambda node: self._property(node, self._evaluate(node.target)),
            nodes.Call: self._call,
            nodes.Index: self._index,
            nodes.Unary: self._unary,
            nodes.Cast: lambda node: operators.cast(node.type, self._evaluate(node.operand)),
            nodes.Binary: self._binary,
            nodes.Command: lambda node: self._command(node, []),
            nodes.Pipeline: self._output,
            nodes.Assign: self._assign,
            nodes.If: self._if,
            nodes.ForEach: self._foreach,
            nodes.For: self._for,
            nodes.Throw: self._throw,
            nodes.Try: self._try,
        }

    def statements(self, body: tuple[nodes.Statement, ...]) -> list[Any]:
        """Return everything that the statements put out."""
        found: list[Any] = []
        for statement in body:
            found += self._evaluate(statement)
            bounded(found)
        return found

    def _evaluate(self, node: nodes.Node) -> Any:
        self._steps -= 1
        if self._steps < 0:
            raise ScriptRefused(node.line, _first_line(node), f"more than {MAX_STEPS} steps")
        try:
            return self._rules[type(node)](node)
        except Unsupported as reason:
            raise ScriptRefused(node.line, _first_line(node), str(reason)) from None

    # -- expressions -------------------------------------------------------------------------------------------------

    def _variable(self, node: nodes.Variable) -> Any:
        if node.name == "_":
            return self._current[-1]
        if node.name not in self._variables:
            raise ScriptFailed(f"The variable '{node.text}' cannot be retrieved because it has not been set.")
        return self._variables[node.name]

    def _part(self, part: str | nodes.Variable) -> str:
        return part if isinstance(part, str) else to_text(self._evaluate(part))

    def _single(self, node: nodes.Expression) -> Any:
        """Return one value as a list item or argument; what is no object or a list is not certain there."""
        value = self._evaluate(node)
        if isinstance(value, (Nothing, list, bytes)):
            raise Unsupported(f"{type_name(value)} where one value is expected")
        return value

    def _array(self, node: nodes.Array) -> list[Any]:
        items = self.statements(node.body)
        if any(item is None for item in items):
            raise Unsupported("@( ) around $null: 5.1 makes a list with one null in it")
        return items

    def _hash(self, node: nodes.Hash) -> Hashtable:
        table = Hashtable()
        for key, pipeline in node.entries:
            table.set(key, self._value(pipeline))
        return table

    def _property(self, node: nodes.Property, target: Any) -> Any:
        return property_of(target, node.name, properties_of(target))

    def _call(self, node: nodes.Call) -> Any:
        target = self._evaluate(node.target)
        arguments = [self._single(argument) for argument in node.arguments]
        return call_method(target, node.name, arguments, methods_of(target))

    def _index(self, node: nodes.Index) -> Any:
        target, index = self._evaluate(node.target), self._evaluate(node.index)
        if isinstance(target, Hashtable) and isinstance(index, str):
            return target.get(index)
        if isinstance(target, list) and isinstance(index, Integer) and index.value >= 0:
            if index.value >= len(target):
                raise ScriptFailed("Index was outside the bounds of the array.")
            return target[index.value]
        if target is None or isinstance(target, Nothing):
            raise ScriptFailed("Cannot index into a null array.")
        raise Unsupported(f"an element of {type_name(target)} by {type_name(index)}")

    def _unary(self, node: nodes.Unary) -> Any:
        value = self._evaluate(node.operand)
        return not _boolean(value) if node.operator == "-not" else operators.negate(value)

    def _binary(self, node: nodes.Binary) -> Any:
        left = self._evaluate(node.left)
        if node.operator in {"-and", "-or"}:
            if _boolean(left) == (node.operator == "-or"):
                return left
            return _boolean(self._evaluate(node.right))
        return operators.BINARY[node.operator](left, self._evaluate(node.right))

    # -- pipelines and cmdlets ---------------------------------------------------------------------------------------

    def _value(self, pipeline: nodes.Pipeline) -> Any:
        """Return what an assignment or parentheses make of a pipeline: a lone expression keeps its shape."""
        if not pipeline.rest and not isinstance(pipeline.head, nodes.Command):
            return self._evaluate(pipeline.head)
        return collected(self._evaluate(pipeline))

    def _output(self, pipeline: nodes.Pipeline) -> list[Any]:
        value = self._evaluate(pipeline.head)
        items = value if isinstance(pipeline.head, nodes.Command) else enumerate_items(value)
        if pipeline.rest and any(item is None for item in items):
            raise Unsupported("$null into a pipeline: 5.1 passes it on as one object")
        for command in pipeline.rest:
            items = self._command(command, items)
        return list(items)

    def _command(self, node: nodes.Command, items: list[Any]) -> list[Any]:
        cmdlet = CMDLETS[node.name.lower()]
        try:
            bound = {}
            for argument in node.arguments:
                name = cmdlet.lower[argument.name.lower()]
                value = True if argument.value is None else self._evaluate(argument.value)
                bound[name] = bind(name, cmdlet.parameters[name], value)
            use = Use(bound, items, self._state, self._block)
            return list(bounded(cmdlet.call(use)))
        except Unsupported as reason:
            raise ScriptRefused(node.line, _first_line(node), str(reason)) from None

    def _block(self, block: nodes.Block, item: Any) -> list[Any]:
        return self._with_current(item, block.body)

    def _with_current(self, item: Any, body: tuple[nodes.Statement, ...]) -> list[Any]:
        """Return what statements put out while ``$_`` is this."""
        self._current.append(item)
        try:
            return self.statements(body)
        finally:
            self._current.pop()

    # -- statements --------------------------------------------------------------------------------------------------

    def _assign(self, node: nodes.Assign) -> list[Any]:
        value = self._value(node.value)
        if isinstance(node.target, nodes.Variable):
            if node.target.name != "null":
                self._variables[node.target.name] = value
            return []
        table, key = self._evaluate(node.target.target), self._evaluate(node.target.index)
        if not isinstance(table, Hashtable) or not isinstance(key, str):
            raise Unsupported("only elements of a hashtable, by a string, can be assigned")
        table.set(key, value)
        return []

    def _if(self, node: nodes.If) -> list[Any]:
        for condition, body in node.branches:
            if _boolean(self._value(condition)):
                return self.statements(body)
        return self.statements(node.otherwise)

    def _foreach(self, node: nodes.ForEach) -> list[Any]:
        source = self._value(node.source)
        if source is None:
            raise Unsupported("foreach over $null")
        found: list[Any] = []
        for item in list(enumerate_items(source)):
            self._variables[node.variable.name] = item
            found += self.statements(node.body)
        return list(bounded(found))

    def _for(self, node: nodes.For) -> list[Any]:
        found: list[Any] = []
        self._evaluate(node.start)
        while _boolean(self._value(node.condition)):
            found += self.statements(node.body)
            bounded(found)
            self._evaluate(node.step)
        return found

    def _throw(self, node: nodes.Throw) -> list[Any]:
        if node.value is None:
            raise self._current[-1].origin
        text = to_text(self._value(node.value))
        raise ScriptFailed(text, text)

    def _try(self, node: nodes.Try) -> list[Any]:
        try:
            return self.statements(node.body)
        except ScriptFailed as error:
            return self._with_current(error_record(error), node.handler)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unsupported(f"a condition of type {type_name(value)}: 5.1 would make a boolean of it")
    return value


def _first_line(node: nodes.Node) -> str:
    return (node.text.splitlines() or [""])[0]
