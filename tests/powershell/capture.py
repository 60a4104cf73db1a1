"""What Windows PowerShell 5.1 says of its own commands: `commands-5.1.json`, the part of a capture that is used here.

`python -m tests.powershell.capture FILE` renews it from a whole capture (`Get-Command` of 5.1.14393, as JSON).
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("commands-5.1.json")
#: about_CommonParameters, version 5.1.
COMMON = frozenset(
    [
        *("debug", "verbose", "erroraction", "errorvariable", "informationaction", "informationvariable"),
        *("warningaction", "warningvariable", "outvariable", "outbuffer", "pipelinevariable"),
    ]
)
_END = "[<CommonParameters>]"
#: How a syntax line writes a parameter, and whether it is mandatory and may go unnamed.
_FORMS = (
    (r"\[\[-(\w+)\] <([^>]+)>\]", False, True),
    (r"\[-(\w+)\] <([^>]+)>", True, True),
    (r"\[-(\w+) <([^>]+)>\]", False, False),
    (r"-(\w+) <([^>]+)>", True, False),
    (r"\[-(\w+)()\]", False, False),
    (r"-(\w+)()", True, False),
)
_ANY = re.compile("|".join(re.sub(r"\((?!\?)", "(?:", form) for form, _, _ in _FORMS))


@dataclass(frozen=True)
class Parameter:
    """One parameter in one set: its type as 5.1 writes it (empty: a switch), whether it must be given, its place."""

    name: str
    type: str
    mandatory: bool
    position: int | None


@dataclass(frozen=True)
class Command:
    """A command of 5.1: the module it comes from, and its parameter sets, the default one first."""

    name: str
    module: str
    sets: tuple[tuple[Parameter, ...], ...]

    @property
    def parameters(self) -> frozenset[str]:
        """The names that it takes, in lower case."""
        return COMMON | {one.name.lower() for each in self.sets for one in each}


@functools.cache
def commands() -> dict[str, Command]:
    """Return the commands of 5.1 that are kept, by lower-case name."""
    kept = json.loads(FILE.read_text(encoding="ascii"))
    return {name.lower(): Command(name, one["module"], tuple(map(read_set, one["sets"]))) for name, one in kept.items()}


def read_set(text: str) -> tuple[Parameter, ...]:
    """Return the parameters of one syntax line."""
    found: list[Parameter] = []
    for word in _ANY.finditer(text):
        form, mandatory, unnamed = next(one for one in _FORMS if re.fullmatch(one[0], word[0]))
        name, kind = re.fullmatch(form, word[0]).groups()  # type: ignore[union-attr]  # it has just matched
        position = sum(one.position is not None for one in found) if unnamed else None
        found.append(Parameter(name, kind, mandatory, position))
    return tuple(found)


def _all_of(capture: Any) -> Iterable[tuple[str, str, list[str]]]:
    for module in capture["Modules"]:
        listed = module["ExportedCommands"] or []
        for one in listed if isinstance(listed, list) else [listed]:
            given = one.get("ParameterSets") or []
            lines = given if isinstance(given, list) else [text for text in given.split(_END) if text or given == _END]
            yield one["Name"], module["Name"], [line.replace(_END, "").strip() for line in lines]


def keep(file: Path, names: Iterable[str]) -> None:
    """Write down what a whole capture says of these commands; those that it does not know are left out."""
    wanted = {name.lower() for name in names}
    capture = json.loads(file.read_text(encoding="utf-8-sig"))
    kept = {name: {"module": module, "sets": sets} for name, module, sets in _all_of(capture) if name.lower() in wanted}
    FILE.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    from tests.powershell.written import used_commands

    keep(Path(sys.argv[1]), used_commands())
