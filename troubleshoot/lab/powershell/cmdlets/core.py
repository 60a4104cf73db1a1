"""How a cmdlet is described: its parameters as 5.1 names them, what it reads from the pipeline, what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.nodes import Block
from troubleshoot.lab.powershell.objects import Instance
from troubleshoot.lab.powershell.values import Hashtable, Integer, type_name
from troubleshoot.lab.state import HostState

_WILDCARDS = frozenset("*?[]")


@dataclass(frozen=True)
class Parameter:
    """One parameter; ``kind`` is text, name (no wildcards), names, integer, switch, block, table, instance or any."""

    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass
class Use:
    """One call of a cmdlet: its bound arguments, its pipeline input, the host, and how to run a script block."""

    arguments: Mapping[str, Any]
    input: list[Any]
    state: HostState
    run_block: Callable[[Block, Any], list[Any]]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a bound argument."""
        return self.arguments.get(name, default)

    @property
    def document(self) -> dict[str, Any]:
        """Return the host's document, for reading under the lock that the evaluator holds."""
        return self.state.document


@dataclass(frozen=True)
class Cmdlet:
    """A cmdlet of Windows PowerShell 5.1 with the parameters that the lab knows."""

    parameters: Mapping[str, Parameter]
    call: Callable[[Use], list[Any]]
    takes_input: bool = False
    lower: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", {name.lower(): name for name in self.parameters})


STOP = {"ErrorAction": Parameter("text", choices=("Stop",), required=True)}


def bind(name: str, parameter: Parameter, value: Any) -> Any:
    """Return the value that a parameter gets; Unsupported where 5.1 would convert or expand it."""
    expected: dict[str, type | tuple[type, ...]] = {
        "text": str,
        "name": str,
        "integer": Integer,
        "switch": bool,
        "block": Block,
        "table": Hashtable,
        "instance": Instance,
    }
    if parameter.kind == "names":
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Unsupported(f"-{name} takes names")
    elif parameter.kind != "any" and not isinstance(value, expected[parameter.kind]):
        raise Unsupported(f"-{name} takes {parameter.kind}, not {type_name(value)}")
    if parameter.kind == "name":
        plain_name(name, value)
    if parameter.choices:
        return choice(name, parameter, value)
    return value


def plain_name(parameter: str, value: str) -> None:
    """Raise where a name would be empty or matched as a pattern."""
    if not value:
        raise ScriptFailed(f"Cannot bind argument to parameter '{parameter}' because it is an empty string.")
    if set(value) & _WILDCARDS:
        raise Unsupported(f"-{parameter} with a wildcard character")


def choice(name: str, parameter: Parameter, value: str) -> str:
    """Return the allowed value as it is written in 5.1; ScriptFailed when it is none of them."""
    for allowed in parameter.choices:
        if allowed.lower() == value.lower():
            return allowed
    raise ScriptFailed(
        f"Cannot bind parameter '{name}'. Cannot convert value \"{value}\". The possible enumeration values are "
        f'"{",".join(parameter.choices)}".'
    )


def need_administrator(use: Use, message: str, identifier: str = "") -> None:
    """Raise 5.1's access error when the account of this visit is no administrator of the host."""
    if not use.document["winrm"]["administrator"]:
        raise ScriptFailed(message, identifier)
