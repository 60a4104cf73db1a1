"""A person's yes or no to one plan digest; used once, expires. The database itself holds the separation of duties."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from uuid6 import uuid7

from troubleshoot.models.job import Job
from troubleshoot.models.person import Person


class Approval(models.Model):
    """One vote. Requester, beneficiary and digest repeat the job's; a trigger refuses a row where they differ."""

    class Decision(models.TextChoices):
        APPROVE = "approve"
        DECLINE = "decline"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="approvals")
    digest = models.CharField(max_length=64)
    approver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="approvals")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    beneficiary = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="nobody_approves_their_own_request", condition=~Q(approver=F("requester"))),
            models.CheckConstraint(
                name="nobody_approves_for_themselves",
                condition=Q(beneficiary__isnull=True) | ~Q(approver=F("beneficiary")),
            ),
            models.UniqueConstraint(fields=["job", "approver"], name="one_vote_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.decision} of {self.job_id}"
