"""The registry provider. Source: about_Registry_Provider, version 5.1; RegistryKey: the .NET API reference."""

import re
from typing import Any

from troubleshoot.lab import firewall
from troubleshoot.lab.powershell.cmdlets.core import Use, need_administrator
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.host_data import registry_data
from troubleshoot.lab.powershell.objects import Instance, Method, ObjectType
from troubleshoot.lab.powershell.types import enumeration
from troubleshoot.lab.powershell.values import Integer, type_name
from troubleshoot.lab.state import Document, find

KINDS = ("String", "ExpandString", "Binary", "DWord", "MultiString", "QWord")
_PATH = re.compile(r"HKLM:(\\[^\\/*?\[\]]+)+", re.IGNORECASE)
_DENIED = "Requested registry access is not allowed."


def exists(use: Use, path: str) -> bool:
    """Tell whether a key exists: one that holds values, or lies above one that does."""
    return _find_key(use.document, _checked(path)) is not None or bool(_below(use.document, path))


def item(use: Use, path: str) -> Instance:
    """Return the key as Get-Item does; ScriptFailed when there is none."""
    if not exists(use, path):
        raise ScriptFailed(
            f"Cannot find path '{_native(path)}' because it does not exist.",
            "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand",
        )
    found = _find_key(use.document, path)
    values = {} if found is None else dict(_keys(use.document)[found])
    name = _native(found or path)
    return Instance(KEY, {"Name": name, "PSChildName": name.rpartition("\\")[2]}, values)


def children(use: Use, path: str) -> list[Instance]:
    """Return the keys directly below a key; ScriptFailed when there is no such key."""
    item(use, path)
    names = {known[len(path) :].split("\\")[1].lower(): known for known in _below(use.document, path)}
    heads = [path + "\\" + known[len(path) :].split("\\")[1] for known in names.values()]
    return [item(use, head) for head in sorted(heads, key=str.lower)]


def new_key(use: Use) -> list[Any]:
    """Create a key, with -Force also its parents; never on an existing one, which -Force would empty."""
    path = use.get("Path")
    if exists(use, path):
        if use.get("Force", False):
            raise Unsupported("New-Item -Force on an existing key empties it")
        raise ScriptFailed("A key in this path already exists.")
    parent = path.rpartition("\\")[0]
    if not use.get("Force", False) and (parent.count("\\") == 0 or not exists(use, parent)):
        raise ScriptFailed("The registry key at the specified path does not exist.")
    need_administrator(use, _DENIED)
    with use.state.changing() as document:
        document["registry"][path] = {}
    return [item(use, path)]


def get_value(use: Use) -> list[Any]:
    """Return the data of one value as the provider gives it: DWord and QWord without sign."""
    path, name = use.get("LiteralPath"), _name(use)
    values = item(use, path).origin
    found = find(values, name)
    if found is None:
        raise _no_value(path, name, "GetItemPropertyValueCommand")
    entry = values[found]
    if entry["kind"] == "ExpandString":
        raise Unsupported("Get-ItemPropertyValue expands variables: read the key with GetValue instead")
    value = registry_data(entry)
    if entry["kind"] == "DWord":
        return [Integer(value, "int" if value < 2**31 else "uint32")]
    if entry["kind"] == "QWord":
        number = int(value, 16)
        return [Integer(number, "long" if number < 2**63 else "uint64")]
    data = _data(entry)
    return data if isinstance(data, list) else [data]


def new_value(use: Use) -> list[Any]:
    """Create a value; with -Force it replaces an existing one together with its kind."""
    values = item(use, use.get("LiteralPath")).origin
    if find(values, _name(use)) is not None and not use.get("Force", False):
        raise ScriptFailed("The property already exists.")
    _write(use, use.get("PropertyType"), "NewItemPropertyCommand")
    return [Instance(WRITTEN, {})]


def set_value(use: Use) -> list[Any]:
    """Write a value of the given kind, whether or not it exists."""
    item(use, use.get("LiteralPath"))
    _write(use, use.get("Type"), "SetItemPropertyCommand")
    return []


def remove_value(use: Use) -> list[Any]:
    """Remove a value; ScriptFailed when there is none."""
    path, name = use.get("LiteralPath"), _name(use)
    if find(item(use, path).origin, name) is None:
        raise _no_value(path, name, "RemoveItemPropertyCommand")
    _may_change(use, path, "RemoveItemPropertyCommand")
    with use.state.changing() as document:
        values = document["registry"][_find_key(document, path)]
        del values[find(values, name)]
    return []


def _no_value(path: str, name: str, command: str) -> ScriptFailed:
    return ScriptFailed(
        f"Property {name} does not exist at path {_native(path)}.",
        f"System.Management.Automation.PSArgumentException,Microsoft.PowerShell.Commands.{command}",
    )


def _name(use: Use) -> str:
    name = str(use.get("Name"))
    if name.lower() == "(default)":
        raise Unsupported("'(default)': the provider takes it for the value without a name, RegistryKey does not")
    return name


def _may_change(use: Use, path: str, command: str) -> None:
    """Raise what Windows answers where the account of a visit may not; what the service of the firewall keeps is no
    place to write."""
    need_administrator(use, _DENIED, f"System.Security.SecurityException,Microsoft.PowerShell.Commands.{command}")
    if firewall.owned_key(path):
        raise Unsupported("the rules of the firewall are changed through its service, which does not look here again")


def _write(use: Use, kind: str, command: str) -> None:
    entry = {"kind": kind, "value": _stored(kind, use.get("Value"))}
    path, name = use.get("LiteralPath"), _name(use)
    _may_change(use, path, command)
    with use.state.changing() as document:
        key = _find_key(document, path) or path
        values = document["registry"].setdefault(key, {})
        values[find(values, name) or name] = entry


def _stored(kind: str, value: Any) -> Any:
    """Return what the state keeps for a value; Unsupported where the provider would convert."""
    if kind in {"String", "ExpandString"} and isinstance(value, str):
        return value
    if kind == "Binary" and isinstance(value, bytes):
        return value.hex().upper()
    if kind == "MultiString" and isinstance(value, list) and all(isinstance(part, str) for part in value):
        return list(value)
    if kind == "DWord" and isinstance(value, Integer) and value.kind in {"int", "uint32"}:
        return value.value % 2**32
    if kind == "QWord" and isinstance(value, Integer) and value.kind in {"long", "uint64"}:
        return f"{value.value % 2**64:016X}"
    raise Unsupported(f"a {type_name(value)} as the data of a {kind} value")


def _data(entry: Document) -> Any:
    """Return the data as RegistryKey.GetValue does: DWord is Int32, QWord Int64, both with sign."""
    kind, value = entry["kind"], registry_data(entry)
    if kind == "DWord":
        return Integer(value - 2**32 if value >= 2**31 else value, "int")
    if kind == "QWord":
        number = int(value, 16)
        return Integer(number - 2**64 if number >= 2**63 else number, "long")
    if kind == "MultiString":
        return list(value)
    return value if kind in {"String", "ExpandString"} else bytes.fromhex(value)


def _key_value(key: Instance, name: str, default: Any, options: str) -> Any:
    if options.lower() != "donotexpandenvironmentnames":
        raise Unsupported("GetValue without 'DoNotExpandEnvironmentNames' expands variables")
    found = find(key.origin, name)
    return default if found is None else _data(key.origin[found])


def _key_kind(key: Instance, name: str) -> Instance:
    found = find(key.origin, name)
    if found is None:
        raise ScriptFailed(
            'Exception calling "GetValueKind" with "1" argument(s): "The specified registry key does not exist."'
        )
    return enumeration(key.origin[found]["kind"])


def _checked(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise Unsupported(f"the path {path!r}: only HKLM:\\key\\... and Cert:\\LocalMachine\\... are modelled")
    if any(part in {".", ".."} or part != part.strip() for part in path.split("\\")):
        raise Unsupported(f"the path {path!r}: the provider goes up at dots, and loses blanks on the way")
    return path


def _keys(document: Document) -> Document:
    """Return what the state writes as registry, and what Windows keeps there of its other sections."""
    return {**document["registry"], **firewall.in_registry(document)}


def _find_key(document: Document, path: str) -> str | None:
    return find(_keys(document), path)


def _below(document: Document, path: str) -> list[str]:
    prefix = path.casefold() + "\\"
    return [key for key in _keys(document) if key.casefold().startswith(prefix)]


def _native(path: str) -> str:
    return "HKEY_LOCAL_MACHINE" + path[len("HKLM:") :]


KEY = ObjectType(
    "Microsoft.Win32.RegistryKey",
    "learn.microsoft.com/dotnet/api/microsoft.win32.registrykey",
    ("Name", "PSChildName"),
    {
        "GetValue": Method((str, object, str), _key_value),
        "GetValueKind": Method((str,), _key_kind),
        "GetValueNames": Method((), lambda key: list(key.origin)),
    },
)
# What New-ItemProperty puts out; its properties are named after the value, so the lab offers none.
WRITTEN = ObjectType("System.Management.Automation.PSCustomObject", "New-ItemProperty, Outputs")
TYPES = (KEY, WRITTEN)
