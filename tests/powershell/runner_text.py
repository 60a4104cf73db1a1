"""The runner's text as it is tried here: what only Windows has is replaced, function by function, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.powershell.resources import function_of

DATA = "MENDPOINT_DATA"
#: What the owner and the access list of a folder are read from: a file beside it.
_ACCESS = f"[IO.File]::ReadAllText([IO.Path]::Combine($env:{DATA}, 'access'))"
#: Functions of the runner that call what only Windows has, and what is run in their place.
ONLY_WINDOWS = {
    # Not the folder itself: of one text PowerShell makes a script once, however often it is run.
    "Get-DataFolder": f"function Get-DataFolder {{ $env:{DATA} }}",
    "New-PrivateFolder": "function New-PrivateFolder($Path) { [void] [IO.Directory]::CreateDirectory($Path) }",
    "Get-FolderAccess": f"function Get-FolderAccess {{ {_ACCESS} }}",
    "Test-EventSource": "function Test-EventSource { $false }",
    "Get-TaskFolder": "function Get-TaskFolder { throw 'COM' }",
    "Register-UndoTask": "function Register-UndoTask($Name, $Xml) { [void] (Invoke-Scheduler Register $Name $Xml) }",
    "Find-UndoTask": "function Find-UndoTask($Name) { Invoke-Scheduler Find $Name }",
    "Get-UndoAttempts": "function Get-UndoAttempts { Invoke-Scheduler List }",
    "Remove-UndoTask": "function Remove-UndoTask($Name) { [void] (Invoke-Scheduler Remove $Name) }",
}
#: What the line that starts an undo, which has no functions yet, asks Windows: where programs' data lies, and whose a
#: folder is.
_PLACE = re.compile(r"(?<=\$root = \[IO\.Path\]::Combine\().*?(?=, 'Mendpoint'\))")
_WHOSE = re.compile(r"(?<=-ne 0 -or ).*?(?= -cnotmatch 'PRIVATE')")
#: A session looks for commands when the first is called, and a reading has few seconds: so they are loaded before.
_OPENED = "    $session.Open()\n"
_LOADED = """    $loading = [PowerShell]::Create()
    $loading.Runspace = $session
    [void] $loading.AddScript('Import-Module WindowsPowerShell51').Invoke()
    $loading.Dispose()
"""
#: Where many runs share one process, none may end it.
_SHARED = {"Exit-Process": "function Exit-Process { }"}
_FIRST_LINE = re.compile(r"^(?:param\(.*\)\n)?")


def prepared(script: str, *, shared: bool = False) -> str:
    """Return the runner for this platform; where its records lie, the variable DATA of its environment says."""
    text = _WHOSE.sub(lambda _: _ACCESS, _PLACE.sub(f"$env:{DATA}", script))
    others = ONLY_WINDOWS | (_SHARED if shared else {})
    for name, other in others.items():
        text = _with(text, name, other)
    opening = function_of(text, "New-ReadSession")[0]
    assert _OPENED in opening
    text = _with(text, "New-ReadSession", opening.replace(_OPENED, _OPENED + _LOADED))
    assert without(text) == without(script), "something else was replaced"
    return text


def without(script: str) -> str:
    """Return a runner without the functions that may be replaced."""
    for name in (*ONLY_WINDOWS, *_SHARED, "New-ReadSession"):
        script = _with(script, name, "")
    return _WHOSE.sub("", _PLACE.sub("", script))


def _with(script: str, name: str, other: str) -> str:
    found = function_of(script, name)
    return script[: found.start()] + other + script[found.end() :]


def paced(item: Mapping[str, Any], slow: Mapping[str, float]) -> dict[str, Any]:
    """Return an item whose reading first takes its time, where the host is slow there; no stop shortens that."""
    seconds = slow.get(item["resource"])
    if seconds is None:
        return dict(item)
    wait = f"[System.Threading.Thread]::Sleep({int(1000 * seconds)})\n"
    return {**item, "read": _FIRST_LINE.sub(lambda first: first[0] + wait, item["read"], count=1)}
