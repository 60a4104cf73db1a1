"""What a guide says of causes for which it has no branch of its own: it follows the remedies that their file declares.

The steps are written as text and put behind a guide like a part: a stored guide then holds all that a case needs to
finish on it, whatever causes there are later.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from troubleshoot.engine import toml
from troubleshoot.engine.cause import Cause, SeenTerm
from troubleshoot.engine.facts import UNKNOWN, Fact
from troubleshoot.engine.guide import CAUSE_ANSWERS, GuideStep
from troubleshoot.engine.guide_parts import GuidePart
from troubleshoot.engine.judging import Health, Judgement
from troubleshoot.engine.toml_tables import TomlTable, top

CAUSES_PART = "(causes)"
"""The name of the part that is made here; no file has it."""
_STEP = "cause-"
"""How the steps that are made here begin; what follows is the cause."""
_FURTHER = "--"
"""Between the cause and a further remedy for it."""
_ENDS = {"not_verified": "fix_failed", "declined": "fix_declined", "unavailable": "fix_unavailable"}
_WORKED = "confirm"


def generated(
    own: Iterable[TomlTable], causes: Iterable[Cause], terms: Iterable[SeenTerm], offered: Collection[str]
) -> GuidePart | None:
    """Return the steps for causes of a guide's subject of which none of its files says where they lead; None for a
    guide that never judges, and where nothing is left to say. `offered` are the remedies that may be offered."""
    steps = [step for table in own for step in _steps(table)]
    judging = [step for step in steps if "cause" in step]
    if not judging:
        return None
    routes = [step.get("to") for step in judging]
    said = {name for route in routes if isinstance(route, dict) for name in route}
    facts = {str(step["fact"]) for step in steps if "fact" in step}
    left = [
        (cause, remedies)
        for cause in of_subject(causes, terms, facts)
        if cause.id not in said and (remedies := [name for name in cause.remedies if name in offered])
    ]
    if not left:
        return None
    text = "\n".join(line for cause, remedies in left for line in _remedies(cause, remedies)).encode()
    return GuidePart(CAUSES_PART, top(toml.load(CAUSES_PART, text), []), text, "")


def of_subject(causes: Iterable[Cause], terms: Iterable[SeenTerm], facts: Collection[str]) -> list[Cause]:
    """Return the causes that can bring about something that a guide with these facts looks at; all of them for a guide
    that looks at nothing by itself."""
    seen = [term for term in terms if term.fact in facts]
    return [cause for cause in causes if not facts or any(map(cause.produced, seen))]


def routed(step: GuideStep, names: Collection[str]) -> Mapping[str, str]:
    """Return where the answers of a judgement lead: those that it names, the questions it may ask, and each cause for
    which a step was made; `names` are all steps."""
    made = {name.removeprefix(_STEP): name for name in names if name.startswith(_STEP) and _FURTHER not in name}
    return {**made, **{name: name for name in step.asks}, **step.to}


def unknown_answers(step: GuideStep, causes: Collection[str]) -> Iterator[str]:
    """Yield the answers that no judgement can come to."""
    yield from (name for name in step.to if name not in (*CAUSE_ANSWERS, *step.asks, *causes))


def _steps(table: TomlTable) -> Iterator[Mapping[str, object]]:
    steps = table.data.get("steps")
    yield from (step for step in (steps.values() if isinstance(steps, dict) else ()) if isinstance(step, dict))


def _remedies(cause: Cause, remedies: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the steps for one cause: each remedy, and where it may not run here the next one."""
    names = [f"{_STEP}{cause.id}", *(f"{_STEP}{cause.id}{_FURTHER}{name}" for name in remedies[1:])]
    for index, remedy in enumerate(remedies):
        to = {"verified": _WORKED, **_ENDS}
        if index + 1 < len(names):
            to["unavailable"] = names[index + 1]
        yield f"[steps.{_text(names[index])}]"
        yield f"fix = {_text(remedy)}"
        yield f"title = {_text(cause.title)}"
        yield f"text = {_text(cause.sentence)}"
        yield f"to = {{ {', '.join(f'{answer} = {_text(target)}' for answer, target in to.items())} }}"


def _text(value: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(value, ensure_ascii=False)


def cause_answer(step: GuideStep, judged: Sequence[Judgement], health: Health) -> str:
    """Return what a judgement answers: the cause that is shown and stands first, or one of CAUSE_ANSWERS.

    What only fits is a guess: it is listed, and it leads nowhere.
    """
    if first := first_cause(judged):
        return first if first in step.to else "other"
    return "healthy" if health.state == "healthy" else "none"


def first_cause(judged: Iterable[Judgement]) -> str:
    """Return the cause that is shown and stands first; empty where none is shown."""
    return next((one.cause.id for one in judged if one.verdict == "shown_by"), "")


def question_before(
    step: GuideStep, steps: Mapping[str, GuideStep], facts: Mapping[str, Fact], judge: Callable[[dict[str, Fact]], str]
) -> str:
    """Return the question whose answers tell most causes apart, of those that a judgement may ask; empty where none can
    change which cause stands first.

    `judge` returns the first cause by facts. What somebody has told already is not asked again.
    """
    names = [name for name in step.asks if facts.get(steps[name].tells, _UNTOLD).value == UNKNOWN]
    outcomes = {name: len(_outcomes(steps[name], facts, judge)) for name in names}
    best = max(names, key=outcomes.__getitem__, default="")
    return best if best and outcomes[best] > 1 else ""


def _outcomes(question: GuideStep, facts: Mapping[str, Fact], judge: Callable[[dict[str, Fact]], str]) -> set[str]:
    """Return which causes stand first by each answer to a question; an empty name for none."""
    return {judge({**facts, question.tells: Fact(question.tells, value)}) for value in question.to}


_UNTOLD = Fact("", UNKNOWN)
