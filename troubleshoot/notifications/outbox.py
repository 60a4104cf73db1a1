"""Notices: written with the change that they tell of, shown in the portal, and sent by the keeper."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Now

from troubleshoot.models import Case, Job, Notice, Person
from troubleshoot.notifications import deliveries


def notify(
    people: Iterable[Person], kind: Notice.Kind, text: str, *, case: Case | None = None, job: Job | None = None
) -> None:
    """Writes one notice for each person, with its deliveries, in the transaction of the change."""
    rows = [Notice(person=one, kind=kind, text=text[:300], case=case, job=job) for one in dict.fromkeys(people)]
    deliveries.plan_for(Notice.objects.bulk_create(rows))


def mark_notices_read(person: Person, *, case: Case | None = None, job: Job | None = None) -> None:
    """Notes that the person has seen what their notices about a case or job are about."""
    rows = Notice.objects.filter(person=person, read_at=None)
    rows = rows.filter(case=case) if case else rows.filter(job=job)
    rows.update(read_at=Now())
