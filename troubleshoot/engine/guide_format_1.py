"""How guides were written before format 2. Stored versions are read by these rules, as long as cases stand on them.

Their sentences are shown as they are: nothing in them is set apart, and nothing is put in.
"""

from collections.abc import Mapping
from types import MappingProxyType

from troubleshoot.engine.guide import GuideStep
from troubleshoot.engine.guide_texts import TITLE_LIMIT, StepTexts
from troubleshoot.engine.placeholders import Text
from troubleshoot.engine.toml_tables import TomlTable

FORMAT = 1


def read(table: TomlTable, kind: str) -> StepTexts:
    """Return the sentences of a step, whatever its kind; what is wrong goes into the table's problems."""
    return StepTexts(
        title=Text.literal(table.text("title", required=False, limit=TITLE_LIMIT)),
        text=Text.literal(table.text("text", required=False)),
        answers=MappingProxyType(table.table("answers", required=False).mapping()),
    )


def meanwhile(table: TomlTable, steps: Mapping[str, GuideStep]) -> tuple[str, ...]:
    """Return the steps that ask one question: the first alone was named, the others were known by the same words."""
    first = table.name("meanwhile", required=False)
    asked = {name: step.subject for name, step in steps.items() if step.kind == "ask"}
    others = (name for name, question in asked.items() if question == asked.get(first) and name != first)
    return (first, *others) if first else ()


def said_ahead(kept: Mapping[str, str], steps: Mapping[str, GuideStep]) -> dict[str, str]:
    """Return answers given ahead by the step that they are for; they were kept by the words of the question."""
    return {name: kept[step.subject] for name, step in steps.items() if step.subject in kept}
