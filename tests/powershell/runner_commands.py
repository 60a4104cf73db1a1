"""The commands that the runner itself uses, and that no resource may: identity, processes, the event log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from troubleshoot.lab import scheduler
from troubleshoot.lab.powershell.cmdlets import CMDLETS
from troubleshoot.lab.powershell.cmdlets.core import Use
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.host_data import local_time
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.run_records import process_start
from troubleshoot.lab.state import CRYPTOGRAPHY, iso

_DOCS = "learn.microsoft.com/windows/win32/cimwin32prov/"
KEY = ObjectType("PSCustomObject", "Get-ItemProperty 5.1, outputs", ("MachineGuid",))
PRODUCT = ObjectType("Win32_ComputerSystemProduct", _DOCS + "win32-computersystemproduct", ("UUID",))
PROCESS = ObjectType("Win32_Process", _DOCS + "win32-process", ("CreationDate",))
ACCOUNT = ObjectType("Win32_UserAccount", _DOCS + "win32-useraccount", ("SID",))
TASK = ObjectType("hashtable", "Find-UndoTask of the runner", ("xml", "enabled", "next"))
_BY_NUMBER = re.compile(r"ProcessId = (\d+)")


def _property(use: Use) -> list[Any]:
    if (use.get("LiteralPath"), use.get("Name")) != (CRYPTOGRAPHY, "MachineGuid"):
        raise Unsupported("of the registry the runner reads the machine's GUID only")
    return [Instance(KEY, {"MachineGuid": use.document["identity"]["machine_guid"]})]


def _instances(use: Use) -> list[Any]:
    match use.get("ClassName"), use.get("Filter"), use.get("Property"):
        case "Win32_ComputerSystemProduct", None, "UUID":
            return [Instance(PRODUCT, {"UUID": use.document["identity"]["smbios_uuid"]})]
        case "Win32_UserAccount", "LocalAccount = TRUE", "SID":
            computer = use.document["identity"]["computer_sid"]
            return [Instance(ACCOUNT, {"SID": f"{computer}-{one}"}) for one in (501, 500, 1001)]
        case "Win32_Process", str(one), "CreationDate" if found := _BY_NUMBER.fullmatch(one):
            began = process_start(use.state, int(found[1]))
            return [Instance(PROCESS, {"CreationDate": local_time(began)})] if began else []
        case _:
            return CMDLETS["get-ciminstance"].call(use)


def _source(use: Use) -> list[Any]:
    del use
    return []


def _event(use: Use) -> list[Any]:
    row = {"log": use.get("LogName"), "source": use.get("Source"), "id": use.get("EventId").value}
    with use.state.changing() as document:
        document["event_log"].append(row | {"time": iso(use.state.now()), "message": use.get("Message")})
    return []


def _register(use: Use) -> list[Any]:
    _asked(lambda: scheduler.register(use.state, use.get("Name"), use.get("Xml")))
    return []


def _find(use: Use) -> list[Any]:
    found = _asked(lambda: scheduler.find_task(use.state, use.get("Name")))
    values = found and {"xml": found["xml"], "enabled": found["enabled"], "next": found["next_run"]}
    return [Instance(TASK, values)] if values else []


def _remove(use: Use) -> list[Any]:
    _asked(lambda: scheduler.remove(use.state, use.get("Name")))
    return []


def _list(use: Use) -> list[Any]:
    names = _asked(lambda: scheduler.task_names(use.state))
    return [name.removeprefix("Mendpoint undo ") for name in names]


def _asked(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except scheduler.TaskRefusedError as error:
        raise ScriptFailed(str(error), "ComMethodTargetInvocation") from error


#: What the runner's functions for the Task Scheduler are in a test: COM is not there.
TASKS: dict[str, Callable[[Use], list[Any]]] = {"register": _register, "find": _find, "remove": _remove, "list": _list}
RUNNER: dict[str, Callable[[Use], list[Any]]] = {
    "get-itemproperty": _property,
    "get-ciminstance": _instances,
    "new-eventlog": _source,
    "write-eventlog": _event,
}
