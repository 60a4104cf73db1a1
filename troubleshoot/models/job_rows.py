"""Reads of jobs, and the conditional UPDATEs by which they move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Now

from troubleshoot.models.host import Host
from troubleshoot.models.job_kind import CHANGES, JobKind
from troubleshoot.models.job_state import (
    ACTIVE_STATES,
    ENDED_STATES,
    JOB_MOVES,
    STOPPABLE_STATES,
    UNDOABLE_STATES,
    WAITING_STATES,
    WRITTEN_STATES,
    JobState,
)

if TYPE_CHECKING:
    from troubleshoot.models.case import Case
    from troubleshoot.models.job import Job
    from troubleshoot.models.person import Person


#: So long after it was armed, the undo of a computer has had its time, or a start to begin at.
NET_TIME = dt.timedelta(minutes=10)


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
        return self.filter(kind=JobKind.CONNECTION_TEST, state=JobState.DONE, result__stage="")

    def with_reached(self) -> models.QuerySet[Any]:
        """Return the jobs with how far their visit came, as `ReadResult.reached` says it of one; None where none
        says."""
        return self.annotate(reached=KT("result__reached"))

    def holding(self, host: Host | models.OuterRef) -> JobQuerySet:
        """Return the changes of a host whose end is not known: nothing else is changed on it until that is settled."""
        return self._undecided().filter(host=host)

    def settling(self) -> JobQuerySet:
        """Return the jobs that ask a computer what became of a lost change, and have not found that out yet."""
        return self.filter(kind=JobKind.SETTLE, state__in=WAITING_STATES | ACTIVE_STATES)

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

    def left_armed(self) -> JobQuerySet:
        """Return the changes whose computer still stands ready to undo them by itself, and need not any more: they
        could have cut our own access and have ended, or were put back."""
        return self._ready_to_undo().exclude(Q(pk__in=self.last_nets().values("pk")))

    def last_nets(self) -> JobQuerySet:
        """Return the changes that nobody has put back although they made things worse, or somebody has asked for it,
        and whose computer stands ready to do that by itself: nobody takes that from them."""
        given_up = {JobState.CANCELLED, JobState.DECLINED}
        reverts = self.model.objects.filter(origin=models.OuterRef("pk")).exclude(state__in=given_up)
        wanted_back = Q(verdict="worse") | models.Exists(reverts)
        known = self._ready_to_undo().annotate(
            verdict=Coalesce(KT("result__verdict"), models.Value(""), output_field=models.TextField())
        )
        return known.filter(wanted_back).exclude(state=JobState.REVERTED)

    def undos_to_ask_about(self) -> JobQuerySet:
        """Return the changes whose computer is asked what became of its own undo of them: what it says was not read
        yet, it could not do it, or it is a last net for which its time has come."""
        ended = self.filter(state__in=UNDOABLE_STATES, invented=False)
        late = self.last_nets().filter(armed_at__lt=Now() - NET_TIME)
        return ended.filter(Q(host_undo__in=["fired", "failed"]) | Q(pk__in=late.values("pk")))

    def _ready_to_undo(self) -> JobQuerySet:
        unneeded = Q(undo_at=None) | Q(state=JobState.REVERTED)
        ended = ENDED_STATES - {JobState.UNKNOWN}
        ready = Q(host_undo="armed") | Q(host_undo="failed", state=JobState.REVERTED)  # its task tries again
        return self.filter(unneeded, ready, state__in=ended, invented=False)

    def standing(self, host: int, case: Case | None = None) -> JobQuerySet:
        """Return the temporary changes of a host, by its key, that may be in force, and those of a case that were put
        back there since; nothing invented."""
        of_case = Q(case=case, state=JobState.REVERTED) if case else Q(pk=None)
        ends = Q(state__in=[*UNDOABLE_STATES, JobState.UNKNOWN])
        return self.filter(ends | of_case, host=host, undo_at__isnull=False, invented=False)

    def changed_apart_at(self, case: Case) -> models.QuerySet[Any, Any]:
        """Return in one row when the computer of a case was last changed, or may have been, apart from that case."""
        apart = ~Q(case=case) | Q(case=None)
        rows = self.changes().filter(apart, host=case.host_id, state__in=WRITTEN_STATES, invented=False)
        latest = models.Max(Coalesce("ended_at", "started_at"))
        return rows.order_by().values("host").annotate(latest=latest).values("latest")

    def move(self, job: Job, to: JobState, *, fence: int | None = None, revoke: bool = False, **fields: object) -> bool:
        """Move a job if it still stands where this object says, under the same fence; keep the object in step.

        False: somebody else was faster, or the lease is lost. Losing is normal; the caller stops.
        """
        if to not in JOB_MOVES.get(JobState(job.state), frozenset()):
            raise ValueError(f"a job never goes from {job.state} to {to}")
        rows = self.filter(pk=job.pk, state=job.state)
        if fence is not None:
            rows = rows.filter(fence=fence)
        if to == JobState.STARTING:
            rows = rows.filter(stop_asked_at=None)
        if revoke:
            fields = {"fence": F("fence") + 1, **fields}
        if to in ENDED_STATES:
            fields = {"ended_at": Now(), "lease_until": None, **fields}
        if rows.update(state=to, **fields) != 1:
            return False
        job.refresh_from_db()
        return True

    def claimable(self) -> JobQuerySet:
        """Return the jobs that a worker could claim now: no other job has their computer, and no lost change holds
        it."""
        others = self.model.objects.filter(host=models.OuterRef("host")).exclude(pk=models.OuterRef("pk"))
        held = Q(kind__in=CHANGES) & models.Exists(others.filter(kind__in=CHANGES, state=JobState.UNKNOWN))
        taken = models.Exists(others.filter(state__in=ACTIVE_STATES))
        return self.filter(_waits_for_worker(), ~taken, ~held, invented=False)

    def claim(self, job: Job, *, worker: str, lease: dt.timedelta) -> bool:
        """Take a queued job, or the verification that a dead worker left, with a new fence number; nothing invented.

        Raises IntegrityError while another job holds the host.
        """
        taken = self.filter(_waits_for_worker(), pk=job.pk, invented=False).update(
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

    def ask_to_stop(self, job: Job, *, stopper: Person) -> bool:
        """Note that somebody wants a job stopped that has begun, and keep the object in step; False when nothing of it
        can be stopped any more, or somebody has wanted that before."""
        begun = self.filter(pk=job.pk, state__in=STOPPABLE_STATES, stop_asked_at=None)
        asked = begun.update(stop_asked_at=Now(), stopper=stopper)
        job.refresh_from_db()
        return asked == 1

    def renew(self, job: Job, *, lease: dt.timedelta) -> bool:
        """Renew the lease; False when it is lost."""
        held = self.filter(pk=job.pk, fence=job.fence, state__in=ACTIVE_STATES)
        return held.update(lease_until=Now() + lease) == 1


def _waits_for_worker() -> Q:
    """Return what a worker may take: what is queued and due, and a check whose worker is gone."""
    in_time = Q(expires_at=None) | Q(expires_at__gt=Now())
    queued = Q(state=JobState.QUEUED, not_before__lte=Now()) & in_time
    return queued | Q(state=JobState.VERIFYING, lease_until__lt=Now())
