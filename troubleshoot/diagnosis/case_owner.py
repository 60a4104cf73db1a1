"""Who of helpdesk cares for a case: whoever takes it, and whoever plans or starts a change for it."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now

from troubleshoot import audit, people
from troubleshoot.audit import Tag
from troubleshoot.models import Case, Person


def own_case(case: Case, actor: Person) -> None:
    """Make the actor the owner of a case, and note when helpdesk came to what it needs. The caller holds it."""
    case.owner = actor
    if case.taken_at is None or (case.needs_since and case.taken_at < case.needs_since):
        case.taken_at = Now()
    case.save(update_fields=["owner", "taken_at"])
    case.refresh_from_db(fields=["taken_at"])  # the database's own time
    _record(case, actor, actor.pk)


def act_for_case(case: Case | None, actor: Person) -> None:
    """Make the helpdesk person who acts for a case its owner, when it has none, so that others see that."""
    if case is None or actor.pk == case.beneficiary_id or case.owner_id is not None or case.closed_at is not None:
        return
    if people.may(actor, "case.take", case).allowed:
        case.hold()
        if case.owner_id is None:
            own_case(case, actor)


def disown_case(case: Case, actor: Person) -> None:
    """Give a case back to all of helpdesk. The caller has locked its row."""
    case.owner = None
    case.save(update_fields=["owner"])
    _record(case, actor, None)


def _record(case: Case, actor: Person, owner: UUID | None) -> None:
    details = {"owner": str(owner) if owner else None}
    audit.record(Tag.CASE_TAKE, actor=actor, on_behalf=case.beneficiary, objects=[case], details=details)
