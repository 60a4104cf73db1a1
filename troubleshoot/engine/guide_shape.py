"""The shape of a guide: every step is reached, and every path of it ends."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from troubleshoot.engine.guide import Guide
from troubleshoot.engine.toml_tables import TomlTable


def check(guide: Guide, table: TomlTable) -> None:
    """Check start and targets, then that every step is reachable and no path runs in a circle: so every path ends."""
    if guide.start not in guide.steps:
        table.wrong("start", f"there is no step {guide.start}")
        return
    for index, name in enumerate(guide.starts):
        if name not in guide.steps:
            table.wrong("starts", f"there is no step {name}", index)
    _check_meanwhile(guide, table)
    steps = table.table("steps")
    dangling = [
        (step.name, value, target)
        for step in guide.steps.values()
        for value, target in step.to.items()
        if target not in guide.steps
    ]
    for name, value, target in dangling:
        steps.wrong(name, f"there is no step {target}", "to", value)
    if dangling:
        return
    for name in set(guide.steps) - set(reachable(guide)):
        steps.wrong(name, "no path leads here")
    _check_questions(guide, steps)
    if circle := _circle(guide):
        steps.wrong(circle, "the path from here comes back to here")


def _check_meanwhile(guide: Guide, table: TomlTable) -> None:
    """Check that all the steps that are named ask the same: one answer is for all of them."""
    questions = {name: step for name, step in guide.steps.items() if step.kind == "ask"}
    answers = {name: set(questions[name].to) for name in guide.meanwhile if name in questions}
    for index, name in enumerate(guide.meanwhile):
        if name not in questions:
            table.wrong("meanwhile", f"there is no question {name}", index)
        elif answers[name] != next(iter(answers.values())):
            table.wrong("meanwhile", f"{name} has other answers than {guide.meanwhile[0]}", index)


def reachable(guide: Guide) -> Iterator[str]:
    """Yield the steps to which a path from the start, or from a further start, leads."""
    found = {guide.start, *(name for name in guide.starts if name in guide.steps)}
    todo = sorted(found)
    while todo:
        name = todo.pop()
        yield name
        new = {target for target in guide.steps[name].to.values() if target in guide.steps} - found
        found |= new
        todo.extend(new)


def _check_questions(guide: Guide, steps: TomlTable) -> None:
    """Check that what is asked before a cause is named tells something, and comes back to be judged."""
    for step in guide.steps.values():
        for index, name in enumerate(step.asks):
            asked = guide.steps.get(name)
            if asked is None or asked.kind != "ask" or not asked.tells:
                steps.wrong(step.name, f"there is no question {name} that tells a fact", "asks", index)
            elif set(asked.to.values()) != {step.name}:
                steps.wrong(step.name, f"an answer to {name} does not come back here", "asks", index)


def _circle(guide: Guide) -> str | None:
    """Return a step whose path comes back to it, or None. What comes back to a judgement judges anew, and not for
    ever."""
    onward = {
        name: [one for one in step.to.values() if not guide.comes_back(name, one)] for name, step in guide.steps.items()
    }
    try:
        TopologicalSorter(onward).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return min(circle)
    return None
