"""The static pass: names, cmdlets, parameters and members of the whole script, branches not taken included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from troubleshoot.lab.powershell import nodes
from troubleshoot.lab.powershell.cim_classes import METHODS
from troubleshoot.lab.powershell.cmdlets import CMDLETS, TYPES
from troubleshoot.lab.powershell.cmdlets.core import Cmdlet
from troubleshoot.lab.powershell.errors import ScriptRefused
from troubleshoot.lab.powershell.members import plain_method_names, plain_property_names
from troubleshoot.lab.powershell.operators import PARAM_TYPES

# about_Automatic_Variables and about_Preference_Variables, version 5.1.
_AUTOMATIC_NAMES = """
    args consolefilename error event eventargs eventsubscriber executioncontext false foreach home host input
    lastexitcode matches myinvocation nestedpromptlevel null ofs pid profile psboundparameters pscmdlet
    pscommandpath psculture psdebugcontext pshome psitem psscriptroot pssenderinfo psuiculture psversiontable
    pwd sender shellid stacktrace switch this true _ confirmpreference debugpreference erroractionpreference
    informationpreference progresspreference verbosepreference warningpreference whatifpreference
    maximumvariablecount outputencoding psdefaultparametervalues psmoduleautoloadingpreference
"""
_AUTOMATIC = frozenset(_AUTOMATIC_NAMES.split())
_PROPERTIES = plain_property_names() | {name.lower() for known in TYPES for name in known.properties}
_METHODS = plain_method_names() | {name.lower() for known in TYPES for name in known.methods}
_CIM_METHODS = {name.lower() for known in METHODS.values() for name in known}


def check_script(script: nodes.Script) -> None:
    """Raise Refused at the first construct that the lab's tables do not hold."""
    for param in script.params:
        _refuse_if(param.type not in PARAM_TYPES, param, "a parameter of this type is not part of the subset")
        _refuse_if(param.name in _AUTOMATIC, param, "the name of an automatic variable")
    assigned = {param.name for param in script.params} | set(_assigned(script.body))
    _Checker(assigned).statements(script.body, _Place())


def _assigned(body: Iterable[nodes.Statement]) -> Iterator[str]:
    for node in _walk(body):
        if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Variable):
            yield node.target.name
        elif isinstance(node, nodes.ForEach):
            yield node.variable.name


def _walk(found: object) -> Iterator[nodes.Node]:
    """Yield every node below, in source order; the reader has bounded the depth."""
    if isinstance(found, tuple):
        for item in found:
            yield from _walk(item)
    elif isinstance(found, nodes.Node):
        yield found
        for name in found.__dataclass_fields__:
            yield from _walk(getattr(found, name))


def _refuse_if(wrong: bool, node: nodes.Node, reason: str) -> None:
    if wrong:
        raise ScriptRefused(node.line, node.text.splitlines()[0], reason)


@dataclass(frozen=True)
class _Place:
    """Where a node stands: in a script block, in a handler, and whether ``$_`` means something there."""

    in_block: bool = False
    in_handler: bool = False
    has_current: bool = False

    def inside(self, node: nodes.Node, name: str) -> _Place:
        """Return the place of what stands in a field of a node."""
        if isinstance(node, nodes.Block):
            return _Place(in_block=True, has_current=True)
        if isinstance(node, nodes.Try):
            handler = name == "handler"
            return _Place(self.in_block, in_handler=handler, has_current=handler)
        return self


class _Checker:
    def __init__(self, assigned: set[str]) -> None:
        self._assigned = assigned

    def statements(self, body: object, place: _Place) -> None:
        """Check everything below."""
        if isinstance(body, tuple):
            for item in body:
                self.statements(item, place)
        elif isinstance(body, nodes.Node):
            self._node(body, place)
            for name in body.__dataclass_fields__:
                self.statements(getattr(body, name), place.inside(body, name))

    def _node(self, node: nodes.Node, place: _Place) -> None:
        if isinstance(node, nodes.Variable) and node.name != "null":
            known = place.has_current if node.name == "_" else node.name in self._assigned
            _refuse_if(not known, node, "a variable that nothing in the script assigns")
        elif isinstance(node, nodes.Property):
            _refuse_if(node.name.lower() not in _PROPERTIES, node, f"no type in the tables has a property {node.name}")
        elif isinstance(node, nodes.Call):
            _refuse_if(node.name.lower() not in _METHODS, node, f"no type in the tables has a method {node.name}")
        elif isinstance(node, (nodes.Assign, nodes.ForEach)):
            self._assignment(node, place)
        elif isinstance(node, nodes.Throw):
            _refuse_if(
                node.value is None and not place.in_handler, node, "throw without a text, and nothing was caught"
            )
        elif isinstance(node, nodes.Pipeline):
            self._pipeline(node)
        elif isinstance(node, nodes.Command):
            self._command(node)

    def _assignment(self, node: nodes.Assign | nodes.ForEach, place: _Place) -> None:
        target = node.target if isinstance(node, nodes.Assign) else node.variable
        _refuse_if(place.in_block, node, "an assignment inside a script block")
        if isinstance(target, nodes.Variable):
            discard = isinstance(node, nodes.Assign) and target.name == "null"
            _refuse_if(target.name in _AUTOMATIC and not discard, node, "assigns an automatic variable")

    def _pipeline(self, node: nodes.Pipeline) -> None:
        if isinstance(node.head, nodes.Block):
            raise ScriptRefused(node.line, node.text.splitlines()[0], "a script block stands only as an argument")
        if isinstance(node.head, nodes.Command):
            cmdlet = _known(node.head)
            _refuse_if(cmdlet.takes_input, node.head, "needs input from a pipeline")
        for command in node.rest:
            _refuse_if(not _known(command).takes_input, command, "its pipeline input is not modelled")

    def _command(self, node: nodes.Command) -> None:
        cmdlet = _known(node)
        given = [argument.name.lower() for argument in node.arguments]
        _refuse_if(len(set(given)) != len(given), node, "a parameter twice")
        for argument in node.arguments:
            self._argument(cmdlet, argument)
        for name, parameter in cmdlet.parameters.items():
            if parameter.required:
                _refuse_if(name.lower() not in given, node, f"-{name} must be given")

    def _argument(self, cmdlet: Cmdlet, argument: nodes.Argument) -> None:
        name = cmdlet.lower.get(argument.name.lower())
        if name is None:
            raise ScriptRefused(
                argument.line, argument.text, "not a parameter of this cmdlet, or not in the lab's tables"
            )
        parameter = cmdlet.parameters[name]
        switch = parameter.kind == "switch"
        _refuse_if(switch != (argument.value is None), argument, "a value is missing, or a switch has one")
        _refuse_if(
            (parameter.kind == "block") != isinstance(argument.value, nodes.Block), argument, "takes a script block"
        )
        if isinstance(argument.value, nodes.Literal):
            self._literal(name, parameter.choices, argument)

    def _literal(self, name: str, choices: tuple[str, ...], argument: nodes.Argument) -> None:
        value = argument.value.value if isinstance(argument.value, nodes.Literal) else None
        if choices:
            allowed = {choice.lower() for choice in choices}
            _refuse_if(str(value).lower() not in allowed, argument, f"must be one of {', '.join(choices)}")
        if name == "MethodName":
            _refuse_if(str(value).lower() not in _CIM_METHODS, argument, f"no class in the tables has a method {value}")


def _known(node: nodes.Command) -> Cmdlet:
    cmdlet = CMDLETS.get(node.name.lower())
    if cmdlet is None:
        raise ScriptRefused(node.line, node.name, "not a cmdlet of the lab")
    return cmdlet
