"""A case as its rows stand now, each table read once, and the one status that follows from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import diagnosis, engine, reports, wording
from troubleshoot.engine import CaseStatus, Guide, GuideStep, Walk
from troubleshoot.models import WRITTEN_STATES, Answer, Case, Job, JobState


@dataclass
class CaseRecord:
    """One case: its guide, the answers and jobs of its present round (these the newest first), and where it stands."""

    case: Case
    guide: Guide = field(init=False)
    answers: list[Answer] = field(init=False)
    walk: Walk = field(init=False)
    jobs: list[Job] = field(init=False)

    def __post_init__(self) -> None:
        self.guide = diagnosis.case_guide(self.case)
        self._replay()
        self.jobs = diagnosis.round_jobs(self.case)
        if self.remedy_job and self.remedy_job.state in diagnosis.REMEDY_ANSWERS:
            self._replay()  # it ended between the two reads; the answer that it gave was written with its end

    def _replay(self) -> None:
        rows = self.case.answers.filter(round=self.case.round).select_related("by", "job").order_by("number")
        self.answers = list(rows)
        self.walk = engine.walk_guide(self.guide, diagnosis.current_answers(self.case, self.answers))

    @cached_property
    def status(self) -> CaseStatus:
        """Return who acts now, what for, and what may be pressed."""
        served, held = diagnosis.is_served(self.case, self.jobs), diagnosis.is_held(self.case, self.jobs)
        return diagnosis.status_of(self.case, self.walk, self.answers, self.jobs, worker=served, held=held)

    @property
    def named(self) -> str:
        """Return the computer's name, as far as it has one."""
        return self.case.computer_name

    @property
    def host_name(self) -> str:
        """Return what the person calls the computer."""
        return self.named or _("the computer")

    @property
    def remedy_job(self) -> Job | None:
        """Return the latest job for the remedy at which the guide stands, unless it was taken back."""
        if self.walk.at.kind != "fix":
            return None
        own = (job for job in self.jobs if job.kind != Job.Kind.REVERT and job.action == self.walk.at.subject)
        return next((job for job in own if job.state != JobState.CANCELLED), None)

    @cached_property
    def ended_remedy(self) -> Job | None:
        """Return the remedy's job that the walk came from, when nothing but good readings came after it."""
        row = self._remedy_answer
        return next((job for job in self.jobs if row and job.pk == row.job_id), None)

    @property
    def never_ran_at(self) -> GuideStep | None:
        """Return the step of that remedy where it was never carried out: what was found there is found still."""
        job, row = self.ended_remedy, self._remedy_answer
        unbegun = job is not None and job.is_change and job.state not in WRITTEN_STATES
        return self.guide.steps[row.step] if row and unbegun else None

    @cached_property
    def _remedy_answer(self) -> Answer | None:
        return diagnosis.remedy_answer_before(self.case, self.walk, {row.step: row for row in self.answers})

    @property
    def unsettled(self) -> Job | None:
        """Return the change of which nobody knows how it ended."""
        return next((job for job in self.jobs if job.is_change and job.state == JobState.UNKNOWN), None)

    @property
    def undo_unsettled(self) -> bool:
        """Tell whether it is an undo of which nobody knows how it ended."""
        return self.unsettled is not None and self.unsettled.kind == Job.Kind.REVERT

    @cached_property
    def standing(self) -> list[reports.StandingChange]:
        """Return the temporary changes that are in force on the computer of an open case, or whose caution is over."""
        none = all(not getattr(job, "standing", True) for job in self.jobs) if self.jobs else False
        return [] if self.case.closed_at or none else reports.standing_changes(self.case.host, self.case)

    @cached_property
    def changed_apart_at(self) -> dt.datetime | None:
        """Return when the computer of an open case was last changed by the portal apart from this case."""
        newest = None if self.case.closed_at else next(iter(self.jobs), None)
        return getattr(newest, "changed_apart_at", None)

    def speaks(self, taken_at: dt.datetime | None) -> bool:
        """Tell whether a reading that was taken then tells of the computer as it is after its last change, whoever
        asked for that."""
        apart = self.changed_apart_at
        return self.status.speaks(taken_at) and (apart is None or (taken_at is not None and taken_at >= apart))

    @property
    def left(self) -> str:
        """Return, of a closed case, the heading by what its last change has left; empty where it left nothing open, or
        was put back."""
        told = self.status.told
        if told.left is None or self.status.undone is not None:
            return ""
        return wording.left_words(told.left, undo=self.undo_unsettled, waits=told.waits, hindrance=told.hindrance)

    @property
    def may_reopen(self) -> bool:
        """Tell whether the case is closed and can still be opened again."""
        return diagnosis.may_reopen(self.case)
