"""Start-Process, for the one program that resources use. Source: Microsoft.PowerShell.Management reference, 5.1.

logoff.exe ends a session (learn.microsoft.com/windows-server/administration/windows-commands/logoff); it needs an
administrator for the session of somebody else, and says by its exit code whether it did.
"""

from typing import Any

from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use
from troubleshoot.lab.powershell.errors import Unsupported
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.values import Integer
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


CMDLETS = {
    "Start-Process": Cmdlet(
        {
            "FilePath": Parameter("text", required=True),
            "ArgumentList": Parameter("names"),
            "Wait": Parameter("switch"),
            "PassThru": Parameter("switch"),
        }
        | STOP,
        _start,
    )
}
TYPES = (PROCESS,)
