"""A job is one visit to one host. The row is the job; the queue is only its doorbell."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from troubleshoot import engine
from troubleshoot.engine import Explanation
from troubleshoot.models.case import Case
from troubleshoot.models.host import Host
from troubleshoot.models.job_kind import CHANGES, JobKind
from troubleshoot.models.job_rows import JobQuerySet
from troubleshoot.models.job_state import (
    ACTIVE_STATES,
    BAD_ENDS,
    ENDED_STATES,
    UNDER_WAY_STATES,
    UNDOABLE_STATES,
    WAITING_STATES,
    JobState,
)
from troubleshoot.models.person import Person
from troubleshoot.models.plan import Plan

#: So long the portal asks by itself what became of a lost change, before a person looks too.
HAND_OVER: Final = dt.timedelta(minutes=2)


#: Where a lost change stands by a person's word; once it was put back after that, its state says so.
SETTLED_ENDS: Final = {
    engine.Code.SETTLED_DONE: JobState.NOT_VERIFIED,
    engine.Code.SETTLED_NOT_DONE: JobState.FAILED,
    engine.Code.SETTLED_PUT_BACK: JobState.REVERTED,
}


_AFTER_OWN_UNDO: Final = {engine.OwnUndo.SAID: "portal", engine.OwnUndo.FAILED: "helpdesk"}


class Job(models.Model):
    """One visit to one host."""

    #: What a visit is for.
    Kind = JobKind

    class Risk(models.TextChoices):
        LOW = "low", _("Low")
        DISRUPTIVE = "disruptive", _("Disruptive")
        DANGEROUS = "dangerous", _("Dangerous")

    class HostUndo(models.TextChoices):
        ARMED = "armed", _("Armed")
        LOST = "lost", _("Lost")
        FIRED = "fired", _("Fired")  # by the computer's word: what was put back says its state, once that is read
        FAILED = "failed", _("Failed")
        DISARMED = "disarmed", _("Disarmed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="jobs")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="jobs")
    #: The remedy: what a plan or a check by hand is for, what an apply does, what a revert undoes. Else empty.
    action = models.CharField(max_length=100, blank=True)
    risk = models.CharField(max_length=12, choices=Risk.choices, default=Risk.LOW)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, related_name="jobs")
    #: A revert names the job it undoes; an apply names nothing.
    origin = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reverts")
    #: A settle names the change that it asks about; nothing else does. That is no undo, so `origin` stays empty.
    lost = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="settles", db_index=False)
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requested_jobs")
    beneficiary = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    #: Who let it run; nobody for a reading, and for an undo that the portal itself started.
    starter = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    #: Who wants a job stopped that has begun, and since when: its worker tells the computer.
    stopper = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    stop_asked_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    needs_approval = models.BooleanField(default=False)
    #: An employee may start it on an own computer.
    self_service = models.BooleanField(default=False)

    state = models.CharField(max_length=20, choices=JobState.choices)
    fence = models.PositiveIntegerField(default=0)
    #: The name under which the host keeps what was begun there: of the latest start, whoever has the fence since.
    attempt = models.UUIDField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(db_default=Now())
    tries = models.PositiveIntegerField(default=0)
    rings = models.PositiveIntegerField(default=0)
    ring_at = models.DateTimeField(null=True)

    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: A temporary change is undone at this time; overdue until its revert is verified.
    undo_at = models.DateTimeField(null=True)

    #: What stands of the undo that the computer makes by itself, and since when it was armed, and was so no more.
    host_undo = models.CharField(max_length=10, choices=HostUndo.choices, blank=True, default="", db_default="")
    armed_at = models.DateTimeField(null=True)
    host_undo_ended_at = models.DateTimeField(null=True)

    #: Facts by name: {"value": …, "readings": […]}; before the run for an apply, at the end for a read.
    facts = models.JSONField(default=dict)
    #: What the job found, as a document of engine.results: read it as `found`.
    result = models.JSONField(default=dict)
    #: Why it ended as it did, as a document of engine.explanation: read it as `explanation`.
    why = models.JSONField(null=True)
    #: What the person said of this change once it had been verified; empty while nobody has said anything.
    word = models.CharField(max_length=20, choices=Case.Word.choices, blank=True, default="", db_default="")
    #: Part of the demo's invented history: no visit was ever made, and none is.
    invented = models.BooleanField(default=False, db_default=False, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["host"], condition=Q(state__in=sorted(ACTIVE_STATES)), name="one_visit_per_host"
            ),
            models.UniqueConstraint(
                fields=["host"],
                condition=Q(state__in=sorted({*ACTIVE_STATES, JobState.UNKNOWN}), kind__in=["apply", "revert"]),
                name="one_change_per_host",
            ),
            models.UniqueConstraint(
                fields=["origin"],
                condition=Q(kind="revert", state__in=sorted(WAITING_STATES | ACTIVE_STATES | {JobState.UNKNOWN})),
                name="one_open_revert_per_job",
            ),
            models.UniqueConstraint(
                fields=["lost"],
                condition=Q(kind="settle", state__in=sorted(WAITING_STATES | ACTIVE_STATES)),
                name="one_open_settle_per_job",
            ),
            models.CheckConstraint(
                name="an_invented_job_never_runs",
                condition=Q(invented=False) | ~Q(state__in=sorted(UNDER_WAY_STATES)),
            ),
            models.CheckConstraint(
                name="a_change_has_a_plan",
                condition=~Q(kind__in=["apply", "revert"]) | Q(plan__isnull=False),
            ),
            models.CheckConstraint(
                name="a_reading_says_what_it_is_about",
                condition=Q(kind__in=["apply", "revert"])
                | Q(kind="diagnose", case__isnull=False, action="")
                | (Q(kind__in=["plan", "check_by_hand"]) & ~Q(action=""))
                | Q(kind="connection_test", case__isnull=True, action="")
                | Q(kind="settle", case__isnull=True, action=""),
            ),
            models.CheckConstraint(
                name="a_settle_names_what_was_lost",
                condition=Q(kind="settle", lost__isnull=False) | (~Q(kind="settle") & Q(lost__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["ring_at"], condition=Q(state="queued"), name="job_to_ring"),
            models.Index(fields=["undo_at"], condition=Q(undo_at__isnull=False), name="job_to_undo"),
            models.Index(fields=["case", "created_at"], name="job_of_case"),
            # Few jobs undo another: to SQLite the foreign key's own index, full of NULL, looks worth less than a scan.
            models.Index(fields=["origin"], condition=Q(origin__isnull=False), name="undo_of_job"),
            models.Index(fields=["lost"], condition=Q(lost__isnull=False), name="settle_of_job"),
            # Changes for the history, as JobQuerySet.changes asks for them.
            models.Index(fields=["created_at", "id", "state"], condition=Q(plan__isnull=False), name="change_by_time"),
            models.Index(fields=["host", "created_at", "id"], condition=Q(plan__isnull=False), name="change_of_host"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.action}".rstrip() + f" on {self.host}"

    @property
    def is_change(self) -> bool:
        """Tell whether this writes to the host: an apply or a revert."""
        return self.kind in CHANGES

    @property
    def attempt_id(self) -> uuid.UUID:
        """Return the name under which the host keeps what was begun there; of a job that has begun nothing, the name
        that it would have."""
        return self.attempt or uuid.uuid5(self.pk, str(self.fence))

    @property
    def asking(self) -> Job | None:
        """Return the job that asks the computer what became of this lost change; None where none is queued yet."""
        return self.settles.filter(state__in=WAITING_STATES | ACTIVE_STATES).first()

    @property
    def asked_first(self) -> bool:
        """Tell of a lost change whether its computer is asked what became of it before a person is heard."""
        asking = self.asking
        return asking is None or not asking.for_desk

    @property
    def own_undo(self) -> engine.OwnUndo | None:
        """Return what its computer says of having put back this change, where somebody has to act on that."""
        said = {self.HostUndo.FIRED: engine.OwnUndo.SAID, self.HostUndo.FAILED: engine.OwnUndo.FAILED}
        found = next((own for kept, own in said.items() if kept == self.host_undo), None)
        return found if self.kind == self.Kind.APPLY and self.state in UNDOABLE_STATES else None

    @property
    def for_desk(self) -> bool:
        """Tell of a job that asks about a lost change whether a person has to look too: the computer was asked and gave
        no answer, nobody has asked it in time, or the change has run there for long."""
        if self.explanation is None:
            return False
        waited = (self.started_at or self.created_at) - self.created_at
        return self.explanation.code != engine.Code.STILL_RUNS or waited >= HAND_OVER

    @property
    def found(self) -> engine.Result:
        """Return what the job found so far."""
        return engine.from_json(self.kind, self.result)

    @property
    def undo_left(self) -> tuple[int, ...]:
        """Return the places of the items that the computer has left when it put this back, as somebody else had changed
        them since."""
        return getattr(self.found, "undo_left", None) or ()

    @property
    def explanation(self) -> Explanation | None:
        """Return why it ended as it did; None where there is nothing to explain."""
        return None if self.why is None else Explanation.from_json(self.why)

    @property
    def is_undo_by_portal(self) -> bool:
        """Tell whether the portal itself undoes a change: what a person asks for has a starter, or waits for a second
        person."""
        return self.kind == self.Kind.REVERT and self.starter_id is None and not self.needs_approval

    @property
    def is_promised_undo(self) -> bool:
        """Tell whether the portal itself is about to undo a change: nobody asked for this, and nobody takes it back."""
        return self.is_undo_by_portal and self.state == JobState.QUEUED

    @property
    def next_actor(self) -> str:
        """Return who acts after a bad end: as its case says; without one whoever asked where nothing ran, else
        helpdesk."""
        if self.state not in BAD_ENDS:
            return self._next_after_undo
        if self.case:
            return self.case.waiting_for
        if self.state == JobState.UNKNOWN:
            return "portal" if self.asked_first else "helpdesk"
        return "requester" if self.state in {JobState.DECLINED, JobState.EXPIRED} else "helpdesk"

    @property
    def _next_after_undo(self) -> str:
        """Return who acts after a good end, where the computer says that it has put the change back, or tried to."""
        if self.own_undo is None:
            return ""
        return (self.case.waiting_for if self.case else "") or _AFTER_OWN_UNDO[self.own_undo]

    @property
    def is_unsettled(self) -> bool:
        """Tell whether nobody knows how it ended, or how putting it back did: until then nothing is changed there."""
        return JobState.UNKNOWN in {self.state, *(undo.state for undo in self.reverts.all())}

    @property
    def is_settled_by_word(self) -> bool:
        """Tell whether a person told how it ended, as the portal had lost sight of it: nothing of that was read."""
        return self.explanation is not None and SETTLED_ENDS.get(self.explanation.code) == self.state

    @property
    def has_ended(self) -> bool:
        """Tell whether the job stands at an end (a finished change may still be reverted)."""
        return self.state in ENDED_STATES
