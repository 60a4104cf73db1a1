"""Reads `questions/<name>.toml`: what a person sees on their own PC, asked one by one."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from troubleshoot.engine.facts import FactError, FactList
from troubleshoot.engine.instructions import STEP_LIMIT, HowTo
from troubleshoot.engine.pc_questions import PcChoice, PcQuestion
from troubleshoot.engine.toml_tables import TomlTable

WORDS_LIMIT = 200


def read(table: TomlTable, facts: FactList, taken: Collection[str]) -> dict[str, PcQuestion]:
    """Return the questions of one file by name; what is wrong goes into the table's problems.

    `taken` are the names of questions in other files.
    """
    found: dict[str, PcQuestion] = {}
    for one in table.tables("question", required=True):
        question = _question(one, facts)
        if question.name in found or question.name in taken:
            one.wrong("name", f"the question {question.name} stands twice")
        found[question.name] = question
    table.done()
    return found


def _question(table: TomlTable, facts: FactList) -> PcQuestion:
    words, tells = table.table("answers"), table.table("tells")
    question = PcQuestion(
        name=table.name("name"),
        ask=table.text("ask", limit=WORDS_LIMIT),
        text=table.text("text", required=False),
        how=HowTo(
            table.sentences("steps", limit=STEP_LIMIT), table.text("different", required=False, limit=STEP_LIMIT)
        ),
        only=_only(table.table("only", required=False), facts),
        choices=tuple(_choices(words, tells, facts)),
    )
    for value in tells.data:
        if value not in words.data:
            tells.wrong(value, "there is no such answer")
    if all(one.tells for one in question.choices):
        table.wrong("tells", "one answer must tell nothing: whoever cannot see it needs one to choose")
    table.done()
    return question


def _choices(words: TomlTable, tells: TomlTable, facts: FactList) -> Iterator[PcChoice]:
    for value, text in words.mapping().items():
        told = tells.table(value, required=False)
        yield PcChoice(value, text, MappingProxyType(_told(told, facts)))


def _told(table: TomlTable, facts: FactList) -> dict[str, str]:
    told = table.mapping()
    for name, value in told.items():
        _check(table, name, value, facts)
    return told


def _only(table: TomlTable, facts: FactList) -> Mapping[str, tuple[str, ...]]:
    found = {name: table.texts(name) for name in table.data}
    for name, values in found.items():
        for value in values:
            _check(table, name, value, facts)
    return MappingProxyType(found)


def _check(table: TomlTable, name: str, value: str, facts: FactList) -> None:
    """Keep a problem where people cannot tell this."""
    try:
        facts.check(name, value)
    except FactError as error:
        table.wrong(name, str(error))
    else:
        if name not in facts.words or facts.words[name].seen != "told":
            table.wrong(name, f"{name} is measured; nobody tells it")
