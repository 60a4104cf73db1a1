"""A delivery: one notice on its way to one person by one channel, with what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from troubleshoot.models.notice import Notice


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads of deliveries, and the conditional UPDATEs by which they move."""

    def due(self, channel: str) -> DeliveryQuerySet:
        """Return what this channel should send now, the longest due first; what another keeper is sending is left
        out."""
        free = Q(lease_until=None) | Q(lease_until__lt=Now())
        return self.filter(free, channel=channel, state=State.WAITING, next_try_at__lte=Now()).order_by(
            "next_try_at", "pk"
        )

    def claim(self, key: UUID, channel: str, *, lease: dt.timedelta) -> Delivery | None:
        """Take a delivery for one try; None when somebody else was faster. The number of tries is its fence."""
        taken = self.due(channel).filter(pk=key).order_by()
        if not taken.update(tries=F("tries") + 1, tried_at=Now(), lease_until=Now() + lease):
            return None
        return self.select_related("notice__person").get(pk=key)

    def give_up_without(self, installed: Collection[str], *, since: dt.timedelta) -> int:
        """Give up what has waited this long for a channel that is not installed any more, and return how many."""
        lost = self.filter(state=State.WAITING, next_try_at__lt=Now() - since).exclude(channel__in=installed)
        return lost.update(
            state=State.FAILED, tried_at=Now(), fault=Fault.NOT_INSTALLED, last_error=str(Fault.NOT_INSTALLED.label)
        )

    def held_up(self, channel: str) -> DeliveryQuerySet:
        """Return what waits because the channel took nothing from anybody when this was tried."""
        return self.filter(channel=channel, state=State.WAITING, fault=Fault.CHANNEL_DOWN)

    def down_since(self, channel: str) -> dt.datetime | None:
        """Return since when the channel takes nothing from anybody; None when it works, or has had nothing to do."""
        unsent = self.filter(channel=channel, state__in=[State.WAITING, State.FAILED], fault=Fault.CHANNEL_DOWN)
        worked_at = self.filter(channel=channel).aggregate(at=models.Max("sent_at"))["at"]
        if worked_at is not None:
            unsent = unsent.filter(failing_since__gt=worked_at)
        found: dt.datetime | None = unsent.aggregate(at=models.Min("failing_since"))["at"]
        return found


class Delivery(models.Model):
    """Marked as sent after it was sent, never before: a crash between the two sends it again under the same id."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        CANCELLED = "cancelled", _("not needed any more")

    class Fault(models.TextChoices):
        """What kept the latest try from reaching the person."""

        CHANNEL_DOWN = "channel_down", _("the channel takes nothing from anybody")
        DEFERRED = "deferred", _("this message was not taken for now")
        REFUSED = "refused", _("this message, or this person's address, was refused for good")
        NOT_INSTALLED = "not_installed", _("the channel is not installed any more")

    #: The same at every try, and never used again: receivers that know it drop what they have already.
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(db_default=Now())
    #: Until then one keeper sends it, and no other may.
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=20, choices=Fault.choices, blank=True)
    #: What the other side said, for an operator. Nothing decides by it.
    last_error = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery_per_notice_and_channel"),
        ]
        indexes = [
            models.Index(fields=["channel", "state", "next_try_at"], name="delivery_by_state"),
            models.Index(fields=["channel", "-sent_at"], name="delivery_by_time_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.notice}"

    def mark_sent(self) -> None:
        """Note that it was sent: a fact, whoever holds the lease by now."""
        rows = Delivery.objects.filter(pk=self.pk)
        self._note(rows, state=State.SENT, sent_at=Now(), fault="", last_error="", failing_since=None)

    def cancel(self) -> None:
        """Note that nobody is there any more to send it to."""
        self._note(self._mine(), state=State.CANCELLED)

    def mark_failed(self, fault: Fault, words: str, *, again_after: dt.timedelta | None) -> None:
        """Note a try in vain; without `again_after` it was the last. Nothing happens when the lease has been lost."""
        next_one = {"next_try_at": Now() + again_after} if again_after else {"state": State.FAILED}
        since = Coalesce(F("failing_since"), Now())
        self._note(self._mine(), fault=fault, last_error=words[:300], failing_since=since, **next_one)

    def _mine(self) -> DeliveryQuerySet:
        return Delivery.objects.filter(pk=self.pk, state=State.WAITING, tries=self.tries)

    def _note(self, rows: DeliveryQuerySet, **fields: object) -> None:
        rows.update(lease_until=None, **fields)
        self.refresh_from_db()


State, Fault = Delivery.State, Delivery.Fault
