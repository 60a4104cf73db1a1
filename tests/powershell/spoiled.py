"""Scripts that are broken on purpose: each must turn the run red, or it would not see such a fault by itself either."""

from __future__ import annotations

from collections.abc import Iterator

from tests.catalog.resources.vectors import load, script_of
from tests.powershell import checks, resources, runner
from tests.powershell.conditions import CONDITIONS
from tests.powershell.shell import Wire
from tests.powershell.written import Written
from tests.remote.test_vectors import named
from troubleshoot.remote.envelope import RUNNER

#: What is broken, in which script, and how.
_SCRIPTS = (
    ("a window in UTC", "event-log", ".AddDays(-1).ToLocalTime()", ".AddDays(-1)"),
    ("a time in the culture's format", "rdp-certificate", "$end.ToString('s')", "$end.ToString('yyyy-MM-ddTHH:mm:ss')"),
    ("a failure taken for nothing", "event-log", "{ throw }", "{ }"),
)
#: What is broken in the runner, the vector that has to notice it (how its name begins), and how it is broken.
_RUNNER = (
    (
        *("a record's time in the culture's format", "a difference"),
        *("[DateTime]::UtcNow.ToString('s') + 'Z'", "[DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')"),
    ),
    ("a process that began in local time", "a difference", ".ToUniversalTime().ToString('s')", ".ToString('s')"),
    (
        *("tables compared by their order", "fields in another order"),
        *("(Format-Json $Wanted[$name]), (Format-Json $State[$name])", "(Format-Json $Wanted), (Format-Json $State)"),
    ),
    ("a change that ends with its listener", "a change goes on", "catch { $course.unheard = $_ }", "catch { throw }"),
    (
        "a record that is written over",
        "an attempt that has been here",
        "[IO.FileMode]::CreateNew",
        "[IO.FileMode]::Create",
    ),
    ("a report that is not kept", "an attempt leaves its report", "[IO.File]::Move(", "[IO.File]::Equals("),
    (
        "an overdue reading whose session is used again",
        "an overdue read is an error",
        "$course.session = $null\n",
        "\n",
    ),
    ("an attempt that outlives Windows", "no attempt outlives", " -and (Get-ProcessStart 4) -ceq $record.boot", ""),
    (
        "an undo of whatever the state is",
        "what somebody else has changed",
        "if (-not (Test-Ours $name $States $Now)) { return $null }",
        "",
    ),
    (
        "a write before its task was read back",
        "where tasks vanish",
        "        Assert-Armed $name $arguments $Due\n",
        "\n",
    ),
    ("an undo before its time", "what is not due", "if (-not $Request.at_start -and", "if ($Request.at_start -and"),
    ("an order of anybody", "an order that is not", "{ exit 6 }", "{ }"),
    ("a folder that others may write into", "an order in a folder into", ";;;(SY|BA)", ";;;(SY|BA|BU)"),
    ("an undo that forgets its own traces", "a try that came half", "if ($Tried.ContainsKey($name))", "if ($false)"),
    ("an undo that takes all for its own", "what somebody else has changed after", "$null -eq $state -or", "$true -or"),
    (
        "an event that is left half way",
        "a restart that stopped half way is",
        "Test-Cut $passed $Item $made $now",
        "$false",
    ),
    ("a service started against whoever stopped it", "what somebody has stopped", "$null -eq $Made -or", "$true -or"),
    ("a half file that is in the way", "files that somebody has half", '    [IO.File]::Delete("$Path.part")\n', ""),
    ("a task that stays for ever", "tasks that stand for nothing", "Remove-IdleTasks $Path; ", ""),
    ("a task that is switched off", "an undo whose task was switched off", " -and $task.enabled", ""),
    ("a record that is forgotten", "what is older than 30", '$name -ceq "$attempt.json" -or ', ""),
    ("a record of anybody", "a record of another attempt", " -or $found.attempt -cne $Attempt", ""),
)
#: Texts that the parser alone finds out.
TEXTS = {
    "an empty catch": "try { Get-Item -LiteralPath HKLM:\\SOFTWARE -ErrorAction Stop } catch { }",
    "an enumeration as a text": "[IO.FileStream]::new('x', 'CreateNew', 'Write', 'None', 4096, 'WriteThrough')",
    "a parameter of later versions": "Get-WinEvent -LogName System -MaxEvents 1 -Bookmark 1",
    "a command of later versions": "Get-Uptime",
    "syntax of later versions": "Get-Service TermService && Get-Service SessionEnv",
    "a bracket too few": "Get-Service (",
    "a type that no table has": "[Reflection.Assembly]::Load('x')",
}


def unseen(wire: Wire) -> Iterator[str]:
    """Yield what was broken and nobody noticed."""
    for title, resource, old, new in _SCRIPTS:
        script = script_of(resource, "read")
        vectors = [
            (one, _changed(script, old, new)) for one in load() if (one.resource, one.operation) == (resource, "read")
        ]
        seen = (one for one in resources.tried(wire, vectors, CONDITIONS) if one.powershell is not None)
        if next(seen, None) is None:
            yield title
    for title, start, old, new in _RUNNER:
        if not any(runner.many(wire, named(start), _changed(RUNNER, old, new))):
            yield title


def overlooked(read: list[Written]) -> Iterator[str]:
    """Yield the texts that were broken and that no check finds fault with."""
    return (one.name for one in read if not any(checks.faults(one)))


def _changed(script: str, old: str, new: str) -> str:
    assert old in script, f"{old!r} is not there any more"
    return script.replace(old, new)
