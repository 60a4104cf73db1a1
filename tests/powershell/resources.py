"""Every vector of every resource under every condition: what the real PowerShell makes of it, and what the lab does."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import time_machine

from tests.catalog.resources.vectors import Vector, script_of
from tests.powershell.conditions import Condition
from tests.powershell.host import Host
from tests.powershell.shell import Wire
from troubleshoot.lab import ScriptRefused
from troubleshoot.lab.state import HostState
from troubleshoot.remote.envelope import RUNNER

#: Functions of the runner that make a script's parameters and write down its state.
_SHARED = ("ConvertTo-Table", "Test-Table", "Format-Text", "Format-Json")


@dataclass(frozen=True)
class Finding:
    """A vector that one of the two does not pass, and what each says; None is a pass."""

    vector: str
    condition: Condition
    powershell: str | None
    lab: str | None


def definitions() -> str:
    """Return the text of the runner's functions that every script meets."""
    return "\n".join(function_of(RUNNER, name)[0] for name in _SHARED)


def function_of(script: str, name: str) -> re.Match[str]:
    """Return where a function stands in a script."""
    found = re.search(rf"^function {name}\b(?:.*\}}$|(?:.*\n)+?\}}$)", script, re.MULTILINE)
    assert found is not None, f"there is no function {name}"
    return found


def tried(wire: Wire, vectors: Iterable[tuple[Vector, str]], conditions: Iterable[Condition]) -> Iterator[Finding]:
    """Try vectors with the texts of their scripts; yield what both do not pass alike."""
    shared, conditions = definitions(), tuple(conditions)
    for vector, script in vectors:
        for condition in conditions:
            there = replace(vector, host={"time_zone": condition.zone} | dict(vector.host))
            real, lab = _real(wire, there, script, condition, shared), _lab(there, script)
            if real is not None or lab is not None:
                yield Finding(f"{vector.resource}/{vector.operation}: {vector.title}", condition, real, lab)


def _lab(vector: Vector, script: str) -> str | None:
    try:
        return vector.fault(script)
    except ScriptRefused as refusal:
        return f"the lab refuses it: {refusal}"


def _real(wire: Wire, vector: Vector, script: str, condition: Condition, shared: str) -> str | None:
    host = Host(HostState(copy.deepcopy(dict(vector.host))))
    with time_machine.travel(vector.now, tick=False):
        now = host.state.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        # A vector that names a zone of its own is about that zone.
        place = replace(condition, zone=vector.host["time_zone"])
        wire.send(work(place, definitions=shared, script=script, params=_params(vector), now=f"@{now}"))
        done = host.serve(wire)
    if done is None:
        return "PowerShell has gone"
    if host.refused:
        return f"the lab refuses it: {host.refused}"
    if done["failed"] is not None:
        return vector.judge([], _as_framework(done["failed"]), host.state.document)
    return vector.judge(json.loads(done["output"]), None, host.state.document)


def _as_framework(message: str) -> str:
    """Return a message as .NET Framework words it: since .NET Core an argument is named in brackets."""
    return re.sub(r" \(Parameter '(\w+)'\)", r"\r\nParameter name: \1", message)


def work(condition: Condition, **what: str) -> dict[str, str]:
    """Return a message for worker.ps1, all of its keys included."""
    empty = dict.fromkeys(("definitions", "script", "params", "now", "bootstrap", "line", "room", "data"), "")
    return empty | what | {"zone": condition.zone, "culture": condition.culture}


def _params(vector: Vector) -> str:
    given: Mapping[str, Any] = vector.params()
    tables = {name: given[name] for name in ("Desired", "Before") if name in given}
    rest = {name: value for name, value in given.items() if name not in tables}
    return json.dumps({"params": rest, "tables": tables})


def with_scripts(vectors: Iterable[Vector]) -> list[tuple[Vector, str]]:
    """Return vectors with the scripts that ship."""
    return [(vector, script_of(vector.resource, vector.operation)) for vector in vectors]
