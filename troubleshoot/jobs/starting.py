"""What lets a job run, and what takes one back that has not begun."""

from __future__ import annotations

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Now

from troubleshoot import audit, people
from troubleshoot.audit import Actor, Tag
from troubleshoot.diagnosis import act_for_case
from troubleshoot.engine import Code, Explanation, Refusal, RefusalCode
from troubleshoot.jobs.closed_cases import refuse_closed_case
from troubleshoot.jobs.lifecycle import QUEUE_LIFETIME, UNSETTLED, hold_case, move_job
from troubleshoot.jobs.limits import refuse_full_queue
from troubleshoot.jobs.ringing import ring_after_commit
from troubleshoot.jobs.story import add_line, audited_objects
from troubleshoot.models import (
    CHANGES,
    STARTABLE_STATES,
    STOPPABLE_STATES,
    UNDECIDED_STATES,
    WAITING_STATES,
    Case,
    Host,
    Job,
    JobState,
    Person,
)


def check_deadline(job: Job) -> None:
    """Raise Refusal when a job's time is over, even where the keeper has not said so yet."""
    if Job.objects.filter(pk=job.pk, expires_at__lte=Now()).exists():
        raise Refusal(RefusalCode.TIME_OVER)


def _check_time_and_host(job: Job) -> None:
    """Raise Refusal when a job's time is over, or its computer is held: both by one question to the database."""
    holding = Exists(Job.objects.holding(OuterRef("host")))
    over, held = (
        Job.objects.filter(pk=job.pk)
        .values_list(ExpressionWrapper(Q(expires_at__lte=Now()), BooleanField()), holding)
        .get()
    )
    if over:
        raise Refusal(RefusalCode.TIME_OVER)
    if held:
        raise Refusal(RefusalCode.HOST_HELD, host=str(job.host))


def refuse_held_host(host: Host) -> None:
    """Raise Refusal where how a change ended on a host is not known: another one could not begin there."""
    if Job.objects.holding(host).exists():
        raise Refusal(RefusalCode.HOST_HELD, host=str(host))


def refuse_beside_change(host: Host, case: Case) -> None:
    """Raise Refusal where a change of a case is under way, or the host is held by one of another case."""
    own = Q(case=case, state__in=UNSETTLED - UNDECIDED_STATES)
    changes = Job.objects.filter(own | Q(host=host, state=JobState.UNKNOWN), kind__in=CHANGES, invented=False)
    found = changes.first()
    if found and found.case_id == case.pk:
        raise Refusal(RefusalCode.CHANGE_UNDER_WAY)
    if found:
        raise Refusal(RefusalCode.HOST_HELD, host=str(host))


def start_job(*, actor: Person, job: Job) -> None:
    """Let a planned or approved job run: the decision of whoever asked for exactly this plan."""
    people.require_permission(actor, "job.apply", job)
    if job.state == JobState.WAITING_APPROVAL:
        raise Refusal(RefusalCode.NEEDS_SECOND_PERSON)
    with transaction.atomic():
        hold_case(job)  # before its site
        refuse_closed_case(job)
        if job.state not in STARTABLE_STATES:
            raise Refusal(RefusalCode.NOT_STARTABLE, state=job.state)
        _check_time_and_host(job)
        if job.approvals.filter(approver=actor).exists():
            raise Refusal(RefusalCode.APPROVED_BY_STARTER)
        refuse_full_queue(job.host, actor)
        act_for_case(job.case, actor)
        enqueue_job(job, actor=actor, said=Explanation.of(Code.STARTED, who=str(actor)))


def enqueue_job(job: Job, *, actor: Actor, said: Explanation) -> None:
    """Queue a job and ring its doorbell once the row is safe. Raises Refusal when somebody else was faster."""
    with transaction.atomic():
        moved = move_job(
            job,
            JobState.QUEUED,
            said,
            tag=Tag.JOB_QUEUE,
            actor=actor,
            starter=actor if isinstance(actor, Person) else None,
            ring_at=Now(),
            expires_at=Now() + QUEUE_LIFETIME,
        )
        if not moved:
            raise Refusal(RefusalCode.DECIDED_MEANWHILE)
        ring_after_commit(job)


def cancel_job(*, actor: Person, job: Job) -> None:
    """Take back a job that has not begun, and have one that has begun stopped, if that is still possible.

    A job that a worker has is only marked here. Its worker lets it be before the start, and after that tells the
    computer; it is called cancelled only where nothing was written there. Raises PermissionRefused, and Refusal for
    what is over, is being checked, or belongs to what the portal has promised.
    """
    people.require_permission(actor, "job.cancel", job)
    if job.is_undo_by_portal and job.state in WAITING_STATES | STOPPABLE_STATES:
        raise Refusal(RefusalCode.UNDO_PROMISED)
    theirs = actor.pk == job.beneficiary_id
    said = Explanation.of(Code.TAKEN_BACK if theirs else Code.STOPPED, who=str(actor))
    waits = job.state in WAITING_STATES
    if waits and move_job(job, JobState.CANCELLED, said, tag=Tag.JOB_CANCEL, actor=actor, explanation=said):
        return
    _ask_to_stop(job, actor)


def _ask_to_stop(job: Job, actor: Person) -> None:
    """Mark a job that has begun as unwanted, in the transaction of its audit entry. Once is enough."""
    with transaction.atomic():
        if Job.objects.ask_to_stop(job, stopper=actor):
            add_line(job, Explanation.of(Code.STOP_WANTED, who=str(actor)))
            audit.record(
                Tag.JOB_CANCEL,
                actor=actor,
                on_behalf=job.beneficiary,
                objects=audited_objects(job),
                details={"asked_in": job.state, "attempt": str(job.attempt) if job.attempt else ""},
            )
        elif job.stop_asked_at is None or job.has_ended:
            raise Refusal(RefusalCode.HAS_BEGUN)
