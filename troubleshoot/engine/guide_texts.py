"""The sentences of a guide's step: which there are, which a kind of step needs, and where placeholders may stand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from troubleshoot.engine import placeholders
from troubleshoot.engine.placeholders import NO_TEXT, Text
from troubleshoot.engine.toml_tables import TEXT_LIMIT, TomlTable

FORMAT = 2
"""The number of this format; a guide names it, so that its stored versions are always read by their own rules."""
TITLE_LIMIT = 120
NOT_YOUR_LIMIT = 200
WITH_PLACEHOLDERS = ("title", "text", "not_your")
NEEDED = {"fix": ("title", "text"), "end": ("title", "text")}
"""Kind of step → the sentences that it cannot do without: a page consists of them there."""

#: How a sentence speaks to whoever reads it.
_TO_THE_READER = re.compile(r"\byou(rs?|rself)?\b", re.IGNORECASE)


def speaks_to_reader(text: str) -> bool:
    """Tell whether a sentence of the catalogue addresses the person of a case, so that to others it is a quotation."""
    return bool(_TO_THE_READER.search(text))


@dataclass(frozen=True)
class StepTexts:
    """What a step says to a person."""

    title: Text
    text: Text
    answers: Mapping[str, str]
    """Answer → words for it."""
    not_your: Text = NO_TEXT
    """What it is not. It stops people from restarting and typing again, so pages set it apart."""


def read(table: TomlTable, kind: str) -> StepTexts:
    """Return the sentences of a step; what is wrong goes into the table's problems."""
    needed = NEEDED.get(kind, ())
    found = StepTexts(
        title=_text(table, "title", limit=TITLE_LIMIT, needed=needed),
        text=_text(table, "text", needed=needed),
        not_your=_text(table, "not_your", limit=NOT_YOUR_LIMIT),
        answers=_answers(table, kind),
    )
    table.without_placeholders(*WITH_PLACEHOLDERS, "commands")
    return found


def _text(table: TomlTable, key: str, *, limit: int = TEXT_LIMIT, needed: tuple[str, ...] = ()) -> Text:
    template = table.text(key, required=key in needed, limit=limit)
    if template and (wrong := placeholders.fault(template)):
        table.wrong(key, wrong)
    return Text.filled(template)


def _answers(table: TomlTable, kind: str) -> Mapping[str, str]:
    """Read the words of the answers. A question is answered in words; each of its answers needs some."""
    answers = table.table("answers", required=False)
    to = table.data.get("to")
    for value in to if kind == "ask" and isinstance(to, dict) else ():
        if value not in answers.data:
            table.wrong("answers", f"the answer {value} has no words")
    return MappingProxyType(answers.mapping())
