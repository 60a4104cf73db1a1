"""Follows up what was fixed and verified, and about which the person has said nothing."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from troubleshoot import audit, jobs, notifications
from troubleshoot.audit import Actor, Tag
from troubleshoot.diagnosis import close_round
from troubleshoot.engine import CaseMatter, NoticeCode
from troubleshoot.models import Answer, Case, Notice

REMIND_AFTER = dt.timedelta(hours=4)
CLOSE_AFTER = dt.timedelta(hours=24)
BATCH = 100


def follow_up_unconfirmed(*, actor: Actor) -> None:
    """Remind, once, of a fix that was verified and not confirmed; close the case when still nobody says a word."""
    for case in _unconfirmed(REMIND_AFTER).exclude(notices__kind=Notice.Kind.REMINDER)[:BATCH]:
        with transaction.atomic():
            notifications.notify([case.beneficiary], NoticeCode.CASE_REMINDER, case=case)
    for case in _unconfirmed(CLOSE_AFTER)[:BATCH]:
        with transaction.atomic():
            case.hold()
            if case.matter == CaseMatter.CONFIRM:
                case.outcome = Case.Outcome.SOLVED
                close_round(case)
                details = {"outcome": "solved", "confirmed": False}
                audit.record(Tag.CASE_CLOSE, actor=actor, on_behalf=case.beneficiary, objects=[case], details=details)
                jobs.take_back_waiting(case, actor=actor)
                notifications.notify([case.beneficiary], NoticeCode.CASE_UNCONFIRMED, case=case)


def was_unconfirmed(case: Case, last: Answer) -> bool:
    """Tell whether the portal itself closed a solved case after its last answer; sooner than that only people do."""
    return case.closed_at is not None and case.closed_at - last.at >= CLOSE_AFTER


def _unconfirmed(older_than: dt.timedelta) -> QuerySet[Case]:
    """Return the open cases whose latest answer is a verified fix, given so long ago; no invented ones."""
    latest = Answer.objects.filter(case=OuterRef("pk"), round=OuterRef("round")).order_by("-number")
    return (
        Case.objects.filter(closed_at=None, matter=CaseMatter.CONFIRM, invented=False)
        .annotate(last_value=Subquery(latest.values("value")[:1]), last_source=Subquery(latest.values("source")[:1]))
        .annotate(last_at=Subquery(latest.values("at")[:1]))
        .filter(last_source=Answer.Source.FIX, last_value="verified", last_at__lt=Now() - older_than)
        .select_related("beneficiary")
        .order_by("pk")
    )
