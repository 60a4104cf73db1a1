"""Loads the vectors of the resources and runs one against a simulated host; nothing here records a result."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import time_machine
from django.conf import settings

from troubleshoot.lab.powershell import run
from troubleshoot.lab.powershell.errors import ScriptFailed
from troubleshoot.lab.state import HostState

_ROOT = Path(__file__).parents[3]
RESOURCES = _ROOT / "troubleshoot" / "catalog" / "resources"
"""What ships with the product."""
EXAMPLES = _ROOT / "docs" / "examples" / "catalog" / "resources"
REMOVED = "(removed)"
# What every document has; a vector names only the parts that matter to it.
EMPTY: dict[str, Any] = {
    "name": "ACC-07",
    "clock_offset_seconds": 0,
    "services": {},
    "registry": {},
    "certificates": {"Remote Desktop": [], "My": []},
    "key_store": {"rdp_key": "readable"},
    "domain": {"joined": False, "name": "WORKGROUP", "secure_channel": False, "controller": False},
    "processes": [],
    "network": {"rdp": "open", "winrm": "open"},
    "winrm": {"credentials": "accepted", "administrator": True},
    "event_log": [],
}


@dataclass(frozen=True)
class Vector:
    """One case: a host, an operation with its parameters, and what must come of it."""

    resource: str
    operation: str
    title: str
    now: str
    host: Mapping[str, Any]
    case: Mapping[str, Any]

    def fault(self, script: str) -> str | None:
        """Run a script on this vector's host; return what is wrong, or None. Refused passes through."""
        state = HostState(copy.deepcopy(dict(self.host)))
        with time_machine.travel(self.now, tick=False):
            identifier = ""
            try:
                output, failure = run(script, self.params(), state), None
            except ScriptFailed as error:
                output, failure, identifier = [], str(error), error.identifier
        return self.judge(output, failure, state.document, identifier)

    def params(self) -> dict[str, Any]:
        """Return what the script is given."""
        if self.operation == "read":
            return dict(self.case["params"])
        return {**self.case["params"], "Desired": self.case["desired"], "Before": self.case["before"]}

    def judge(
        self, output: list[Any], failure: str | None, after: dict[str, Any], identifier: str | None = None
    ) -> str | None:
        """Return what is wrong with an end like this, or None.

        What the script throws is compared by its words, an error of Windows by its identifier, which no language and
        no edition of .NET changes; whoever has none (None) proves only that it failed.
        """
        known = self.case.get("fails_as")
        if known is not None and (failure is None or identifier not in {None, known}):
            return f"ended with {failure!r} ({identifier}), expected the error {known!r}"
        expected = self.case.get("fails")
        if known is None and (failure if failure is None else failure.strip()) != expected:
            return f"ended with {failure!r}, expected {expected!r}"
        wanted = [self.case["result"]] if "result" in self.case else []
        if ordered(output) != ordered(wanted):
            return f"put out {output!r}, expected {wanted!r}"
        document = merged(self.host, self.case.get("after", {}))
        return None if ordered(after) == ordered(document) else f"left {after!r}, expected {document!r}"


def ordered(value: Any) -> str:
    """Return a value as text that tells 1 from true and ignores the order of keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with changes: tables are merged, everything else is replaced, "(removed)" removes."""
    result = copy.deepcopy(dict(base))
    for key, value in changes.items():
        if value == REMOVED:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def load() -> list[Vector]:
    """Return every vector of every resource."""
    return [vector for path in everywhere("*/vectors/*.json") for vector in vectors_of(path)]


def vectors_of(path: Path) -> Iterator[Vector]:
    """Yield the vectors of one file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    base = merged(EMPTY, data["host"])
    now = data.get("now", "2026-11-22T09:00:00Z")
    for case in data["vectors"]:
        host = merged(base, case.get("host", {}))
        yield Vector(path.parents[1].name, data["operation"], case["title"], now, host, case)


def script_of(resource: str, operation: str) -> str:
    """Return the text of a resource's script."""
    return everywhere(f"{resource}/{operation}.ps1")[0].read_text(encoding="ascii")


def everywhere(pattern: str) -> list[Path]:
    """Return the files of every resource that match: the example's too, and those of folders that are installed."""
    own = [(folder / "resources").resolve() for folder in settings.CATALOG_DIRS[1:]]
    return [path for folder in dict.fromkeys([RESOURCES, EXAMPLES, *own]) for path in sorted(folder.glob(pattern))]
