"""Get-WinEvent on the event logs of a host. Source: Microsoft.PowerShell.Diagnostics reference, version 5.1.

Three forms: one log by -ListLog, the newest records of a log, and records by a -FilterHashtable of log, ids and start.
"""

from typing import Any

from troubleshoot.lab.host_clock import as_read
from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use, need_administrator
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.host_data import local_time
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.values import Hashtable, Integer, Moment
from troubleshoot.lab.state import Document

# The logs of the lab; a host has every one of them, some switched off.
LOGS = (
    "System",
    "Application",
    "Security",
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
    "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
)
# An event query takes 23 conditions at most (learn.microsoft.com/windows/win32/wes/consuming-events).
_MAX_IDS = 20
_COMMAND = ",Microsoft.PowerShell.Commands.GetWinEventCommand"
_DENIED = "Attempted to perform an unauthorized operation."
_NOTHING = "No events were found that match the specified selection criteria."
# The message of every record that is put out is made; one that cannot be is an error of its own, and of the whole with
# -ErrorAction Stop (PowerShell/PowerShell GetEventCommand.cs, ReadEvents; issue 7664 there).
_UNREADABLE = "The description string for parameter reference (%1) could not be found."
_UNREADABLE_ID = "System.Diagnostics.Eventing.Reader.EventLogException" + _COMMAND
_NOTHING_ID = "NoMatchingEventsFound" + _COMMAND
CONFIGURATION = ObjectType(
    "System.Diagnostics.Eventing.Reader.EventLogConfiguration",
    "learn.microsoft.com/dotnet/api/system.diagnostics.eventing.reader.eventlogconfiguration",
    ("LogName", "IsEnabled", "RecordCount"),
)
RECORD = ObjectType(
    "System.Diagnostics.Eventing.Reader.EventLogRecord",
    "learn.microsoft.com/dotnet/api/system.diagnostics.eventing.reader.eventlogrecord",
    ("Id", "ProviderName", "TimeCreated", "Message", "Properties"),
)
PROPERTY = ObjectType(
    "System.Diagnostics.Eventing.Reader.EventProperty",
    "learn.microsoft.com/dotnet/api/system.diagnostics.eventing.reader.eventproperty",
    ("Value",),
)
# What events of the session manager hold, in their order: 21 signed in, 23 signed out, 24 left, 25 came back.
_HELD = dict.fromkeys((21, 23, 24, 25), ("User", "SessionID", "Address"))


def _events(use: Use) -> list[Any]:
    forms = [name for name in ("ListLog", "LogName", "FilterHashtable") if use.get(name) is not None]
    if len(forms) != 1 or (use.get("MaxEvents") is None) != (forms == ["ListLog"]):
        raise Unsupported("one of -ListLog, -LogName with -MaxEvents, or -FilterHashtable with -MaxEvents")
    if forms == ["ListLog"]:
        return [_configuration(use, _known(use.get("ListLog")))]
    if use.get("MaxEvents").value < 1:
        raise ScriptFailed("Cannot validate argument on parameter 'MaxEvents'.")
    found = _of(use, use.get("LogName")) if forms == ["LogName"] else _filtered(use, use.get("FilterHashtable"))
    if not found:
        raise ScriptFailed(_NOTHING, _NOTHING_ID)
    rows = found[: use.get("MaxEvents").value]
    if any(entry.get("unreadable") for entry in rows):
        raise ScriptFailed(_UNREADABLE, _UNREADABLE_ID)
    return [_record(entry) for entry in rows]


def _configuration(use: Use, log: str) -> Instance:
    need_administrator(use, _DENIED, _DENIED + _COMMAND)
    number = sum(entry["log"] == log for entry in use.document["event_log"])
    enabled = log not in use.document.get("disabled_logs", ())
    return Instance(CONFIGURATION, {"LogName": log, "IsEnabled": enabled, "RecordCount": Integer(number, "long")})


def _filtered(use: Use, table: Hashtable) -> list[Document]:
    log, ids, start = table.get("LogName"), table.get("Id"), table.get("StartTime")
    whole = {key.lower() for key, _ in table.items()} == {"logname", "id", "starttime"}
    if not whole or not isinstance(log, str) or not isinstance(start, Moment):
        raise Unsupported("a filter has LogName (text), Id (numbers) and StartTime")
    if start.universal:
        raise Unsupported("StartTime in UTC: its digits are read as local time; call ToLocalTime() first")
    if not isinstance(ids, list) or not 0 < len(ids) <= _MAX_IDS or not all(isinstance(one, Integer) for one in ids):
        raise Unsupported(f"Id is a list of 1 to {_MAX_IDS} numbers")
    wanted = {one.value for one in ids}
    begin = as_read(use.document, start.value)
    since = [entry for entry in _of(use, log) if local_time(entry["time"]).value >= begin]
    return [entry for entry in since if entry["id"] in wanted]


def _of(use: Use, log: str) -> list[Document]:
    """Return the records of a log, the newest first."""
    known = _known(log)
    need_administrator(use, _DENIED, _DENIED + _COMMAND)
    found = [entry for entry in reversed(use.document["event_log"]) if entry["log"] == known]
    return sorted(found, key=lambda entry: local_time(entry["time"]).value, reverse=True)


def _known(log: str) -> str:
    found = next((name for name in LOGS if name.lower() == log.lower()), None)
    if found is None:
        raise ScriptFailed(f'There is not an event log on the localhost computer that matches "{log}".')
    return found


def _record(entry: Document) -> Instance:
    values = {
        "Id": Integer(entry["id"], "int"),
        "ProviderName": entry["source"],
        "TimeCreated": local_time(entry["time"]),
        "Message": entry["message"],
        "Properties": [_property(entry, name) for name in _HELD.get(entry["id"], ())],
    }
    return Instance(RECORD, values)


def _property(entry: Document, name: str) -> Instance:
    """Return one value that an event holds; the number of a session is an unsigned integer."""
    text = entry.get("data", {}).get(name, "")
    return Instance(PROPERTY, {"Value": Integer(int(text), "uint32") if text.isdecimal() else text})


CMDLETS = {
    "Get-WinEvent": Cmdlet(
        {
            "ListLog": Parameter("name"),
            "LogName": Parameter("name"),
            "FilterHashtable": Parameter("table"),
            "MaxEvents": Parameter("integer"),
        }
        | STOP,
        _events,
    )
}
TYPES = (CONFIGURATION, RECORD, PROPERTY)
