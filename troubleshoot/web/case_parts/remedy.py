"""The remedy at which the guide of a case stands, and the changes that were made or are to be."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import cached_property

from troubleshoot import reports
from troubleshoot.engine import Action, Refusal
from troubleshoot.models import UNDER_WAY_STATES, Job
from troubleshoot.web.case_parts.barrier import barrier_for, remedy_at
from troubleshoot.web.case_parts.plan import JobPlan
from troubleshoot.web.case_parts.record import CaseRecord


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
        """Return the plan of that action's latest job: one that waits for a yes, is being carried out, or has ended."""
        return JobPlan(self.job) if self.job and self.job.plan else None

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
    def visit_ends(self) -> dt.datetime | None:
        """Return when the visit that is under way ends by itself, whatever the computer does."""
        started = self.current.started_at if self.current else None
        return started + dt.timedelta(seconds=settings.MENDPOINT_VISIT_SECONDS) if started else None

    @cached_property
    def not_put_back(self) -> list[str]:
        """Return what could not be put back of the change that was undone, or that was to be."""
        undone = self.record.status.undone
        job = next((job for job in self.record.jobs if undone and str(job.pk) == undone.key), None)
        return reports.not_restored(job) if job else []
