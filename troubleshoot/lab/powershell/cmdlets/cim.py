"""CIM cmdlets. Source: CimCmdlets reference, version 5.1; filters: WQL (SQL for WMI), equality only."""

import re
from typing import Any

from troubleshoot.lab.powershell import cim_classes
from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use, need_administrator
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.objects import Instance
from troubleshoot.lab.powershell.values import Hashtable, Integer, type_name

_CONDITION = re.compile(r"\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\[\\'])*)'|([0-9]{1,10}))\s*")


def _instances(use: Use) -> list[Any]:
    name = use.get("ClassName")
    found = cim_classes.CLASSES.get(name.lower())
    if found is None:
        raise Unsupported(f"the class {name} is not in the lab's tables")
    namespace = use.get("Namespace", "root/cimv2").replace("\\", "/").lower()
    if namespace != found.namespace:
        raise ScriptFailed("Invalid class ")
    text = use.get("Filter")
    wanted = None if text is None else _condition(text, found)
    rows = found.rows(use.document)
    return [row for row in rows if wanted is None or _matches(row, *wanted)]


def _condition(text: str, found: cim_classes.CimClass) -> tuple[str, str | int]:
    parsed = _CONDITION.fullmatch(text)
    if parsed is None:
        raise ScriptFailed("Invalid query ")
    name = next((known for known in found.type.properties if known.lower() == parsed[1].lower()), None)
    if name is None:
        raise ScriptFailed("Invalid query ")
    if parsed[3] is not None:
        return name, int(parsed[3])
    return name, re.sub(r"\\(.)", r"\1", parsed[2])


def _matches(row: Instance, name: str, wanted: str | int) -> bool:
    value = row.values[name]
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    if isinstance(value, Integer) and isinstance(wanted, int):
        return value.value == wanted
    if value is None:
        return False
    raise Unsupported(f"a WQL comparison of {type_name(value)} with {wanted!r}")


def _invoke(use: Use) -> list[Any]:
    target, name = use.get("InputObject"), use.get("MethodName")
    methods = cim_classes.METHODS.get(target.type.name)
    if methods is None:
        raise Unsupported(f"{target.type.name} is not a CIM object with methods")
    method = next((known for key, known in methods.items() if key.lower() == name.lower()), None)
    if method is None:
        raise ScriptFailed("Invalid method ")
    given = use.get("Arguments") or Hashtable()
    if {key.lower() for key, _ in given.items()} != {key.lower() for key in method.parameters}:
        raise ScriptFailed("Invalid method Parameter(s) ")
    arguments = [_typed(key, kind, given.get(key)) for key, kind in method.parameters.items()]
    if method.changes:
        need_administrator(
            use,
            "Access denied ",
            "HRESULT 0x80041003,Microsoft.Management.Infrastructure.CimCmdlets.InvokeCimMethodCommand",
        )
    return [method.call(use.state, target, *arguments)]


def _typed(name: str, kind: str, value: Any) -> Any:
    """Return a method argument of exactly the declared type; for another 5.1 may answer Type mismatch."""
    if type_name(value) != kind:
        raise Unsupported(f"{name} is a {kind}, not a {type_name(value)}: cast it")
    return value.value if isinstance(value, Integer) else value


CMDLETS = {
    "Get-CimInstance": Cmdlet(
        {
            "ClassName": Parameter("text", required=True),
            "Namespace": Parameter("text"),
            "Filter": Parameter("text"),
        }
        | STOP,
        _instances,
    ),
    "Invoke-CimMethod": Cmdlet(
        {
            "InputObject": Parameter("instance", required=True),
            "MethodName": Parameter("text", required=True),
            "Arguments": Parameter("table"),
        }
        | STOP,
        _invoke,
    ),
}
TYPES = (*(known.type for known in cim_classes.CLASSES.values()), *cim_classes.RESULTS)
