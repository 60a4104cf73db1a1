"""Reads a guide with its parts, and checks that every path of it ends, and that its examples hold."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType

from troubleshoot.engine import guide_causes, guide_format_1, guide_shape, guide_texts, instructions
from troubleshoot.engine.cause import Cause, SeenTerm
from troubleshoot.engine.facts import FactList
from troubleshoot.engine.guide import (
    CAUSE_ANSWERS,
    ENDS,
    FIX_ANSWERS,
    TRY_ANSWERS,
    Guide,
    GuideExample,
    GuideStep,
    GuideSteps,
)
from troubleshoot.engine.guide_examples import broken_examples
from troubleshoot.engine.guide_parts import Expanded
from troubleshoot.engine.guide_texts import StepTexts
from troubleshoot.engine.toml_tables import TomlTable

KINDS = ("fact", "cause", "ask", "try", "fix", "end")
MOST_JOURNEYS = 500
"""Journeys that one example may stand for."""
READY_LIMIT = 300
"""Characters of a message that is ready to be sent."""
SYMPTOM_LIMIT = 120
TOLD = "told."
"""How the facts are called that a person's answers tell."""
NOWHERE = GuideStep("", "", "", MappingProxyType({}))
CURRENT = (guide_texts.FORMAT,)
"""The formats in which a guide may be installed."""
EVER = (guide_format_1.FORMAT, *CURRENT)
"""The formats of stored guides."""


@dataclass(frozen=True)
class Declared:
    """What the steps of guides may name; None leaves it unchecked: a case finishes on a stored guide."""

    facts: FactList | None = None
    actions: Collection[str] | None = None
    """The names of the actions that may be offered."""
    causes: Mapping[str, Cause] | None = None
    terms: tuple[SeenTerm, ...] = ()
    """What is seen of errors: by it a cause belongs to the subject of a guide."""


@dataclass(frozen=True)
class _Rules:
    """What a guide's steps are read and checked by."""

    source: Expanded
    texts: Callable[[TomlTable, str], StepTexts]
    declared: Declared


def read(
    name: str,
    source: Expanded,
    table: TomlTable,
    declared: Declared,
    *,
    formats: Collection[int] = CURRENT,
) -> Guide:
    """Return the guide of an expanded text; what is wrong goes into the table's problems."""
    before = len(table.problems)
    old = _format(table, formats) == guide_format_1.FORMAT
    rules = _Rules(source, guide_format_1.read if old else guide_texts.read, declared)
    read_steps = _steps(table, rules)
    start = table.name("start")
    starts = table.texts("starts", required=False)
    table.texts("parts", required=False)
    guide = Guide(
        name=name,
        title=table.text("title", limit=120),
        start=start,
        steps=GuideSteps(read_steps),
        examples=tuple(_example(one, start, source, starts) for one in table.tables("example")),
        digest=hashlib.sha256(source.data).hexdigest(),
        source=source.data.decode(),
        meanwhile=guide_format_1.meanwhile(table, read_steps) if old else table.texts("meanwhile", required=False),
        ready=table.sentences("ready", limit=READY_LIMIT),
        symptoms=table.sentences("symptoms", limit=SYMPTOM_LIMIT),
        default=table.flag("default"),
        starts=starts,
        tells=MappingProxyType(_told_by_errors(table.table("tells", required=False), declared.facts)),
    )
    table.done()
    if not old:
        table.without_placeholders("steps")
    return _checked(guide, table) if len(table.problems) == before else guide


def _checked(guide: Guide, table: TomlTable) -> Guide:
    """Check shape and examples of a guide whose keys are sound; return it without the steps that it does not reach."""
    before = len(table.problems)
    guide = _without_unreached(guide)
    guide_shape.check(guide, table)
    if len(table.problems) == before:
        for index, text in broken_examples(guide):
            table.wrong("example", f"the example “{guide.examples[index].name}” {text}", index)
    return guide


def _format(table: TomlTable, formats: Collection[int]) -> int:
    """Return the format that a guide is written in; one that names none is of the first."""
    if "format" not in table.data and guide_format_1.FORMAT in formats:
        return guide_format_1.FORMAT
    found = table.integer("format")
    if "format" in table.data and found not in formats:
        table.wrong("format", f"guides are written in format {guide_texts.FORMAT}, not {found}")
    return found


def _without_unreached(guide: Guide) -> Guide:
    """Return the guide without the steps of its parts that it does not reach. Their examples are kept as they stand."""
    if guide.start not in guide.steps:
        return guide
    reached = set(guide_shape.reachable(guide))
    kept = {name: step for name, step in guide.steps.items() if name in reached or not step.part}
    return replace(guide, steps=GuideSteps(kept))


def _steps(table: TomlTable, rules: _Rules) -> dict[str, GuideStep]:
    """Return the steps by name, each judgement with where every cause leads."""
    found = {key: _step(key, one, rules) for key, one in table.table("steps").each()}
    judging = {name: step for name, step in found.items() if step.kind == "cause"}
    return found | {
        name: replace(step, to=MappingProxyType(guide_causes.routed(step, found))) for name, step in judging.items()
    }


def _step(name: str, table: TomlTable, rules: _Rules) -> GuideStep:
    kinds = [kind for kind in KINDS if kind in table.data]
    if len(kinds) != 1:
        table.wrong(None, f"a step has exactly one of {', '.join(KINDS)}")
        return NOWHERE
    kind = kinds[0]
    to = table.table("to", required=kind != "end")
    said = rules.texts(table, kind)
    step = GuideStep(
        name=name,
        kind=kind,
        subject=table.choice(kind, ENDS) if kind == "end" else table.text(kind),
        to=MappingProxyType(to.mapping()),
        title=said.title,
        text=said.text,
        not_your=said.not_your,
        answers=said.answers,
        ready=table.sentences("ready", limit=READY_LIMIT),
        how=instructions.read(table),
        tells=table.text("tells", required=False),
        part=rules.source.piece(table.line).part,
        asks=table.texts("asks", required=False) if kind == "cause" else (),
    )
    table.done()
    for answer in set(step.answers) - set(step.to):
        table.wrong("answers", "this answer leads nowhere", answer)
    _check_answers(step, table, to, rules)
    return step


def _told_by_errors(table: TomlTable, facts: FactList | None) -> dict[str, str]:
    """Read what the errors of a guide tell by themselves: facts that people tell, each with one of its values."""
    found = table.mapping()
    if facts is None:
        return found
    for name, value in found.items():
        if not name.startswith(TOLD) or name not in facts:
            table.wrong(name, "is no fact that people tell")
        elif value not in facts.values[name]:
            table.wrong(name, f"is one of {', '.join(facts.values[name])}, not {value}")
    return found


def _check_answers(step: GuideStep, table: TomlTable, to: TomlTable, rules: _Rules) -> None:
    facts = rules.declared.facts
    _check_subject(step, table, to, rules.declared)
    if step.kind == "ask" and not step.to:
        table.wrong("to", "must name at least one answer")
    if step.how and (step.is_read or step.kind == "fix"):
        table.wrong("steps" if step.how.steps else "commands", "nobody follows steps here; a remedy names its own")
    if step.tells and facts is not None:
        _check_tells(step, table, to, facts)
    expected = _expected(step, facts)
    for value in expected:
        if value not in step.to:
            table.wrong("to", f"the value {value} leads nowhere")
    for value in step.to:
        if value not in expected:
            to.wrong(value, f"is no answer to this step; the answers are {', '.join(expected) or 'none: it is an end'}")


def _check_subject(step: GuideStep, table: TomlTable, to: TomlTable, declared: Declared) -> None:
    """Check that there is what a step names."""
    if step.kind == "fact" and declared.facts is not None and step.subject not in declared.facts:
        table.wrong("fact", f"no probe declares the fact {step.subject}")
    if step.kind == "fix" and declared.actions is not None and step.subject not in declared.actions:
        table.wrong("fix", f"there is no action {step.subject}")
    if step.kind == "cause" and declared.causes is not None:
        for name in guide_causes.unknown_answers(step, declared.causes):
            to.wrong(name, f"there is no cause {name}")


def _check_tells(step: GuideStep, table: TomlTable, to: TomlTable, facts: FactList) -> None:
    """Check that a question tells only a fact that people tell, and that each of its answers is a value of it."""
    if step.kind != "ask" or not step.tells.startswith(TOLD) or step.tells not in facts:
        told = [name for name in facts.values if name.startswith(TOLD)]
        table.wrong("tells", f"a question may tell one of {', '.join(told) or 'no facts: none is told by people'}")
        return
    for value in step.to:
        if value not in facts.values[step.tells]:
            to.wrong(value, f"is no value of {step.tells}; it is one of {', '.join(facts.values[step.tells])}")


def _expected(step: GuideStep, facts: FactList | None) -> Collection[str]:
    """Return the answers that must be routed; a question's answers are the author's own."""
    if step.kind == "fact":
        return tuple(step.to) if facts is None else facts.values.get(step.subject, step.to)
    if step.kind == "cause":
        return *CAUSE_ANSWERS, *(name for name in step.to if name not in CAUSE_ANSWERS)
    return {"fix": FIX_ANSWERS, "try": TRY_ANSWERS, "end": ()}.get(step.kind, tuple(step.to))


def _example(table: TomlTable, start: str, source: Expanded, starts: Collection[str]) -> GuideExample:
    """Read an example. It begins at the guide's start, or at the first step that it answers where the guide may begin
    there; one of a part does not know the guide's start."""
    answers = table.table("answers", required=False)
    found = {}
    for step, value in answers.data.items():
        found[step] = answers.texts(step) if isinstance(value, list) else (answers.text(step),)
    first = next(iter(found), start)
    if first not in starts and (start in found or not source.piece(table.line).part):
        first = start
    example = GuideExample(table.text("name", limit=120), MappingProxyType(found), table.name("end"), first)
    if prod(len(values) for values in found.values()) > MOST_JOURNEYS:
        table.wrong("answers", f"stands for more than {MOST_JOURNEYS} journeys")
    table.done()
    return example


def check_beside(guide: Guide, others: Collection[Guide], table: TomlTable) -> None:
    """Check what only one of all guides may say: that it is for everything else, and where a symptom leads."""
    for other in others:
        if guide.default and other.default:
            table.wrong("default", f"{other.name} is the guide for everything else already")
        taken = {symptom.casefold() for symptom in other.symptoms}
        for index, symptom in enumerate(guide.symptoms):
            if symptom.casefold() in taken:
                table.wrong("symptoms", f"leads to {other.name} already", index)
