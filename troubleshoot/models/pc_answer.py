"""What a person answered when they looked at their own PC."""

from __future__ import annotations

from django.db import models

from troubleshoot.models.case import Case
from troubleshoot.models.person import Person


class PcAnswer(models.Model):
    """One answer. Never changed: the latest to a question of a round counts, and its facts are kept with the case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pc_answers")
    round = models.PositiveIntegerField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    #: Names of the catalogue, and its words as they were read then.
    question = models.CharField(max_length=64)
    value = models.CharField(max_length=64)
    words = models.TextField()
    #: Fact → value and readings; empty where the person could not tell.
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.words
