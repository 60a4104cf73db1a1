"""Jobs as rows: requesting and queueing one, and `move_job`, by which all but a claim moves one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from troubleshoot import audit, diagnosis, notifications, people
from troubleshoot.audit import Actor, Tag
from troubleshoot.diagnosis import keep_status
from troubleshoot.engine import (
    ApplyResult,
    Code,
    Explanation,
    JobPhase,
    Json,
    NoticeCode,
    Refusal,
    RefusalCode,
    Result,
    SignedIn,
    job_phase,
)
from troubleshoot.jobs.closed_cases import ended_with_case, refuse_closed_case
from troubleshoot.jobs.limits import refuse_full_approvals
from troubleshoot.jobs.ringing import ring_after_commit
from troubleshoot.jobs.settles import queue_settle
from troubleshoot.jobs.story import add_line, audited_objects
from troubleshoot.jobs.telling import tell_end
from troubleshoot.models import (
    ACTIVE_STATES,
    ENDED_STATES,
    WAITING_STATES,
    Answer,
    Case,
    Host,
    Job,
    JobState,
    Person,
    Plan,
)

QUEUE_LIFETIME = dt.timedelta(hours=1)
OPEN = WAITING_STATES | ACTIVE_STATES
#: A change in one of these may still move, or may have moved, the host.
UNSETTLED = OPEN | {JobState.UNKNOWN}


def approval_lifetime() -> dt.timedelta:
    """Return how long a plan may wait for its decision, and an approval for its use."""
    return dt.timedelta(hours=settings.MENDPOINT_APPROVAL_HOURS)


def move_job(
    job: Job,
    to: JobState,
    said: Explanation,
    *,
    tag: Tag,
    actor: Actor,
    fence: int | None = None,
    revoke: bool = False,
    details: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    found: Result | None = None,
    explanation: Explanation | None = None,
    **fields: object,
) -> bool:
    """Move a job, tell its story and record it, in one transaction; the case goes on when the job has ended.

    `found` takes the place of what the job found before, `explanation` says why it ended; `revoke` takes the job from
    its worker: one that was only paused must not write any more.

    False when the job no longer stands where this object says, or the fence has passed to another worker: the
    caller stops, and nothing was written.
    """
    came_from = job.state
    with transaction.atomic():
        documents = {name: one.to_json() for name, one in (("result", found), ("why", explanation)) if one is not None}
        # The case is held before its job is written: whoever else needs both takes them in the same order.
        case = hold_case(job) if job_phase(JobPhase(to)) != job_phase(JobPhase(came_from)) else None
        if not Job.objects.move(job, to, fence=fence, revoke=revoke, **documents, **fields):
            return False
        add_line(job, said)
        audit.record(
            tag,
            actor=actor,
            on_behalf=job.beneficiary,
            objects=audited_objects(job),
            details={"from": came_from, "to": to.value, "fence": job.fence, **(details or {})},
            personal=personal,
        )
        if case:
            job.case = case
        if job.is_change and to == JobState.UNKNOWN:
            queue_settle(job, actor=actor)
        if job.has_ended and (job.is_change or job.kind == Job.Kind.CHECK_BY_HAND):
            tell_end(job, said, actor)
        if case and job.has_ended:
            learned = job.kind == Job.Kind.DIAGNOSE
            continue_case(case, actor=actor, requester=job.requester, learned=learned)
        elif case:
            keep_status(case, actor=actor)
    return True


def hold_case(job: Job) -> Case | None:
    """Return the case of a job, held until the transaction ends; None where it belongs to none. Whoever writes to a job
    and to its case holds the case first."""
    if job.case_id is None:
        return None
    return Case.objects.held().for_status().get(pk=job.case_id)


def continue_case(
    case: Case, *, actor: Actor, requester: Person, rows: Sequence[Answer] | None = None, learned: bool = False
) -> None:
    """Let a case go on as far as it can, send for a new reading where it needs one (after a change, what was read
    before no longer counts), and keep where it stands then.

    A closed case stands where it was closed. Where its guide ends here, what still waits for it is taken back. The
    caller holds the case (`Case.objects.held`); `rows` are all of its answers, where they have been read; `learned`
    tells that there is something new to judge by.
    """
    if case.closed_at is not None:
        keep_status(case, actor=actor)
        return
    walk = diagnosis.advance_case(case, actor=actor, rows=rows, learned=learned)
    if case.host and (walk.at.is_read or _never_read(case)) and not _being_read(case):
        asked: dict[str, Any] = {"host": case.host, "case": case, "requester": requester}
        if may_observe(requester, case.host):
            queue_reading(Job.Kind.DIAGNOSE, beneficiary=case.beneficiary, **asked)
        else:
            _note_unread(beneficiary=case.beneficiary, **asked)
            walk = diagnosis.advance_case(case, actor=actor)
    keep_status(case, walk, actor=actor)
    if case.closed_at is not None:
        take_back_waiting(case, actor=actor)


def _never_read(case: Case) -> bool:
    """Tell whether the code of a case led past the first readings: they are taken all the same, for whoever helps."""
    guide = diagnosis.case_guide(case)
    return guide.start in guide.starts and bool(guide.facts or guide.judges) and not case.jobs.of_round().exists()


def take_back_waiting(case: Case, *, actor: Actor, undos: bool = False) -> None:
    """Take back whatever has not begun of a case that was closed just now; `closed_cases` says what outlives it.

    `undos` takes back those too that somebody asked for: whoever may decide that closes the case.
    The caller holds the case. What has begun goes on to its end: nothing is broken off on a computer.
    """
    said = Explanation(Code.CASE_ENDED)
    for job in ended_with_case(case, undos=undos):
        move_job(job, JobState.CANCELLED, said, tag=Tag.JOB_CANCEL, actor=actor, explanation=said)


def may_observe(person: Person, host: Host) -> bool:
    """Tell whether a person may have a computer read, as it is registered now: an own one, or one of a site they serve.

    That a case about it is theirs is not enough: computers get other owners and other sites.
    """
    return people.may(person, "case.open", host).allowed


def _note_unread(*, host: Host, case: Case, requester: Person, beneficiary: Person) -> None:
    """Note that a computer was not read because whoever needed it may not have it read: the case goes on without
    readings, and says why, as where a computer could not be reached."""
    why = Refusal(RefusalCode.READING_NOT_ALLOWED, host=str(host), who=str(requester)).explanation
    job = Job.objects.create(
        kind=Job.Kind.DIAGNOSE,
        host=host,
        case=case,
        requester=requester,
        beneficiary=beneficiary,
        state=JobState.REFUSED,
        ended_at=Now(),
        why=why.to_json(),
    )
    add_line(job, why)
    audit.record(
        Tag.JOB_REQUEST,
        actor=requester,
        on_behalf=beneficiary,
        objects=audited_objects(job),
        details={"kind": job.kind, "action": "", "refused": True},
    )


def _being_read(case: Case) -> bool:
    return case.jobs.filter(kind=Job.Kind.DIAGNOSE).exclude(state__in=ENDED_STATES).exists()


def request_reading(
    *,
    actor: Person,
    host: Host,
    case: Case | None = None,
    beneficiary: Person | None = None,
    action: str = "",
    reason: str = "",
) -> Job:
    """Ask for an observation of a host: a diagnosis for a case, or, with an action, what its plan would change."""
    people.require_permission(actor, "job.plan" if action else "case.open", host)
    kind = Job.Kind.PLAN if action else Job.Kind.DIAGNOSE
    given: dict[str, Any] = {"host": host, "requester": actor, "beneficiary": beneficiary}
    if case is None:
        return queue_reading(kind, case=None, action=action, reason=reason, **given)
    with transaction.atomic():
        case.hold()
        job = queue_reading(kind, case=case, action=action, reason=reason, **given)
        keep_status(case, actor=actor)
    return job


def queue_reading(
    kind: str,
    *,
    host: Host,
    case: Case | None,
    requester: Person,
    beneficiary: Person | None,
    action: str = "",
    reason: str = "",
) -> Job:
    """Queue a job that only reads. The caller has checked permissions, and afterwards stores where the case stands."""
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            host=host,
            case=case,
            action=action,
            requester=requester,
            beneficiary=beneficiary,
            reason=reason,
            state=JobState.QUEUED,
            ring_at=Now(),
            expires_at=Now() + QUEUE_LIFETIME,
        )
        add_line(job, Explanation.of(Code.OBSERVATION_ASKED, host=str(host)))
        audit.record(
            Tag.JOB_REQUEST,
            actor=requester,
            on_behalf=beneficiary,
            objects=audited_objects(job),
            details={"kind": job.kind, "action": action},
            personal={"reason": reason} if reason else None,
        )
        ring_after_commit(job)
    return job


def offer_plan(
    reading: Job,
    *,
    plan: Plan,
    risk: str,
    needs_approval: bool,
    self_service: bool,
    facts: dict[str, Any],
    signed_in: tuple[SignedIn, ...] | None,
) -> Job:
    """Put a finished plan before whoever decides: the requester, or an approver when approval is needed.

    `signed_in` names who is on the computer and since when; None when that could not be read. Raises Refusal when the
    case was closed meanwhile, or enough lies before the approvers by now.
    """
    with transaction.atomic():
        refuse_closed_case(reading)
        if needs_approval:
            refuse_full_approvals(reading.host, reading.requester)
        job = Job.objects.create(
            kind=Job.Kind.APPLY,
            host=reading.host,
            case=reading.case,
            plan=plan,
            action=plan.action,
            risk=risk,
            requester=reading.requester,
            beneficiary=reading.beneficiary,
            reason=reading.reason,
            needs_approval=needs_approval,
            self_service=self_service,
            state=JobState.WAITING_APPROVAL if needs_approval else JobState.PLANNED,
            expires_at=Now() + approval_lifetime(),
            facts=facts,
            result=ApplyResult(signed_in=signed_in).to_json(),
        )
        add_line(job, Explanation(Code.PLAN_NEEDS_APPROVAL if needs_approval else Code.PLAN_READY))
        audit.record(
            Tag.JOB_PLAN,
            actor=job.requester,
            on_behalf=job.beneficiary,
            objects=audited_objects(job),
            details={"action": plan.action, "digest": plan.digest, "risk": risk, "needs_approval": needs_approval},
        )
        if needs_approval:
            notify_deciders(job)
    return job


def notify_deciders(job: Job) -> None:
    """Tell whoever may decide and is not away; a deputy reads for whom they stand in."""
    job.refresh_from_db(fields=["expires_at"])
    values: dict[str, Json] = {
        "until": job.expires_at.isoformat() if job.expires_at else "",
        "what": job.plan.document["title"] if job.plan else "",
        "host": str(job.host),
        "who": str(job.requester),
    }
    deputies = people.deputies_of(job.host.site)
    for one in people.job_deciders(job):
        away = [str(who) for who in deputies.get(one, ())]
        notifications.notify([one], NoticeCode.APPROVAL_WANTED, {**values, "away": away}, case=job.case, job=job)
