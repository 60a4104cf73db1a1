"""What a job leaves behind while it goes on: the values that it read, and the lines of its story."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from troubleshoot.engine import Explanation
from troubleshoot.models.job import Job


class Reading(models.Model):
    """One raw value that a probe took, with time and source. Facts name the readings they came from."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="readings")
    source = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    value = models.JSONField(null=True)
    taken_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.source}: {self.name}"


class JobLine(models.Model):
    """One line of a job's story, written when it happens: a state reached, or progress on the host."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="lines")
    at = models.DateTimeField(default=timezone.now, editable=False)
    #: A document of engine.explanation: read it as `explanation`.
    said = models.JSONField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.explanation.code

    @property
    def explanation(self) -> Explanation:
        """Return what happened."""
        return Explanation.from_json(self.said)
