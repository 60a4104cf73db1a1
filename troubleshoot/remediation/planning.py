"""Plans: what an action would change on a host, made from a reading, and the plan of the way back."""

from __future__ import annotations

import datetime as dt
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from troubleshoot import audit
from troubleshoot.audit import Actor, Tag
from troubleshoot.catalog import registry as library
from troubleshoot.engine import action as actions
from troubleshoot.engine import facts as fact_rules
from troubleshoot.engine import plan as plans
from troubleshoot.engine.action import Action
from troubleshoot.engine.facts import Fact
from troubleshoot.engine.resource import State as Found
from troubleshoot.hosts.observations import Look, Wanted
from troubleshoot.jobs import lifecycle as jobs
from troubleshoot.jobs.lifecycle import NotPossible
from troubleshoot.models import Case, Host, Job, Person, Plan
from troubleshoot.models.job import ENDED, MAY_BE_UNDONE, State
from troubleshoot.people import access
from troubleshoot.remote.envelope import RUNNER_DIGEST

#: A plan that lies before whoever decides.
_UNDECIDED = frozenset({State.PLANNED, State.WAITING_APPROVAL, State.APPROVED})


def action_named(name: str) -> Action:
    """An installed action. Raises NotPossible."""
    try:
        return library.installed().actions[name]
    except KeyError:
        raise NotPossible(f"There is no remedy called {name[:80]!r}.") from None


def wanted(action: Action) -> list[Wanted]:
    """The resources that a plan of this action has to read."""
    return [Wanted(wish.resource, wish.params) for wish in action.wishes]


def request(
    *,
    actor: Person,
    host: Host,
    action: str,
    case: Case | None = None,
    reason: str = "",
    ticket: str = "",
) -> Job:
    """Asks for a plan: a reading, from which the plan is made. Refuses at once what can never run here.

    Asking again while a case's plan is being read answers with that reading. A plan of the case that nobody has
    started gives way to the new one.
    """
    wish = action_named(action)
    access.require(actor, "job.plan", host)
    if case is not None:
        access.require(actor, "case.answer", case)
        if case.host_id != host.pk:
            raise NotPossible(f"This case is not about {host}.")
    if why := forbidden(wish, host):
        raise NotPossible(why)
    if wish.risk != "low" and not reason.strip():
        raise NotPossible("Say why: this change disturbs people or lowers security, and the reason is recorded.")
    if case is None:
        return jobs.request_reading(actor=actor, host=host, action=action, reason=reason)
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("beneficiary").get(pk=case.pk)
        if case.closed_at is not None:
            raise NotPossible("This case is closed.")
        under_way = case.jobs.filter(state__in=jobs.UNSETTLED).exclude(state__in=_UNDECIDED)
        if running := under_way.filter(kind=Job.Kind.READ, action=action).first():
            return running
        if under_way.exclude(kind=Job.Kind.READ).exists():
            raise NotPossible("A change is running, or its end is not known yet. Wait for it first.")
        _keep_ticket(actor, host, case, ticket.strip())
        reading = jobs.request_reading(
            actor=actor, host=host, case=case, beneficiary=case.beneficiary, action=action, reason=reason
        )
        for older in case.jobs.filter(kind=Job.Kind.APPLY, action=action, state__in=_UNDECIDED):
            jobs.move(older, State.CANCELLED, "A newer plan was asked for", tag=Tag.JOB_CANCEL, actor=actor)
    return reading


def _keep_ticket(actor: Person, host: Host, case: Case, ticket: str) -> None:
    """Keeps the ticket's number on the case. Who repairs an own computer needs none, wherever others do."""
    if host.site.ticket_required and not (ticket or case.ticket) and actor != case.beneficiary:
        raise NotPossible("Give the number of the ticket: this site wants one for every change.")
    if ticket and ticket != case.ticket:
        case.ticket = ticket[:80]
        case.save(update_fields=["ticket"])
        audit.record(
            Tag.CASE_CHANGE, actor=actor, on_behalf=case.beneficiary, objects=[case], details={"ticket": case.ticket}
        )


def forbidden(action: Action, host: Host) -> str:
    """Why an action may never run on this host as it is registered; empty when it may."""
    if action.manual:
        return "The portal explains this change and checks it afterwards, but never makes it."
    return closed(host) or too_risky(action.risk, host)


def too_risky(risk: str, host: Host) -> str:
    """Why the portal makes no change of this risk on a host, whoever asks; empty when it does."""
    if risk == "dangerous" and settings.MENDPOINT_SOLO_MODE:
        return "In solo mode the portal makes no dangerous change: there is no second person to approve it."
    if risk == "dangerous" and not host.lab:
        return "Dangerous changes run on simulated hosts only, until the undo timer on the host itself exists."
    return ""


def closed(host: Host) -> str:
    """Why nothing at all may be changed on a host; empty when changes are allowed."""
    allowed = host.mode == Host.Mode.CHANGES_ALLOWED
    return "" if allowed else f"{host} is registered as diagnose only. An administrator can allow changes."


def was_promised(undo: Job) -> bool:
    """Whether this undo belongs to what was decided when the change began: the end of a temporary one, or the way back
    from one that made things worse.

    It puts back what the portal itself has changed, so it runs also where nothing else may be changed any more: a host
    that was made diagnose only must not keep its protection lowered for ever.
    """
    return undo.origin is not None and (undo.starter_id is None or undo.origin.undo_at is not None)


def undo_risk(job: Job) -> str:
    """What it risks that a person undoes a change which would have stayed: it may take a protection away again."""
    action = library.installed().actions.get(job.action)
    return action.undo_risk if action else job.risk


def needs_another(job: Job, host: Host) -> bool:
    """Whether a critical host is changed that no second person decided about; a temporary change promised its undo."""
    covered = job.needs_approval or (job.origin and (job.origin.needs_approval or job.origin.undo_at))
    return host.critical and not covered


def make(reading: Job, action: Action, look: Look) -> tuple[Job | None, str]:
    """The job that would carry out the action, or None and why there is none. Runs in the reading's transaction."""
    refusals = actions.guards(action, fact_rules.values(look.facts.values()))
    if refusals:
        return None, " ".join(refusal.text for refusal in refusals)
    try:
        plan = plans.make(action, library.installed(), look.states, identity=look.identity, runner=RUNNER_DIGEST)
    except plans.PlanError as error:
        return None, f"The plan could not be made: {error}."
    if plan.nothing_to_change:
        return None, "There is nothing to change: everything is already as this remedy would make it."
    return jobs.offer(
        reading,
        plan=store(plan, reading.host, made_by=reading),
        risk=action.risk,
        needs_approval=action.risk == "dangerous" or reading.host.critical,
        self_service=action.self_service,
        facts=stored(look.facts),
        signed_in=look.signed_in,
    ), ""


def store(plan: plans.Plan, host: Host, *, made_by: Job | None) -> Plan:
    """Keeps a plan as the document that its digest is over."""
    return Plan.objects.create(
        host=host, action=plan.action, document=plans.to_document(plan), digest=plan.digest, made_by=made_by
    )


def stored(known: dict[str, Fact]) -> dict[str, Any]:
    """Facts as a job keeps them."""
    return {name: {"value": fact.value, "readings": list(fact.readings)} for name, fact in sorted(known.items())}


def of(job: Job) -> plans.Plan:
    """A job's plan, proved against its digest. Raises engine.plan.PlanError."""
    if job.plan is None:
        raise plans.PlanError("this job has no plan")
    plan = plans.from_document(job.plan.document)
    if plan.digest != job.plan.digest:
        raise plans.PlanError("the stored plan is not what its digest says")
    return plan


def revert(*, actor: Person, job: Job, reason: str = "") -> Job:
    """Asks for a finished change to be undone, as a job like any other."""
    access.require(actor, "job.revert", job)
    if job.undo_at is None and (why := closed(job.host) or too_risky(undo_risk(job), job.host)):
        raise NotPossible(why)
    undo = undo_of(job, actor=actor, reason=reason)
    if undo is None:
        raise NotPossible("There is nothing to undo: nothing that can be put back differs from before.")
    return undo


def undo_of(job: Job, *, actor: Actor, reason: str, facts: dict[str, Any] | None = None) -> Job | None:
    """Queues the revert of a finished change; None when nothing is left that can be put back.

    The approval of a change covers its undoing, which its plan names. Raises NotPossible.
    """
    if job.kind != Job.Kind.APPLY or job.state not in MAY_BE_UNDONE:
        raise NotPossible("Only a finished change can be undone.")
    if job.reverts.exclude(state__in=ENDED).exists():
        raise NotPossible("It is being undone already.")
    if job.reverts.filter(state=State.UNKNOWN).exists():
        raise NotPossible("How its last undo ended is not known, so it is not repeated. Look at the computer.")
    plan = way_back(job)
    if plan is None:
        return None
    try:
        return _queue_undo(job, plan, actor=actor, reason=reason, facts=facts or {})
    except IntegrityError as error:
        raise NotPossible("It is being undone already.") from error


def way_back(job: Job) -> plans.Plan | None:
    """What would put a change back, from where its resources were last seen. Raises NotPossible."""
    try:
        plan = of(job)
        seen = _last_seen(job, plan)
        return plans.revert_of(plan, seen, library.installed(), runner=RUNNER_DIGEST) if seen else None
    except plans.PlanError as error:
        raise NotPossible(f"The way back cannot be planned: {error}.") from error


def _last_seen(job: Job, plan: plans.Plan) -> list[Found | None]:
    """Each resource's state after the run, or as a later undo that did not get through has found it.

    What could not be read again is taken to be as the run wanted it: an undo compares before it writes, and the next
    one starts from what it found.
    """
    before, after = job.result.get("before") or [], job.result.get("after")
    seen: list[Found | None] = list(after or before)
    for index, (item, state) in enumerate(zip(plan.items, seen, strict=False)):
        if state is None and before[index] is not None:
            wanted = {name: value for name, value in item.desired.items() if name in before[index]}
            seen[index] = {**before[index], **wanted}
    ended = [undo for undo in job.reverts.all() if undo.ended_at]
    for undo in sorted(ended, key=attrgetter("ended_at")):
        found = undo.result.get("after") or undo.result.get("before") or []
        for item, state in zip(of(undo).items, found, strict=False):
            for index, own in enumerate(plan.items[: len(seen)]):
                if state is not None and (own.resource, own.params) == (item.resource, item.params):
                    seen[index] = state
    return seen


def _queue_undo(job: Job, plan: plans.Plan, *, actor: Actor, reason: str, facts: dict[str, Any]) -> Job:
    asked = isinstance(actor, Person) and job.undo_at is None
    risk = undo_risk(job) if asked else job.risk
    # The approval of a change covers its way back, but not one that risks more than the change did.
    waits = asked and ((risk != job.risk and risk == Job.Risk.DANGEROUS) or needs_another(job, job.host))
    with transaction.atomic():
        undo = Job.objects.create(
            kind=Job.Kind.REVERT,
            host=job.host,
            case=job.case,
            action=job.action,
            risk=risk,
            plan=store(plan, job.host, made_by=None),
            origin=job,
            requester=actor if isinstance(actor, Person) else job.requester,
            beneficiary=job.beneficiary,
            reason=reason,
            needs_approval=waits,
            state=State.WAITING_APPROVAL if waits else State.PLANNED,
            expires_at=Now() + dt.timedelta(days=1),
            facts=facts,
        )
        audit.record(
            Tag.JOB_REVERT,
            actor=actor,
            on_behalf=job.beneficiary,
            objects=jobs.objects_of(undo),
            details={"origin": str(job.pk), "digest": plan.digest},
            personal={"reason": reason} if reason else None,
        )
        if waits:
            jobs.tell(undo, "It waits for a second person")
            jobs.call_deciders(undo)
            return undo
        jobs.enqueue(undo, actor=actor, text=f"Undoing the change of {job.created_at:%Y-%m-%d %H:%M} UTC")
    return undo
