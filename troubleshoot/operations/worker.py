"""What a worker does with a job: claim it, pass the last gate, visit the host, check from outside, and end it.

Rows are written before and after each conversation with a host, never around one.
"""

from __future__ import annotations

import logging
import os
import socket
import uuid
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from troubleshoot import audit, catalog, diagnosis, hosts, jobs, people, remediation
from troubleshoot.audit import Machine, Tag
from troubleshoot.engine import (
    Action,
    Code,
    DiagnosisResult,
    Explanation,
    HandCheckResult,
    PlanResult,
    Refusal,
    RefusalCode,
    Verdict,
)
from troubleshoot.hosts import Observation
from troubleshoot.jobs import claim_job, hold_job
from troubleshoot.models import Host, Job, JobState, Reading
from troubleshoot.operations import connection_test, draining
from troubleshoot.operations.stopping import ReadingStopped, end_stopped_reading, read_until_stopped
from troubleshoot.remediation import NotKnown
from troubleshoot.remote import Failpoint, failpoint

log = logging.getLogger(__name__)
WORKER = Machine("worker", f"{socket.gethostname()}:{os.getpid()}")
#: Where a job ends that its worker cannot go on with: before the start nothing happened; after it, nobody knows.
GIVEN_UP = {
    JobState.CLAIMED: JobState.REFUSED,
    JobState.STARTING: JobState.UNKNOWN,
    JobState.RUNNING: JobState.UNKNOWN,
    JobState.VERIFYING: JobState.NOT_VERIFIED,
}


def run_job(job_id: uuid.UUID) -> None:
    """Run a job if it can still be claimed; otherwise do nothing, quietly. A worker that is told to end leaves it to
    the others."""
    failpoint(Failpoint.BEFORE_CLAIM)
    job = None if draining.is_draining() else claim_job(job_id, worker=WORKER)
    if job is None:
        return
    failpoint(Failpoint.AFTER_CLAIM)
    with hold_job(job):
        try:
            _carry_out(job)
        except ReadingStopped:
            end_stopped_reading(job, worker=WORKER)
        except Refusal as refusal:
            _give_up(job, refusal.explanation)
        except (OperationalError, InterfaceError):
            log.warning("job %s is left to its lease: the database went away", job.pk, exc_info=True)
            return  # to the next worker, or to its computer, as if this one had died
        except Exception:
            log.exception("job %s of case %s met a defect of ours", job.pk, job.case_id)
            _give_up(job, Explanation(Code.DEFECT))
            _ring_next(job)
            raise
    _ring_next(job)


def _carry_out(job: Job) -> None:
    """Do what a job of this kind is for."""
    if not job.is_change and job.kind != Job.Kind.SETTLE:
        _require_right(job)
    match Job.Kind(job.kind):
        case Job.Kind.DIAGNOSE:
            _read(job, None)
        case Job.Kind.PLAN:
            _read(job, remediation.installed_action(job.action))
        case Job.Kind.CHECK_BY_HAND:
            _check(job, remediation.installed_action(job.action))
        case Job.Kind.CONNECTION_TEST:
            _test(job)
        case Job.Kind.SETTLE:
            remediation.settle_by_host(job, worker=WORKER)
        case Job.Kind.APPLY | Job.Kind.REVERT:
            if job.state == JobState.VERIFYING:
                remediation.verify_change(job, worker=WORKER)
            else:
                remediation.carry_out_change(job, worker=WORKER)


def _read(job: Job, action: Action | None) -> None:
    """Read what a case asks, or, with an action, what its plan would change."""
    if action and action.manual:  # the catalogue has changed since it was asked for
        raise Refusal(RefusalCode.BY_HAND_ONLY)
    with read_until_stopped(job):
        observation = hosts.observe(
            job.host,
            about=_about(job, action),
            also=remediation.readings_for_plan(action) if action else (),
            on_outside=lambda seen: _keep_outside(job, seen.readings),
        )
    with transaction.atomic():
        keep_observation(job, observation)
        to, why, found = JobState.DONE, observation.trouble, PlanResult if action else DiagnosisResult
        said = Explanation(Code.READINGS_TAKEN)
        if action:
            why = why or remediation.plan_from_reading(job, action, observation)[1]
            stopped = JobState.REFUSED if observation.windows_answered else JobState.UNREACHABLE
            to, said = stopped if why else JobState.DONE, why or Explanation(Code.PLAN_READY)
        moved = jobs.move_job(
            job,
            to,
            said,
            tag=Tag.JOB_END,
            actor=WORKER,
            fence=job.fence,
            facts=remediation.facts_document(observation.facts),
            found=found(reached=observation.reached, stage=observation.stage),
            explanation=why,
        )
        if not moved:
            transaction.set_rollback(True)  # the lease was lost: another worker's reading counts


def _check(job: Job, action: Action) -> None:
    """Check whether what a person did by hand has helped."""
    with read_until_stopped(job):
        before = remediation.facts_before(job)
        found = remediation.check_by_hand(job.host, action, about=_about(job, action), before=before)
    seen = found.observation
    with transaction.atomic():
        _keep_outside(job, [reading for reading in seen.readings if reading[0] == "network"])
        keep_observation(job, seen)
        moved = jobs.move_job(
            job,
            JobState.UNREACHABLE if found.verdict == Verdict.UNKNOWN else JobState.DONE,
            found.explanation,
            tag=Tag.JOB_END,
            actor=WORKER,
            fence=job.fence,
            facts=remediation.facts_document(seen.facts),
            found=HandCheckResult(
                reached=found.observation.reached, stage=found.observation.stage, verdict=found.verdict
            ),
            explanation=found.explanation,
        )
        if not moved:
            transaction.set_rollback(True)  # as with a reading


def _about(job: Job, action: Action | None) -> set[str]:
    """Return the facts that a job observes: what the guide asks, and what the remedy is guarded and proved by."""
    asked = catalog.installed_catalog().facts_of(diagnosis.case_guide(job.case)) if job.case else frozenset()
    return {*asked, *(action.facts if action else ())}


def _test(job: Job) -> None:
    with read_until_stopped(job):
        observation = connection_test.run_connection_test(job)
    with transaction.atomic():
        if observation.windows_answered:
            note_contact(job.host, observation.identity)
        if not connection_test.end_connection_test(job, observation, worker=WORKER):
            transaction.set_rollback(True)  # as with a reading


def _require_right(job: Job) -> None:
    """Raise Refusal unless whoever asked for an observation still may: it uses the host's account too."""
    if job.kind in {Job.Kind.DIAGNOSE, Job.Kind.CHECK_BY_HAND}:
        if not jobs.may_observe(job.requester, job.host):
            raise Refusal(RefusalCode.READING_NOT_ALLOWED, host=str(job.host), who=str(job.requester))
        return
    action = "host.test" if job.kind == Job.Kind.CONNECTION_TEST else "job.plan"
    if not people.may(job.requester, action, job.host).allowed:
        raise Refusal(RefusalCode.REQUESTER_NOT_ALLOWED, who=str(job.requester))


def keep_observation(job: Job, observation: Observation) -> None:
    """Keep what was seen inside, and learn the identity of a computer at the first contact."""
    _keep_readings(job, [reading for reading in observation.readings if reading[0] != "network"])
    if observation.windows_answered:
        note_contact(job.host, observation.identity)


def _keep_outside(job: Job, readings: list[tuple[str, str, Any]]) -> None:
    """Keep what was seen from outside at once, for a waiting person; more of the same observation takes its place."""
    with transaction.atomic():
        Reading.objects.filter(job=job, source="network").delete()
        _keep_readings(job, readings)


def _keep_readings(job: Job, readings: list[tuple[str, str, Any]]) -> None:
    """Keep raw values."""
    Reading.objects.bulk_create(
        Reading(job=job, source=source, name=name, value=value) for source, name, value in readings
    )


def note_contact(host: Host, identity: dict[str, str]) -> None:
    """Record that a host was reached, and keep its identity if none is known yet; it is asked now what it was to be
    asked later."""
    Host.objects.filter(pk=host.pk).update(last_contact_at=Now())
    for lost in Job.objects.holding(host):
        jobs.hasten_settle(lost)
    if identity and Host.objects.filter(pk=host.pk, identity__isnull=True).update(
        identity=identity, identity_learned_at=Now()
    ):
        audit.record(Tag.HOST_IDENTITY, actor=WORKER, objects=[host], details={"identity": identity})


def _give_up(job: Job, why: Explanation) -> None:
    """End a job that this worker cannot go on with, unless it is another worker's by now."""
    fence = job.fence
    job.refresh_from_db()
    if job.fence != fence or job.state not in GIVEN_UP:
        return
    if job.kind == Job.Kind.SETTLE:  # somebody has to find it out all the same
        remediation.ask_again(job, NotKnown(why, slowly=True), worker=WORKER)
        return
    to = GIVEN_UP[JobState(job.state)]
    if to == JobState.NOT_VERIFIED:
        why = Explanation.of(Code.UNCHECKED, because=why.to_json())
    jobs.move_job(job, to, why, tag=Tag.JOB_END, actor=WORKER, fence=fence, explanation=why)


def _ring_next(job: Job) -> None:
    """Ring for the next job of the host, which is free again, so that it need not wait for the keeper."""
    failpoint(Failpoint.AFTER_END)
    waiting = Job.objects.filter(host=job.host, state=JobState.QUEUED, not_before__lte=Now())
    if following := waiting.select_related("host__site").order_by("created_at").first():
        jobs.ring_job(following)
