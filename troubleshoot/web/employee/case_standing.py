"""Where a case stands, as one person's page needs it: each table is read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import catalog, diagnosis, engine, wording
from troubleshoot.engine import DeclaredFact, Guide, GuideStep, Walk
from troubleshoot.engine import ReadingCase as Told
from troubleshoot.hosts import ObservationScope, scope_for_facts
from troubleshoot.jobs import OPEN
from troubleshoot.models import ACTIVE_STATES, Answer, Case, Job, JobState, Person

MOST_JOBS = 50
RUNNING = frozenset({JobState.QUEUED, JobState.UNKNOWN, *ACTIVE_STATES})
#: Screens that change by themselves, and how often they look.
LIVE = {"checking": 1, "running": 1, "waiting": 5, "desk": 5}


@dataclass
class Standing:
    """One case as one person sees it now. `change` names an answered step that the person wants to answer anew."""

    case: Case
    person: Person
    change: str = ""
    rows: list[Answer] = field(init=False)
    guide: Guide = field(init=False)
    walk: Walk = field(init=False)
    all_jobs: list[Job] = field(init=False)

    def __post_init__(self) -> None:
        self.guide = diagnosis.case_guide(self.case)
        self._replay()
        self.all_jobs = []  # a case without a computer has none
        if self.case.host_id:
            newest = self.case.jobs.exclude(kind=Job.Kind.REVERT).order_by("-created_at")
            self.all_jobs = list(newest[:MOST_JOBS])
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
        """The latest job for the remedy at which the guide stands."""
        return next((job for job in self.jobs if job.action and job.action == self.walk.at.subject), None)

    @cached_property
    def ended_fix(self) -> Job | None:
        """The remedy's job that the walk came from, when nothing but good readings came after it."""
        path = list(self.walk.path)
        while path and diagnosis.is_good_reading(self.guide.steps[path[-1][0]].subject, path[-1][1]):
            path.pop()
        last = path[-1][0] if path else ""
        row = next((row for row in reversed(self.rows) if row.step == last), None)
        if row is None or row.source != Answer.Source.FIX:
            return None
        return next((job for job in self.all_jobs if job.pk == row.job_id), None)

    @cached_property
    def screen(self) -> str:
        """The name of the screen; a template goes with each."""
        if self.case.closed_at is not None:
            return "closed"
        if self.changing:
            return "question"
        by_kind = {"fact": "checking", "ask": "question", "end": "desk"}
        if self.walk.at.kind == "try":
            return "works" if self.ended_fix else "question"
        return by_kind.get(self.walk.at.kind) or self._at_fix()

    def _at_fix(self) -> str:
        job = self.fix
        if job and job.kind == Job.Kind.APPLY and job.state in RUNNING:
            return "running"
        if job and job.state in {JobState.WAITING_APPROVAL, JobState.APPROVED}:
            return "waiting"
        if self.by_hand and not self.case.asked_for_help_at:
            return "guided"
        return "waiting" if self.case.asked_for_help_at else "found"

    @property
    def by_hand(self) -> bool:
        """Whether the remedy at which the guide stands is one that a person carries out."""
        action = catalog.installed_catalog().actions.get(self.walk.at.subject)
        return action is not None and action.manual

    @property
    def shared(self) -> bool:
        """Whether to say that helpdesk has the case too. Help that was asked for before a proved fix has been given."""
        asked = self.case.asked_for_help_at
        if asked is None or self.case.closed_at is not None or self.screen in {"waiting", "desk"}:
            return False
        proved = self.ended_fix.ended_at if self.ended_fix and self.screen == "works" else None
        return proved is None or asked > proved

    @property
    def every(self) -> int:
        """Seconds between two looks of the page for news; 0 when nothing will change by itself."""
        planning = (
            self.screen in {"found", "guided"} and self.fix is not None and self.fix.state in OPEN - {JobState.PLANNED}
        )
        return 1 if planning else LIVE.get(self.screen, 0)


def _look(told: Told | None) -> str:
    if told is None:
        return "skip"
    return "bad" if told.bad else "ok"
