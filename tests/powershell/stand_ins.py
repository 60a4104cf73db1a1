"""Writes the module of stand-ins: a function for each command that needs Windows, with the parameters of 5.1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.powershell.capture import Command, Parameter, commands
from tests.powershell.runner_commands import RUNNER
from troubleshoot.lab.powershell.cmdlets import CMDLETS, pipeline

NAME = "WindowsPowerShell51"
_SHARED = Path(__file__).with_name("stand_ins.ps1")
#: Types as the capture writes them, and how they are declared here; what is not among them takes any object.
_TYPES = {
    "": "switch",
    "IDictionary": "System.Collections.IDictionary",
    "RegistryValueKind": "Microsoft.Win32.RegistryValueKind",
} | {
    name: name
    for name in (
        *("string", "Object", "psobject", "hashtable", "scriptblock", "pscredential", "datetime", "uri", "xml", "bool"),
        *("byte", "int", "int16", "long", "uint16", "uint32"),
        # These are declared in stand_ins.ps1.
        *("Enabled", "Profile", "EventLogEntryType", "ServiceStartMode"),
    )
}
#: What a provider adds to a command, and no capture shows (about_Registry_Provider, "Dynamic parameters").
_OF_PROVIDERS = {"Set-ItemProperty": Parameter("Type", "RegistryValueKind", mandatory=False, position=None)}


def names() -> frozenset[str]:
    """Return the commands that have stand-ins, in lower case: those of the lab, but for what works on any object."""
    return (frozenset(CMDLETS) | frozenset(RUNNER)) - {name.lower() for name in pipeline.CMDLETS}


def write(folder: Path) -> Path:
    """Write the module to where a PowerShell with this folder as its XDG_DATA_HOME looks first; return its path."""
    module = folder / "powershell" / "Modules" / NAME
    module.mkdir(parents=True)
    written = [commands()[name] for name in sorted(names())]
    text = "\n".join([_SHARED.read_text(encoding="ascii"), *map(_function, written)])
    module.joinpath(f"{NAME}.psm1").write_text(text, encoding="ascii")
    exported = ", ".join(f"'{one.name}'" for one in written)
    shared = "'ConvertFrom-Json', 'Send-Lab', 'Receive-Lab', 'Invoke-Thing', 'Invoke-Scheduler'"
    manifest = module / f"{NAME}.psd1"
    manifest.write_text(
        f"@{{ RootModule = '{NAME}.psm1'; ModuleVersion = '5.1'; FunctionsToExport = @({shared}, {exported}) }}\n",
        encoding="ascii",
    )
    return manifest


def _function(command: Command) -> str:
    by_name: dict[str, list[tuple[int, Parameter]]] = {}
    added = [_OF_PROVIDERS[command.name]] if command.name in _OF_PROVIDERS else []
    for number, each in enumerate(command.sets):
        for one in (*each, *added):
            by_name.setdefault(one.name, []).append((number, one))
    asks = by_name.pop("Confirm", None), by_name.pop("WhatIf", None)
    binding = "PositionalBinding = $false, DefaultParameterSetName = 'S0'" + (
        ", SupportsShouldProcess" if any(asks) else ""
    )
    parameters = ",\n".join(f"        {' '.join(_parameter(uses))} ${name}" for name, uses in by_name.items())
    return (
        f"function {command.name} {{\n    [CmdletBinding({binding})]\n    param(\n{parameters}\n    )\n"
        "    Invoke-Command51 $PSCmdlet $PSBoundParameters\n}\n"
    )


def _parameter(uses: list[tuple[int, Parameter]]) -> Iterator[str]:
    for number, one in uses:
        place = "" if one.position is None else f", Position = {one.position}"
        yield f"[Parameter(ParameterSetName = 'S{number}'{', Mandatory' if one.mandatory else ''}{place})]"
    kind = uses[0][1].type
    found = re.fullmatch(r"([^\[]*)(\[\])?", kind)
    bare, many = (found[1], found[2] or "") if found else (kind, "")
    yield f"[{_TYPES.get(bare, 'psobject')}{many}]"
