"""A job is one visit to one host. The row is the job; the queue is only its doorbell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from troubleshoot import engine
from troubleshoot.engine import Explanation
from troubleshoot.models.case import Case
from troubleshoot.models.host import Host
from troubleshoot.models.job_state import (
    ACTIVE_STATES,
    BAD_ENDS,
    ENDED_STATES,
    JOB_MOVES,
    UNDER_WAY_STATES,
    UNDOABLE_STATES,
    WAITING_STATES,
    JobState,
)
from troubleshoot.models.person import Person
from troubleshoot.models.plan import Plan


class JobQuerySet(models.QuerySet["Job"]):
    """Reads of jobs, and the conditional UPDATEs by which they move: `move`, and `claim` for a worker."""

    def changes(self) -> JobQuerySet:
        """Return the changes of computers: what is applied, and what is put back.

        That each of them has a plan is a constraint; said once more, it lets SQLite use the indexes of changes.
        """
        return self.filter(kind__in=CHANGES, plan__isnull=False)

    def of_round(self) -> JobQuerySet:
        """Return the jobs of the present round of their case.

        The database compares its own two times: SQLite keeps them as text, and spells the same millisecond in another
        way than a time that Python hands over.
        """
        return self.filter(created_at__gte=F("case__round_began_at"))

    def passed(self) -> JobQuerySet:
        """Return connection tests that found the way in good, as `ConnectionTestResult.passed` says it of one."""
        return self.filter(kind=Job.Kind.CONNECTION_TEST, state=JobState.DONE, result__stage="")

    def with_reached(self) -> models.QuerySet[Any]:
        """Return the jobs with how far their visit came, as `ReadResult.reached` says it of one; None where none
        says."""
        return self.annotate(reached=KT("result__reached"))

    def holding(self, host: Host | models.OuterRef) -> JobQuerySet:
        """Return the changes of a host whose end is not known: nothing else is changed on it until that is settled."""
        return self._undecided().filter(host=host)

    def unsettled(self, hosts: Iterable[int]) -> JobQuerySet:
        """Return the same of several hosts, by their keys."""
        return self._undecided().filter(host__in=hosts)

    def _undecided(self) -> JobQuerySet:
        return self.filter(kind__in=CHANGES, state=JobState.UNKNOWN, invented=False)

    def overdue(self) -> JobQuerySet:
        """Return the temporary changes whose time is over and that are not undone yet; nothing invented."""
        return self.filter(undo_at__lt=Now(), state__in=[*UNDOABLE_STATES, JobState.UNKNOWN], invented=False).order_by(
            "undo_at"
        )

    def move(self, job: Job, to: JobState, *, fence: int | None = None, revoke: bool = False, **fields: object) -> bool:
        """Move a job if it still stands where this object says, under the same fence; keep the object in step.

        False: somebody else was faster, or the lease is lost. Losing is normal; the caller stops.
        """
        if to not in JOB_MOVES.get(JobState(job.state), frozenset()):
            raise ValueError(f"a job never goes from {job.state} to {to}")
        rows = self.filter(pk=job.pk, state=job.state)
        if fence is not None:
            rows = rows.filter(fence=fence)
        if revoke:
            fields = {"fence": F("fence") + 1, **fields}
        if to in ENDED_STATES:
            fields = {"ended_at": Now(), "lease_until": None, **fields}
        if rows.update(state=to, **fields) != 1:
            return False
        job.refresh_from_db()
        return True

    def claim(self, job: Job, *, worker: str, lease: dt.timedelta) -> bool:
        """Take a queued job, or the verification that a dead worker left, with a new fence number; nothing invented.

        Raises IntegrityError while another job holds the host.
        """
        in_time = Q(expires_at=None) | Q(expires_at__gt=Now())
        queued = Q(state=JobState.QUEUED, not_before__lte=Now()) & in_time
        taken = self.filter(
            queued | Q(state=JobState.VERIFYING, lease_until__lt=Now()), pk=job.pk, invented=False
        ).update(
            state=models.Case(
                models.When(state=JobState.VERIFYING, then=models.Value(JobState.VERIFYING.value)),
                default=models.Value(JobState.CLAIMED.value),
            ),
            fence=F("fence") + 1,
            worker=worker,
            lease_until=Now() + lease,
        )
        if taken:
            job.refresh_from_db()
        return taken == 1

    def renew(self, job: Job, *, lease: dt.timedelta) -> bool:
        """Renew the lease; False when it is lost."""
        held = self.filter(pk=job.pk, fence=job.fence, state__in=ACTIVE_STATES)
        return held.update(lease_until=Now() + lease) == 1


class Job(models.Model):
    """One visit to one host."""

    class Kind(models.TextChoices):
        """What a visit is for. The first four only read."""

        DIAGNOSE = "diagnose", _("Diagnosis")  # what a case's guide asks
        PLAN = "plan", _("Plan")  # what a remedy would change
        CHECK_BY_HAND = "check_by_hand", _("Check by hand")  # whether what a person did has helped
        CONNECTION_TEST = "connection_test", _("Connection test")  # whether the way in is good
        APPLY = "apply", _("Apply")  # carries out a plan
        REVERT = "revert", _("Revert")  # puts a change back

    class Risk(models.TextChoices):
        LOW = "low", _("Low")
        DISRUPTIVE = "disruptive", _("Disruptive")
        DANGEROUS = "dangerous", _("Dangerous")

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
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requested_jobs")
    beneficiary = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    #: Who let it run; nobody for a reading, and for an undo that the portal itself started.
    starter = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    needs_approval = models.BooleanField(default=False)
    #: An employee may start it on an own computer.
    self_service = models.BooleanField(default=False)

    state = models.CharField(max_length=20, choices=JobState.choices)
    fence = models.PositiveIntegerField(default=0)
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
                | Q(kind="connection_test", case__isnull=True, action=""),
            ),
        ]
        indexes = [
            models.Index(fields=["ring_at"], condition=Q(state="queued"), name="job_to_ring"),
            models.Index(fields=["undo_at"], condition=Q(undo_at__isnull=False), name="job_to_undo"),
            models.Index(fields=["case", "created_at"], name="job_of_case"),
            # Few jobs undo another: to SQLite the foreign key's own index, full of NULL, looks worth less than a scan.
            models.Index(fields=["origin"], condition=Q(origin__isnull=False), name="undo_of_job"),
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
    def found(self) -> engine.Result:
        """Return what the job found so far."""
        return engine.from_json(self.kind, self.result)

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
            return ""
        if self.case:
            return self.case.waiting_for
        return "requester" if self.state in {JobState.DECLINED, JobState.EXPIRED} else "helpdesk"

    @property
    def is_unsettled(self) -> bool:
        """Tell whether nobody knows how it ended, or how putting it back did: the portal does nothing more about it."""
        return JobState.UNKNOWN in {self.state, *(undo.state for undo in self.reverts.all())}

    @property
    def is_settled_by_word(self) -> bool:
        """Tell whether a person told how it ended, as the portal had lost sight of it: nothing of that was read."""
        return self.explanation is not None and self.explanation.code in engine.SETTLED

    @property
    def has_ended(self) -> bool:
        """Tell whether the job stands at an end (a finished change may still be reverted)."""
        return self.state in ENDED_STATES


#: The kinds that write to a host, and those that only read it.
CHANGES: Final = frozenset({Job.Kind.APPLY, Job.Kind.REVERT})
READS: Final = frozenset(Job.Kind) - CHANGES
