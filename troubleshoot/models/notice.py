"""A notice: something that a person should know, shown in the portal and sent by every channel that reaches them."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from troubleshoot.models.case import Case
from troubleshoot.models.job import Job
from troubleshoot.models.person import Person


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of notices; each starts from a person."""

    def unread(self, person: Person | models.Expression | models.OuterRef) -> "NoticeQuerySet":
        """Return what the person has not seen yet, newest first."""
        return self.filter(person=person, read_at=None).order_by("-pk")


class Notice(models.Model):
    """One message to one person. The row is written with the change it tells of; its deliveries follow."""

    class Kind(models.TextChoices):
        NEW_CASE = "new_case", _("new case")
        APPROVAL = "approval", _("approval wanted")
        RESULT = "result", _("result")
        MESSAGE = "message", _("message")
        REMINDER = "reminder", _("reminder")
        SUMMARY = "summary", _("monthly summary")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    #: What it says, by a code of engine.notice and the values of its sentence; `wording` makes the words.
    code = models.CharField(max_length=40, blank=True, default="")
    params = models.JSONField(default=dict)
    #: The sentence itself, of a notice from before there were codes.
    text = models.CharField(max_length=300, blank=True, default="")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="notices")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="notices")
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person", "-id"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.code}"

    def get_absolute_url(self) -> str:
        """Return where the portal shows what this is about; the URL map says what the address looks like."""
        if self.kind == self.Kind.APPROVAL and self.job_id:
            return reverse("approval", args=[self.job_id])
        if self.kind == self.Kind.SUMMARY:
            ended = timezone.localdate(self.made_at).replace(day=1) - dt.timedelta(days=1)
            return reverse("summary", query={"month": f"{ended:%Y-%m}"})
        return reverse("case", args=[self.case_id]) if self.case_id else reverse("home")
