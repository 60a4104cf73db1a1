"""Where a case stands, replayed from its answers, and the only writer of the answers that readings and fixes give."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from troubleshoot import audit, engine, probes
from troubleshoot.audit import Actor, Tag
from troubleshoot.catalog import all_facts, installed_catalog, parse_stored_guide
from troubleshoot.engine import UNKNOWN, Fact, Guide, GuideStep, HandCheckResult, RefusalCode, Verdict, Walk
from troubleshoot.models import ENDED_STATES, Answer, Case, GuideVersion, Job, JobState

#: What the end of a remedy's job means to the guide. A lost job gives no answer: it waits until it is settled.
REMEDY_ANSWERS = {
    JobState.VERIFIED: "verified",
    JobState.NOT_VERIFIED: "not_verified",
    JobState.FAILED: "not_verified",
    JobState.REVERTED: "not_verified",
    JobState.DECLINED: "declined",
    JobState.EXPIRED: "declined",
    JobState.CANCELLED: "declined",
    JobState.DRIFTED: "unavailable",
    JobState.REFUSED: "unavailable",
    JobState.UNREACHABLE: "unavailable",
}
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


def case_facts(case: Case) -> dict[str, Fact] | None:
    """Return what the latest observation of the host found; None while none has ended. Without a host nothing is known.

    After a change only the facts that its check measured again are there: the others wait for a new reading.
    """
    if case.host_id is None:
        return {}
    ended = case.jobs.of_round().filter(state__in=ENDED_STATES).order_by("-ended_at")
    latest = ended.exclude(facts={}).first()
    failed_since = ended.filter(kind=Job.Kind.DIAGNOSE, facts={})
    if latest is None:
        return {} if failed_since.exists() else None
    known = stored_facts(latest.facts)
    if failed_since.filter(ended_at__gte=latest.ended_at).exists():
        return {name: known.get(name, Fact(name, UNKNOWN)) for name in all_facts().values}
    return known


def stored_facts(stored: dict[str, Any]) -> dict[str, Fact]:
    """Return facts as a job keeps them, by name."""
    return {name: Fact(name, part["value"], tuple(part["readings"])) for name, part in stored.items()}


def consult_guide(guide: Guide, known: dict[str, Fact], given: dict[str, str]) -> tuple[Walk, dict[str, str]]:
    """Return the walk that facts and a person's answers allow without a case, and who answered each step of it.

    Raises AnswerRefused for an answer that the guide does not have.
    """
    found: dict[str, str] = {}
    sources: dict[str, str] = {}
    for step in given:
        if step in guide.steps and guide.steps[step].kind == "fact":
            raise engine.AnswerRefused(RefusalCode.NOT_FOR_PEOPLE)
    engine.walk_guide(guide, given)
    while (at := engine.walk_guide(guide, found).at).kind != "end":
        if at.kind == "fact":
            told = at.subject in probes.CLIENT_FACTS and at.subject in known
            found[at.name], sources[at.name] = _fact_answer(at, known), "told" if told else "reading"
        elif at.name in given:
            found[at.name], sources[at.name] = given[at.name], "person"
        else:
            break
    return engine.walk_guide(guide, found), sources


def _fact_answer(step: GuideStep, known: dict[str, Fact]) -> str:
    fact = known.get(step.subject)
    return fact.value if fact and fact.value in step.to else UNKNOWN


def is_good_reading(fact: str, value: str) -> bool:
    """Tell whether a reading shows a remedy to have helped; any other leads on to something else.

    It does so when a remedy promises it. What could not be read is in nobody's way, but a fact that says how far
    something comes has to be known.
    """
    catalog = installed_catalog()
    promised = {one for action in catalog.actions.values() for one in action.verify.facts.get(fact, ())}
    if furthest := catalog.progress.get(fact):
        return furthest.get(value) == max(furthest.values())
    return value in promised or (bool(promised) and value == UNKNOWN)


def all_comes_through(known: Iterable[tuple[str, str]]) -> bool:
    """Tell whether everything that comes only so far, by these facts and values, comes all the way; of nothing that
    was measured nobody can say so."""
    order = installed_catalog().progress
    found = [order[fact].get(value) == max(order[fact].values()) for fact, value in known if fact in order]
    return bool(found) and all(found)


def _latest_job(case: Case, action: str) -> Job | None:
    """Return the latest job of a case for a remedy, taken back or not: its plan's reading, or the change itself."""
    return case.jobs.of_round().filter(action=action).exclude(kind=Job.Kind.REVERT).order_by("-created_at").first()


def begun_remedies(case: Case) -> set[str]:
    """Return the remedies of this round that have begun: what led to them is no longer changed."""
    if case.host_id is None:
        return set()
    return set(case.jobs.of_round().exclude(started_at=None).values_list("action", flat=True))


def advance_case(case: Case, *, actor: Actor, rows: Sequence[Answer] | None = None) -> Walk:
    """Answer every step that readings and fixes can answer. Runs in the transaction that ended a job or recorded a
    person's answer, never in a GET.

    The caller holds the case (`Case.objects.held`); `rows` are all of its answers, where they have been read.
    """
    rows = list(case.answers.order_by("number")) if rows is None else rows
    this_round = [row for row in rows if row.round == case.round]
    guide, found = case_guide(case), current_answers(case, this_round)
    known = functools.cache(lambda: case_facts(case))
    given: list[Answer] = []
    walk = engine.walk_guide(guide, found)
    anew = _told_anew(case, walk)
    before = {row.step: row for row in this_round} if anew else {}
    while (row := anew or _machine_answer(case, walk.at, known, before)) is not None:
        anew = None
        given.append(row)
        row.number, row.round = len(rows) + len(given), case.round
        row.save(force_insert=True)
        found = engine.answer_guide(guide, found, row.step, row.value)
        walk = engine.walk_guide(guide, found)
    if given:
        audit.record(
            Tag.CASE_ANSWER,
            actor=actor,
            on_behalf=case.beneficiary,
            objects=[case],
            details={"answers": [{"step": row.step, "value": row.value, "source": str(row.source)} for row in given]},
        )
    return walk


def _told_anew(case: Case, walk: Walk) -> Answer | None:
    """Return the answer that changes because the person's PC told something since; None where nothing does.

    What led to a remedy that has begun stays as it is.
    """
    steps, told = case_guide(case).steps, stored_facts(case.pc)
    for place, (name, value) in enumerate(walk.path):
        if steps[name].subject not in probes.CLIENT_FACTS or _fact_answer(steps[name], told) == value:
            continue
        after = {steps[one].subject for one in (*walk.steps[place:], walk.at.name) if steps[one].kind == "fix"}
        if not after or after.isdisjoint(begun_remedies(case)):
            return _told_answer(case, steps[name])
    return None


def _told_answer(case: Case, step: GuideStep) -> Answer:
    """Return what the person's PC told for a step: nobody waits for it, so it is unknown until something was pasted."""
    return Answer(case=case, step=step.name, value=_fact_answer(step, stored_facts(case.pc)), source=Answer.Source.TOLD)


def _machine_answer(
    case: Case, step: GuideStep, known: Callable[[], dict[str, Fact] | None], before: Mapping[str, Answer]
) -> Answer | None:
    """Return the answer to a step that nobody need be asked; `before` holds those given before the walk took another
    turn."""
    if step.subject in probes.CLIENT_FACTS:
        return _told_answer(case, step)
    if step.kind == "fact":
        return _reading_answer(case, step, known())
    if step.kind in {"ask", "try"} and (row := before.get(step.name)):
        return Answer(case=case, step=step.name, value=row.value, source=row.source, by=row.by)
    if step.kind == "ask" and (said := said_ahead(case).get(step.name, "")) in step.to:
        return Answer(case=case, step=step.name, value=said, source=Answer.Source.PERSON, by=case.beneficiary)
    if step.kind == "fix" and (job := _latest_job(case, step.subject)) and (value := _outcome(case, job)):
        return Answer(case=case, step=step.name, value=value, source=Answer.Source.FIX, job=job)
    return None


def _reading_answer(case: Case, step: GuideStep, known: dict[str, Fact] | None) -> Answer | None:
    if known is None or (known and step.subject not in known):
        return None
    return Answer(case=case, step=step.name, value=_fact_answer(step, known), source=Answer.Source.READING)


def _outcome(case: Case, job: Job) -> str:
    """Return what a remedy's job answers, empty while it is open; a reading before a plan answers nothing.

    A plan that the person put off was not declined by anybody: the remedy waits.
    """
    if job.state == JobState.CANCELLED and case.put_off_at and job.created_at <= case.put_off_at:
        return ""
    found = job.found
    if isinstance(found, HandCheckResult) and job.state == JobState.DONE:
        return "" if found.verdict == Verdict.UNKNOWN else found.verdict
    return REMEDY_ANSWERS.get(JobState(job.state), "")


def is_self_service(case: Case, action: str) -> bool:
    """Tell whether the person may start this remedy without helpdesk: a mild one, on an own computer or done by
    hand."""
    wish = installed_catalog().actions.get(action)
    mild = wish is not None and wish.self_service and wish.risk == "low"
    if wish is not None and wish.manual:
        return mild
    return bool(mild and case.host and not case.host.critical and case.host.is_own_computer_of(case.beneficiary))
