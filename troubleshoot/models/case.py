"""A case: one person's walk through a guide. Answers are append-only; where the person stands is replayed from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from troubleshoot.engine import CaseMatter
from troubleshoot.models.guide import GuideVersion
from troubleshoot.models.holding import held
from troubleshoot.models.host import Host
from troubleshoot.models.person import Person
from troubleshoot.models.site import Site

#: What is said when a case is opened and never changes after.
_FIXED = frozenset(
    {
        *("id", "opened_by", "beneficiary", "site", "host", "error_text", "named_host", "error", "guide"),
        *("facts_digest", "opened_with", "urgency", "whereabouts", "opened_at", "invented"),
    }
)


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases. Which of them a person may see is said by `people.permitted_rows`."""

    def with_guide(self) -> CaseQuerySet:
        """Add the version of the guide, but not its text: a process keeps each guide once it has parsed it."""
        return self.select_related("guide").defer("guide__source")

    def for_status(self) -> CaseQuerySet:
        """Add whatever the status of a case and its notices name."""
        return self.with_guide().select_related("host__site", "site", "beneficiary", "owner")

    def held(self) -> CaseQuerySet:
        """Return the same cases, locked until the transaction ends: one answer at a time."""
        return held(self)


class Case(models.Model):
    """From an error text to an outcome. The pasted text is data: kept as given, shown escaped."""

    class Outcome(models.TextChoices):
        SOLVED = "solved"
        ESCALATED = "escalate"
        EXPLAINED = "explained"
        WITHDRAWN = "withdrawn"  # the person needs no more help: it works again, or is not needed any more

    class WaitingFor(models.TextChoices):
        """Who acts now: an actor of the engine's status."""

        PERSON = "person"
        HELPDESK = "helpdesk"
        APPROVER = "approver"
        PORTAL = "portal"
        NOBODY = "nobody"

    class Urgency(models.IntegerChoices):
        MINUTES = 1, _("in minutes")
        TODAY = 2, _("today")
        NO_HURRY = 3, _("no hurry")

    class Whereabouts(models.TextChoices):
        OFFICE = "office", _("in the office")
        HOME_VPN = "home_vpn", _("at home, VPN on")
        HOME = "home", _("at home, no VPN")
        GATEWAY = "gateway", _("through a gateway or web page")
        DONT_KNOW = "dont_know", _("I don't know")

    class Word(models.TextChoices):
        """What the person said after a fix that was verified."""

        WORKS = "works", _("works")
        SAME_ERROR = "same_error", _("same error")

    class Need(models.TextChoices):
        """What a case needs of helpdesk; empty: nothing."""

        START = "start", _("Start the fix")
        HELP = "help", _("Help the person")
        DECIDE = "decide", _("Decide after lost contact")

    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="opened_cases")
    beneficiary = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="cases")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, null=True, related_name="cases")
    error_text = models.TextField()
    #: What the person called a computer that could not be checked: never dialled, only shown to helpdesk.
    named_host = models.CharField(max_length=253, blank=True)
    #: What the parser made of the text: codes, hints, why.
    error = models.JSONField(default=dict)
    guide = models.ForeignKey(GuideVersion, on_delete=models.PROTECT)
    facts_digest = models.CharField(max_length=64)
    #: Answers that the person gave ahead of time, by question, while readings were taken; used when the walk asks it.
    ahead = models.JSONField(default=dict)
    #: What the person's own PC reported in this round: fact → value and readings. Empty while nothing was pasted.
    pc = models.JSONField(default=dict)
    #: The page that opened it: sent twice, it opens one case.
    opened_with = models.UUIDField(null=True, unique=True, editable=False)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.TODAY)
    whereabouts = models.CharField(max_length=20, choices=Whereabouts.choices, blank=True)
    #: Who of helpdesk takes care of it.
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="cared_cases")
    #: When it last began to need helpdesk, and when somebody of helpdesk first took it after that.
    needs_since = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    asked_for_help_at = models.DateTimeField(null=True)
    #: When the person said "not now" of the remedy that was found in this round.
    put_off_at = models.DateTimeField(null=True)
    #: The person's answer to whether the fix helped.
    word = models.CharField(max_length=20, choices=Word.choices, blank=True)
    helpful = models.BooleanField(null=True)
    ticket = models.CharField(max_length=80, blank=True)
    sent_to = models.CharField(max_length=120, blank=True)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True)
    #: A case that is checked again, or opened again, begins its walk anew; the earlier rounds stay in its history.
    round = models.PositiveIntegerField(default=1)
    round_began_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    #: An index of the case's status for lists, kept by `case_status.keep`, rebuilt by `manage.py cases reindex`.
    waiting_for = models.CharField(max_length=20, choices=WaitingFor.choices, default=WaitingFor.PORTAL)
    #: What for: a matter of the engine's status.
    matter = models.CharField(max_length=12, default=CaseMatter.OBSERVE.value, db_default=CaseMatter.OBSERVE.value)
    at_step = models.CharField(max_length=100, blank=True)
    need = models.CharField(max_length=10, choices=Need.choices, blank=True)
    #: The cause that stands first by what was judged last: an index for lists and numbers, kept by `advance_case`.
    cause = models.CharField(max_length=100, blank=True)
    #: Part of the demo's invented history: it is shown and counted as such, and nobody and nothing acts on it.
    invented = models.BooleanField(default=False, db_default=False, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["site", "urgency", "id"], condition=Q(closed_at=None), name="case_open_by_urgency"),
            models.Index(fields=["beneficiary", "-id"], name="case_of_person"),
            models.Index(fields=["host", "-id"], name="case_of_host"),
            models.Index(fields=["opened_at", "id"], name="case_by_time"),
            models.Index(fields=["site", "closed_at"], name="case_of_site_by_closing"),
            models.Index(fields=["site", "-taken_at"], condition=Q(taken_at__isnull=False), name="case_of_site_taken"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"

    @property
    def computer_name(self) -> str:
        """Return the name of its computer, as far as it has one: as registered, or as the person called it."""
        return self.named_host if self.host is None else self.host.name

    def hold(self) -> None:
        """Lock the row until the transaction ends, and bring up to date what may have changed since it was read."""
        may_change = [field.name for field in self._meta.concrete_fields if field.name not in _FIXED]
        self.refresh_from_db(fields=may_change, from_queryset=Case.objects.held())


class Answer(models.Model):
    """One answer to one step. Never changed: a later row for the same step supersedes the walk after it."""

    class Source(models.TextChoices):
        PERSON = "person"
        READING = "reading"
        FIX = "fix"
        TOLD = "told"  # by the person's own PC: pasted, not measured

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers")
    round = models.PositiveIntegerField(default=1)
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=100)
    value = models.CharField(max_length=100)
    source = models.CharField(max_length=10, choices=Source.choices)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey("troubleshoot.Job", on_delete=models.PROTECT, null=True, related_name="answers")
    #: Of a judgement: the causes that were found, in their order, and the digest of the list that they were judged by.
    judged = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="answer_number_in_case"),
        ]

    def __str__(self) -> str:
        return f"{self.step} = {self.value}"


class Message(models.Model):
    """A word between the person and helpdesk, or a note that only helpdesk sees."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    internal = models.BooleanField(default=False)
    #: The step of the guide that the person is asked to answer again.
    step = models.CharField(max_length=100, blank=True)
    #: The plan that an approver asks about.
    job = models.ForeignKey("troubleshoot.Job", on_delete=models.PROTECT, null=True, related_name="questions")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:80]
