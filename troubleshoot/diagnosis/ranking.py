"""What speaks for which cause: facts weighed by the installed catalogue, and what a guide's judgement answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troubleshoot import engine
from troubleshoot.catalog import installed_catalog
from troubleshoot.engine import BROKEN_VERDICTS, WEIGHTS, Cause, CodeHint, Fact, Guide, GuideStep, Health, Judgement
from troubleshoot.hosts import ALWAYS_READ


@dataclass(frozen=True)
class StepJudgement:
    """What a step of kind `cause` answers, and the causes that are broken by these facts, in their order."""

    value: str
    causes: tuple[Judgement, ...]

    def document(self, digest: str) -> dict[str, Any]:
        """Return what is kept of it beside its answer; `digest` is that of the causes that it judged by."""
        return {"causes": [{"id": one.cause.id, "verdict": one.verdict} for one in self.causes], "digest": digest}


def judge_step(guide: Guide, step: GuideStep, found: dict[str, Fact], code: CodeHint | None) -> StepJudgement:
    """Judge at a step of a guide, among the causes of its subject: which one stands first, or which question can change
    that."""
    catalog = installed_catalog()
    causes = {cause.id for cause in catalog.causes_of(guide)}

    def rank(facts: dict[str, Fact]) -> list[Judgement]:
        return [one for one in rank_all_causes(facts, code) if one.cause.id in causes]

    judged = rank(found)
    broken = tuple(one for one in judged if one.verdict in BROKEN_VERDICTS)
    told = {name: Fact(name, value) for name, value in code.tells.items()} if code else {}
    known = {**told, **{name: one for name, one in found.items() if one.value != engine.UNKNOWN}}
    question = engine.question_before(step, guide.steps, known, lambda facts: engine.first_cause(rank(facts)))
    return StepJudgement(question or engine.cause_answer(step, judged, judge_health(found)), broken)


def rank_all_causes(found: dict[str, Fact], code: CodeHint | None = None) -> list[Judgement]:
    """Return every cause with its verdict, the strongest first; `code` is what the case's error says of its cause."""
    return installed_catalog().judge.rank(_causes_about(found, code), found, code)


def code_hint(error: dict[str, Any]) -> CodeHint:
    """Return what the words of a case's error say of its cause, else what the table of codes says."""
    parts = str(error.get("page") or "").split("/")
    code = engine.code_at_address(*parts) if len(parts) in {2, 3} else None
    entry = installed_catalog().codes.look_up(code).telling if code else None
    said = entry.hint if entry else CodeHint()
    if worded := error.get("causes"):
        return CodeHint(tuple(worded), error["certainty"] == "documented")
    return said


def judge_health(found: dict[str, Fact]) -> Health:
    """Return how the computer looks as a whole: healthy only where all that belongs to it was looked at.

    What is shown only by what people or their PCs told is no fault that was seen on the computer.
    """
    seen = {name: fact for name, fact in found.items() if not _is_told(name)}
    broken = {one.cause.id for one in rank_all_causes(seen) if one.verdict in BROKEN_VERDICTS}
    judged = [one for one in rank_all_causes(found) if one.cause.id in broken]
    return engine.judge_health(judged, installed_catalog().healthy, found)


def _is_told(name: str) -> bool:
    words = installed_catalog().words.get(name)
    return words is not None and words.seen == "told"


def _causes_about(found: dict[str, Fact], code: CodeHint | None) -> list[Cause]:
    """Return the causes that these facts can say something about; of those without rules, the ones that this code
    names, and that codes name beside them."""
    catalog = installed_catalog()
    measured = {name for name in found if not _is_told(name)} - ALWAYS_READ
    known = measured or set(found)  # what people tell is about many subjects: an observation says which one this is
    judged = {
        name
        for name, cause in catalog.causes.items()
        if cause.judged and not catalog.facts_about[name].isdisjoint(known)
    }
    beside = set(code.causes if code else ()).union(*(catalog.named_with[name] for name in judged))
    return [one for name, one in catalog.causes.items() if name in judged or (name in beside and not one.judged)]


def causes_shown_inside(found: dict[str, Fact]) -> list[Cause]:
    """Return the causes that readings from inside the computer show, whether they are the reason or found beside it."""
    return [
        one.cause
        for one in rank_all_causes(found)
        if one.verdict in BROKEN_VERDICTS and one.closeness == WEIGHTS["inside"]
    ]


def shown_cause(found: dict[str, Fact], code: CodeHint | None = None) -> str:
    """Return the name of the first cause that these facts show; empty when they show none."""
    return engine.first_cause(rank_all_causes(found, code))
