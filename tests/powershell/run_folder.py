"""The folder in which a real PowerShell keeps the records and reports of attempts, beside the state of a host."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troubleshoot.lab.state import moment

#: What the runner keeps of an attempt, by the name that the state of a host has for it, and how each file ends.
FILES = {
    "runs": ".json",
    "reports": ".result.json",
    "undo_orders": ".undo.json",
    "undo_armed": ".armed.json",
    "undo_tried": ".tried.json",
    "undo_reports": ".undone.json",
    "undo_disarmed": ".disarmed.json",
}


@dataclass(frozen=True)
class RunFolder:
    """The files of one host, below the folder of its programs' data."""

    data: Path

    @property
    def runs(self) -> Path:
        """The folder of records and reports."""
        return self.data / "Mendpoint" / "runs"

    def put(self, document: Mapping[str, Any]) -> None:
        """Write down what a state has; a text is a file that is damaged."""
        self.owned(document)
        for kind, end in FILES.items():
            for attempt, body in document[kind].items():
                self.runs.mkdir(parents=True, exist_ok=True)
                text = body if isinstance(body, str) else json.dumps(body)
                file = self.runs.joinpath(attempt + end)
                file.write_text(text, encoding="ascii")
                if isinstance(body, dict):
                    os.utime(file, (moment(body["at"]).timestamp(),) * 2)

    def put_half(self, name: str) -> None:
        """Leave a file as a process leaves it that ended while it wrote."""
        self.runs.mkdir(parents=True, exist_ok=True)
        self.runs.joinpath(name + ".part").write_text('{"v":2,"att', encoding="ascii")

    def owned(self, document: Mapping[str, Any]) -> None:
        """Write down whose the folder is: no other system has such an access list."""
        self.data.joinpath("access").write_text(document["runs_access"], encoding="ascii")

    def take(self, document: dict[str, Any]) -> list[str]:
        """Take the files into a state; return those that should not have stayed."""
        left = {path.name: path.read_text(encoding="ascii") for path in self.runs.glob("*") if path.suffix != ".lock"}
        for kind, end in FILES.items():
            names = [name for name in left if re.fullmatch(r"[0-9a-f-]+" + re.escape(end), name)]
            document[kind] = {name.removesuffix(end): _read(left.pop(name)) for name in names}
        return sorted(left)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
