"""Signs of life of workers and keepers."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """When a worker or keeper was last alive."""

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    beaten_at = models.DateTimeField(db_default=Now())
    #: Short names of the sites that a worker serves: a site that is made later needs a worker that knows of it.
    sites = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="one_heartbeat_per_process")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
