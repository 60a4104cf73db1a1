"""Reads `[[fact.update]]`: updates that are known to break something, judged by the build of the Windows that has them.

Most break the computer that has to be read. Some break the PC that connects: its build is told, and so is what follows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from troubleshoot.engine.catalog_actions import CERTAINTIES
from troubleshoot.engine.declared_facts import ReadingCase
from troubleshoot.engine.facts import FactList
from troubleshoot.engine.resource import Resource
from troubleshoot.engine.toml_tables import TomlTable

_KB = re.compile("KB[0-9]{6,8}")
#: The fields that a resource has to have, so that updates are judged by it, with their types.
_FIELDS = {"build": "string", "revision": "integer", "edition": "string"}
NONE_LISTED = "none"
"""The value of a told fact where no update of the list is there."""


@dataclass(frozen=True)
class BadUpdate:
    """One update: the first revision of a build that has it, and the first that is repaired."""

    kb: str
    day: str
    build: str
    editions: tuple[str, ...]
    """The kinds of installation that it breaks; none: every one."""
    first: int
    repaired: int
    repaired_by: str
    symptom: str
    """The value that the fact then has."""
    certainty: str
    source: str
    tells: str
    """The fact of the PC that connects, where that is what it breaks; empty: the fact of the list."""

    @property
    def note(self) -> str:
        """Return what a reader is told beside the build."""
        return f"{self.kb} of {self.day}, repaired by {self.repaired_by} ({self.certainty.replace('_', ' ')})"


def read(table: TomlTable) -> BadUpdate:
    """Return one `[[fact.update]]`; what is wrong goes into the table's problems."""
    found = BadUpdate(
        kb=table.text("kb"),
        day=table.text("date"),
        build=table.text("build"),
        editions=table.texts("editions", required=False),
        first=table.integer("first"),
        repaired=table.integer("repaired"),
        repaired_by=table.text("repaired_by"),
        symptom=table.text("symptom"),
        certainty=table.choice("certainty", CERTAINTIES),
        source=table.text("source"),
        tells=table.text("tells", required=False),
    )
    table.done()
    for key, name in (("kb", found.kb), ("repaired_by", found.repaired_by)):
        if name and not _KB.fullmatch(name):
            table.wrong(key, "an update is named KB and its number")
    if found.day and not _is_day(found.day):
        table.wrong("date", "is a day such as 2026-09-08")
    if found.build and not found.build.isdecimal():
        table.wrong("build", "is the number of a build, such as 20348")
    if found.repaired <= found.first:
        table.wrong("repaired", "must be later than first")
    if found.tells and found.editions:
        table.wrong("editions", "a PC that connects tells its build alone")
    return found


def cases(updates: Iterable[BadUpdate], said: Sequence[ReadingCase], table: TomlTable) -> Iterator[ReadingCase]:
    """Yield when each update of the computer itself holds, with the words that `values` has for its symptom."""
    words = {case.value: case for case in said}
    for index, update in enumerate(updates):
        if update.tells:
            continue
        case = words.get(update.symptom)
        if case is None:
            table.wrong("update", f"values has no words for {update.symptom}", index, "symptom")
            continue
        for edition in update.editions or ("",):
            yield _case(update, case.words, edition, bad=case.bad)


def told_cases(updates: Iterable[BadUpdate], probed: FactList, table: TomlTable) -> Iterator[tuple[str, ReadingCase]]:
    """Yield the fact that each update of a PC that connects tells, and when; `probed` are the facts of the probes."""
    for index, update in enumerate(updates):
        if not update.tells:
            continue
        words = probed.words.get(update.tells)
        if words is None or words.seen != "told" or NONE_LISTED not in words.values:
            table.wrong("update", f"{update.tells} is no told fact with a value {NONE_LISTED}", index, "tells")
        elif update.symptom not in words.values:
            table.wrong("update", f"{update.tells} is never {update.symptom}", index, "symptom")
        else:
            yield update.tells, _case(update, words.valued(update.symptom), bad=True)


def _case(update: BadUpdate, words: str, edition: str = "", *, bad: bool) -> ReadingCase:
    when = {"build": update.build} | ({"edition": edition} if edition else {})
    least, limit = {"revision": update.first}, {"revision": update.repaired}
    return ReadingCase(update.symptom, when, least, words, bad, below=limit, note=update.note)


def check_resource(resource: Resource, table: TomlTable) -> None:
    """Keep a problem where a resource does not tell the build, the revision and the edition of a computer."""
    for name, kind in _FIELDS.items():
        if name not in resource.fields or resource.fields[name].type != kind:
            table.wrong("update", f"{resource.name} has no {kind} {name} by which updates could be judged")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
