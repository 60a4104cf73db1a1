"""The remedy as an employee is offered it: who carries it out, and how far that is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troubleshoot import diagnosis, people, remediation, wording
from troubleshoot.engine import Code
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
        """Tell whether it has not begun, so that the person can still take it back."""
        return bool(self.remedy.job and self.remedy.job.state == JobState.QUEUED)

    @property
    def signed_in(self) -> str:
        """Return how many people use the computer: their names are not everybody's to know."""
        users = self.remedy.plan.signed_in if self.remedy.plan else None
        if users is None:
            return _("could not be read")
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
