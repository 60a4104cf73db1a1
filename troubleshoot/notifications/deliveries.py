"""Deliveries: written with the notice, sent by the keeper, again and again until they arrive or are given up.

At least once: a delivery is marked as sent after it was sent. Two keepers never send the same one at the same time.
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import time
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.models import Delivery, Notice
from troubleshoot.notifications import channels
from troubleshoot.notifications.channels import Channel, NotDelivered, OutgoingMessage

log = logging.getLogger(__name__)
Fault = Delivery.Fault
#: A try in vain is repeated after 1, 2, 4, 8 … minutes, at most every hour.
FIRST_WAIT: Final = dt.timedelta(minutes=1)
LONGEST_WAIT: Final = dt.timedelta(hours=1)
#: It is given up after so long: with the first try that comes no sooner.
GIVEN_UP_AFTER: Final = dt.timedelta(days=2)
#: A keeper that has not come to an end with a delivery for this long is taken for dead.
LEASE: Final = dt.timedelta(minutes=5)
#: A channel that takes nothing from anybody is left alone for this long: each try would cost the keeper its time.
PAUSE: Final = dt.timedelta(minutes=1)
#: Other duties of the keeper wait meanwhile: after so many seconds, or deliveries, the rest is left for the next round.
ROUND_SECONDS: Final = 20
BATCH: Final = 100


def _pause(tries: int) -> dt.timedelta:
    return min(FIRST_WAIT * (1 << min(tries - 1, 10)), LONGEST_WAIT)


_TRIED_AFTER = itertools.accumulate(map(_pause, itertools.count(1)), initial=dt.timedelta())
MOST_TRIES: Final = next(tries for tries, after in enumerate(_TRIED_AFTER, 1) if after >= GIVEN_UP_AFTER)


def write_deliveries(notices: Iterable[Notice]) -> None:
    """Write a delivery of each notice for each channel that reaches its person, in the transaction of the notice."""
    installed = channels.installed_channels().items()
    rows = [
        Delivery(notice=notice, channel=name)
        for notice in notices
        for name, channel in installed
        if channel.reaches(notice.person)
    ]
    Delivery.objects.bulk_create(rows)


def send_due_deliveries() -> int:
    """Send what is due, by each channel, and return how many were sent.

    What waits for a channel that was taken out is given up in the end; another process may still have the module.
    """
    installed = channels.installed_channels()
    Delivery.objects.give_up_without(installed, since=GIVEN_UP_AFTER)
    return sum(_send_by(name, channel) for name, channel in installed.items())


def wait_after(tries: int) -> dt.timedelta | None:
    """Return how long to wait after so many tries in vain; None when that was the last."""
    return _pause(tries) if tries < MOST_TRIES else None


def _send_by(name: str, channel: Channel) -> int:
    if Delivery.objects.held_up(name).filter(tried_at__gt=Now() - PAUSE).exists():
        return 0
    end, sent = time.monotonic() + ROUND_SECONDS, 0
    for key in list(Delivery.objects.due(name).values_list("pk", flat=True)[:BATCH]):
        delivery = Delivery.objects.claim(key, name, lease=LEASE)
        fault = _settle(delivery, channel) if delivery else None
        sent += bool(delivery and delivery.state == Delivery.State.SENT)
        if fault == Fault.CHANNEL_DOWN or time.monotonic() > end:
            break
    if sent:
        Delivery.objects.held_up(name).update(next_try_at=Now())
    return sent


def _settle(delivery: Delivery, channel: Channel) -> Delivery.Fault | None:
    """Send one that was claimed, and note what became of it."""
    if not delivery.notice.person.is_active:
        delivery.cancel()
        return None
    if delivery.tries > MOST_TRIES:  # each keeper that took it was gone before it could say what became of it
        delivery.mark_failed(Fault.DEFERRED, "no try came to its end", again_after=None)
        return None
    try:
        channel.send(_message(delivery))
    except NotDelivered as error:
        fault, words = error.fault, str(error)
    except Exception as error:
        log.exception("the channel %s met a defect at delivery %s", delivery.channel, delivery.pk)
        fault, words = Fault.DEFERRED, type(error).__name__
    else:
        delivery.mark_sent()
        return None
    again_after = None if fault == Fault.REFUSED else wait_after(delivery.tries)
    delivery.mark_failed(fault, words, again_after=again_after)
    return fault


def _message(delivery: Delivery) -> OutgoingMessage:
    notice = delivery.notice
    about = _("Case %(number)s") % {"number": notice.case_id} if notice.case_id else "Mendpoint"
    text = wording.notice_words(notice)
    return OutgoingMessage(
        key=str(delivery.pk),
        person=notice.person,
        subject=" ".join(f"{about}: {text}".split()),
        text=text,
        link=f"{settings.MENDPOINT_URL}{notice.get_absolute_url()}",
    )
