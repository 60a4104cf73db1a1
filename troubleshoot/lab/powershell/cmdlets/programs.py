"""Programs, processes and waiting. Source: Microsoft.PowerShell.Management and .Utility references, 5.1.

Start-Process is there for the one program that resources use.

logoff.exe ends a session (learn.microsoft.com/windows-server/administration/windows-commands/logoff); it needs an
administrator for the session of somebody else, and says by its exit code whether it did. Nothing waits here: what takes
time comes nearer to its end by the time that a script would have waited.
"""

from typing import Any

from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use, need_administrator
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.values import Integer
from troubleshoot.lab.service_reactions import process_ended, time_passed
from troubleshoot.lab.sessions import sign_out

SYSTEM = "C:\\Windows\\system32"
PROCESS = ObjectType(
    "System.Diagnostics.Process", "learn.microsoft.com/dotnet/api/system.diagnostics.process", ("ExitCode",)
)


def _start(use: Use) -> list[Any]:
    arguments = use.get("ArgumentList") or []
    if use.get("FilePath").lower() != f"{SYSTEM}\\logoff.exe".lower():
        raise Unsupported("a program that the lab does not know")
    if len(arguments) != 1 or not arguments[0].isdecimal() or not use.get("Wait") or not use.get("PassThru"):
        raise Unsupported("logoff.exe takes the number of one session, and is waited for")
    allowed = use.document["winrm"]["administrator"]
    done = allowed and sign_out(use.state, int(arguments[0]))
    return [Instance(PROCESS, {"ExitCode": Integer(0 if done else 1, "int")})]


def _sleep(use: Use) -> list[Any]:
    if ("Seconds" in use.arguments) == ("Milliseconds" in use.arguments):
        raise Unsupported("Start-Sleep takes either seconds or milliseconds")
    given = use.get("Milliseconds") or use.get("Seconds")
    if given.value < 0:
        raise ScriptFailed("Cannot validate argument: a negative time to wait.")
    time_passed(use.state, given.value / 1000 if "Milliseconds" in use.arguments else given.value)
    return []


def _stop(use: Use) -> list[Any]:
    number = use.get("Id").value
    if not use.get("Force", False):
        raise Unsupported("without -Force, 5.1 asks before it ends a process of somebody else")
    need_administrator(use, f"Cannot stop process ({number}) because of the following error: Access is denied")
    if not process_ended(use.state, number):
        raise ScriptFailed(f"Cannot find a process with the process identifier {number}.")
    return []


CMDLETS = {
    "Start-Sleep": Cmdlet({"Seconds": Parameter("integer"), "Milliseconds": Parameter("integer")} | STOP, _sleep),
    "Stop-Process": Cmdlet({"Id": Parameter("integer", required=True), "Force": Parameter("switch")} | STOP, _stop),
    "Start-Process": Cmdlet(
        {
            "FilePath": Parameter("text", required=True),
            "ArgumentList": Parameter("names"),
            "Wait": Parameter("switch"),
            "PassThru": Parameter("switch"),
        }
        | STOP,
        _start,
    ),
}
TYPES = (PROCESS,)
