"""Giving a simulated computer of the demo other faults, before its next start or while it runs."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from django.core.management.base import CommandError

from troubleshoot.lab import FAULTS, BadStateError, build_state, file_mark
from troubleshoot.management.command_base import wait_until


def wish(text: str, names: Collection[str]) -> tuple[str, list[str]]:
    """Return the computer and its faults out of NAME=FAULT[,FAULT]. Raises CommandError, which says what there is."""
    name, _, given = text.partition("=")
    faults = [fault.strip() for fault in given.split(",") if fault.strip()]
    if name.upper() not in names:
        raise CommandError(f"There is no computer {name!r} in the demo. There are: {', '.join(names)}.")
    if not faults or not set(faults) <= set(FAULTS):
        width = max(map(len, FAULTS)) + 2
        lines = [f"  {fault:<{width}}{known.__doc__}" for fault, known in FAULTS.items()]
        raise CommandError("\n".join([f"Which fault should {name.upper()} have? Several with commas between:", *lines]))
    return name.upper(), faults


def give(file: Path, name: str, faults: list[str]) -> None:
    """Write the state of a computer that has these faults and no others; its own records of changes stay."""
    if not file.exists():
        raise CommandError(f"There is no {file}: start the demo first (make demo).")
    try:
        present = build_state(name=name, file=file)
    except BadStateError as error:
        raise CommandError(f"The computer's state cannot be read: {error}") from error
    document = build_state(name=name, file=None, faults=faults)
    document |= {"runs": present["runs"], "reports": present["reports"]}
    document["event_log"] += [line for line in present["event_log"] if line["source"] == "Mendpoint"]
    made = file.with_name(file.name + ".wanted")
    made.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    made.replace(file)


def taken_over(file: Path, seconds: float = 10) -> bool:
    """Tell whether the running computer has taken over what was just written: it then writes the file itself."""
    written = file_mark(file)
    return wait_until(lambda: file_mark(file) != written or None, seconds=seconds) is True
