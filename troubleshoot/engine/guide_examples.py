"""The example journeys of guides: whether they hold, and which branches they leave out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from troubleshoot.engine import guide_causes
from troubleshoot.engine.guide import AnswerRefused, Guide, GuideExample, GuideStep, Walk, walk_guide


def broken_examples(guide: Guide) -> Iterator[tuple[int, str]]:
    """Yield index and reason for every example that does not walk to its end, using all of its answers."""
    for index, example in enumerate(guide.examples):
        for journey in example.journeys() if _reached(guide, example) else ():
            try:
                found = _walk_from(guide, example, journey)
            except AnswerRefused as refusal:
                yield index, _author_words(guide, refusal)
                continue
            if found.at.plain != example.end:
                yield index, f"stops at {found.at.name}, not at {example.end}"
            elif unused := set(journey) - set(found.steps):
                yield index, f"never comes to {', '.join(sorted(unused))}"


def uncovered(guides: Iterable[Guide]) -> Iterator[tuple[Guide, GuideStep, str]]:
    """Yield every branch that no example walks.

    A branch of a part is walked as well when an example of another guide with this part walks it.
    """
    every = tuple(guides)
    walked = {(_home(guide, step), step.plain, value) for guide in every for step, value in _walked_steps(guide)}
    for guide in every:
        for step in guide.steps.values():
            for value in _written(guide, step):
                if (_home(guide, step), step.name, value) not in walked:
                    yield guide, step, value


def _written(guide: Guide, step: GuideStep) -> list[str]:
    """Return the answers of a step that an author has routed: for a cause without a branch, steps are made."""
    made = {name for name, one in guide.steps.items() if one.part == guide_causes.CAUSES_PART}
    return [] if step.name in made else [value for value, target in step.to.items() if target not in made]


def _author_words(guide: Guide, refusal: AnswerRefused) -> str:
    """Say to the guide's author what an example answers that the guide does not know."""
    step, value = str(refusal.params["step"]), refusal.params.get("value")
    if step not in guide.steps:
        return f"this guide has no step {step!r}"
    known = guide.steps[step].to
    allowed = f"one of {', '.join(known)}" if known else "nothing: it is an end"
    return f"the answer to {step} is {allowed}, not {value!r}"


def _home(guide: Guide, step: GuideStep) -> tuple[str, str]:
    """Return what a step belongs to: the part that it comes from, or the guide itself."""
    return ("part", step.part) if step.part else ("guide", guide.name)


def _walked_steps(guide: Guide) -> Iterator[tuple[GuideStep, str]]:
    for example in guide.examples:
        for journey in example.journeys() if _reached(guide, example) else ():
            for name, value in _walk_from(guide, example, journey).path:
                yield guide.steps[name], value


def _reached(guide: Guide, example: GuideExample) -> bool:
    """Tell whether an example belongs here: one of a part does not when the guide never comes to where it begins."""
    return not example.start or example.start in guide.steps


def _walk_from(guide: Guide, example: GuideExample, journey: Mapping[str, str]) -> Walk:
    return walk_guide(replace(guide, start=example.start or guide.start), journey)
