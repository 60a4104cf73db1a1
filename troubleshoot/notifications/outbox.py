"""Notices: written with the change that they tell of, shown in the portal, and sent by e-mail by the keeper."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from troubleshoot.models import Case, Grant, Job, Notice, Person, Site

log = logging.getLogger(__name__)
BATCH = 100
#: SMTP: from this code on, an answer stays the same however often one asks.
_FOR_EVER = 500


def notify(
    people: Iterable[Person], kind: Notice.Kind, text: str, *, case: Case | None = None, job: Job | None = None
) -> None:
    """Writes one notice for each person, in the transaction of the change."""
    rows = [Notice(person=one, kind=kind, text=text[:300], case=case, job=job) for one in dict.fromkeys(people)]
    Notice.objects.bulk_create(rows)


def role_holders(role: str, site: Site | None) -> list[Person]:
    """The active people who hold a role at a site today; without a site, at any."""
    grants = Grant.objects.active().filter(role=role, person__is_active=True).select_related("person")
    if site is not None:
        grants = grants.filter(site=site) | grants.filter(site=None)
    return list({grant.person.pk: grant.person for grant in grants}.values())


def mark_notices_read(person: Person, *, case: Case | None = None, job: Job | None = None) -> None:
    """Notes that the person has seen what their notices about a case or job are about."""
    rows = Notice.objects.filter(person=person, read_at=None)
    rows = rows.filter(case=case) if case else rows.filter(job=job)
    rows.update(read_at=Now())


def send_waiting_mail() -> int:
    """Sends what has not been sent, at most a batch, and returns how many; what cannot be sent is tried again.

    Each row is taken before it is sent, so that two keepers never send the same one twice. An address that the mail
    server refuses keeps nobody else waiting, and whoever has left gets none.
    """
    sent = 0
    for key in Notice.objects.filter(mailed_at=None).order_by("pk").values_list("pk", flat=True)[:BATCH]:
        if not Notice.objects.filter(pk=key, mailed_at=None).update(mailed_at=Now()):
            continue
        notice = Notice.objects.select_related("person", "case").get(pk=key)
        if not notice.person.is_active:
            continue
        try:
            _message(notice).send()
            sent += 1
        except smtplib.SMTPRecipientsRefused as refusal:
            log.warning("notice %s is not sent by e-mail: the address was refused", key)
            if all(code < _FOR_EVER for code, _words in refusal.recipients.values()):
                Notice.objects.filter(pk=key).update(mailed_at=None)
        except OSError:
            Notice.objects.filter(pk=key).update(mailed_at=None)
            raise
    return sent


def _message(notice: Notice) -> EmailMessage:
    """The e-mail: one line and a link. Details stay in the portal, behind the sign-in."""
    number = _("Case %(number)s") % {"number": notice.case_id} if notice.case_id else "Mendpoint"
    subject = " ".join(f"{number}: {notice.text}".split())
    body = f"{notice.text}\n\n{settings.MENDPOINT_URL}{notice_path(notice)}\n"
    return EmailMessage(subject[:150], body, settings.DEFAULT_FROM_EMAIL, [notice.person.email])


def notice_path(notice: Notice) -> str:
    """Where the portal shows what a notice is about."""
    if notice.kind == Notice.Kind.APPROVAL and notice.job_id:
        return f"/approvals/{notice.job_id}"
    if notice.kind == Notice.Kind.SUMMARY:
        ended = timezone.localdate(notice.made_at).replace(day=1) - dt.timedelta(days=1)
        return f"/summary?month={ended:%Y-%m}"
    return f"/cases/{notice.case_id}" if notice.case_id else "/"
