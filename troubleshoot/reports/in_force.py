"""Temporary changes of a computer that may be in force now, what nobody must do until then, and when that is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from troubleshoot import catalog, engine, wording
from troubleshoot.engine import UNKNOWN, Action, Grounds, Statement, StatementCode
from troubleshoot.models import ENDED_STATES, READS, WRITTEN_STATES, Case, Host, Job, JobState
from troubleshoot.reports.host_history import IN_FORCE, job_title

#: Ends after which nobody knows whether all of it was made.
DOUBTFUL = frozenset({JobState.FAILED, JobState.UNKNOWN})
#: What stands of the computer's own undo where that may have put a change back.
_PERHAPS = frozenset({Job.HostUndo.ARMED, Job.HostUndo.FIRED, Job.HostUndo.FAILED})
#: So many readings are looked through for the facts by which a caution is over.
LATEST = 10


@dataclass(frozen=True)
class StandingChange:
    """A temporary change that is in force, or that has left people with a caution which no longer counts."""

    job: Job
    in_force: bool
    over: bool
    """Whether a reading since shows that its caution no longer counts."""

    @property
    def said(self) -> Statement | None:
        """State that it is in force, and until when."""
        return _in_force(self.job, job_title(self.job)) if self.in_force else None

    @property
    def caution(self) -> Statement | None:
        """State what nobody must do meanwhile, or that this no longer counts."""
        action = _action(self.job)
        caution = action.caution if action else None
        text = caution and (caution.over if self.over else caution.text)
        return Statement.of(StatementCode.TEXT, Grounds.CATALOG, text=wording.content(text)) if text else None


def standing_changes(host: Host | None, case: Case | None = None) -> list[StandingChange]:
    """Return the temporary changes of a computer that may be in force, whoever asked for them, and those that were put
    back since and have left the people of this case with a caution that no longer counts."""
    if host is None:
        return []
    rows = Job.objects.standing(host.pk, case)
    rows = rows.select_related("plan", "host").prefetch_related("reverts")
    found = (_standing(job) for job in rows.order_by("undo_at"))
    return [one for one in found if one.in_force or one.over]


def standing_ends(hosts: Iterable[Host]) -> dict[int, Statement]:
    """State for each computer, by its key, that a temporary change is in force on it, of several the one that ends
    first; for lists, where no computer costs more than one row."""
    keys = {host.pk for host in hosts}
    standing = Job.objects.filter(host=OuterRef("pk"), undo_at__isnull=False, state__in=IN_FORCE, invented=False)
    soonest = Subquery(standing.order_by("undo_at").values("pk")[:1])
    rows = Job.objects.filter(pk__in=Host.objects.filter(pk__in=keys).annotate(soonest=soonest).values("soonest"))
    found = rows.select_related("host", "plan").prefetch_related("reverts") if keys else ()
    return {job.host_id: _in_force(job, job_title(job)) for job in found}


def _standing(job: Job) -> StandingChange:
    return StandingChange(job, job.state in IN_FORCE, _is_over(job))


def _in_force(job: Job, title: str) -> Statement:
    doubtful = job.state in DOUBTFUL or job.own_undo is not None
    code = StatementCode.MAY_BE_IN_FORCE if doubtful else StatementCode.IN_FORCE
    if job.undo_at and job.undo_at < timezone.now():
        code = StatementCode.PERHAPS_PUT_BACK if _may_be_back(job) else StatementCode.NOT_PUT_BACK_IN_TIME
    words = wording.content(title)
    return Statement.of(code, Grounds.JOB, job.ended_at, host=str(job.host), title=words, until=job.undo_at)


def _may_be_back(job: Job) -> bool:
    """Tell of a change whose time is over whether it may be back although nobody has read that: the computer itself was
    to put it back, or a try of ours has begun there and has not been heard of."""
    tried = {undo.state for undo in job.reverts.all()} & (WRITTEN_STATES - ENDED_STATES | {JobState.UNKNOWN})
    return bool(tried) or job.state == JobState.UNKNOWN or job.host_undo in _PERHAPS


def _action(job: Job) -> Action | None:
    return catalog.installed_catalog().actions.get(job.action)


def _is_over(job: Job) -> bool:
    """Tell by the latest reading since that knows the facts, of whatever case, whether its caution is over."""
    action = _action(job)
    if action is None or action.caution is None or job.started_at is None:
        return False
    until = action.caution.until
    since = Job.objects.filter(host=job.host_id, kind__in=READS, created_at__gt=job.started_at, invented=False)
    rows = since.exclude(Q(facts={}) | Q(ended_at=None))
    seen = (engine.stored_values(one.facts) for one in rows.only("facts").order_by("-ended_at")[:LATEST])
    known = (one for one in seen if all(one.get(name, UNKNOWN) != UNKNOWN for name in until))
    latest = next(known, None)
    return latest is not None and engine.rule_holds(until, latest)
