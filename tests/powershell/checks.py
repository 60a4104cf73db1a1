"""What the real parser read, held to the capture of 5.1 and to the closed tables of types and members."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.powershell import capture
from tests.powershell.written import Written
from troubleshoot.lab.powershell import members, operators
from troubleshoot.lab.powershell.cmdlets import TYPES

_HERE = Path(__file__).parent
_IN_RESOURCES = operators.CAST_TYPES | operators.PARAM_TYPES | {"datetime"}
#: The tables of commands that are no part of a plain Windows PowerShell 5.1.
_ELSEWHERE = ("programs", "modules", "azure", "pester")
#: What is wrong with a text by itself, and how it is told.
_BY_ITSELF = {
    "errors": "is not PowerShell",
    "newer": "is not PowerShell 5.1",
    "blind": "takes every error for one",
    "vague": "gives a text where PowerShell may choose another overload than meant",
}


@functools.cache
def _table(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((_HERE / name).read_text(encoding="ascii"))


def faults(one: Written) -> Iterator[str]:
    """Yield what is wrong with a text, each with its place."""
    if one.text in _table("known.toml")["prompt"]:
        return
    excused = tuple(_table("known.toml")["blind"])
    for kind, told in _BY_ITSELF.items():
        yield from (f"{one.name}: {told}: {what}" for what in one.read[kind] if not what.endswith(excused))
    yield from (f"{one.name}: {what}" for command in one.read["commands"] for what in _command(one, command))
    if not one.name.startswith("tests/"):  # what is run on Windows only is held to its .NET there
        yield from (f"{one.name}: {what}" for what in _types(one))


def _command(one: Written, command: dict[str, Any]) -> Iterator[str]:
    name = command["name"]
    known = capture.commands().get(name.lower())
    elsewhere = {each.lower() for kind in _ELSEWHERE for each in _table("known.toml")[kind]}
    if known is not None:
        unknown = [given for given in command["parameters"] if given.lower() not in known.parameters]
        yield from (f"line {command['line']}: {name} of 5.1 has no parameter {given}" for given in unknown)
    elif name and name.lower() not in elsewhere | {own.lower() for own in one.read["functions"]}:
        yield f"line {command['line']}: 5.1 has no command {name}"


def _types(one: Written) -> Iterator[str]:
    resource = "/catalog/" in one.name and one.name.endswith(".ps1")
    known = _IN_RESOURCES if resource else _known_types()
    created = [command["words"][0] for command in one.read["commands"] if command["name"] == "New-Object"]
    yield from (f"no table has the type {name}" for name in [*one.read["types"], *created] if name.lower() not in known)
    for member in one.read["members"]:
        name, on = member["name"], member["on"].lower()
        allowed = _of_the_lab() if resource else _of_type(on) if on else _known_members() | _of_the_lab()
        if (on == "datetime" and name != "UtcNow") if resource and on else name.lower() not in allowed:
            yield f"line {member['line']}: no table has the member {name}{f' of {on}' if on else ''}"


def _known_types() -> frozenset[str]:
    table = _table("net_types.toml")
    return frozenset(name.lower() for kind in ("types", "windows") for name in table[kind])


def only_windows() -> frozenset[str]:
    """Return the types that only .NET on Windows has in full, and which the runner may name in its small functions."""
    table = _table("net_types.toml")
    return frozenset(name.lower() for name in table["windows"] if name not in table["types"])


def _of_type(name: str) -> frozenset[str]:
    table = _table("net_types.toml")
    lists = [each for kind in ("types", "windows") for known, each in table[kind].items() if known.lower() == name]
    return frozenset(member.lower() for each in lists for member in each)


def _known_members() -> frozenset[str]:
    table = _table("net_types.toml")
    return frozenset(member.lower() for kind in table.values() for each in kind.values() for member in each)


@functools.cache
def _of_the_lab() -> frozenset[str]:
    assert all(known.source for known in TYPES), "a type of the lab has no source"
    found = {name.lower() for known in TYPES for name in (*known.properties, *known.methods)}
    return frozenset(found) | members.plain_property_names() | members.plain_method_names() | {"value", "utcnow"}


def unused(found: list[Written]) -> Iterator[str]:
    """Yield what the tables know and nobody uses: they only shrink."""
    commands = {command["name"].lower() for one in found for command in one.read["commands"]}
    kept = [name for kind in _ELSEWHERE for name in _table("known.toml")[kind]]
    yield from (f"known.toml: nobody uses {name}" for name in kept if name.lower() not in commands)
    shipped = [one for one in found if not one.name.startswith("tests/")]
    written = {member["name"].lower() for one in shipped for member in one.read["members"]}
    yield from (f"net_types.toml: nobody uses {name}" for name in sorted(_known_members() - written))
