"""The PowerShell that the product ships, and the commands that people copy, as the real parser reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from tests.catalog.resources.vectors import everywhere
from tests.powershell import shell
from tests.support import shipped_catalog
from troubleshoot.engine.instructions import CommandToCopy
from troubleshoot.lab.powershell.cmdlets import CMDLETS
from troubleshoot.lab.undoing import UNDO_LINE
from troubleshoot.remote.envelope import RUNNER
from troubleshoot.wording import connection_refusals, stages

PRODUCT = Path(__file__).parents[2] / "troubleshoot"
_RUNNER = tuple(
    PRODUCT / "remote" / name for name in ("runner_tools.ps1", "runner_undo.ps1", "runner_restore.ps1", "runner.ps1")
)
RUNNER_NAME = "runner_tools.ps1, runner_undo.ps1, runner_restore.ps1 and runner.ps1"
UNDO_NAME = "the line by which an undo starts"
_PARSER = Path(__file__).with_name("parse.ps1")
#: A command inside a sentence: its name, then words until the sentence goes on.
_IN_A_SENTENCE = re.compile(r"\b(?:winrm|w32tm|net|reg|[A-Z][a-z]+-[A-Z][A-Za-z]+)(?: [-/]?[a-z][\w:/.-]*\w)+")


_IN_A_DOCUMENT = re.compile(r"^```powershell\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Written:
    """One text: where it comes from, and what the parser read in it."""

    name: str
    text: str
    read: Mapping[str, Any]


def scripts() -> dict[str, str]:
    """Return the text of every script that ships, by its path; the files of the runner are one text."""
    own = [path for path in sorted(PRODUCT.rglob("*.ps1")) if "catalog" not in path.relative_to(PRODUCT).parts]
    root = PRODUCT.parent
    found = [path for path in (*own, *everywhere("*/*.ps1")) if path not in _RUNNER]
    return {RUNNER_NAME: RUNNER, UNDO_NAME: UNDO_LINE} | {
        str(path.relative_to(root) if path.is_relative_to(root) else path): path.read_text("ascii") for path in found
    }


def for_windows() -> dict[str, str]:
    """Return what is run on a real Windows only, by its path."""
    folders = (PRODUCT.parent / "tests" / "windows", PRODUCT.parent / "tests" / "remote" / "vectors")
    found = [path for folder in folders for path in sorted(folder.glob("*.ps1"))]
    return {str(path.relative_to(PRODUCT.parent)): path.read_text(encoding="ascii") for path in found}


def copied() -> dict[str, str]:
    """Return the commands that people copy for a PowerShell, each once, by where it is shown and how it begins."""
    shown = [(one.where, one.text) for one in _shown(shipped_catalog(), set())]
    told = [("a hint", text) for text in _told()]
    return {f"{where}: {text}": text for where, text in dict.fromkeys([*shown, *told, *_documented()])}


def _shown(found: Any, seen: set[int]) -> Iterator[CommandToCopy]:
    if id(found) in seen:
        return
    seen.add(id(found))
    if isinstance(found, CommandToCopy):
        yield found
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from _shown(value, seen)
    elif isinstance(found, (tuple, list)):
        for value in found:
            yield from _shown(value, seen)
    elif is_dataclass(found):
        for field in fields(found):
            yield from _shown(getattr(found, field.name), seen)


def _documented() -> list[tuple[str, str]]:
    """Return the blocks of PowerShell in the documents, each with the page that it stands on."""
    pages = sorted((PRODUCT.parent / "docs").glob("*.md"))
    return [(page.name, text) for page in pages for text in _IN_A_DOCUMENT.findall(page.read_text("utf-8"))]


def _told() -> list[str]:
    """Return the commands inside the sentences about connections."""
    sentences = [*stages.CURES.values(), *connection_refusals.WAY_REFUSALS.values()]
    return [found[0] for sentence in sentences for found in _IN_A_SENTENCE.finditer(str(sentence))]


def read(program: str, texts: Mapping[str, str]) -> list[Written]:
    """Let the real parser read all texts, in one process."""
    asked = json.dumps(list(texts.values())).encode()
    done = shell.run(program, ["-NoProfile", "-NonInteractive", "-File", str(_PARSER)], asked)
    if done.returncode:
        raise AssertionError(f"the parser's script failed: {done.stderr.decode(errors='replace')}")
    pairs = zip(texts.items(), json.loads(done.stdout), strict=True)
    return [Written(name, text, found) for (name, text), found in pairs]


def together(texts: list[Written]) -> list[Written]:
    """Return texts of which each knows the functions of all."""
    functions = [name for one in texts for name in one.read["functions"]]
    return [replace(one, read={**one.read, "functions": functions}) for one in texts]


def used_commands() -> set[str]:
    """Return the commands that are named anywhere, those of the lab included, in lower case."""
    found = read(shell.find(), scripts() | copied() | for_windows())
    return {command["name"].lower() for one in found for command in one.read["commands"]} | set(CMDLETS)
