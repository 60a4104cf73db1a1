"""The remedy as an employee is offered it: who carries it out, and how far that is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troubleshoot import diagnosis, people, remediation, wording
from troubleshoot.engine import CaseMatter, CasePress, Code, Grounds, Reader, Statement, StatementCode
from troubleshoot.models import JobState, Person
from troubleshoot.web.case_parts import JobStory, Remedy
from troubleshoot.web.refusals import refusal_notice


@dataclass
class RemedyOffer:
    """The remedy at which the guide stands, for the person whose case it is."""

    remedy: Remedy
    person: Person

    @cached_property
    def by_whom(self) -> str:
        """Return who carries it out: self, helpdesk, or nobody (`barrier` says why)."""
        remedy, case = self.remedy, self.remedy.record.case
        if not remedy.by_hand and (case.host is None or remedy.action is None or remedy.barrier):
            return "nobody"
        if self.person == case.beneficiary and diagnosis.is_self_service(case, remedy.record.walk.at.subject):
            return "self"
        return "helpdesk"

    @property
    def doubt(self) -> str:
        """Return how sure it is that the remedy helps."""
        return wording.remedy_doubt_words(self.remedy.action.certainty if self.remedy.action else "")

    @property
    def barrier(self) -> str:
        """Return why the portal may never do this here, and who can help; empty when it may."""
        return refusal_notice(self.remedy.barrier) if self.remedy.barrier else ""

    @property
    def needs_second_person(self) -> bool:
        """Tell whether somebody else than who starts it has to agree, for its risk or for what the computer is."""
        action, host = self.remedy.action, self.remedy.record.case.host
        return bool(action and host and remediation.needs_second_person(action, host))

    @property
    def starts(self) -> Statement:
        """State who starts it and who has to agree, where the person does not start it themselves."""
        code, action = StatementCode.DESK_STARTS, self.remedy.action
        if self.needs_second_person:
            dangerous = action is not None and action.risk == "dangerous"
            code = StatementCode.SECOND_FOR_RISK if dangerous else StatementCode.SECOND_FOR_COMPUTER
        return Statement.of(code, Grounds.CATALOG)

    @property
    def by_hand(self) -> Statement:
        """State what comes of it where somebody carries it out by hand: who does, or who looks afterwards."""
        code, host = StatementCode.BY_HAND_DESK, self.remedy.record.case.host
        if self.by_whom == "self":
            code = StatementCode.LOOK_AFTER_HAND if host else StatementCode.NO_LOOK_AFTER_HAND
        return Statement.of(code, Grounds.CATALOG, host=self.remedy.record.host_name)

    @property
    def hand_check(self) -> Statement:
        """State that we look whether it helped, as somebody said that it is done."""
        job = self.remedy.job
        if job is None or job.requester == self.person:
            return Statement.of(StatementCode.HAND_CHECK, Grounds.JOB, job.created_at if job else None)
        return Statement.of(StatementCode.HAND_CHECK_BY, Grounds.JOB, job.created_at, who=str(job.requester))

    @property
    def progress(self) -> Statement | None:
        """State whether it has begun, or what became of a wish to stop it; while it waits, the status says for what."""
        job = self.remedy.job
        waits = job is None or job.state == JobState.QUEUED
        if job and self.story.stopping:
            return self.story.stopping
        code = StatementCode.HAS_BEGUN if settings.EMAIL_HOST else StatementCode.HAS_BEGUN_NO_MAIL
        return None if waits or job is None else Statement.of(code, Grounds.JOB, job.started_at)

    @property
    def decided(self) -> Statement | None:
        """State how the decision about the plan stands, while the case waits for it or for helpdesk to act on it."""
        job, work = self.remedy.job, self.remedy.record.status.work
        if job is None:
            return None
        if work == CaseMatter.APPROVAL and job.state == JobState.WAITING_APPROVAL:
            return Statement.of(StatementCode.COUNTS_UNTIL, Grounds.PLAN, until=job.expires_at)
        approved = work == CaseMatter.START and job.state == JobState.APPROVED
        return Statement.of(StatementCode.APPROVED_DESK_STARTS, Grounds.JOB) if approved else None

    @property
    def ends_itself(self) -> Statement | None:
        """State after how long we stop; nothing before it has begun."""
        job = self.remedy.job
        started = job.started_at if job else None
        return Statement.of(StatementCode.STOPS_AT, Grounds.JOB, started, length=self.limit) if started else None

    @property
    def startable(self) -> bool:
        """Tell whether the person may start this very plan now."""
        job = self.remedy.job
        return bool(job and job.state == JobState.PLANNED and people.may(self.person, "job.apply", job).allowed)

    @property
    def agreed_at(self) -> dt.datetime | None:
        """Return when the person started it; None where somebody else did."""
        job = self.remedy.job
        if job is None or job.starter_id != self.remedy.record.case.beneficiary_id:
            return None
        line = next((one for one in self.story.lines if one.explanation.code == Code.STARTED), None)
        return line.at if line else None

    @property
    def stoppable(self) -> bool:
        """Tell whether the person can still take it back, or have it stopped."""
        return bool(self.remedy.job) and self.remedy.record.status.may(Reader.EMPLOYEE, CasePress.STOP)

    @property
    def signed_in(self) -> str:
        """Return how many people use the computer: their names are not everybody's to know."""
        users = self.remedy.plan.signed_in if self.remedy.plan else None
        if users is None:
            return _("not known")
        return ngettext("%d person", "%d people", len(users)) % len(users) if users else _("nobody")

    @property
    def limit(self) -> dt.timedelta:
        """Return after how long a visit to a computer ends by itself, whatever the computer does."""
        return dt.timedelta(seconds=settings.MENDPOINT_VISIT_SECONDS)

    @cached_property
    def story(self) -> JobStory:
        """Return how it goes, from the first line."""
        return JobStory(self.remedy.job, most=None)

    @property
    def steps(self) -> list[wording.CheckLine]:
        """Return the change as a list of what is done, under way and still to come."""
        job, plan = self.remedy.job, self.remedy.plan
        writes = (
            {place: wording.content(item.title) for place, item in enumerate(plan.document.items) if item.desired}
            if plan
            else {}
        )
        return wording.running_steps(job.state if job else "", writes, [line.explanation for line in self.story.lines])
