"""The rows of invented cases, gathered and written at once. Each kind of row is made in one place, with its mark."""

from __future__ import annotations

import datetime as dt
import functools
import json
from dataclasses import dataclass, field, fields
from typing import Any

from django.db.models import Model
from uuid6 import uuid7

from troubleshoot import diagnosis, engine
from troubleshoot.engine import Code, Explanation, Json
from troubleshoot.models import Answer, Approval, Case, Host, Job, JobLine, JobState, Message, Person, Plan, Reading

_BATCH = 400
#: What a visit was for: a diagnosis, a plan, a change, and its way back.
DIAGNOSE, PLANNING, CHANGE, UNDOING = Job.Kind.DIAGNOSE, Job.Kind.PLAN, Job.Kind.APPLY, Job.Kind.REVERT


def result_document(found: engine.Result) -> dict[str, Any]:
    """Return what a job found, as the database gives it back."""
    stored: dict[str, Any] = json.loads(json.dumps(found.to_json()))
    return stored


@dataclass
class Rows:
    """Rows that wait to be written; all of them are marked, or belong to one that is."""

    cases: list[Case] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    lines: list[JobLine] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    votes: list[Approval] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    @functools.cached_property
    def causes_digest(self) -> str:
        """Return the digest of the causes that are judged by."""
        return diagnosis.publish_causes().digest

    def case(self, **fields: Any) -> Case:
        """Write a case that nobody opened."""
        self.cases.append(Case(invented=True, **fields))
        return self.cases[-1]

    def job(
        self, case: Case, kind: str, state: JobState, *, began: dt.datetime, took: dt.timedelta, **more: Any
    ) -> Job:
        """Write a job that ended and was never run, with nothing on which keeper or worker could act."""
        job = Job(
            id=uuid7(),
            kind=kind,
            case=case,
            host=case.host or Host(),
            beneficiary=case.beneficiary,
            state=state,
            created_at=began,
            not_before=began,
            ended_at=began + took,
            invented=True,
            **more,
        )
        job.host.last_contact_at = job.host.identity_learned_at = began
        self.jobs.append(job)
        return job

    def line(self, job: Job, at: dt.datetime, code: Code, /, **params: Json) -> Explanation:
        """Write one line of a job's story."""
        said = Explanation.of(code, **params)
        self.lines.append(JobLine(job=job, at=at, said=said.to_json()))
        return said

    def reading(self, job: Job, at: dt.datetime, name: str, value: dict[str, Any]) -> None:
        """Return the report of an observation from outside."""
        self.readings.append(Reading(job=job, source="network", name=name, value=value, taken_at=at))

    def plan(self, made: engine.PlanDocument, host: Host, reading: Job | None, at: dt.datetime) -> Plan:
        """Write a plan as it would have been stored."""
        document = engine.plan_to_document(made)
        plan = Plan(host=host, action=made.action, document=document, digest=made.digest, made_by=reading, made_at=at)
        self.plans.append(plan)
        return plan

    def vote(self, job: Job, approver: Person, *, yes: bool, at: dt.datetime, reason: str = "") -> None:
        """Add a second person's word on the plan of a job."""
        decision = Approval.Decision.APPROVE if yes else Approval.Decision.DECLINE
        self.votes.append(
            Approval(
                job=job,
                digest=job.plan.digest if job.plan else "",
                approver=approver,
                requester=job.requester,
                beneficiary=job.beneficiary,
                decision=decision,
                reason=reason,
                made_at=at,
                expires_at=at + dt.timedelta(hours=4),
                used_at=job.started_at if yes else None,
            )
        )

    def take(self, more: Rows) -> None:
        """Add the rows of another case."""
        for one in fields(self):
            getattr(self, one.name).extend(getattr(more, one.name))

    def save(self) -> None:
        """Write everything, in the order in which rows name each other."""
        for rows in (self.cases, [one for one in self.jobs if not one.plan], self.plans):
            _create(rows)
        self._save_changes()
        for rest in (self.answers, self.lines, self.readings, self.messages):
            _create(rest)

    def _save_changes(self) -> None:
        """Save the changes of jobs last: the database takes a vote only for a job that waits for it."""
        ends = {vote.job: vote.job.state for vote in self.votes}
        for job in ends:
            job.state = JobState.WAITING_APPROVAL
        _create([one for one in self.jobs if one.plan])
        _create(self.votes)
        for job, state in ends.items():
            job.state = state
        Job.objects.bulk_update(ends, ["state"], batch_size=_BATCH)


def _create(rows: list[Any]) -> None:
    if rows:
        kind: type[Model] = type(rows[0])
        kind._default_manager.bulk_create(rows, batch_size=_BATCH)  # noqa: SLF001 - Django's documented Model API
