"""The remedy at which the guide of a case stands, and the changes that were made or are to be."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import cached_property

from troubleshoot import reports, wording
from troubleshoot.engine import Action, Code, Grounds, Hindrance, Refusal, Statement, StatementCode
from troubleshoot.models import UNDER_WAY_STATES, Job, JobState
from troubleshoot.web.case_parts.barrier import barrier_for, remedy_at
from troubleshoot.web.case_parts.plan import JobPlan
from troubleshoot.web.case_parts.record import CaseRecord
from troubleshoot.web.case_parts.story import JobStory


@dataclass
class Remedy:
    """What is to be done: the action that the guide has come to, its latest job, and the latest change of the round."""

    record: CaseRecord

    @cached_property
    def action(self) -> Action | None:
        """Return the action at which the guide stands; None where it stands at none, or that is not installed."""
        return remedy_at(self.record.walk.at)

    @property
    def by_hand(self) -> bool:
        """Tell whether a person carries it out."""
        return self.action is not None and self.action.manual

    @cached_property
    def barrier(self) -> Refusal | None:
        """Return why the portal may never do this here; None when it may, and for what it never does itself."""
        return barrier_for(self.action, self.record.case.host)

    @property
    def job(self) -> Job | None:
        """Return the latest job for that action, unless it was taken back."""
        return self.record.remedy_job

    @cached_property
    def change(self) -> Job | None:
        """Return the latest change of the round, whatever for: planned, begun or over."""
        return next((job for job in self.record.jobs if job.is_change), None)

    @cached_property
    def current(self) -> Job | None:
        """Return the job that is under way now."""
        return next((job for job in self.record.jobs if job.state in UNDER_WAY_STATES), None)

    @cached_property
    def plan(self) -> JobPlan | None:
        """Return the plan of that action's latest job while it waits for a yes or is being carried out: of one that is
        over the computer is no longer as it says."""
        return JobPlan(self.job) if self.job and self.job.plan and not self.job.has_ended else None

    @cached_property
    def past(self) -> JobPlan | None:
        """Return the plan of the latest change, where that is over and no other takes its place."""
        return self.latest_plan if self.plan is None and self.latest_plan and self.latest_plan.over else None

    @property
    def broken_again(self) -> str:
        """Return how an undo ended after which what was repaired is broken again; empty where none did."""
        ends = (job.explanation for job in self.record.jobs if job.kind == Job.Kind.REVERT)
        return next((wording.explained(end) for end in ends if end and end.code == Code.BACK_BROKEN), "")

    @property
    def puts_back(self) -> bool:
        """Tell whether the latest change is an undo that waits or runs, or of which nobody knows how it ended."""
        job = self.change
        return bool(job and job.kind == Job.Kind.REVERT and (job.state == JobState.UNKNOWN or not job.has_ended))

    @cached_property
    def latest_plan(self) -> JobPlan | None:
        """Return the plan of the latest change, also once that is over."""
        return JobPlan(self.change) if self.change else None

    @property
    def usual(self) -> dt.timedelta | None:
        """Return how long what is under way, or would be begun, usually takes; None while too few times are known."""
        going = self.change and not self.change.has_ended
        return reports.usual_duration(self.change.action if self.change and going else self.record.walk.at.subject)

    @property
    def visit_ends(self) -> Statement | None:
        """State when the visit that is under way ends by itself, whatever the computer does."""
        started = self.current.started_at if self.current else None
        if started is None:
            return None
        ends = started + dt.timedelta(seconds=settings.MENDPOINT_VISIT_SECONDS)
        return Statement.of(StatementCode.VISIT_ENDS, Grounds.JOB, started, ends=ends)

    @property
    def going(self) -> Statement | None:
        """State what is done on the computer now, or waits to be."""
        job = self.current or self.change
        if job is None:
            return None
        undo, host = job.kind == Job.Kind.REVERT, str(job.host)
        if (told := self.record.status.told).waits:
            what = wording.matter_words(self.record.status.matter, waits=True, hindrance=told.hindrance)
            if told.hindrance in {Hindrance.AWAY, Hindrance.HELD}:
                return Statement.of(StatementCode.TEXT, Grounds.JOB, job.created_at, text=what)
            return Statement.of(StatementCode.WAITS_ON, Grounds.JOB, job.created_at, what=what, host=host)
        code = StatementCode.UNDO_RUNS if undo else StatementCode.CHANGE_RUNS
        return Statement.of(code, Grounds.JOB, job.started_at, host=host)

    @property
    def stopping(self) -> Statement | None:
        """State how far what is under way can be stopped."""
        job = self.current
        undo = job is not None and job.kind == Job.Kind.REVERT
        code = StatementCode.UNDO_GOES_ON if undo else StatementCode.CHANGE_GOES_ON
        if wanted := JobStory(job).stopping:
            return wanted
        return Statement.of(code, Grounds.JOB, job.created_at) if job else None

    @property
    def barred(self) -> Statement | None:
        """State that the portal may never do this here, so that no plan is made."""
        host = str(self.record.case.host)
        return Statement.of(StatementCode.BARRED, Grounds.CATALOG, host=host) if self.barrier else None

    @property
    def planning(self) -> Statement:
        """State what is read for a plan, and that this changes nothing."""
        asked = self.job.created_at if self.job else None
        return Statement.of(StatementCode.READS_FOR_PLAN, Grounds.JOB, asked, host=self.record.host_name)

    @cached_property
    def not_put_back(self) -> list[str]:
        """Return what could not be put back of the change that was undone, or that was to be."""
        undone = self.record.status.undone
        job = next((job for job in self.record.jobs if undone and str(job.pk) == undone.key), None)
        return reports.not_restored(job) if job else []
