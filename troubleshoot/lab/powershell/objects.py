"""Objects with closed tables of members: what is not in a table cannot be used, and a script that tries is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.values import Integer, Nothing, type_name


@dataclass(frozen=True)
class Method:
    """A .NET method: how many arguments of which Python type it takes, and what it does."""

    arguments: tuple[type | tuple[type, ...], ...]
    call: Callable[..., Any]


@dataclass(frozen=True)
class ObjectType:
    """A .NET type or CIM class; ``source`` names the page that documents its members."""

    name: str
    source: str
    properties: tuple[str, ...] = ()
    methods: Mapping[str, Method] = field(default_factory=dict)


@dataclass(frozen=True)
class Instance:
    """One object: a snapshot of its properties, and where it came from in the host's state."""

    type: ObjectType
    values: Mapping[str, Any]
    origin: Any = None


def property_of(value: Any, name: str, builtin: Mapping[str, Callable[[Any], Any]]) -> Any:
    """Return one property; strict mode's error on null, Unsupported where the tables hold none of this name."""
    if value is None or isinstance(value, Nothing):
        raise ScriptFailed(f"The property '{name}' cannot be found on this object. Verify that the property exists.")
    if isinstance(value, Instance):
        for known in value.type.properties:
            if known.lower() == name.lower():
                return value.values[known]
    elif name.lower() in builtin:
        return builtin[name.lower()](value)
    raise Unsupported(f"{type_name(value)} has no property {name} in the lab's tables")


def call_method(value: Any, name: str, arguments: list[Any], methods: Mapping[str, Method]) -> Any:
    """Call one method; 5.1's error on null, Unsupported where the tables hold none of this name or form."""
    if value is None or isinstance(value, Nothing):
        raise ScriptFailed("You cannot call a method on a null-valued expression.")
    table = value.type.methods if isinstance(value, Instance) else methods
    found = next((method for known, method in table.items() if known.lower() == name.lower()), None)
    if found is None:
        raise Unsupported(f"{type_name(value)} has no method {name} in the lab's tables")
    if len(arguments) != len(found.arguments) or not all(
        isinstance(given, wanted) and not (isinstance(given, Integer) and given.kind != "int")
        for given, wanted in zip(arguments, found.arguments, strict=False)
    ):
        raise Unsupported(f"{name} with these arguments")
    return found.call(value, *arguments)
