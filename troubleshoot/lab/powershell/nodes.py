"""The syntax tree of the subset. What has no class here cannot be expressed in a resource script."""

from dataclasses import dataclass

from troubleshoot.lab.powershell.values import Integer


@dataclass(frozen=True)
class Node:
    """Where a construct stands (line from 1) and how it reads."""

    line: int
    text: str


@dataclass(frozen=True)
class Literal(Node):
    """A string without variables, an integer, ``$true``, ``$false`` or ``$null``."""

    value: str | Integer | bool | None


@dataclass(frozen=True)
class Variable(Node):
    """``$name``; names are kept in lower case, because PowerShell ignores their case."""

    name: str


@dataclass(frozen=True)
class Text(Node):
    """A double-quoted string with variables in it."""

    parts: tuple["str | Variable", ...]


@dataclass(frozen=True)
class Group(Node):
    """``( … )``: the value of one pipeline."""

    pipeline: "Pipeline"


@dataclass(frozen=True)
class Array(Node):
    """``@( … )``: everything that the statements inside put out, always a list."""

    body: tuple["Statement", ...]


@dataclass(frozen=True)
class Sequence(Node):
    """``@( a, b )``: the items as they stand."""

    items: tuple["Expression", ...]


@dataclass(frozen=True)
class Hash(Node):
    """``@{ name = value }``; keys are plain names."""

    entries: tuple[tuple[str, "Pipeline"], ...]


@dataclass(frozen=True)
class Block(Node):
    """``{ … }`` as an argument of Where-Object or ForEach-Object."""

    body: tuple["Statement", ...]


@dataclass(frozen=True)
class UtcNow(Node):
    """``[datetime]::UtcNow``, the only static member."""


@dataclass(frozen=True)
class Property(Node):
    """``target.Name``."""

    target: "Expression"
    name: str


@dataclass(frozen=True)
class Call(Node):
    """``target.Name(arguments)``."""

    target: "Expression"
    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Index(Node):
    """``target[index]``."""

    target: "Expression"
    index: "Expression"


@dataclass(frozen=True)
class Unary(Node):
    """``-not x`` or ``-x``."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True)
class Cast(Node):
    """``[type] x``; the type name in lower case, with ``[]`` for arrays."""

    type: str
    operand: "Expression"


@dataclass(frozen=True)
class Binary(Node):
    """``left operator right``; the operator in lower case."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Argument(Node):
    """``-Name value``, or a switch when the value is None."""

    name: str
    value: "Expression | None"


@dataclass(frozen=True)
class Command(Node):
    """A cmdlet with named arguments."""

    name: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True)
class Pipeline(Node):
    """An expression or a cmdlet, whose output runs through further cmdlets."""

    head: "Expression | Command"
    rest: tuple[Command, ...]


@dataclass(frozen=True)
class Assign(Node):
    """``$name = …`` or ``$table[key] = …``."""

    target: Variable | Index
    value: Pipeline


@dataclass(frozen=True)
class If(Node):
    """``if … elseif … else``."""

    branches: tuple[tuple[Pipeline, tuple["Statement", ...]], ...]
    otherwise: tuple["Statement", ...]


@dataclass(frozen=True)
class ForEach(Node):
    """``foreach ($variable in …) { … }``."""

    variable: Variable
    source: Pipeline
    body: tuple["Statement", ...]


@dataclass(frozen=True)
class For(Node):
    """``for (start; condition; step) { … }``; start and step are assignments."""

    start: Assign
    condition: Pipeline
    step: Assign
    body: tuple["Statement", ...]


@dataclass(frozen=True)
class Throw(Node):
    """``throw`` with a text; in a handler also alone, which throws on what was caught."""

    value: Pipeline | None


@dataclass(frozen=True)
class Try(Node):
    """``try { … } catch { … }``, untyped; ``$_`` is the error in the handler."""

    body: tuple["Statement", ...]
    handler: tuple["Statement", ...]


Expression = (
    Literal
    | Variable
    | Text
    | Group
    | Array
    | Sequence
    | Hash
    | Block
    | UtcNow
    | Property
    | Call
    | Index
    | Unary
    | Cast
    | Binary
)
Statement = Pipeline | Assign | If | ForEach | For | Throw | Try


@dataclass(frozen=True)
class Param(Node):
    """``[type] $Name`` of the parameter block; both in lower case."""

    name: str
    type: str


@dataclass(frozen=True)
class Script(Node):
    """A whole script."""

    params: tuple[Param, ...]
    body: tuple[Statement, ...]
