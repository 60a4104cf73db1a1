"""What has to hold before a change begins on its computer, and what of that is looked at while it runs."""

from __future__ import annotations

from troubleshoot import catalog, engine, people
from troubleshoot.engine import Code, Explanation
from troubleshoot.models import Host, Job
from troubleshoot.remediation import approvals, planning
from troubleshoot.remote import RUNNER_DIGEST


def last_gate(job: Job) -> engine.PlanDocument | Explanation:
    """Return the plan, if everything that allowed this job still does; else the reason."""
    host = Host.objects.get(pk=job.host_id)
    try:
        plan = planning.job_plan(job)
    except engine.PlanError as error:
        return Explanation.of(Code.PLAN_UNREADABLE, refused=error.to_json())
    other = engine.outdated_parts(plan, catalog.installed_catalog(), runner=RUNNER_DIGEST)
    if other:
        return Explanation.of(Code.PLAN_OUTDATED, parts=[list(one) for one in other])
    if host.identity and dict(plan.identity) != host.identity:
        return Explanation(Code.PLAN_OF_ANOTHER_COMPUTER)
    return _refused(job, host) or _not_allowed(job, host) or plan


def _refused(job: Job, host: Host) -> Explanation | None:
    """Return what a rule has against the change, whoever let it run."""
    why = None if planning.was_promised(job) else planning.closed_reason(host)
    if not why and job.kind == Job.Kind.APPLY:
        why = planning.forbidden_reason(planning.installed_action(job.action), host)
    return why.explanation if why else None


def withdrawn(job: Job) -> Explanation | None:
    """Return what has been withdrawn of what let a change begin: what may be changed on its computer, or who may."""
    why = None if planning.was_promised(job) else planning.closed_reason(job.host)
    return why.explanation if why else _starter_refused(job)


def _starter_refused(job: Job) -> Explanation | None:
    """Return why whoever let this job run no longer may; an undo that the portal itself started needs nobody."""
    if job.starter is None:
        return None if job.kind == Job.Kind.REVERT else Explanation(Code.NOBODY_STARTED)
    allowed = people.may(job.starter, "job.apply" if job.origin is None else "job.revert", job.origin or job)
    if allowed.allowed:
        return None
    return Explanation.of(Code.STARTER_NOT_ALLOWED, who=str(job.starter), denial=allowed.denial)


def _not_allowed(job: Job, host: Host) -> Explanation | None:
    """Return why the people who let this job run no longer may."""
    refused = _starter_refused(job)
    if refused or job.starter is None:
        return refused
    if planning.needs_another(job, host):
        return Explanation.of(Code.CRITICAL_MEANWHILE, host=str(host))
    if job.needs_approval and approvals.usable_approval(job) is None:
        return Explanation(Code.APPROVAL_GONE)
    return None
