"""Cmdlets that take a provider path; each belongs to the registry, to the certificate store or to a file.

Source: Microsoft.PowerShell.Management reference, version 5.1, about_Registry_Provider, about_Certificate_Provider.
"""

from typing import Any

from troubleshoot.lab.powershell.cmdlets import certificates, files, registry
from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use
from troubleshoot.lab.powershell.errors import Unsupported
from troubleshoot.lab.powershell.objects import Instance

_PATH = {"LiteralPath": Parameter("text", required=True)}
_VALUE = _PATH | {"Name": Parameter("name", required=True)} | STOP
_KINDS = Parameter("text", required=True, choices=registry.KINDS)


def _test(use: Use) -> list[Any]:
    path = use.get("LiteralPath")
    if files.owns(path):
        return [files.exists(use, path)]
    return [certificates.exists(use, path) if certificates.owns(path) else registry.exists(use, path)]


def _get(use: Use) -> list[Any]:
    path = use.get("LiteralPath")
    if files.owns(path):
        _need_force(use)
        return [files.item(use, path)]
    return [certificates.item(use, path) if certificates.owns(path) else registry.item(use, path)]


def _children(use: Use) -> list[Any]:
    path = use.get("LiteralPath")
    found: list[Instance]
    if files.owns(path):
        _need_force(use)
        return list(files.children(use, path))
    found = certificates.children(use, path) if certificates.owns(path) else registry.children(use, path)
    return list(found)


def _need_force(use: Use) -> None:
    if not use.get("Force", False):
        raise Unsupported("keys may be hidden: without -Force Get-Item and Get-ChildItem do not find such files")


def _remove(use: Use) -> list[Any]:
    path = use.get("LiteralPath")
    if not certificates.owns(path):
        raise Unsupported("removing registry keys: no resource needs it")
    certificates.remove(use, path)
    return []


CMDLETS = {
    "Test-Path": Cmdlet(_PATH | {"ErrorAction": Parameter("text", choices=("Stop",))}, _test),
    "Get-Item": Cmdlet(_PATH | {"Force": Parameter("switch")} | STOP, _get),
    "Get-ChildItem": Cmdlet(_PATH | {"Force": Parameter("switch")} | STOP, _children),
    "Remove-Item": Cmdlet(_PATH | STOP, _remove),
    "New-Item": Cmdlet(
        {"Path": Parameter("text", required=True), "Force": Parameter("switch")} | STOP, registry.new_key
    ),
    "Get-ItemPropertyValue": Cmdlet(_VALUE, registry.get_value),
    "New-ItemProperty": Cmdlet(
        _VALUE | {"PropertyType": _KINDS, "Value": Parameter("any", required=True), "Force": Parameter("switch")},
        registry.new_value,
    ),
    "Set-ItemProperty": Cmdlet(_VALUE | {"Type": _KINDS, "Value": Parameter("any", required=True)}, registry.set_value),
    "Remove-ItemProperty": Cmdlet(_VALUE, registry.remove_value),
}
TYPES = (*registry.TYPES, *certificates.TYPES)
