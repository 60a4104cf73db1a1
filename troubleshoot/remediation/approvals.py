"""Approvals: a second person's yes or no to exactly one plan. The rules that matter are also database constraints."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from troubleshoot import audit, diagnosis, notifications, people
from troubleshoot.audit import Tag
from troubleshoot.engine import Code, Explanation, NoticeCode, Refusal, RefusalCode
from troubleshoot.jobs import add_line, approval_lifetime, audited_objects, check_deadline, move_job, refuse_closed_case
from troubleshoot.models import Absence, Approval, Job, JobState, Message, Person

LONGEST_ABSENCE = dt.timedelta(days=366)
#: The same question once more within this time is one question that was sent twice.
ASKED_TWICE = dt.timedelta(minutes=10)


def approve_plan(*, actor: Person, job: Job, digest: str) -> Approval:
    """Say yes to the plan with this digest, as the approver saw it. Used once, by this job, within its lifetime."""
    return _vote(actor, job, Approval.Decision.APPROVE, digest=digest, reason="")


def decline_plan(*, actor: Person, job: Job, reason: str) -> Approval:
    """Say no. The reason is shown to whoever asked."""
    if not reason.strip():
        raise Refusal(RefusalCode.DECLINE_WITHOUT_REASON)
    return _vote(actor, job, Approval.Decision.DECLINE, digest=job.plan.digest if job.plan else "", reason=reason)


def ask_requester(*, actor: Person, job: Job, text: str) -> None:
    """Put a question to whoever asked for the change, as a note on the case; the time to decide goes on.

    The person it is for reads it only when they asked for the change themselves. The same question once more says and
    sends nothing again.
    """
    people.require_permission(actor, "job.approve", job)
    if job.state != JobState.WAITING_APPROVAL:
        raise Refusal(RefusalCode.NOTHING_TO_DECIDE, state=job.state)
    with transaction.atomic():
        refuse_closed_case(job)
        if _asked_before(actor, job, text):
            return
        internal = job.case is not None and job.requester != job.case.beneficiary
        if job.case:
            Message.objects.create(case=job.case, author=actor, text=text, internal=internal, job=job)
            diagnosis.keep_status_again(job.case_id, actor=actor)
        # The story is read by the person as well.
        internally = Explanation.of(Code.ASKED_INTERNALLY, who=str(actor))
        add_line(job, internally if internal else _asked(actor, text))
        audit.record(
            Tag.CASE_MESSAGE,
            actor=actor,
            on_behalf=job.beneficiary,
            objects=audited_objects(job),
            details={"asked": True},
        )
        values = {"who": str(actor), "text": text[:300]}
        notifications.notify([job.requester], NoticeCode.ASKED, values, case=job.case, job=job)


def _asked_before(actor: Person, job: Job, text: str) -> bool:
    """Tell whether the actor has just asked exactly this, and nobody has said anything since."""
    since = timezone.now() - ASKED_TWICE
    if job.case:
        latest = job.case.messages.order_by("-pk").first()
        same = latest and (latest.author_id, latest.job_id, latest.text) == (actor.pk, job.pk, text)
        return bool(latest and same and latest.at > since)
    line = job.lines.order_by("-pk").first()
    return line is not None and line.at > since and line.said == _asked(actor, text).to_json()


def _asked(actor: Person, text: str) -> Explanation:
    return Explanation.of(Code.ASKED, who=str(actor), text=text)


def begin_absence(*, actor: Person, last_day: dt.date, deputy: Person | None) -> None:
    """Note that the actor is away to the end of that day, in their time: requests go to the other approvers, and the
    deputy reads that they stand in.

    A deputy gets no right by it, so only somebody who decides for the same sites can be one. Saying it again changes
    nothing and tells nobody.
    """
    people.require_permission(actor, "job.approve")
    if not timezone.localdate() <= last_day <= timezone.localdate() + LONGEST_ABSENCE:
        raise Refusal(RefusalCode.ABSENCE_TOO_LONG)
    until = timezone.make_aware(dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time()))
    if Absence.objects.filter(person=actor, until=until, deputy=deputy).exists():
        return
    if deputy is not None and deputy not in people.possible_deputies(actor):
        raise Refusal(RefusalCode.DEPUTY_UNFIT)
    with transaction.atomic():
        Absence.objects.update_or_create(person=actor, defaults={"until": until, "deputy": deputy})
        named = [actor, *([deputy] if deputy else [])]
        audit.record(Tag.PEOPLE_ABSENCE, actor=actor, objects=named, details={"until": last_day.isoformat()})
        if deputy:
            notifications.notify([deputy], NoticeCode.DEPUTY, {"who": str(actor), "day": last_day.isoformat()})


def end_absence(*, actor: Person) -> None:
    """Note that the actor is back. Saying it again changes nothing."""
    people.require_permission(actor, "job.approve")
    with transaction.atomic():
        if Absence.objects.filter(person=actor).delete()[0]:
            audit.record(Tag.PEOPLE_ABSENCE, actor=actor, objects=[actor], details={"until": None})


def usable_approval(job: Job) -> Approval | None:
    """Return the yes that lets this job start now: not expired, for this very plan, by somebody who may still give it.

    A try that found a silent host has started nothing: the next try of the same job is still the same use.
    """
    given = Approval.objects.filter(
        job=job, decision=Approval.Decision.APPROVE, expires_at__gt=Now(), approver__is_active=True
    )
    if not job.tries:
        given = given.filter(used_at=None)
    approval = given.select_related("approver").first()
    if approval is None or job.plan is None or approval.digest != job.plan.digest:
        return None
    if approval.approver_id == job.starter_id:
        return None
    return approval if people.may(approval.approver, "job.approve", job).allowed else None


def spend_approval(job: Job) -> bool:
    """Spend the yes that lets this job start now; False when there is none."""
    approval = usable_approval(job)
    if approval is None:
        return False
    used_by_an_earlier_try = approval.used_at is not None
    return used_by_an_earlier_try or Approval.objects.filter(pk=approval.pk, used_at=None).update(used_at=Now()) == 1


def _vote(actor: Person, job: Job, decision: Approval.Decision, *, digest: str, reason: str) -> Approval:
    people.require_permission(actor, "job.approve", job)
    if job.state != JobState.WAITING_APPROVAL or job.plan is None:
        raise Refusal(RefusalCode.NOTHING_TO_DECIDE, state=job.state)
    check_deadline(job)
    if digest != job.plan.digest:
        raise Refusal(RefusalCode.ANOTHER_PLAN)
    yes = decision is Approval.Decision.APPROVE
    try:
        with transaction.atomic():
            refuse_closed_case(job)
            approval = Approval.objects.create(
                job=job,
                digest=digest,
                approver=actor,
                requester=job.requester,
                beneficiary=job.beneficiary,
                decision=decision,
                reason=reason,
                expires_at=Now() + approval_lifetime(),
            )
            moved = move_job(
                job,
                JobState.APPROVED if yes else JobState.DECLINED,
                Explanation.of(Code.APPROVED if yes else Code.DECLINED, who=str(actor), reason=reason),
                tag=Tag.JOB_APPROVE if yes else Tag.JOB_DECLINE,
                actor=actor,
                details={"digest": digest, "approval": str(approval.pk)},
                personal={"reason": reason} if reason else None,
                explanation=Explanation.sentence(reason) if reason else None,
            )
            if not moved:
                raise Refusal(RefusalCode.DECIDED_MEANWHILE)
    except IntegrityError as error:
        raise Refusal(RefusalCode.VOTE_IMPOSSIBLE) from error
    return approval
