"""A case: one person's walk through a guide. Answers are append-only; where the person stands is replayed from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troubleshoot.models.guide import GuideVersion
from troubleshoot.models.host import Host
from troubleshoot.models.person import Person
from troubleshoot.models.site import Site


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases; each starts from a person."""

    def visible_to(self, person: Person) -> CaseQuerySet:
        """What `access` lets the person read: own cases as an employee, those of the sites they serve, oversee or
        audit, and for these also the cases that belong to no site."""
        sites = Site.objects.where(person, ["helpdesk", "approver", "manager", "auditor"])
        found = Q(site__in=sites)
        if sites.exists():
            found |= Q(site=None)
        if person.holds(["employee"]):
            found |= Q(beneficiary=person) | Q(opened_by=person)
        return self.filter(found)

    def held(self) -> CaseQuerySet:
        """The same cases, locked until the transaction ends: one answer at a time.

        Only their own rows, and their keys stay free: a job of a case may be added meanwhile, and two that were added
        do not wait for each other.
        """
        return self.select_for_update(of=("self",), no_key=True)


class Case(models.Model):
    """From an error text to an outcome. The pasted text is data: kept as given, shown escaped."""

    class Outcome(models.TextChoices):
        SOLVED = "solved"
        ESCALATED = "escalate"
        EXPLAINED = "explained"

    class WaitingFor(models.TextChoices):
        READING = "reading"
        PERSON = "person"
        FIX = "fix"
        NOBODY = "nobody"

    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="opened_cases")
    beneficiary = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="cases")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, null=True, related_name="cases")
    error_text = models.TextField()
    #: What the parser made of the text: codes, hints, why.
    error = models.JSONField(default=dict)
    guide = models.ForeignKey(GuideVersion, on_delete=models.PROTECT)
    facts_digest = models.CharField(max_length=64)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    #: Derived from the answers for lists; a test replays every case and compares.
    waiting_for = models.CharField(max_length=20, choices=WaitingFor.choices, default=WaitingFor.READING)
    at_step = models.CharField(max_length=100, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"case {self.pk}"


class Answer(models.Model):
    """One answer to one step. Never changed: a later row for the same step supersedes the walk after it."""

    class Source(models.TextChoices):
        PERSON = "person"
        READING = "reading"
        FIX = "fix"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=100)
    value = models.CharField(max_length=100)
    source = models.CharField(max_length=10, choices=Source.choices)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey("troubleshoot.Job", on_delete=models.PROTECT, null=True, related_name="answers")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="answer_number_in_case"),
        ]

    def __str__(self) -> str:
        return f"{self.step} = {self.value}"
