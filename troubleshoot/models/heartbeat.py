"""Signs of life: when a worker or keeper was last there."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models.functions import Now

#: The age at which a process that gives no sign of life is taken for dead.
FRESH = dt.timedelta(seconds=35)


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    """Reads of the signs of life."""

    def alive(self, kind: str) -> HeartbeatQuerySet:
        """Return the processes of a kind that have given a sign of life lately."""
        return self.filter(kind=kind, beaten_at__gte=Now() - FRESH).order_by("name")


class Heartbeat(models.Model):
    """When a worker or keeper was last alive."""

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    beaten_at = models.DateTimeField(db_default=Now())
    #: Short names of the sites that a worker serves: a site that is made later needs a worker that knows of it.
    sites = models.JSONField(default=list)

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="one_heartbeat_per_process")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
