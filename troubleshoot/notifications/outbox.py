"""Notices: written with the change that they tell of, shown in the portal, and sent by the keeper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models.functions import Now

from troubleshoot.engine import Json, NoticeCode
from troubleshoot.models import Case, Job, Notice, Person
from troubleshoot.notifications import deliveries

#: What a notice is about, where it is no message of somebody.
KINDS: Final[Mapping[NoticeCode, Notice.Kind]] = {
    NoticeCode.CASE_WAITS: Notice.Kind.NEW_CASE,
    NoticeCode.APPROVAL_WANTED: Notice.Kind.APPROVAL,
    NoticeCode.WROTE_ABOUT: Notice.Kind.APPROVAL,
    NoticeCode.CHANGE_ENDED: Notice.Kind.RESULT,
    NoticeCode.CASE_SOLVED: Notice.Kind.RESULT,
    NoticeCode.CASE_SENT_ON: Notice.Kind.RESULT,
    NoticeCode.CASE_UNCONFIRMED: Notice.Kind.RESULT,
    NoticeCode.CASE_UNDO: Notice.Kind.RESULT,
    NoticeCode.INCIDENT_OVER: Notice.Kind.RESULT,
    NoticeCode.CASE_REMINDER: Notice.Kind.REMINDER,
    NoticeCode.SUMMARY: Notice.Kind.SUMMARY,
}


def notify(
    people: Iterable[Person],
    code: NoticeCode,
    params: Mapping[str, Json] | None = None,
    *,
    case: Case | None = None,
    job: Job | None = None,
) -> None:
    """Write one notice for each person, with its deliveries, in the transaction of the change.

    `params` are the values of the code's sentence, which is made when somebody reads it.
    """
    kind = KINDS.get(code, Notice.Kind.MESSAGE)
    rows = [
        Notice(person=one, kind=kind, code=code, params=params or {}, case=case, job=job)
        for one in dict.fromkeys(people)
    ]
    deliveries.write_deliveries(Notice.objects.bulk_create(rows))


def mark_notices_read(person: Person, *, case: Case | None = None, job: Job | None = None) -> None:
    """Note that the person has seen what their notices about a case or job are about."""
    rows = Notice.objects.filter(person=person, read_at=None)
    rows = rows.filter(case=case) if case else rows.filter(job=job)
    rows.update(read_at=Now())
