"""What waits for an approver, and what they have to know about it before they decide. Reads only."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import catalog, engine, people, reports
from troubleshoot.engine import Action, Grounds, Hindrance, Judgement, PlanDocument, Reader, Statement, StatementCode
from troubleshoot.models import UNDER_WAY_STATES, Absence, Approval, Job, JobState, Message, Person, Plan
from troubleshoot.web.case_parts import CaseRecord, Causes, JobPlan, JobStory, Observed, Talk, Told

PAGE = 25
#: So many earlier runs of an action are shown, and so many causes for and against.
RUNS, REASONS = 3, 2
#: What a page may say that it has shown; nothing else is asked of the database.
DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class PlanRun:
    """An earlier run of the same action: how it ended, and whether it was undone on time."""

    job: Job
    undone: str


@dataclass(frozen=True)
class RunsBefore:
    """What is stated of the runs of an action before a plan was made."""

    anywhere: bool
    here: int
    until: dt.datetime

    @property
    def never(self) -> Statement | None:
        """State that it never ran at the approver's sites; nothing where it did."""
        return None if self.anywhere else Statement.of(StatementCode.NEVER_RAN, Grounds.JOB, self.until)

    @property
    def on_this(self) -> Statement:
        """State how often it ran on this very computer."""
        code = StatementCode.RAN_HERE if self.here else StatementCode.NEVER_RAN_HERE
        return Statement.of(code, Grounds.JOB, self.until, number=self.here)


@dataclass
class ApprovalPage:
    """One plan, for the person who decides. What is costly is read when a template asks for it."""

    job: Job
    person: Person
    reader = Reader.APPROVER

    def __post_init__(self) -> None:
        self.record = CaseRecord(self.job.case) if self.job.case else None
        self.plan = JobPlan(self.job)
        self.story = JobStory(self.job)

    @property
    def title(self) -> str:
        """Return what is asked for, and where."""
        return _("%(title)s, on %(host)s?") % {"title": self.remedy, "host": self.job.host}

    @property
    def remedy(self) -> str:
        """Return the title of what is asked for."""
        return reports.job_title(self.job)

    @property
    def fingerprint(self) -> str:
        """Return the first digits of the plan's digest, to be read out."""
        return reports.short_digest(self.plan.document.digest)

    @cached_property
    def action(self) -> Action | None:
        """Return the remedy as it is installed today."""
        return catalog.installed_catalog().actions.get(self.job.action)

    @property
    def temporary(self) -> dt.timedelta | None:
        """Return how long the change lasts, if it undoes itself."""
        seconds = self.action.temporary if self.action and self.job.kind == Job.Kind.APPLY else None
        return dt.timedelta(seconds=seconds) if seconds else None

    @cached_property
    def in_force(self) -> list[reports.StandingChange]:
        """Return the temporary changes that are in force on the computer."""
        return reports.standing_changes(self.job.host)

    @property
    def ending(self) -> tuple[str, str]:
        """Return how it ended: the tone, and the words."""
        return reports.job_ending(self.job)

    @property
    def standing(self) -> Statement:
        """State how an approved plan stands, or how it ended."""
        state, at = self.job.state, self.job.started_at
        who = str(self.job.requester)
        if state == JobState.APPROVED:
            return Statement.of(StatementCode.APPROVED_CAN_START, Grounds.JOB, who=who)
        if state == JobState.QUEUED:
            held = self.told is not None and self.told.status.told.hindrance == Hindrance.HELD
            return Statement.of(StatementCode.APPROVED_HELD if held else StatementCode.APPROVED_WAITS, Grounds.JOB)
        if self.follows:
            return Statement.of(StatementCode.APPROVED_RUNS, Grounds.JOB, at)
        return Statement.of(StatementCode.TEXT, Grounds.JOB, self.job.ended_at, text=self.ending[1])

    @cached_property
    def decision(self) -> people.Decision:
        """Return whether this person may decide, and why not."""
        return people.may(self.person, "job.approve", self.job)

    @property
    def open(self) -> bool:
        """Tell whether it waits for this person's word."""
        return self.job.state == JobState.WAITING_APPROVAL and self.decision.allowed

    @property
    def follows(self) -> bool:
        """Tell whether the page follows it by itself; never while it asks for a decision."""
        waits = self.job.state == JobState.WAITING_APPROVAL and not self.open
        return waits or self.job.state in {JobState.APPROVED, *UNDER_WAY_STATES}

    @cached_property
    def told(self) -> Told | None:
        """Return what an approver is told of where the case stands that this is for; of a plan that is over, nothing:
        the case has gone on, perhaps with another plan."""
        if self.job.has_ended:
            return None
        person = str(self.job.beneficiary or self.job.requester)
        return Told(self.record.status, Reader.APPROVER, person) if self.record else None

    @cached_property
    def votes(self) -> list[Approval]:
        """Return what was decided, and by whom."""
        return list(self.job.approvals.select_related("approver").order_by("made_at"))

    @cached_property
    def why_this(self) -> list[Judgement]:
        """Return the causes that readings show or fit, and those beside them that the same readings rule out."""
        if self.record is None:
            return []
        causes = Causes(Observed(self.record))
        found = [one for one, _why in causes.speaking[:REASONS]]
        looked_at = {name for one in found for name in one.cause.facts}
        # The catalogue goes from the outermost cause to the innermost: the last ones lie next to what was found.
        beside = [one for one, _why in causes.ruled_out if not looked_at.isdisjoint(one.cause.facts)]
        return [*found, *beside[-REASONS:]]

    @cached_property
    def runs(self) -> list[PlanRun]:
        """Return the latest runs of this action at the sites for which the person decides."""
        rows = self._earlier().prefetch_related(
            Prefetch("reverts", Job.objects.order_by("-created_at"), to_attr="undos")
        )
        return [PlanRun(job, _undone(job)) for job in rows.select_related("host").order_by("-created_at")[:RUNS]]

    @cached_property
    def ran(self) -> RunsBefore:
        """Return what is stated of earlier runs."""
        here = self._earlier().filter(host=self.job.host_id).count()
        return RunsBefore(bool(self.runs), here, self.job.created_at)

    @property
    def worse(self) -> list[Statement]:
        """State what gets worse, or is not known, beside what the remedy itself says."""
        undo = self.job.kind == Job.Kind.REVERT
        found = [Statement.of(StatementCode.TAKES_PROTECTION_BACK, Grounds.PLAN)] if undo else []
        return [*found, Statement.of(StatementCode.REACH_UNKNOWN, Grounds.READING)]

    @property
    def lasts_and_undo(self) -> list[Statement]:
        """State after how long it is undone, and when by the computer itself; nothing where it stays, or is over."""
        length = None if self.plan.over else self.temporary
        lasts = Statement.of(StatementCode.UNDONE_AFTER, Grounds.CATALOG, length=length) if length else None
        return [one for one in (lasts, self.plan.own_undo) if one]

    @cached_property
    def questions(self) -> list[Message]:
        """Return what was asked, answered and noted on the case since the plan was made.

        The person it is for, who may be an approver too, reads no internal note here either.
        """
        case = self.job.case
        if case is None or not people.may(self.person, "case.read", case).allowed:
            return []
        insider = self.decision.allowed or people.may(self.person, "case.take", case).allowed
        return Talk(case, internal=insider).since(self.job.created_at)

    @cached_property
    def newer(self) -> JobPlan | None:
        """Return the plan that took this one's place."""
        if self.job.case is None or self.job.state != JobState.CANCELLED:
            return None
        rows = self.job.case.jobs.filter(kind=Job.Kind.APPLY, action=self.job.action)
        found = rows.filter(created_at__gt=self.job.created_at).select_related("plan", "host").first()
        return JobPlan(found) if found else None

    @cached_property
    def others(self) -> list[Job]:
        """Return what else waits for this person, the first to expire first."""
        return list(jobs_waiting(self.person).exclude(pk=self.job.pk)[:PAGE])

    def shown_before(self, digest: str) -> PlanDocument | None:
        """Return the plan of this computer with a digest that is not this job's: what an older page has shown."""
        if not DIGEST.fullmatch(digest) or digest == self.plan.document.digest:
            return None
        row = Plan.objects.filter(host=self.job.host_id, digest=digest).first()
        return engine.plan_from_document(row.document) if row else None

    def _earlier(self) -> QuerySet[Job]:
        """Find the runs that took place: what was invented for a demo is no reason to decide anything."""
        sites = people.permitted_sites(self.person, "job.approve")
        rows = Job.objects.changes().filter(kind=Job.Kind.APPLY, action=self.job.action, host__site__in=sites)
        return rows.filter(started_at__lt=self.job.created_at, invented=False).exclude(pk=self.job.pk)


@dataclass
class RotaPage:
    """Whether an approver is away, who stands in for whom, and who could."""

    person: Person

    @cached_property
    def absence(self) -> Absence | None:
        """Return the person's own absence, if it lasts."""
        return people.current_absences().filter(person=self.person).select_related("deputy").first()

    @property
    def last_day(self) -> dt.date | None:
        """Return the last day of it."""
        return timezone.localdate(self.absence.until - dt.timedelta(seconds=1)) if self.absence else None

    @cached_property
    def standing_in(self) -> list[Absence]:
        """Return those for whom the person stands in."""
        return list(people.current_absences().filter(deputy=self.person).select_related("person"))

    @cached_property
    def colleagues(self) -> list[Person]:
        """Return who could stand in for the person."""
        return people.possible_deputies(self.person)


def approval_rows() -> QuerySet[Job]:
    """Return changes and undoings with all that a decision is about."""
    return Job.objects.changes().select_related("host__site", "case", "plan", "requester", "beneficiary")


def jobs_waiting(person: Person) -> QuerySet[Job]:
    """Return the plans that this person may decide about, the first to expire first; never their own."""
    found = approval_rows().filter(state=JobState.WAITING_APPROVAL)
    return people.permitted_rows(found, person, "job.approve").order_by("expires_at", "pk")


def approval_list(person: Person, *, after: str = "") -> tuple[list[Job], str]:
    """Return one page of what waits for this person, and the key of the next page."""
    found = jobs_waiting(person)
    if last := _key(after):
        # Compared where the rows are: a moment that went through Python is not spelt as SQLite has stored it.
        moment = Subquery(Job.objects.filter(pk=last).values("expires_at")[:1])
        found = found.filter(Q(expires_at=moment, pk__gt=last) | Q(expires_at__gt=moment))
    page = list(found[: PAGE + 1])
    return page[:PAGE], str(page[PAGE - 1].pk) if len(page) > PAGE else ""


def own_requests(person: Person) -> list[Job]:
    """Return what this person asked for, or is to be helped by, and somebody else has to decide."""
    found = approval_rows().filter(Q(requester=person) | Q(beneficiary=person), state=JobState.WAITING_APPROVAL)
    return list(found.order_by("expires_at", "pk")[:PAGE])


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _undone(job: Job) -> str:
    """Say whether a temporary change was taken back on time; empty when it was not temporary."""
    if job.undo_at is None:
        return ""
    back = next((undo for undo in getattr(job, "undos", ()) if undo.state == JobState.VERIFIED), None)
    if back and back.ended_at:
        return _("undone on time") if back.ended_at <= job.undo_at + reports.GRACE else _("undone late")
    return _("not undone yet") if job.undo_at > timezone.now() else _("undoing is overdue")
