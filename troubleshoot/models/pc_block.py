"""What a person's own PC told, as it was pasted into a case."""

from __future__ import annotations

from django.db import models

from troubleshoot.models.case import Case
from troubleshoot.models.person import Person


class PcBlock(models.Model):
    """One pasted block. Never changed: the latest of a round counts, and its facts are kept with the case as well."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pc_blocks")
    round = models.PositiveIntegerField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    #: Fact → value and readings, as they were judged then.
    facts = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:80]
