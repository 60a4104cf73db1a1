"""The case page of helpdesk: where the case stands, and everything that is known beside it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import cases, catalog, diagnosis, reports, wording
from troubleshoot.diagnosis import GivenAnswer, PutBack
from troubleshoot.engine import (
    UNKNOWN_END,
    Action,
    CaseStatus,
    Grounds,
    GuideStep,
    Reader,
    Statement,
    StatementCode,
    fact_values,
    rule_holds,
)
from troubleshoot.models import BAD_ENDS, Case, Job, JobState, Message, Person
from troubleshoot.web.case_parts import (
    CaseRecord,
    Causes,
    Contacts,
    JobStory,
    Observed,
    OwnPc,
    Remedy,
    Several,
    Talk,
    Told,
    heading_for_helpdesk,
    needed_words,
    step_heading,
)
from troubleshoot.web.helpdesk.computer_before import ComputerBefore
from troubleshoot.web.helpdesk.next_step import NextStep


@dataclass
class HelpdeskCasePage:
    """One case, as one person of helpdesk sees it. What is costly is read when a template asks for it."""

    case: Case
    person: Person
    reader = Reader.HELPDESK

    def __post_init__(self) -> None:
        self.record = CaseRecord(self.case)
        self.observed = Observed(self.record)
        self.causes = Causes(self.observed)
        self.several = Several(self.causes)
        self.own_pc = OwnPc(self.case)
        self.remedy = Remedy(self.record)
        self.next = NextStep(self.remedy, self.person)
        self.talk = Talk(self.case, internal=True)
        self.before = ComputerBefore(self.case, self.person)
        self.contacts = Contacts(self.case, self.person)

    @property
    def status(self) -> CaseStatus:
        """Return where the case stands."""
        return self.record.status

    @property
    def told(self) -> Told:
        """Return what helpdesk is told of that."""
        return Told(self.status, Reader.HELPDESK, str(self.case.beneficiary))

    @property
    def matter(self) -> str:
        """Return what somebody acts for, in the words of the board."""
        told = self.status.told
        return needed_words(self.status.matter, self.remedy.barrier, waits=told.waits, hindrance=told.hindrance)

    @property
    def mark(self) -> str:
        """Return the version of the page: another one once the case has moved on."""
        newest = self.record.jobs[0].state if self.record.jobs else ""
        pc = ".".join(str(part["value"]) for part in self.case.pc.values())
        end = "c" if self.case.closed_at else "o"
        return f"{self.case.round}.{len(self.record.answers)}.{len(self.record.jobs)}.{newest}.{pc}.{end}"

    @cached_property
    def step(self) -> GuideStep:
        """Return the latest step of the walk that says something to a person."""
        walk, steps = self.record.walk, self.record.guide.steps
        told = [steps[name] for name in reversed(walk.steps) if step_heading(steps[name])]
        return walk.at if step_heading(walk.at) or not told else told[0]

    @property
    def read_by_person(self) -> str:
        """Return what the guide tells the person here; empty where their page tells how the remedy ended instead."""
        ended = self.record.ended_remedy
        told = self.observed.latest and (ended is None or ended.state == JobState.VERIFIED)
        return wording.content(self.step.full_text) if told else ""

    @property
    def title(self) -> str:
        """Return the heading as a text."""
        return wording.statement_words(self.heading, self.reader)

    @cached_property
    def heading(self) -> Statement:
        """State in one line what was found so far; after an undo that it was put back, and not what was achieved."""
        if self.status.undone:
            told, partly = self.status.told, self.status.undone.partly
            work = told.left or self.status.work
            return self._text(wording.put_back_words(work, waits=told.waits, partly=partly), Grounds.JOB)
        if self.case.closed_at:
            return self._text(self.record.left, Grounds.JOB) if self.record.left else self._closed
        if self.status.work in UNKNOWN_END:
            return self._text(wording.unsettled_words(undo=self.record.undo_unsettled), Grounds.JOB)
        if self.status.proved_at and self.record.walk.at.kind == "try" and (proving := self.record.ended_remedy):
            return reports.proved_heading(proving, self.record.host_name)
        found = heading_for_helpdesk(self.record.never_ran_at or self.step, str(self.case.beneficiary))
        return found or self._text(wording.content(self.case.error.get("sentence", "")), Grounds.CATALOG)

    @property
    def _closed(self) -> Statement:
        if self.case.outcome == Case.Outcome.WITHDRAWN:
            who = str(self.case.beneficiary)
            return Statement.of(StatementCode.CLOSED_BY, Grounds.TOLD, self.case.closed_at, who=who)
        if self.case.outcome == Case.Outcome.SOLVED:
            return self._text(_("Solved"), Grounds.STATUS)
        if self.case.outcome == Case.Outcome.EXPLAINED:
            said = heading_for_helpdesk(self.step, str(self.case.beneficiary))
            return said or self._text(_("Explained"), Grounds.CATALOG)
        return self._text(wording.sent_on_words(self.case.sent_to), Grounds.STATUS)

    def _text(self, text: str, rests_on: Grounds) -> Statement:
        return Statement.of(StatementCode.TEXT, rests_on, self.status.since, text=text)

    @cached_property
    def ended(self) -> Job | None:
        """Return the latest job where it ended badly or changed something: whoever opens the page has to know."""
        led_here = self.record.ended_remedy
        latest = next((job for job in self.record.jobs if job.state != JobState.CANCELLED or job == led_here), None)
        told = BAD_ENDS | {JobState.VERIFIED, JobState.REVERTED, JobState.CANCELLED}
        silent = latest is None or latest.state not in told or latest.kind == Job.Kind.DIAGNOSE
        return None if silent else latest

    @cached_property
    def ending(self) -> tuple[str, str]:
        """Return how that job ended: the tone, and the words."""
        return reports.job_ending(self.ended) if self.ended else ("", "")

    @property
    def ended_as(self) -> Statement | None:
        """State how that job ended; nothing where there is none to speak of."""
        at = self.ended.ended_at if self.ended else None
        return Statement.of(StatementCode.TEXT, Grounds.JOB, at, text=self.ending[1]) if self.ended else None

    @property
    def end_story(self) -> JobStory:
        """Return how that job went."""
        return JobStory(self.ended)

    @cached_property
    def story(self) -> JobStory:
        """Return how the change goes that is or was under way."""
        return JobStory(self.remedy.current or self.remedy.change)

    @cached_property
    def course(self) -> list[GivenAnswer | PutBack]:
        """Return every answer of this round, also where it no longer counts, and what was put back, by time."""
        path = diagnosis.answer_path(self.case, self.record.answers, self.record.walk)
        return sorted([*path, *diagnosis.changes_put_back(self.record.jobs)], key=lambda one: one.at)

    @cached_property
    def open_answers(self) -> list[str]:
        """Return the steps whose question can be asked again."""
        return cases.open_answers(self.case, self.record.walk)

    @cached_property
    def ready(self) -> list[str]:
        """Return texts that can be sent to the person with one click."""
        at = self.record.walk.at
        please = _("Please answer on the page of your case: %s")
        asked = [wording.compose(please, wording.content(at.subject))] if self.next.asks else []
        observe = _("Please open this page at your own PC and answer what it asks; you only look: %s")
        address = f"{settings.MENDPOINT_URL}{reverse('case-pc', args=[self.case.pk])}"
        from_there = [observe % address] if self.own_pc.may_observe else []
        return [*asked, *map(wording.content, at.ready), *from_there, *map(wording.content, self.record.guide.ready)]

    @cached_property
    def questions(self) -> list[Message]:
        """Return what an approver asked about the plan that waits, and nobody has answered since."""
        waits = self.remedy.change if self.next.stage == "approval" else None
        return self.talk.unanswered(waits) if waits else []

    @cached_property
    def beside(self) -> list[Action]:
        """Return what can be done by hand besides, as the readings stand, wherever the guide is."""
        if self.case.closed_at:
            return []
        known = fact_values(self.causes.evidence.values())
        found = [one for one in catalog.installed_catalog().actions.values() if one.beside]
        return [one for one in found if one != self.remedy.action and rule_holds(one.beside, known)]
