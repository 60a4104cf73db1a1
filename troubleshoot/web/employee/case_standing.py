"""Where a case stands, as one person's page needs it: each table is read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import catalog, diagnosis, engine, wording
from troubleshoot.diagnosis import is_served, remedy_answer_before, status_of
from troubleshoot.engine import (
    CaseActor,
    CaseMatter,
    CasePress,
    CaseStatus,
    DeclaredFact,
    Guide,
    GuideStep,
    Reader,
    Walk,
)
from troubleshoot.engine import ReadingCase as Told
from troubleshoot.hosts import ObservationScope, scope_for_facts
from troubleshoot.models import Answer, Case, Job, JobState, Person

MOST_JOBS = 50
#: The screen of each matter that has one of its own.
SCREENS = {
    CaseMatter.CLOSED: "closed",
    CaseMatter.OBSERVE: "checking",
    CaseMatter.CONFIRM: "works",
    **dict.fromkeys((CaseMatter.QUESTION, CaseMatter.TRY), "question"),
    **dict.fromkeys((CaseMatter.CHANGE, CaseMatter.DECIDE), "running"),
    **dict.fromkeys((CaseMatter.APPROVAL, CaseMatter.START, CaseMatter.PLAN, CaseMatter.BY_HAND), "waiting"),
    **dict.fromkeys((CaseMatter.UNDO, CaseMatter.UNDONE, CaseMatter.UNDO_FAILED), "undone"),
    **dict.fromkeys((CaseMatter.DO_BY_HAND, CaseMatter.HAND_CHECK), "guided"),
}
#: While helpdesk helps, the person goes on where the guide stands.
HELPED = {"ask": "question", "try": "question", "fact": "checking"}
#: Screens that change by themselves, and how often they look.
LIVE = {"checking": 1, "running": 1, "waiting": 5, "desk": 5, "undone": 5}


@dataclass
class Standing:
    """One case as one person sees it now. `change` names an answered step that the person wants to answer anew."""

    case: Case
    person: Person
    change: str = ""
    rows: list[Answer] = field(init=False)
    guide: Guide = field(init=False)
    walk: Walk = field(init=False)
    every_job: list[Job] = field(init=False)

    def __post_init__(self) -> None:
        self.guide = diagnosis.case_guide(self.case)
        self._replay()
        self.every_job = []  # a case without a computer has none
        if self.case.host_id:
            newest = self.case.jobs.select_related("origin").order_by("-created_at")
            self.every_job = list(newest[:MOST_JOBS])
        if self.fix and self.fix.state in diagnosis.REMEDY_ANSWERS:
            del self.fix
            self._replay()  # it ended between the two reads; the answer that it gave was written with its end

    def _replay(self) -> None:
        self.rows = list(self.case.answers.filter(round=self.case.round).order_by("number"))
        self.walk = engine.walk_guide(self.guide, diagnosis.current_answers(self.case, self.rows))

    @property
    def host(self) -> str:
        """What the person calls the computer."""
        return self.case.host.name if self.case.host else self.case.named_host or _("the computer")

    @cached_property
    def scope(self) -> ObservationScope:
        """What is looked at for this guide."""
        return scope_for_facts(catalog.installed_catalog().facts_of(self.guide))

    @property
    def asked_inside(self) -> list[DeclaredFact]:
        """The facts of content that this guide asks, in its order."""
        declared = {fact.name: fact for reading in self.scope.readings for fact in reading.facts}
        return [declared[name] for name in self.guide.facts if name in declared]

    def inside_lines(self, facts: Mapping[str, str]) -> list[wording.CheckLine]:
        """What content asks of Windows, with the answers that these facts give."""
        unread = _("It could not be read")
        return [
            wording.CheckLine(fact.question, case.words if case else unread, _look(case))
            for fact in self.asked_inside
            if fact.name in facts
            for case in [fact.of(facts[fact.name])]
        ]

    @property
    def all_jobs(self) -> list[Job]:
        """The jobs of the case that put nothing back, newest first."""
        return [job for job in self.every_job if job.kind != Job.Kind.REVERT]

    @property
    def jobs(self) -> list[Job]:
        """The jobs of the present round, newest first."""
        return [job for job in self.all_jobs if job.created_at >= self.case.round_began_at]

    @cached_property
    def step(self) -> GuideStep:
        """The step that the page is about."""
        return self.guide.steps[self.change] if self.changing else self.walk.at

    @cached_property
    def changing(self) -> bool:
        """Whether an answer given before is being changed."""
        return self.change in self.walk.steps and self.guide.steps[self.change].kind in {"ask", "try"}

    @cached_property
    def fix(self) -> Job | None:
        """The latest job for the remedy at which the guide stands, unless it was taken back."""
        own = (job for job in self.jobs if job.action and job.action == self.walk.at.subject)
        return next((job for job in own if job.state != JobState.CANCELLED), None)

    @cached_property
    def ended_fix(self) -> Job | None:
        """The remedy's job that the walk came from, when nothing but good readings came after it."""
        row = remedy_answer_before(self.case, self.walk, {row.step: row for row in self.rows})
        return next((job for job in self.all_jobs if row and job.pk == row.job_id), None)

    @cached_property
    def status(self) -> CaseStatus:
        """Who acts now, what for, and what may be pressed."""
        served = is_served(self.case, self.every_job)
        return status_of(self.case, self.walk, self.rows, self.every_job, worker=served)

    @property
    def who(self) -> str:
        """Who acts now, as the person calls them."""
        return wording.actor_words(self.status.told, Reader.EMPLOYEE, person=str(self.case.beneficiary))

    @property
    def explained(self) -> list[str]:
        """What the person is told of where the case stands."""
        return wording.told_words(self.status, Reader.EMPLOYEE)

    @property
    def may(self) -> dict[str, bool]:
        """What the person may press."""
        return {str(press): self.status.may(Reader.EMPLOYEE, press) for press in CasePress}

    @cached_property
    def screen(self) -> str:
        """The name of the screen; a template goes with each."""
        work = self.status.work
        if self.changing and work != CaseMatter.CLOSED:
            return "question"
        if work in {CaseMatter.CHOOSE, CaseMatter.AGREE, CaseMatter.LATER, CaseMatter.PLANNING}:
            return "waiting" if self.status.owed else "guided" if self.by_hand else "found"
        if work in {CaseMatter.DECIDE, CaseMatter.CHANGE, CaseMatter.APPROVAL, CaseMatter.START} and self.fix is None:
            return "undone"
        if work == CaseMatter.HELP:
            proved = self.status.proved_at and self.walk.at.kind == "try"
            return "works" if proved else HELPED.get(self.walk.at.kind, "desk")
        return SCREENS[work]

    @property
    def by_hand(self) -> bool:
        """Whether the remedy at which the guide stands is one that a person carries out."""
        action = catalog.installed_catalog().actions.get(self.walk.at.subject)
        return action is not None and action.manual

    @property
    def shared(self) -> bool:
        """Whether to say that helpdesk has the case, on a screen on which the person may go on meanwhile."""
        return self.status.actor == CaseActor.HELPDESK and self.screen != "closed" and not self.names_actor

    @property
    def names_actor(self) -> bool:
        """Whether the screen itself has a card that says who acts."""
        return self.screen in {"waiting", "desk", "undone"} or self.status.work == CaseMatter.DECIDE

    @property
    def every(self) -> int:
        """Seconds between two looks of the page for news; 0 when nothing will change by itself."""
        planning = self.status.work in {CaseMatter.PLANNING, CaseMatter.HAND_CHECK}
        return 1 if planning else LIVE.get(self.screen, 0)


def _look(told: Told | None) -> str:
    if told is None:
        return "skip"
    return "bad" if told.bad else "ok"
