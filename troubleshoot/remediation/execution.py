"""One change of one host, as a worker carries it out: last gate, start, run, check, way back."""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from troubleshoot import catalog, diagnosis, engine, hosts, jobs, remote
from troubleshoot.audit import Machine, Tag
from troubleshoot.engine import (
    Action,
    ApplyResult,
    Code,
    Explanation,
    Refusal,
    Verdict,
    as_change,
)
from troubleshoot.hosts import CredentialMissing, Observation, scope_for_facts
from troubleshoot.models import Job, JobState, Reading
from troubleshoot.remediation import approvals, computer_undo, planning
from troubleshoot.remediation.coming_back import end_change, end_of_visit, keep_visit_end
from troubleshoot.remediation.last_gate import last_gate
from troubleshoot.remediation.stopping import Watch, end_unwanted
from troubleshoot.remote import Failpoint, VisitProgress, failpoint

log = logging.getLogger(__name__)
#: A silent host is tried this often before the job ends unreachable; nothing was started, so trying again is safe.
TRIES = 5
#: Seconds before the next try: at least, and at most, which is twice as long each time up to this.
TRY_AGAIN = (2, 60)
POLL_SECONDS = 1.0
#: What keeps its promise while the way is not free yet is looked at for so long again: a service may still come up.
PATIENCE_SECONDS = 20.0


def carry_out_change(job: Job, *, worker: Machine) -> None:
    """Take a claimed change to its end. Nothing is sent to the host unless every condition still holds."""
    before = _values(_measured(job))
    plan = last_gate(job)
    if isinstance(plan, Explanation):
        end_change(job, JobState.REFUSED, plan, worker)
        return
    if not _start(job, plan, before, worker):
        if not job.has_ended:
            end_unwanted(job, worker)
        return
    failpoint(Failpoint.AFTER_START)
    watch = Watch(job, plan)
    try:
        with watch:
            visit = hosts.carry_out_plan(
                job.host,
                plan,
                attempt=job.attempt_id,
                job=job.pk,
                case=job.case_id,
                on_progress=lambda step: _progress(job, plan, step, worker),
                undo=computer_undo.undo_order(plan),
                of=computer_undo.undone_attempt(job),
            )
    except remote.DoorError as error:
        if not (isinstance(error, remote.HostUnreachable) and end_unwanted(job, worker)):
            _door_failed(job, error, worker)
        return
    except CredentialMissing as error:
        end_change(job, JobState.REFUSED, hosts.ended(error), worker)
        return
    failpoint(Failpoint.AFTER_VISIT)
    columns = {} if job.origin else computer_undo.columns_of(visit.undo)
    moved = keep_visit_end(job, watch.judge(end_of_visit(job, plan, visit)), worker, **columns)
    computer_undo.learn_of_undone(job, visit.undo, worker)
    if moved and job.state == JobState.VERIFYING:
        failpoint(Failpoint.AFTER_RUN)
        verify_change(job, worker=worker)


def _measured(job: Job) -> Observation:
    """Observe afresh what this change promises, and how far a connection comes where the case is about one: no change
    may leave that worse."""
    known = catalog.installed_catalog()
    action, way = known.actions.get(job.action), set(known.progress)
    if job.case:
        way &= known.facts_of(diagnosis.case_guide(job.case))
    # Asked every second: no more than the check needs.
    return hosts.observe(job.host, about={*action.verify.facts, *way} if action else None, brief=True)


def _values(observation: Observation) -> dict[str, str]:
    return engine.fact_values(observation.facts.values())


def _keep(job: Job, observation: Observation) -> None:
    Reading.objects.bulk_create(
        Reading(job=job, source=source, name=f"{name}, after", value=value)
        for source, name, value in observation.readings
    )


def verify_change(job: Job, *, worker: Machine) -> None:
    """Check a finished run; a worker that takes over from one that died while checking does so too."""
    plan = planning.job_plan(job)
    if job.kind == Job.Kind.REVERT:
        _end_revert(job, plan, worker)
    else:
        _end_apply(job, catalog.installed_catalog().actions[job.action], worker)


def _start(job: Job, plan: engine.PlanDocument, before: dict[str, str], worker: Machine) -> bool:
    """Write "about to start", spend the approval, and only then let the visit begin. The case is held: it cannot be
    closed between this look at it and the start."""
    undo: dict[str, Any] = {}
    attempt = uuid.uuid5(job.pk, str(job.fence))  # the same for the same claim, another for the next
    if job.kind == Job.Kind.APPLY and (time_limit := planning.installed_action(job.action).temporary):
        undo["undo_at"] = Now() + dt.timedelta(seconds=time_limit)
    with transaction.atomic():
        try:
            jobs.refuse_closed_case(job)
        except Refusal as closed:
            end_change(job, JobState.REFUSED, closed.explanation, worker)
            return False
        if job.needs_approval and not approvals.spend_approval(job):
            end_change(job, JobState.REFUSED, Explanation(Code.APPROVAL_SPENT), worker)
            return False
        moved = jobs.move_job(
            job,
            JobState.STARTING,
            Explanation(Code.STARTING),
            tag=Tag.JOB_START,
            actor=worker,
            fence=job.fence,
            details={"digest": plan.digest, "attempt": str(attempt), "runner": plan.runner},
            started_at=Now(),
            attempt=attempt,
            found=replace(as_change(job.found), outside_before=before),
            **undo,
        )
        if not moved:
            transaction.set_rollback(True)  # the lease was lost: the approval stays for whoever has the job now
        else:
            computer_undo.record_before(job, plan, worker)
    return moved


def _progress(job: Job, plan: engine.PlanDocument, step: VisitProgress, worker: Machine) -> None:
    said = Explanation.of(Code.STEP, stage=step.stage, item=step.item, title=plan.items[step.item].title)
    if job.state == JobState.STARTING:
        jobs.move_job(job, JobState.RUNNING, said, tag=Tag.JOB_PROGRESS, actor=worker, fence=job.fence)
    else:
        jobs.add_line(job, said)


def _door_failed(job: Job, error: remote.DoorError, worker: Machine) -> None:
    found = replace(as_change(job.found), stage=error.stage)
    if isinstance(error, remote.ContactLost):
        end_change(job, JobState.UNKNOWN, hosts.ended(error, Code.CONTACT_LOST), worker, found=found)
    elif isinstance(error, remote.VisitRefused):
        end_change(job, JobState.REFUSED, hosts.ended(error, Code.VISIT_REFUSED), worker, found=found)
    elif isinstance(error, remote.HostUnreachable) and job.tries + 1 < TRIES and job.state == JobState.STARTING:
        wait = dt.timedelta(seconds=_pause(job.tries))
        jobs.move_job(
            job,
            JobState.QUEUED,
            hosts.ended(error, Code.TRYING_AGAIN),
            tag=Tag.JOB_QUEUE,
            actor=worker,
            fence=job.fence,
            tries=job.tries + 1,
            not_before=Now() + wait,
            ring_at=Now() + wait,
            lease_until=None,
        )
    else:
        end_change(job, JobState.UNREACHABLE, hosts.ended(error, Code.UNREACHABLE), worker, found=found)


def _pause(tries: int) -> float:
    """Return the seconds before the next try: many computers that came back together are not all asked at once."""
    least, most = TRY_AGAIN
    return random.uniform(least, min(most, least * 2 ** (tries + 1)))  # noqa: S311 - jitter, not a secret


def _end_apply(job: Job, action: Action, worker: Machine) -> None:
    run, readings, verdict = job.found, list[dict[str, str]](), Verdict.NOT_VERIFIED
    if not isinstance(run, ApplyResult):
        raise TypeError(f"a {job.kind} is not proved from outside")
    before, progress = run.outside_before or {}, catalog.installed_catalog().progress
    began = time.monotonic()
    while True:
        observation = _measured(job)
        _keep(job, observation)
        readings.append(_values(observation))
        verdict = Verdict(engine.judge_run(action.verify, progress, before, readings))
        free = engine.comes_through(progress, readings[-1]) is not False
        patience = min(PATIENCE_SECONDS, action.verify.within) if verdict == Verdict.VERIFIED else action.verify.within
        if (verdict == Verdict.VERIFIED and free) or time.monotonic() - began >= patience:
            break
        time.sleep(POLL_SECONDS)
    failpoint(Failpoint.BEFORE_END)
    # Back by a fresh connection: what could have cut our own access has not.
    back = computer_undo.take_back(job, worker) if verdict != Verdict.WORSE else None
    good = verdict == Verdict.VERIFIED
    why = _verified(job, action, before, readings[-1]) if good else _not_verified(readings[-1], action)
    with transaction.atomic():
        moved = end_change(
            job,
            JobState.VERIFIED if good else JobState.NOT_VERIFIED,
            why,
            worker,
            facts=_after(readings[-1]),
            found=replace(run, verdict=verdict, outside_after=readings[-1]),
        )
        if moved and back:
            computer_undo.learn(job, back.undo, back.before, worker)
        if moved and verdict == Verdict.WORSE:
            _take_back(job, worker)


def _verified(job: Job, action: Action, before: Mapping[str, str], last: Mapping[str, str]) -> Explanation:
    """Say what was proved: that it answers again only where it did not before, and of what stays for a time, or is
    proved by its own promise alone, no more than that promise."""
    kept = action.verify.kept(last)
    if job.undo_at:
        return Explanation.of(Code.VERIFIED_FOR_A_TIME, kept=kept, at=job.undo_at.isoformat())
    progress = catalog.installed_catalog().progress
    free = engine.comes_through(progress, last)
    if free is False:
        return Explanation(Code.VERIFIED_FURTHER)
    answers_again = free and not engine.comes_through(progress, before)
    return Explanation(Code.VERIFIED_OUTSIDE) if answers_again else Explanation.of(Code.VERIFIED_INSIDE, kept=kept)


def _not_verified(last: dict[str, str], action: Action) -> Explanation:
    """Say what of the promise is missing; where nothing of it is, what does not come all the way."""
    lacking = engine.lacking(action.verify, last)
    if lacking and not scope_for_facts([str(one["fact"]) for one in lacking if isinstance(one, dict)]).outside:
        return Explanation.of(Code.NOT_VERIFIED_INSIDE, lacking=lacking)
    lacking = lacking or engine.still_short(catalog.installed_catalog().progress, last)
    return Explanation.of(Code.NOT_VERIFIED_OUTSIDE, lacking=lacking)


def _after(measured: dict[str, str]) -> dict[str, Any]:
    """Return facts after a change: what the check measured. Whatever else was said before no longer counts: it is left
    out."""
    return {name: {"value": value, "readings": ["measured after the change"]} for name, value in measured.items()}


def _take_back(job: Job, worker: Machine) -> None:
    """Undo at once a change that made things worse, under the approval that named this."""
    try:
        undo = planning.queue_revert(job, actor=worker, because=Code.UNDOING_WORSE)
    except Refusal as refusal:
        jobs.add_line(job, refusal.explanation)
        return
    if undo is None:
        jobs.add_line(job, Explanation(Code.WORSE_AND_STAYS))


def _broken_again(job: Job, seen: Mapping[str, str]) -> bool:
    """Tell whether what a proved change had repaired is broken again since it was put back."""
    action = catalog.installed_catalog().actions.get(job.action)
    if action is None or job.origin is None or job.origin.state != JobState.VERIFIED:
        return False
    return any(one["value"] != engine.UNKNOWN for one in engine.lacking(action.verify, seen) if isinstance(one, dict))


def _end_revert(job: Job, plan: engine.PlanDocument, worker: Machine) -> None:
    """End a revert, which is proved by reading again: the old state need not have been a good one."""
    states = as_change(job.found).after or ()
    known = catalog.installed_catalog()
    back = len(states) == len(plan.items) and engine.is_as_wanted(plan, states, known)
    observation = _measured(job)
    _keep(job, observation)
    left = job.origin is not None and bool(planning.job_plan(job.origin).irreversible)
    good = Code.BACK_VERIFIED_PARTLY if left else Code.BACK_VERIFIED
    if good == Code.BACK_VERIFIED and _broken_again(job, _values(observation)):
        good = Code.BACK_BROKEN
    to, code = (JobState.VERIFIED, good) if back else (JobState.NOT_VERIFIED, Code.BACK_NOT_VERIFIED)
    with transaction.atomic():
        moved = end_change(job, to, Explanation(code), worker, facts=_after(_values(observation)))
        if moved and back and job.origin:
            found_so = as_change(job.found).outcome == "drifted"  # nothing of it was written by us
            by_itself = found_so and job.origin.host_undo == Job.HostUndo.FIRED
            why = computer_undo.why_undone(job.origin, job.origin.undo_left) if by_itself else None
            actor = computer_undo.computer(job) if by_itself else worker
            said = why or Explanation(Code.UNDONE)
            jobs.move_job(job.origin, JobState.REVERTED, said, tag=Tag.JOB_REVERT, actor=actor, explanation=why)
