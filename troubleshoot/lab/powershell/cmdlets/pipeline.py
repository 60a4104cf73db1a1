"""Cmdlets that work on the pipeline. Source: Microsoft.PowerShell.Core and .Utility reference, version 5.1."""

from typing import Any

from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use
from troubleshoot.lab.powershell.errors import Unsupported
from troubleshoot.lab.powershell.members import properties_of
from troubleshoot.lab.powershell.objects import property_of
from troubleshoot.lab.powershell.values import Integer, Moment, enumerate_items, type_name


def _where(use: Use) -> list[Any]:
    kept = []
    for item in use.input:
        verdict = use.run_block(use.get("FilterScript"), item)
        if len(verdict) != 1 or not isinstance(verdict[0], bool):
            raise Unsupported("a filter must put out exactly one boolean")
        if verdict[0]:
            kept.append(item)
    return kept


def _for_each(use: Use) -> list[Any]:
    return [result for item in use.input for result in use.run_block(use.get("Process"), item)]


def _sort(use: Use) -> list[Any]:
    keyed = [(tuple(_sort_key(item, name) for name in use.get("Property")), item) for item in use.input]
    keys = [key for key, _ in keyed]
    if len(set(keys)) != len(keys):
        raise Unsupported("sorting objects with equal keys: 5.1 does not promise their order")
    if len({tuple(kind for kind, _ in key) for key in keys}) > 1:
        raise Unsupported("sorting values of different types")
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0], reverse=use.get("Descending", False))]


def _sort_key(item: Any, name: str) -> tuple[str, Any]:
    value = property_of(item, name, properties_of(item))
    if not isinstance(value, (Integer, Moment)):
        raise Unsupported(f"sorting by {type_name(value)}: only integers and dates have one order everywhere")
    return type(value).__name__, value.value


def _select(use: Use) -> list[Any]:
    values = [property_of(item, use.get("ExpandProperty"), properties_of(item)) for item in use.input]
    if any(value is None for value in values):
        raise Unsupported("expanding a property that is $null")
    return [item for value in values for item in enumerate_items(value)]


CMDLETS = {
    "Where-Object": Cmdlet({"FilterScript": Parameter("block", required=True)} | STOP, _where, takes_input=True),
    "ForEach-Object": Cmdlet({"Process": Parameter("block", required=True)} | STOP, _for_each, takes_input=True),
    "Sort-Object": Cmdlet(
        {"Property": Parameter("names", required=True), "Descending": Parameter("switch")} | STOP,
        _sort,
        takes_input=True,
    ),
    "Select-Object": Cmdlet({"ExpandProperty": Parameter("name", required=True)} | STOP, _select, takes_input=True),
}
