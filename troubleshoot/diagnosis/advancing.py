"""The only writer of the answers that readings, judgements and fixes give, in the transaction that brings them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from troubleshoot import audit, engine, probes
from troubleshoot.audit import Actor, Tag
from troubleshoot.catalog import installed_catalog
from troubleshoot.diagnosis import ranking
from troubleshoot.diagnosis.judgement import own_side_facts, present_cause, told_facts
from troubleshoot.diagnosis.progress import (
    TICK,
    KnownNow,
    begun_fixes,
    case_guide,
    current_answers,
    fact_answer,
    known_now,
    said_ahead,
    told_before,
)
from troubleshoot.engine import Fact, GuideStep, HandCheckResult, Verdict, Walk
from troubleshoot.models import Answer, Case, CauseList, Job, JobState

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
#: Bytes of a list of causes.
_MOST_OF_CAUSES = 2**22


def advance_case(case: Case, *, actor: Actor, rows: Sequence[Answer] | None = None, learned: bool = False) -> Walk:
    """Answer every step that readings and fixes can answer. Runs in the transaction that ended a job or recorded a
    person's answer, never in a GET.

    The caller holds the case (`Case.objects.held`); `rows` are all of its answers, where they have been read;
    `learned` tells that there is something new to judge by, an observation or a word from the person's PC, by which
    what was judged is judged again.
    """
    rows = list(case.answers.order_by("number")) if rows is None else rows
    this_round = [row for row in rows if row.round == case.round]
    guide, found = case_guide(case), current_answers(case, this_round)
    known = functools.cache(lambda: known_now(case))
    given: list[Answer] = []
    walk = engine.walk_guide(guide, found)
    anew = _answered_anew(case, walk, known if learned else None)
    before = {row.step: row for row in this_round} if anew else {}
    while (row := anew or _machine_answer(case, walk, known, [*this_round, *given], before)) is not None:
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
    if (cause := present_cause(case, walk)) != case.cause:
        case.cause = cause
        case.save(update_fields=["cause"])
    return walk


def _answered_anew(case: Case, walk: Walk, known: Callable[[], KnownNow] | None) -> Answer | None:
    """Return the first answer of a walk that is another one by now; None where none is. With nothing known anew, what
    was judged stays."""
    changed = [_told_anew(case, walk), *([_judged_anew(case, walk, known())] if known else [])]
    by_place = {name: place for place, name in enumerate(walk.steps)}
    return min(filter(None, changed), key=lambda row: by_place[row.step], default=None)


def _told_anew(case: Case, walk: Walk) -> Answer | None:
    """Return the answer that changes because the person's own side told something since; None where nothing does.

    What led to a remedy that has begun stays as it is.
    """
    steps, told = case_guide(case).steps, own_side_facts(case)
    for place, (name, value) in enumerate(walk.path):
        if steps[name].subject not in probes.TOLD_FACTS or fact_answer(steps[name], told) == value:
            continue
        if _may_change(case, walk, place):
            return _told_answer(case, steps[name])
    return None


def _may_change(case: Case, walk: Walk, place: int) -> bool:
    """Tell whether the answer at a place of the walk may become another: no remedy after it has begun."""
    steps = case_guide(case).steps
    after = {name for name in (*walk.steps[place:], walk.at.name) if steps[name].kind == "fix"}
    return not after or after.isdisjoint(begun_fixes(case, walk))


def _judged_anew(case: Case, walk: Walk, known: KnownNow) -> Answer | None:
    """Return the judgement that changes by what has been learned since; None where it stays.

    A remedy that has begun stays as it is. A question is asked anew only once another cause stands first.
    """
    steps = case_guide(case).steps
    places = [place for place, name in enumerate(walk.steps) if steps[name].kind == "cause"]
    if not places:
        return None
    name, value = walk.path[places[-1]]
    if not _may_change(case, walk, places[-1]):
        return None
    row = _judged_answer(case, Walk(walk.path, steps[name]), known)
    if row is None or row.value == value or (row.value in steps[name].asks and _stands_first(row, value)):
        return None
    return row


def _stands_first(row: Answer, value: str) -> bool:
    """Tell whether the cause that a judgement came to before (or none) stands first by what is judged now."""
    first = next((one["id"] for one in row.judged["causes"] if one["verdict"] == "shown_by"), "")
    return first == (value if value in installed_catalog().causes else "")


def _told_answer(case: Case, step: GuideStep) -> Answer:
    """Return what the person's own side told for a step: nobody waits for it, so it is unknown until something was
    pasted."""
    return Answer(case=case, step=step.name, value=fact_answer(step, own_side_facts(case)), source=Answer.Source.TOLD)


def _machine_answer(
    case: Case, walk: Walk, known: Callable[[], KnownNow], rows: Sequence[Answer], before: Mapping[str, Answer]
) -> Answer | None:
    """Return the answer to a step that nobody need be asked; `rows` are those of the round, `before` holds those given
    before the walk took another turn."""
    step = walk.at
    if step.subject in probes.TOLD_FACTS:
        return _told_answer(case, step)
    match step.kind:
        case "cause":
            return _judged_answer(case, walk, known())
        case "fact":
            return _reading_answer(case, step, known().facts)
        case "ask" | "try":
            return _person_answer(case, walk, before) or _seen_for_person(case, walk, rows)
        case "fix":
            return _fix_answer(case, step, rows)
    return None


def _person_answer(case: Case, walk: Walk, before: Mapping[str, Answer]) -> Answer | None:
    """Return what the person has answered already, here or in another place."""
    if row := before.get(walk.at.name):
        return Answer(case=case, step=walk.at.name, value=row.value, source=row.source, by=row.by)
    if walk.at.kind == "ask" and (said := _said(case, walk)):
        return Answer(case=case, step=walk.at.name, value=said, source=Answer.Source.PERSON, by=case.beneficiary)
    return None


def _seen_for_person(case: Case, walk: Walk, rows: Iterable[Answer]) -> Answer | None:
    """Return that a try right after a proved remedy changes nothing, where the check itself saw that a connection does
    not come all the way yet: nobody has to find that out, and the next cause is judged."""
    if walk.at.kind != "try" or case_guide(case).steps[walk.at.to["no_change"]].kind != "cause":
        return None
    last = walk.path[-1][0] if walk.path else ""
    jobs = [row.job for row in rows if row.step == last and row.value == "verified" and row.job]
    seen = engine.stored_values(jobs[-1].facts) if jobs else {}
    if engine.comes_through(installed_catalog().progress, seen) is not False:
        return None
    return Answer(case=case, step=walk.at.name, value="no_change", source=Answer.Source.READING)


def _fix_answer(case: Case, step: GuideStep, rows: Iterable[Answer]) -> Answer | None:
    job = _latest_job(case, step, rows)
    value = _outcome(case, job) if job else ""
    return Answer(case=case, step=step.name, value=value, source=Answer.Source.FIX, job=job) if value else None


def _said(case: Case, walk: Walk) -> str:
    """Return what the person has said already to the question at which a walk stands; empty where they have not."""
    ahead = said_ahead(case).get(walk.at.plain, "")
    return ahead if ahead in walk.at.to else told_before(case_guide(case), walk)


def _judged_answer(case: Case, walk: Walk, known: KnownNow) -> Answer | None:
    """Return what is judged of all that is known; None while readings are awaited. What was judged is kept with it: a
    replay never judges again."""
    if known.facts is None or not known.whole:
        return None
    facts = {**known.facts, **told_facts(case, walk)}
    judged = ranking.judge_step(case_guide(case), walk.at, facts, ranking.code_hint(case.error))
    return Answer(
        case=case,
        step=walk.at.name,
        value=judged.value,
        source=Answer.Source.READING,
        judged=judged.document(publish_causes().digest),
    )


def _reading_answer(case: Case, step: GuideStep, known: dict[str, Fact] | None) -> Answer | None:
    if known is None or (known and step.subject not in known):
        return None
    return Answer(case=case, step=step.name, value=fact_answer(step, known), source=Answer.Source.READING)


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


def _latest_job(case: Case, step: GuideStep, rows: Iterable[Answer]) -> Job | None:
    """Return the latest job of a case for a remedy, taken back or not: its plan's reading, or the change itself.

    Where a walk has come to a remedy by judging anew, only what was asked for since then is meant.
    """
    jobs = case.jobs.of_round().filter(action=step.subject).exclude(kind=Job.Kind.REVERT)
    if step.visit > 1:
        jobs = jobs.filter(created_at__gt=max(row.at for row in rows if row.judged) - TICK)
    return jobs.order_by("-created_at").first()


def publish_causes() -> CauseList:
    """Return the stored text of the causes that are judged by now, made when it is first needed."""
    catalog = installed_catalog()
    document = engine.causes_document(catalog.causes.values(), catalog.terms)
    source = engine.encode_canonical(document, limit=_MOST_OF_CAUSES)
    digest = hashlib.sha256(source).hexdigest()
    stored, _ = CauseList.objects.get_or_create(digest=digest, defaults={"source": source.decode()})
    return stored
