"""The summary by e-mail: asked for by whoever may read it, sent on the first day of each month about the one before."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from troubleshoot import notifications, people
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Person
from troubleshoot.reports import summary
from troubleshoot.reports.figures import Period

BATCH = 20


def wish_monthly_summary(person: Person, *, wanted: bool) -> None:
    """Note whether a person wants it. A wish about one's own e-mail: it says nothing about cases, so readers may."""
    person.summary_month = _this_month() if wanted else None
    person.save(update_fields=["summary_month"])


def send_monthly_summaries() -> None:
    """Write a notice, which goes out by e-mail, to each person whose month is over; twice at once sends it once."""
    month = _this_month()
    due = Person.objects.filter(summary_month__lt=month, is_active=True)
    for person in due.order_by("pk")[:BATCH]:
        with transaction.atomic():
            mine = Person.objects.filter(pk=person.pk, summary_month=person.summary_month)
            if mine.update(summary_month=month) and people.may(person, "summary.read").allowed:
                last = month - dt.timedelta(days=1)
                found = summary.make_summary(person, Period.month(last))
                notifications.notify([person], NoticeCode.SUMMARY, {"month": last.isoformat(), **found.counts})


def _this_month() -> dt.date:
    return timezone.localdate().replace(day=1)
