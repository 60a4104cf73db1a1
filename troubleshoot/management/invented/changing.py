"""The remedy of an invented case: its plan, its run with what was there before and after, its check, its undoing."""

from __future__ import annotations

import datetime as dt
from typing import Final

from troubleshoot import catalog, engine, remediation
from troubleshoot.engine import Action, ApplyResult, Code, Json, PlanDocument, RevertResult, Verdict
from troubleshoot.management.invented.evidence import network_report
from troubleshoot.management.invented.rows import CHANGE, UNDOING, result_document
from troubleshoot.management.invented.telling import Source, Telling
from troubleshoot.management.invented.working_day import at_work
from troubleshoot.models import Answer, Job, JobState
from troubleshoot.remote import RUNNER_DIGEST

#: Answer of the guide's step → how often it is that one, in a hundred: at first, and in the end.
_OUTCOMES: Final = {"verified": (80, 91), "not_verified": (9, 3), "declined": (7, 4), "unavailable": (4, 2)}
_REASON: Final = "Agreed with the person by phone."
_NO: Final = "Not during working hours."
_MINUTE: Final = dt.timedelta(minutes=1)


def comes_to_remedy(told: Telling, action: Action) -> None:
    """Let the remedy at which the case stands be carried out, or not, and the guide take its answer."""
    step = told.walk.at.name
    if action.manual:
        told.passes(60, 900)
        told.answers(step, "declined", Source.PERSON)
        return
    outcome = _drawn(told, action)
    mild = action.self_service and action.risk == "low"
    alone = mild and told.chance.random() < 0.25 + 0.6 * told.late
    if not alone:
        told.comes_to_helpdesk(asked=mild)
    job, plan = _planned(told, action, alone=alone)
    if outcome == "declined":
        _left_alone(told, job)
    else:
        _carried_out(told, action, job, plan, outcome)
    told.answers(step, outcome, Answer.Source.FIX, job=job)
    told.last_fix = outcome


def put_back(told: Telling, job: Job, *, after: dt.timedelta, by_portal: bool) -> None:
    """Undo a change: because its time was over, or because it did not help."""
    plan = engine.plan_from_document(job.plan.document if job.plan else {})
    run = engine.as_change(job.found)
    back = engine.revert_plan(plan, run.after or (), catalog.installed_catalog(), runner=RUNNER_DIGEST)
    began = (job.ended_at or told.clock) + after
    if back is None or began > told.setting.now - dt.timedelta(minutes=5):
        job.undo_at = None  # nothing is left to be undone after the history: nobody would do it
        return
    undo = told.rows.job(
        told.case,
        UNDOING,
        JobState.VERIFIED,
        began=began,
        took=dt.timedelta(seconds=told.chance.randrange(15, 40)),
        action=job.action,
        risk=job.risk,
        plan=told.rows.plan(back, told.host, None, began),
        origin=job,
        requester=job.requester,
        starter=None if by_portal else told.helper,
        reason="The time of this temporary change is over." if by_portal else "It did not help.",
        started_at=began + dt.timedelta(seconds=3),
        facts=job.facts,
        result=result_document(RevertResult(outcome="done", errors=())),
    )
    when = f"{job.created_at:%Y-%m-%d %H:%M}"
    told.rows.line(undo, began, Code.UNDOING_IN_TIME if by_portal else Code.UNDOING, when=when)
    undo.why = told.rows.line(undo, undo.ended_at or began, Code.BACK_VERIFIED).to_json()
    job.state = JobState.REVERTED


def _drawn(told: Telling, action: Action) -> str:
    odds = {name: first + (last - first) * told.late for name, (first, last) in _OUTCOMES.items()}
    if remediation.needs_second_person(action, told.host):
        odds["declined"] *= 3  # there is a second person who may say no
    return told.chance.choices(list(odds), weights=list(odds.values()))[0]


def _planned(told: Telling, action: Action, *, alone: bool) -> tuple[Job, PlanDocument]:
    """Return the reading, the plan that is made of it, and the job that waits for a yes."""
    who = told.case.beneficiary if alone else told.helper
    reason = "" if action.risk == "low" else _REASON
    evidence = told.setting.evidence
    reading = told.reads(evidence.ill, action.name, who, Code.PLAN_READY, reason=reason)
    before = told.then(evidence.before[action.name])
    plan = engine.make_plan(
        action, catalog.installed_catalog(), before, identity=told.host.identity or {}, runner=RUNNER_DIGEST
    )
    job = told.rows.job(
        told.case,
        CHANGE,
        JobState.PLANNED,
        began=told.clock,
        took=dt.timedelta(),
        action=action.name,
        risk=action.risk,
        plan=told.rows.plan(plan, told.host, reading, told.clock),
        requester=who,
        reason=reason,
        needs_approval=remediation.needs_second_person(action, told.host),
        self_service=action.self_service,
        facts=reading.facts,
        result=result_document(ApplyResult(signed_in=())),
    )
    told.rows.line(job, told.clock, Code.PLAN_NEEDS_APPROVAL if job.needs_approval else Code.PLAN_READY)
    return job, plan


def _left_alone(told: Telling, job: Job) -> None:
    """Write that nobody agreed: a second person declined, or whoever asked changed their mind."""
    told.passes(300, 5400)
    told.clock = at_work(told.clock)
    if job.needs_approval:
        told.rows.vote(job, told.approver, yes=False, at=told.clock, reason=_NO)
        _end(told, job, JobState.DECLINED, Code.DECLINED, who=told.approver.name, reason=_NO)
    elif told.chance.random() < 0.5:
        _end(told, job, JobState.CANCELLED, Code.TAKEN_BACK, who=job.requester.name)
    else:
        _end(told, job, JobState.EXPIRED, Code.UNDECIDED)


def _carried_out(told: Telling, action: Action, job: Job, plan: PlanDocument, outcome: str) -> None:
    """Write the run on the computer and its check, with the states that the scripts have left."""
    told.passes(20, 400)
    if job.needs_approval:
        told.passes(240, 4000)
        told.clock = at_work(told.clock)
    job.starter, job.started_at = job.requester, told.clock
    if job.needs_approval:
        told.rows.line(job, told.clock - _MINUTE, Code.APPROVED, who=told.approver.name)
        told.rows.vote(job, told.approver, yes=True, at=told.clock - _MINUTE)
    told.rows.line(job, told.clock, Code.STARTED, who=job.requester.name)
    told.passes(9, 50)
    if outcome == "unavailable":
        job.result = result_document(ApplyResult(signed_in=(), stage="connect"))
        _end(told, job, JobState.UNREACHABLE, Code.UNREACHABLE, stage="connect", said="it does not answer")
    else:
        _changed(told, action, job, plan, outcome)


def _changed(told: Telling, action: Action, job: Job, plan: PlanDocument, outcome: str) -> None:
    """Write what a run has changed, and what the check of it saw."""
    evidence = told.setting.evidence
    seen = evidence.well if outcome == "verified" else evidence.ill
    progress = catalog.installed_catalog().progress
    measured = {name: seen[name].value for name in (*action.verify.facts, *progress)}
    told.known, told.whole = {name: seen[name] for name in measured}, False
    told.rows.reading(job, told.clock, "remote desktop, after", network_report(seen, told.host.name))
    job.result = result_document(_found(told, action, plan, measured, outcome))
    job.facts = {name: {"value": value, "readings": ["measured after the change"]} for name, value in measured.items()}
    if action.temporary and job.started_at:
        job.undo_at = job.started_at + dt.timedelta(seconds=action.temporary)
    if outcome == "verified":
        answered = engine.comes_through(progress, {name: evidence.ill[name].value for name in progress})
        _proved(told, action, job, measured, answered=bool(answered))
        return
    lacking = engine.lacking(action.verify, measured)
    _end(told, job, JobState.NOT_VERIFIED, Code.NOT_VERIFIED_INSIDE, lacking=lacking)


def _proved(told: Telling, action: Action, job: Job, measured: dict[str, str], *, answered: bool) -> None:
    kept = action.verify.kept(measured)
    if job.undo_at:
        _end(told, job, JobState.VERIFIED, Code.VERIFIED_FOR_A_TIME, kept=kept, at=job.undo_at.isoformat())
    elif answered:
        _end(told, job, JobState.VERIFIED, Code.VERIFIED_INSIDE, kept=kept)
    else:
        _end(told, job, JobState.VERIFIED, Code.VERIFIED_OUTSIDE)


def _found(told: Telling, action: Action, plan: PlanDocument, after: dict[str, str], verdict: str) -> ApplyResult:
    evidence = told.setting.evidence
    return ApplyResult(
        signed_in=(),
        outcome="done",
        before=tuple(told.then(evidence.before[action.name])),
        after=tuple(told.then(evidence.after[action.name])),
        written=tuple(place for place, item in enumerate(plan.items) if item.desired),
        errors=(),
        outside_before={name: evidence.ill[name].value for name in after},
        outside_after=after,
        verdict=Verdict(verdict),
    )


def _end(told: Telling, job: Job, state: JobState, code: Code, **params: Json) -> None:
    """Let a job end now; what follows from it is told after it."""
    job.state, job.ended_at = state, told.clock
    job.why = told.rows.line(job, told.clock, code, **params).to_json()
    told.clock += dt.timedelta(seconds=1)
