"""Plans: what an action would change on a host, made from a reading, and the plan of the way back."""

from __future__ import annotations

import datetime as dt
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from troubleshoot import audit, catalog, diagnosis, engine, jobs, people
from troubleshoot.audit import Actor, Tag
from troubleshoot.engine import Action, Code, Explanation, Fact, Refusal, RefusalCode, as_change
from troubleshoot.engine import ResourceState as Found
from troubleshoot.hosts import Observation, WantedReading
from troubleshoot.models import (
    ENDED_STATES,
    UNDECIDED_STATES,
    UNDOABLE_STATES,
    Case,
    Host,
    Job,
    JobState,
    Person,
    Plan,
)
from troubleshoot.remediation.second_person import needs_second_person
from troubleshoot.remote import RUNNER_DIGEST


def installed_action(name: str) -> Action:
    """Return the installed action of this name. Raises Refusal."""
    try:
        return catalog.installed_catalog().actions[name]
    except KeyError:
        raise Refusal(RefusalCode.NO_SUCH_REMEDY, name=name[:80]) from None


def readings_for_plan(action: Action) -> list[WantedReading]:
    """Return the resources that a plan of this action has to read."""
    return [WantedReading(wish.resource, wish.params) for wish in action.wishes]


def request_plan(
    *, actor: Person, host: Host, action: str, case: Case | None = None, reason: str = "", ticket: str = ""
) -> Job:
    """Ask for a plan: a reading, from which the plan is made. Refuse at once what can never run here.

    For a case, only helpdesk asks for what the person may not start. Asking again while a case's plan is being read
    answers with that reading. A plan of the case that nobody has started gives way to the new one.
    """
    wish = installed_action(action)
    people.require_permission(actor, "job.plan", host)
    if case is not None:
        _require_concern(actor, host, action, case)
    if barrier := forbidden_reason(wish, host):
        raise barrier
    if wish.risk != "low" and not reason.strip():
        raise Refusal(RefusalCode.CHANGE_WITHOUT_REASON)
    if case is None:
        jobs.refuse_held_host(host)
        with transaction.atomic():
            _refuse_crowd(wish, host, actor)
            return jobs.request_reading(actor=actor, host=host, action=action, reason=reason)
    with transaction.atomic():
        case = Case.objects.held().select_related("beneficiary").get(pk=case.pk)
        if case.closed_at is not None:
            raise Refusal(RefusalCode.CASE_CLOSED)
        under_way = case.jobs.filter(state__in=jobs.UNSETTLED).exclude(state__in=UNDECIDED_STATES)
        if running := under_way.filter(kind=Job.Kind.PLAN, action=action).first():
            return running
        jobs.refuse_beside_change(host, case)
        _refuse_crowd(wish, host, actor)
        _keep_ticket(actor, host, case, ticket.strip())
        diagnosis.act_for_case(case, actor)
        reading = jobs.request_reading(
            actor=actor, host=host, case=case, beneficiary=case.beneficiary, action=action, reason=reason
        )
        for older in case.jobs.filter(kind=Job.Kind.APPLY, action=action, state__in=UNDECIDED_STATES):
            newer = Explanation(Code.NEWER_PLAN)
            jobs.move_job(older, JobState.CANCELLED, newer, tag=Tag.JOB_CANCEL, actor=actor, explanation=newer)
    return reading


def _refuse_crowd(action: Action, host: Host, actor: Person) -> None:
    """Raise Refusal where enough waits already: in the queue, and of what needs a second person, for approvers."""
    jobs.refuse_full_queue(host, actor, planning=True)
    if needs_second_person(action, host):
        jobs.refuse_full_approvals(host, actor)


def _require_concern(actor: Person, host: Host, action: str, case: Case) -> None:
    """Raise unless the case is about this computer, and the remedy is the actor's to ask for in it."""
    people.require_permission(actor, "case.answer", case)
    if case.host_id != host.pk:
        raise Refusal(RefusalCode.CASE_OF_ANOTHER_HOST, host=str(host))
    if not (diagnosis.is_self_service(case, action) or people.may(actor, "case.take", case).allowed):
        raise Refusal(RefusalCode.HELPDESK_DOES_THIS)


def _keep_ticket(actor: Person, host: Host, case: Case, ticket: str) -> None:
    """Keep the ticket's number on the case. Who repairs an own computer needs none, wherever others do: that the case
    is one's own does not make the computer so."""
    own = actor == case.beneficiary and host.is_own_computer_of(actor)
    if host.site.ticket_required and not (ticket or case.ticket) and not own:
        raise Refusal(RefusalCode.TICKET_MISSING)
    if ticket and ticket != case.ticket:
        case.ticket = ticket[:80]
        case.save(update_fields=["ticket"])
        audit.record(
            Tag.CASE_CHANGE, actor=actor, on_behalf=case.beneficiary, objects=[case], details={"ticket": case.ticket}
        )


def forbidden_reason(action: Action, host: Host) -> Refusal | None:
    """Return why an action may never run on this host as it is registered; None when it may."""
    if action.manual:
        return Refusal(RefusalCode.BY_HAND_ONLY)
    return closed_reason(host) or risk_refusal(action.risk, host)


def risk_refusal(risk: str, host: Host) -> Refusal | None:
    """Return why the portal makes no change of this risk on a host, whoever asks; None when it does."""
    if risk == "dangerous" and settings.MENDPOINT_SOLO_MODE:
        return Refusal(RefusalCode.NO_SECOND_PERSON)
    if risk == "dangerous" and not host.lab:
        return Refusal(RefusalCode.SIMULATED_ONLY)
    return None


def closed_reason(host: Host) -> Refusal | None:
    """Return why nothing at all may be changed on a host; None when changes are allowed."""
    allowed = host.mode == Host.Mode.CHANGES_ALLOWED
    return None if allowed else Refusal(RefusalCode.DIAGNOSE_ONLY, host=str(host))


def was_promised(undo: Job) -> bool:
    """Tell whether this undo belongs to what was decided when the change began: the end of a temporary one, or the way
    back from one that made things worse.

    It puts back what the portal itself has changed, so it runs also where nothing else may be changed any more: a host
    that was made diagnose only must not keep its protection lowered for ever.
    """
    return undo.origin is not None and (undo.is_undo_by_portal or undo.origin.undo_at is not None)


def undo_risk(job: Job) -> str:
    """Return the risk of undoing a change that would have stayed: it may take a protection away again."""
    action = catalog.installed_catalog().actions.get(job.action)
    return action.undo_risk if action else job.risk


def needs_another(job: Job, host: Host) -> bool:
    """Tell whether a critical host would be changed without a second person; a temporary change promised its undo."""
    covered = job.needs_approval or (job.origin and (job.origin.needs_approval or job.origin.undo_at))
    return host.critical and not covered


def plan_from_reading(reading: Job, action: Action, observation: Observation) -> tuple[Job | None, Explanation | None]:
    """Return the job that would carry out the action, or None and why there is none. Runs in the reading's
    transaction."""
    refusals = engine.unmet_guards(action, engine.fact_values(observation.facts.values()))
    if refusals:
        return None, Explanation.of(Code.GUARDED, said=[refusal.text for refusal in refusals])
    try:
        plan = engine.make_plan(
            action, catalog.installed_catalog(), observation.states, identity=observation.identity, runner=RUNNER_DIGEST
        )
    except engine.PlanError as error:
        return None, Explanation.of(Code.PLAN_FAILED, refused=error.to_json())
    if plan.nothing_to_change:
        return None, Explanation(Code.NOTHING_TO_CHANGE)
    try:
        with transaction.atomic():  # no plan is kept that lies before nobody
            return _offered(reading, action, plan, observation), None
    except Refusal as closed:
        return None, closed.explanation


def _offered(reading: Job, action: Action, plan: engine.PlanDocument, observation: Observation) -> Job:
    return jobs.offer_plan(
        reading,
        plan=store_plan(plan, reading.host, made_by=reading),
        risk=action.risk,
        needs_approval=needs_second_person(action, reading.host),
        self_service=action.self_service,
        facts=facts_document(observation.facts),
        signed_in=observation.signed_in,
    )


def store_plan(plan: engine.PlanDocument, host: Host, *, made_by: Job | None) -> Plan:
    """Keep a plan as the document that its digest is over."""
    return Plan.objects.create(
        host=host, action=plan.action, document=engine.plan_to_document(plan), digest=plan.digest, made_by=made_by
    )


def facts_document(known: dict[str, Fact]) -> dict[str, Any]:
    """Return facts as a job keeps them."""
    return {name: {"value": fact.value, "readings": list(fact.readings)} for name, fact in sorted(known.items())}


def job_plan(job: Job) -> engine.PlanDocument:
    """Return a job's plan, proved against its digest. Raises PlanError."""
    if job.plan is None:
        raise engine.PlanError(RefusalCode.PLAN_ABSENT)
    plan = engine.plan_from_document(job.plan.document)
    if plan.digest != job.plan.digest:
        raise engine.PlanError(RefusalCode.PLAN_ALTERED)
    return plan


def request_revert(*, actor: Person, job: Job, reason: str = "") -> Job:
    """Ask for a finished change to be undone, as a job like any other."""
    people.require_permission(actor, "job.revert", job)
    if job.undo_at is None and (barrier := closed_reason(job.host) or risk_refusal(undo_risk(job), job.host)):
        raise barrier
    with transaction.atomic():
        undo = queue_revert(job, actor=actor, reason=reason)
        if undo is None:
            raise Refusal(RefusalCode.NOTHING_TO_UNDO)
        diagnosis.act_for_case(job.case, actor)
    return undo


def queue_revert(job: Job, *, actor: Actor, reason: str = "", because: Code = Code.UNDOING) -> Job | None:
    """Queue the revert of a finished change; None when nothing is left that can be put back.

    `reason` is why a person wants it, `because` says why the portal does it by itself.
    The approval of a change covers its undoing, which its plan names. Raises Refusal.
    """
    if job.kind != Job.Kind.APPLY or job.state not in UNDOABLE_STATES:
        raise Refusal(RefusalCode.NOT_FINISHED)
    if job.reverts.exclude(state__in=ENDED_STATES).exists():
        raise Refusal(RefusalCode.UNDO_UNDER_WAY)
    if job.reverts.filter(state=JobState.UNKNOWN).exists():
        raise Refusal(RefusalCode.LAST_UNDO_UNKNOWN)
    plan = way_back_plan(job)
    if plan is None:
        return None
    try:
        return _queue_undo(job, plan, actor=actor, reason=reason, because=because)
    except IntegrityError as error:
        raise Refusal(RefusalCode.UNDO_UNDER_WAY) from error


def way_back_plan(job: Job) -> engine.PlanDocument | None:
    """Return what would put a change back, from where its resources were last seen. Raises Refusal."""
    if job.found.malformed:
        raise Refusal(RefusalCode.WAY_BACK_UNREADABLE)
    try:
        plan = job_plan(job)
        seen = _last_seen(job, plan)
        return engine.revert_plan(plan, seen, catalog.installed_catalog(), runner=RUNNER_DIGEST) if seen else None
    except engine.PlanError as error:
        raise Refusal(RefusalCode.WAY_BACK_UNPLANNABLE, cause=error.to_json()) from error


def _last_seen(job: Job, plan: engine.PlanDocument) -> list[Found | None]:
    """Return each resource's state after the run, or as a later undo that did not get through has found it.

    What could not be read again is taken to be as the run wanted it: an undo compares before it writes, and the next
    one starts from what it found. Where the portal lost sight of the change, that holds for all of it.
    """
    found = as_change(job.found)
    before = found.before or (tuple(map(_as_planned, plan.items)) if job.is_settled_by_word else ())
    seen: list[Found | None] = list(found.after or (before if found.before else [None] * len(before)))
    for index, (item, state) in enumerate(zip(plan.items, seen, strict=False)):
        old = before[index] if index < len(before) else None
        if state is None and old is not None:
            seen[index] = {**old, **{name: value for name, value in item.desired.items() if name in old}}
    ended = [undo for undo in job.reverts.all() if undo.ended_at]
    for undo in sorted(ended, key=attrgetter("ended_at")):
        again = as_change(undo.found)
        for item, state in zip(job_plan(undo).items, again.after or again.before or (), strict=False):
            for index, own in enumerate(plan.items[: len(seen)]):
                if state is not None and (own.resource, own.params) == (item.resource, item.params):
                    seen[index] = state
    return seen


def _as_planned(item: engine.PlanItem) -> Found:
    """Return the state that a plan began from, as far as it keeps it: fields that nobody compares are unknown."""
    resource = catalog.installed_catalog().resources.get(item.resource)
    return {**dict.fromkeys(resource.fields if resource else ()), **item.before}


def _queue_undo(job: Job, plan: engine.PlanDocument, *, actor: Actor, reason: str, because: Code) -> Job:
    asked = isinstance(actor, Person) and job.undo_at is None
    risk = undo_risk(job) if asked else job.risk
    # The approval of a change covers its way back, but not one that risks more than the change did.
    waits = asked and ((risk != job.risk and risk == Job.Risk.DANGEROUS) or needs_another(job, job.host))
    with transaction.atomic():
        if isinstance(actor, Person):
            diagnosis.open_for_undo(job, actor)
        undo = Job.objects.create(
            kind=Job.Kind.REVERT,
            host=job.host,
            case=job.case,
            action=job.action,
            risk=risk,
            plan=store_plan(plan, job.host, made_by=None),
            origin=job,
            requester=actor if isinstance(actor, Person) else job.requester,
            beneficiary=job.beneficiary,
            reason=reason,
            needs_approval=waits,
            state=JobState.WAITING_APPROVAL if waits else JobState.PLANNED,
            expires_at=Now() + dt.timedelta(days=1),
        )
        audit.record(
            Tag.JOB_REVERT,
            actor=actor,
            on_behalf=job.beneficiary,
            objects=jobs.audited_objects(undo),
            details={"origin": str(job.pk), "digest": plan.digest, "because": because.value},
            personal={"reason": reason} if reason else None,
        )
        if waits:
            jobs.add_line(undo, Explanation(Code.NEEDS_APPROVAL))
            jobs.notify_deciders(undo)
            diagnosis.keep_status_again(job.case_id, actor=actor)
            return undo
        jobs.enqueue_job(undo, actor=actor, said=Explanation.of(because, at=job.created_at.isoformat()))
    return undo
