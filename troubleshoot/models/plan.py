"""A plan, as it was read from a host and shown to whoever decides."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from uuid6 import uuid7

from troubleshoot.models.host import Host


class Plan(models.Model):
    """Each resource's state before and the state wanted, for one host, as a digest-protected document."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="plans")
    action = models.CharField(max_length=100)
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey("troubleshoot.Job", on_delete=models.PROTECT, null=True, related_name="made_plans")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.action} on {self.host} ({self.digest[:8]})"
