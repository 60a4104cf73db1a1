"""Remedies that a person carries out by hand: their word that it is done, and our own check whether it helped."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from troubleshoot import audit, catalog, diagnosis, engine, hosts, jobs, people
from troubleshoot.audit import Tag
from troubleshoot.diagnosis import keep_status
from troubleshoot.engine import UNKNOWN, Action, Code, Explanation, Refusal, RefusalCode, Verdict, fact_values
from troubleshoot.hosts import Observation
from troubleshoot.models import ENDED_STATES, READS, Answer, Case, Host, Job, Person

#: Seconds between two observations.
POLL_SECONDS = 1.0
NOTHING_READ: Mapping[str, str] = {}


@dataclass(frozen=True)
class ManualCheck:
    """What the portal saw after a person said that it is done. The verdict is unknown when what proves the remedy could
    not be observed."""

    observation: Observation
    verdict: Verdict
    explanation: Explanation


def report_done_by_hand(*, actor: Person, case: Case, step: str, done: bool) -> None:
    """Take a person's word about the remedy at which the case stands. `done` only makes the portal check: whether it
    helped is never a matter of words. Not done counts as declined, and the guide goes on.

    Raises Refusal where the case stands elsewhere, and where helpdesk has to do it.
    """
    people.require_permission(actor, "case.answer", case)
    with transaction.atomic():
        case.hold()
        rows = list(case.answers.order_by("number"))
        action = _action(case, [row for row in rows if row.round == case.round], step)
        if not (diagnosis.is_self_service(case, action.name) or people.may(actor, "case.take", case).allowed):
            raise Refusal(RefusalCode.HELPDESK_DOES_THIS)
        if any(job.state not in ENDED_STATES for job in case.jobs.filter(action=action.name)):
            return  # said before: a second click
        word = {"step": step, "value": "done" if done else "declined", "source": "person"}
        audit.record(
            Tag.CASE_ANSWER, actor=actor, on_behalf=case.beneficiary, objects=[case], details={"answers": [word]}
        )
        if done and case.host and jobs.may_observe(actor, case.host):
            jobs.queue_reading(
                Job.Kind.CHECK_BY_HAND,
                host=case.host,
                case=case,
                requester=actor,
                beneficiary=case.beneficiary,
                action=action.name,
            )
            keep_status(case, actor=actor)
            return
        # Without a computer that we know and they may have read, nothing can be observed.
        row = _answer(case, rows, step, "unavailable" if done else "declined", actor)
        jobs.continue_case(case, actor=actor, requester=actor, rows=[*rows, row])


def _action(case: Case, given: list[Answer], step: str) -> Action:
    at = engine.walk_guide(diagnosis.case_guide(case), diagnosis.current_answers(case, given)).at
    action = catalog.installed_catalog().actions.get(at.subject) if at.kind == "fix" and at.name == step else None
    if action is None or not action.manual or case.closed_at is not None:
        raise Refusal(RefusalCode.PAGE_OUTDATED)
    return action


def _answer(case: Case, rows: list[Answer], step: str, value: str, actor: Person) -> Answer:
    return Answer.objects.create(
        case=case,
        round=case.round,
        number=len(rows) + 1,
        step=step,
        value=value,
        source=Answer.Source.PERSON,
        by=actor,
    )


def check_by_hand(
    host: Host, action: Action, *, about: Collection[str], before: Mapping[str, str] = NOTHING_READ
) -> ManualCheck:
    """Observe until two observations in a row prove the remedy, or its time is over; `about` are facts to measure.

    What was not read as otherwise `before` it was done proves nothing of it: then only a person can tell.
    """
    readings: list[dict[str, str]] = []
    end = time.monotonic() + action.verify.within
    while True:
        observation = hosts.observe(host, about=about)
        readings.append(fact_values(observation.facts.values()))
        if engine.proved_twice(action.verify, readings):
            code = Code.HAND_VERIFIED if _was_otherwise(action, before) else Code.HAND_TOLD
            kept = action.verify.kept(readings[-1])
            return ManualCheck(observation, Verdict.VERIFIED, Explanation.of(code, kept=kept))
        if len(readings) > 1 and time.monotonic() >= end:
            return _not_proved(observation, readings[-1], action)
        time.sleep(POLL_SECONDS)


def _was_otherwise(action: Action, before: Mapping[str, str]) -> bool:
    return any(before.get(name, UNKNOWN) not in (UNKNOWN, *wanted) for name, wanted in action.verify.facts.items())


def facts_before(job: Job) -> dict[str, str]:
    """Return the facts of the computer's latest reading before a job was asked for; none where nothing was read."""
    earlier = Job.objects.filter(host=job.host_id, kind__in=READS, ended_at__lt=job.created_at).exclude(facts={})
    latest = earlier.order_by("-ended_at").first()
    return engine.stored_values(latest.facts) if latest else {}


def _not_proved(observation: Observation, last: dict[str, str], action: Action) -> ManualCheck:
    if any(last.get(name, UNKNOWN) == UNKNOWN for name in action.verify.facts):
        return ManualCheck(observation, Verdict.UNKNOWN, observation.trouble or Explanation(Code.HAND_UNSEEN))
    why = Explanation.of(Code.HAND_NOT_VERIFIED, lacking=engine.lacking(action.verify, last))
    return ManualCheck(observation, Verdict.NOT_VERIFIED, why)
