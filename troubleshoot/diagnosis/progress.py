"""Where a case stands, replayed from its answers, and what is known of its computer now. Reads only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from troubleshoot import engine, probes
from troubleshoot.catalog import all_facts, installed_catalog, parse_stored_guide
from troubleshoot.diagnosis import ranking
from troubleshoot.engine import UNKNOWN, CodeHint, Fact, Guide, GuideStep, RefusalCode, Walk
from troubleshoot.models import ENDED_STATES, READS, Answer, Case, GuideVersion, Job

#: What the clocks of database and processes may round away.
TICK = dt.timedelta(milliseconds=1)
#: Guides by digest, each parsed once: what a digest names never changes.
_PARSED: dict[str, Guide] = {}


def case_guide(case: Case) -> Guide:
    """Return the guide as it was when the case began, from the step at which the code of the case begins it."""
    version = case.guide
    guide = _PARSED.get(version.digest)
    if guide is None:
        guide = _PARSED[version.digest] = parse_stored_guide(version.name, version.source)
    return guide.begun_at(case.error.get("start", ""))


def said_ahead(case: Case) -> dict[str, str]:
    """Return what the person answered before the walk came to its question (step → value)."""
    steps = case_guide(case).steps
    kept = {name: value for name, value in case.ahead.items() if name in steps}
    return kept or engine.said_ahead(case.ahead, steps)


def publish_guide(guide: Guide) -> GuideVersion:
    """Return the stored version of a guide, made when the first case needs it."""
    version, _ = GuideVersion.objects.get_or_create(
        digest=guide.digest, defaults={"name": guide.name, "source": guide.source}
    )
    return version


def current_answers(case: Case, rows: Iterable[Answer] | None = None) -> dict[str, str]:
    """Return the answers that count, from all rows in order; a changed one has superseded what came after it."""
    guide, found = case_guide(case), dict[str, str]()
    for row in case.answers.filter(round=case.round).order_by("number") if rows is None else rows:
        found = engine.answer_guide(guide, found, row.step, row.value)
    return found


def replay_case(case: Case, rows: Iterable[Answer] | None = None) -> Walk:
    """Return the path so far and the step that comes next; `rows` are the answers of the round, where they have been
    read."""
    return engine.walk_guide(case_guide(case), current_answers(case, rows))


@dataclass(frozen=True)
class KnownNow:
    """What is known of a computer now."""

    facts: dict[str, Fact] | None
    """None while no observation has ended."""
    whole: bool = True
    """False after a change: its check measured only what it had to prove, and the rest waits for a new reading."""


def case_facts(case: Case) -> dict[str, Fact] | None:
    """Return what the latest observation of the host found; None while none has ended. Without a host nothing is known.

    After a change only the facts that its check measured again are there: the others wait for a new reading.
    """
    return known_now(case).facts


def known_now(case: Case) -> KnownNow:
    """Return what is known of the computer of a case now, and whether that is all that its readings take."""
    if case.host_id is None:
        return KnownNow({})
    ended = case.jobs.of_round().filter(state__in=ENDED_STATES).order_by("-ended_at")
    latest = ended.exclude(facts={}).first()
    failed_since = ended.filter(kind=Job.Kind.DIAGNOSE, facts={})
    if latest is None:
        return KnownNow({} if failed_since.exists() else None)
    known = stored_facts(latest.facts)
    if failed_since.filter(ended_at__gte=latest.ended_at).exists():
        return KnownNow({name: known.get(name, Fact(name, UNKNOWN)) for name in all_facts().values})
    return KnownNow(known, whole=latest.kind in READS)


def stored_facts(stored: dict[str, Any]) -> dict[str, Fact]:
    """Return facts as a job keeps them, by name."""
    return {name: Fact(name, part["value"], tuple(part["readings"])) for name, part in stored.items()}


def consult_guide(
    guide: Guide, known: dict[str, Fact], given: dict[str, str], code: CodeHint | None = None
) -> tuple[Walk, dict[str, str]]:
    """Return the walk that facts and a person's answers allow without a case, and who answered each step of it.

    `code` is what the error's code says of its cause. Raises AnswerRefused for an answer that the guide does not have.
    """
    for step in given:
        if step in guide.steps and guide.steps[step].is_read:
            raise engine.AnswerRefused(RefusalCode.NOT_FOR_PEOPLE)
    engine.walk_guide(guide, given)
    found: dict[str, str] = {}
    sources: dict[str, str] = {}
    while (walk := engine.walk_guide(guide, found)).at.kind != "end":
        value, source = _consulted(guide, walk, known, given, code)
        if not value:
            break
        found[walk.at.name], sources[walk.at.name] = value, source
    return walk, sources


def _consulted(
    guide: Guide, walk: Walk, known: dict[str, Fact], given: dict[str, str], code: CodeHint | None
) -> tuple[str, str]:
    """Return the answer to the step at which a walk stands and who gives it; nothing where somebody has to be asked."""
    at = walk.at
    if at.kind == "fact":
        told = at.subject in probes.TOLD_FACTS and at.subject in known
        return fact_answer(at, known), "told" if told else "reading"
    if at.kind == "cause":
        said = probes.answer_facts(guide, walk.path, given)
        by_person = {name for name, fact in known.items() if fact.value != UNKNOWN and name in guide.tells}
        heard = {name: fact for name, fact in said.items() if fact.value != UNKNOWN and name not in by_person}
        return ranking.judge_step(guide, at, {**known, **heard}, code).value, "reading"
    answer = given.get(at.name) or told_before(guide, walk)
    return answer, "person" if answer else ""


def told_before(guide: Guide, walk: Walk) -> str:
    """Return the answer to a question that has been answered on this walk in another place; empty where it was not."""
    steps = [(guide.steps[name], value) for name, value in walk.path]
    told = [value for step, value in steps if step.tells and step.tells == walk.at.tells]
    return next((value for value in reversed(told) if value in walk.at.to), "")


def fact_answer(step: GuideStep, known: dict[str, Fact]) -> str:
    """Return the value of the fact that a step asks for; unknown where it is missing or none of its answers."""
    fact = known.get(step.subject)
    return fact.value if fact and fact.value in step.to else UNKNOWN


def is_good_answer(step: GuideStep, value: str) -> bool:
    """Tell whether what was read or judged at a step shows a remedy to have helped."""
    return value == "healthy" if step.kind == "cause" else is_good_reading(step.subject, value)


def is_good_reading(fact: str, value: str) -> bool:
    """Tell whether a reading shows a remedy to have helped; any other leads on to something else.

    It does so when every remedy that names the fact promises it, or it belongs to a healthy computer. What could not
    be read is in nobody's way, but a fact that says how far something comes has to be known.
    """
    catalog = installed_catalog()
    rules = [rule[fact] for rule in catalog.healthy if fact in rule]
    named = [action.verify.facts[fact] for action in catalog.actions.values() if fact in action.verify.facts]
    promised = set().union(*rules, set.intersection(*map(set, named)) if named else ())
    if furthest := catalog.progress.get(fact):
        return furthest.get(value) == max(furthest.values())
    return value in promised or (bool(promised) and value == UNKNOWN)


def all_comes_through(known: Iterable[tuple[str, str]]) -> bool:
    """Tell whether everything that comes only so far, by these facts and values, comes all the way; of nothing that
    was measured nobody can say so."""
    return bool(engine.comes_through(installed_catalog().progress, dict(known)))


def begun_fixes(case: Case, walk: Walk) -> set[str]:
    """Return the steps of a walk whose remedy has begun on the computer: what led to them is no longer changed.

    Where judging anew has led to a remedy a second time, it has begun only if it was started since.
    """
    if case.host_id is None:
        return set()
    steps = case_guide(case).steps
    jobs = case.jobs.of_round().exclude(started_at=None).values_list("action", "created_at").order_by("created_at")
    begun = dict(jobs)
    found = {name for name in (*walk.steps, walk.at.name) if steps[name].kind == "fix" and steps[name].subject in begun}
    if walk.at.name in found and walk.at.visit > 1 and begun[walk.at.subject] < judged_at(case) - TICK:
        found.discard(walk.at.name)
    return found


def judged_at(case: Case) -> dt.datetime:
    """Return when the causes of this round were judged last; when the round began where they never were."""
    rows = case.answers.filter(round=case.round).exclude(judged={}).order_by("-number")
    return rows.values_list("at", flat=True).first() or case.round_began_at


def is_self_service(case: Case, action: str) -> bool:
    """Tell whether the person may start this remedy without helpdesk: a mild one, on an own computer or done by
    hand."""
    wish = installed_catalog().actions.get(action)
    mild = wish is not None and wish.self_service and wish.risk == "low"
    if wish is not None and wish.manual:
        return mild
    return bool(mild and case.host and not case.host.critical and case.host.is_own_computer_of(case.beneficiary))
