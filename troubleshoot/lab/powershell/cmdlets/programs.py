"""Programs, processes and waiting. Source: Microsoft.PowerShell.Management and .Utility references, 5.1.

Start-Process is there for the two programs that resources use. nltest.exe looks for a domain controller
(learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/cc731935); that its exit code is
another one than 0 where it finds none is not proved on Windows.

logoff.exe ends a session (learn.microsoft.com/windows-server/administration/windows-commands/logoff); it needs an
administrator for the session of somebody else, and says by its exit code whether it did. Nothing waits here: what takes
time comes nearer to its end by the time that a script would have waited.
"""

from collections.abc import Callable, Mapping
from typing import Any

from troubleshoot.lab.domain import finds_controller
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
    program = _PROGRAMS.get(use.get("FilePath").lower())
    if program is None:
        raise Unsupported("a program that the lab does not know")
    if not use.get("Wait") or not use.get("PassThru"):
        raise Unsupported("a program is waited for, and its exit code read")
    return [Instance(PROCESS, {"ExitCode": Integer(program(use, use.get("ArgumentList") or []), "int")})]


def _logoff(use: Use, arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0].isdecimal():
        raise Unsupported("logoff.exe takes the number of one session")
    return 0 if use.document["winrm"]["administrator"] and sign_out(use.state, int(arguments[0])) else 1


def _nltest(use: Use, arguments: list[str]) -> int:
    """Find a domain controller, without what is remembered of one; 1355: no such domain, or none answers."""
    domain = use.document["domain"]
    if arguments != [f"/dsgetdc:{domain['name']}", "/force"]:
        raise Unsupported("nltest.exe looks for a controller of the computer's own domain: /dsgetdc:DOMAIN /force")
    return 0 if finds_controller(domain) else 1355


_PROGRAMS: Mapping[str, Callable[[Use, list[str]], int]] = {
    f"{SYSTEM}\\logoff.exe".lower(): _logoff,
    f"{SYSTEM}\\nltest.exe".lower(): _nltest,
}


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
    denied = f"Cannot stop process ({number}) because of the following error: Access is denied"
    need_administrator(use, denied, "CouldNotStopProcess,Microsoft.PowerShell.Commands.StopProcessCommand")
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
