"""The visits of a change: it is carried out, and its computer asked or told what becomes of it. Writes no rows."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings

from troubleshoot import catalog, remote
from troubleshoot.engine import PlanDocument, PlanItem
from troubleshoot.hosts.visits import host_door
from troubleshoot.models import Host
from troubleshoot.remote import Mode, PassedState, UndoOrder, UndoRule, VisitItem, VisitProgress, VisitResult, VisitWork


def carry_out_plan(
    host: Host,
    plan: PlanDocument,
    *,
    attempt: UUID,
    job: UUID,
    case: int | None,
    on_progress: Callable[[VisitProgress], None],
    undo: UndoOrder | None = None,
    of: UUID | None = None,
) -> VisitResult:
    """Carry out a plan: read again, compare, record, write, read again. Raises DoorError.

    With `undo` the computer first makes itself ready to put it back, or nothing is written; `of` is the attempt that
    this puts back, whose own undo the computer need not make after that.
    """
    work = VisitWork(
        "apply",
        str(attempt),
        str(job),
        str(case) if case else None,
        dict(plan.identity),
        tuple(_item(item, undo) for item in plan.items),
        undo=undo,
        of=str(of) if of else None,
    )
    return remote.visit_host(host_door(host), work, seconds=settings.MENDPOINT_VISIT_SECONDS, on_progress=on_progress)


def _item(item: PlanItem, undo: UndoOrder | None) -> VisitItem:
    resource = catalog.installed_catalog().resources[item.resource]
    fields = tuple(name for name, field in resource.fields.items() if field.writable)
    marks = tuple(name for name, event in resource.events.items() if event.undo_only)
    passes = tuple(
        PassedState(name, field, values)
        for name, event in resource.events.items()
        for field, values in event.passes.items()
    )
    return VisitItem(
        resource=item.resource,
        params=dict(item.params),
        read=resource.read,
        write=resource.write if item.desired else None,
        expected=dict(item.before),
        desired=dict(item.desired) or None,
        undo=UndoRule(fields, marks, passes) if undo and item.desired and resource.revert == "exact" else None,
    )


def settle_attempt(host: Host, plan: PlanDocument, *, attempt: UUID, job: UUID, case: int | None) -> VisitResult:
    """Ask a host what became of an attempt to carry out a plan, and read what the plan is about. One that never began
    can never begin after that. Nothing else is written there. Raises DoorError."""
    return _ask_about("settle", host, plan, attempt=attempt, job=job, case=case)


def disarm_attempt(host: Host, plan: PlanDocument, *, attempt: UUID, job: UUID, case: int | None) -> VisitResult:
    """Tell a host that it need not undo an attempt by itself, learn whether it has, and read what the plan is about.
    Raises DoorError."""
    return _ask_about("disarm", host, plan, attempt=attempt, job=job, case=case)


def cancel_attempt(host: Host, plan: PlanDocument, *, attempt: UUID, job: UUID, case: int | None) -> VisitResult:
    """Keep an attempt to carry out a plan from beginning, and tell what became of one that has begun. Nothing is read,
    and nothing else is written there. Raises DoorError."""
    return _ask_about("cancel", host, plan, attempt=attempt, job=job, case=case)


def _ask_about(
    mode: Mode, host: Host, plan: PlanDocument, *, attempt: UUID, job: UUID, case: int | None
) -> VisitResult:
    resources = catalog.installed_catalog().resources
    items = tuple(VisitItem(item.resource, dict(item.params), resources[item.resource].read) for item in plan.items)
    work = VisitWork(mode, str(attempt), str(job), str(case) if case else None, dict(plan.identity), items)
    seconds = settings.MENDPOINT_VISIT_SECONDS
    return remote.visit_host(host_door(host), work, seconds=seconds, on_progress=lambda _: None)
