"""Who has a case's page open now. A page says so itself while it is open; nothing about the case changes by it."""

from __future__ import annotations

import datetime as dt

from django.db.models.functions import Now

from troubleshoot import people
from troubleshoot.models import Case, Person, Presence

#: A page says so every 20 seconds (templates/helpdesk/presence.html): after this long without a word it is closed.
GONE = dt.timedelta(seconds=50)


def note_presence(*, actor: Person, case: Case) -> None:
    """Record that the person has the case's page open now, and remove the records that were not renewed."""
    people.require_permission(actor, "case.read", case)
    Presence.objects.filter(at__lt=Now() - GONE).delete()
    row = Presence(case=case, person=actor, at=Now())
    Presence.objects.bulk_create([row], update_conflicts=True, unique_fields=["case", "person"], update_fields=["at"])


def people_present(case: Case) -> list[Person]:
    """Return the people who have the case's page open."""
    rows = Presence.objects.filter(case=case, at__gte=Now() - GONE).select_related("person")
    return [row.person for row in rows.order_by("person__name")]
