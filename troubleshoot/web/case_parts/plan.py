"""The plan of one job, for whoever decides about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property

from troubleshoot import catalog, diagnosis, engine, people, remediation, reports, wording
from troubleshoot.engine import ChangeResult, Grounds, PlanDocument, SignedIn, Statement, StatementCode
from troubleshoot.models import WRITTEN_STATES, Job, Person


@dataclass
class JobPlan:
    """What one job would do, or has done: before and afterwards, and who was there when that was read."""

    job: Job

    @cached_property
    def document(self) -> PlanDocument:
        """Return the plan, proved against its digest."""
        return remediation.job_plan(self.job)

    @property
    def title(self) -> str:
        """Return of which change it is: the remedy's title, or that this is undone."""
        return wording.changed_title(self.document.title, self.job.kind)

    @property
    def sessions(self) -> Statement | None:
        """State what becomes of whoever is signed in; nothing once it is over: who was there then, nobody read."""
        if self.over:
            return None
        return engine.who_is_disconnected(self.document, catalog.installed_catalog(), self.signed_in)

    @property
    def way_back(self) -> Statement:
        """State how much of it can be put back."""
        return engine.what_comes_back(self.document)

    @property
    def own_undo(self) -> Statement | None:
        """State when the computer puts it back by itself; nothing where it does not, or the plan is over."""
        order = None if self.over else remediation.undo_order(self.document)
        if order is None:
            return None
        code = StatementCode.UNDONE_UNHEARD if order.at_start else StatementCode.UNDONE_BY_ITSELF
        return Statement.of(code, Grounds.PLAN, length=dt.timedelta(seconds=order.after))

    @property
    def over(self) -> bool:
        """Tell whether it is history: its computer is no longer as the plan shows it."""
        return self.job.has_ended

    @property
    def never_ran(self) -> Statement | None:
        """State, of a plan that is over, that it was never carried out; nothing of one that wrote, or may have."""
        if not self.over or self.job.state in WRITTEN_STATES:
            return None
        return Statement.of(StatementCode.NEVER_CARRIED_OUT, Grounds.JOB, self.job.ended_at)

    @property
    def columns(self) -> wording.PlanColumns:
        """Return what its two columns of values are called."""
        return wording.plan_columns(self.job)

    @property
    def settings(self) -> list[reports.SettingRecord]:
        """Return what it has changed, each setting before it and as it was read afterwards."""
        return list(reports.setting_records(self.job, self.document, engine.as_change(self.job.found)))

    @property
    def signed_in(self) -> tuple[SignedIn, ...] | None:
        """Return who was at the computer when it was made; None where that is not known."""
        found = self.job.found
        return found.signed_in if isinstance(found, ChangeResult) else None

    @property
    def reason(self) -> str:
        """Return why somebody wanted it, or wanted the change that it puts back."""
        asked = [self.job, self.job.origin]
        return next((job.reason for job in asked if job and job.reason), "")

    @cached_property
    def deciders(self) -> list[Person]:
        """Return who may decide about it."""
        return people.job_deciders(self.job)

    @property
    def scripts(self) -> list[dict[str, Any]]:
        """Return exactly what runs: the scripts, and the parameters that travel beside them."""
        resources = catalog.installed_catalog().resources
        return [
            {
                "title": item.title,
                "read": resources[item.resource].read,
                "write": resources[item.resource].write if item.desired else "",
                "params": diagnosis.value_text({"params": dict(item.params), "desired": dict(item.desired)}),
            }
            for item in self.document.items
            if item.resource in resources
        ]
