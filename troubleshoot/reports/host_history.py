"""What happened to a computer before: how jobs ended, in words, and what can still be taken back. Reads only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from troubleshoot import catalog, engine, people, remediation, wording
from troubleshoot.engine import Code, Grounds, Refusal, Statement, StatementCode
from troubleshoot.models import ENDED_STATES, UNDOABLE_STATES, Case, Job, JobState, Person, Site
from troubleshoot.reports.figures import usual_length

#: So much of a computer's past is shown.
MOST = 5
#: How long something usually takes is seen from so many runs (not from invented ones).
LATEST = 20
#: Changes that may still be in force.
IN_FORCE = frozenset({*UNDOABLE_STATES, JobState.UNKNOWN})
#: Ends that somebody chose, or that kept us from overwriting somebody else's work.
UNHARMED = frozenset({JobState.CANCELLED, JobState.DRIFTED})


@dataclass(frozen=True)
class PastChange:
    """A change of a computer, and the plan that would take it back, if that is possible. Its whole record stands on
    its own page."""

    job: Job
    back: engine.PlanDocument | None
    in_force: bool
    overdue: bool
    brings_fault: bool
    """Whether taking it back would bring back the fault that it repaired."""

    @property
    def fault_back(self) -> Statement | None:
        """State that taking it back brings the fault back; nothing where it does not."""
        ended = self.job.ended_at
        return Statement.of(StatementCode.UNDO_BRINGS_FAULT, Grounds.PLAN, ended) if self.brings_fault else None

    @property
    def back_sessions(self) -> Statement | None:
        """State what taking it back does to whoever is signed in."""
        return engine.who_is_disconnected(self.back, catalog.installed_catalog()) if self.back else None

    @property
    def title(self) -> str:
        """Return the remedy's name for people."""
        return job_title(self.job)


def job_title(job: Job) -> str:
    """Return what a job's remedy is called, as its plan says or the catalogue of today."""
    if job.plan:
        return str(job.plan.document["title"])
    wish = catalog.installed_catalog().actions.get(job.action)
    return wish.title if wish else job.action


def job_ending(job: Job) -> tuple[str, str]:
    """Return how an ended job is shown: its tone, and its title in words."""
    host = str(job.host)
    if settled := wording.settled_words(job):
        return "warn", settled.title
    if job.state in {JobState.VERIFIED, JobState.REVERTED}:
        if job.kind != Job.Kind.REVERT and job.state != JobState.REVERTED:
            return "warn" if job.undo_at else "ok", wording.statement_words(proved_heading(job, host))
        partly = bool(not_restored(job))
        return "ok", (_("Undone on %s, but not all of it") if partly else _("Undone: %s is as it was before")) % host
    end = wording.unbegun_words(job) or wording.bad_end_words(job.state, host)
    return "warn" if job.state in UNHARMED else "bad", end.title if end else wording.job_state_words(job)


def answers_again(job: Job) -> bool:
    """Tell whether a proved remedy made a computer answer that did not: another one may be in order again as well, and
    has answered all the time."""
    code = _proved_by(job)
    if code != Code.HAND_VERIFIED:
        return code == Code.VERIFIED_OUTSIDE
    return _came_through(job) == [False, True]


def _proved_by(job: Job) -> Code:
    return job.explanation.code if job.explanation else Code.VERIFIED_OUTSIDE


def _came_through(job: Job) -> list[bool | None]:
    """Return whether a connection came all the way in the reading before a check by hand, and in that check."""
    progress = catalog.installed_catalog().progress
    read = [remediation.facts_before(job), engine.stored_values(job.facts)]
    return [engine.comes_through(progress, facts) for facts in read if facts]


def proved_heading(job: Job, host: str) -> Statement:
    """State in one line what a proved remedy has come to, for every reader alike: of what stays for a time that and
    until when, and never of a computer more than what was proved."""
    if job.undo_at:
        return Statement.of(StatementCode.FOR_A_TIME, Grounds.JOB, job.ended_at, host=host, until=job.undo_at)
    return Statement.of(_heading_code(job), Grounds.READING, job.ended_at, host=host)


def _heading_code(job: Job) -> StatementCode:
    if _proved_by(job) == Code.VERIFIED_FURTHER:
        return StatementCode.FURTHER_IN_THE_WAY
    if _proved_by(job) == Code.HAND_TOLD:
        return StatementCode.DONE_BY_HAND
    if answers_again(job):
        return StatementCode.ANSWERS_AGAIN
    answers = _proved_by(job) == Code.HAND_VERIFIED and _came_through(job)[-1]
    return StatementCode.ANSWERS if answers else StatementCode.AS_PLANNED


def not_restored(job: Job) -> list[str]:
    """Return what of a change its undo could not put back: of a job that undid one, or of one that was undone."""
    change = job.origin if job.kind == Job.Kind.REVERT else job if job.state == JobState.REVERTED else None
    if change is None or change.is_settled_by_word or job.is_settled_by_word:
        return []
    items = change.plan.document["items"] if change.plan else []
    return [str(item["irreversible"]) for item in items if item["desired"] and item["irreversible"]]


def restores_fault(job: Job) -> bool:
    """Tell whether undoing a change would put the computer back into a state that its check would not pass."""
    wish = catalog.installed_catalog().actions.get(job.action)
    reading = job.plan.made_by if job.plan else None
    if wish is None or reading is None or job.state != JobState.VERIFIED or job.undo_at is not None:
        return False
    return bool(engine.lacking(wish.verify, engine.stored_values(reading.facts)))


def usual_duration(action: str) -> dt.timedelta | None:
    """Return how long a remedy usually takes: the median of its latest verified runs; None while too few are known."""
    runs = Job.objects.changes().filter(kind=Job.Kind.APPLY, action=action, state=JobState.VERIFIED, invented=False)
    times = runs.exclude(started_at=None).order_by("-created_at").values_list("started_at", "ended_at")[:LATEST]
    return _median(times)


def usual_wait(site: Site | None) -> dt.timedelta | None:
    """Return how long cases of a site usually wait until somebody of helpdesk takes them; None while too few are
    known."""
    taken = Case.objects.filter(site=site, taken_at__isnull=False, taken_at__gte=F("needs_since"), invented=False)
    return _median(taken.order_by("-taken_at").values_list("needs_since", "taken_at")[:LATEST])


def usual_observation() -> dt.timedelta | None:
    """Return how long an observation usually takes, its wait for a worker included; None while too few are known."""
    observations = Job.objects.filter(kind=Job.Kind.DIAGNOSE, state=JobState.DONE, invented=False)
    return _median(observations.order_by("-case", "-created_at").values_list("created_at", "ended_at")[:LATEST])


def _median(times: Iterable[tuple[dt.datetime | None, dt.datetime | None]]) -> dt.timedelta | None:
    return usual_length([ended - began for began, ended in times if began and ended])


def earlier_cases(case: Case, reader: Person) -> list[Case]:
    """Return the latest other cases of a case's computer that a person may read: a computer moves between sites, and
    its cases stay where they were opened."""
    others = people.permitted_rows(Case.objects.filter(host=case.host_id), reader, "case.read").exclude(pk=case.pk)
    return list(others.select_related("beneficiary").order_by("-pk")[:MOST]) if case.host_id else []


def earlier_changes(case: Case, reader: Person) -> list[PastChange]:
    """Return the latest changes of a case's computer that were started and a person may read, and first those that
    undo themselves later."""
    if case.host_id is None:
        return []
    started = Job.objects.changes().filter(host=case.host_id, started_at__isnull=False)
    rows = people.permitted_rows(started, reader, "job.read")
    rows = rows.select_related("plan__made_by", "host")
    standing = rows.filter(undo_at__isnull=False, state__in=IN_FORCE).order_by("undo_at")[:MOST]
    found = {job.pk: job for job in [*standing, *rows.order_by("-created_at")[:MOST]]}
    prefetch_related_objects([*found.values()], Prefetch("reverts", Job.objects.select_related("plan")))
    return [_change(job) for job in found.values()]


def _change(job: Job) -> PastChange:
    going = any(undo.state == JobState.UNKNOWN or undo.state not in ENDED_STATES for undo in job.reverts.all())
    free = job.kind == Job.Kind.APPLY and job.state in UNDOABLE_STATES and not going and not job.invented
    in_force = job.undo_at is not None and job.state in IN_FORCE
    overdue = bool(in_force and job.undo_at and job.undo_at < timezone.now())
    try:
        back = remediation.way_back_plan(job) if free else None
    except Refusal:
        back = None  # the catalogue no longer has what it would take
    return PastChange(job, back, in_force, overdue, back is not None and restores_fault(job))
