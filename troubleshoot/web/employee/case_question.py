"""The question on an employee's page of a case, and the answers given so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property

from troubleshoot import diagnosis, wording
from troubleshoot.engine import Grounds, GuideStep, Statement, StatementCode
from troubleshoot.web.case_parts import CaseRecord


@dataclass
class Question:
    """The step that the page is about. `change` names an answered step that the person wants to answer anew."""

    record: CaseRecord
    change: str

    @cached_property
    def changing(self) -> bool:
        """Tell whether an answer given before is being changed."""
        steps = self.record.guide.steps
        return self.change in self.record.walk.steps and steps[self.change].kind in {"ask", "try"}

    @cached_property
    def step(self) -> GuideStep:
        """Return the step."""
        return self.record.guide.steps[self.change] if self.changing else self.record.walk.at

    @property
    def given(self) -> str:
        """Return the answer that is shown as chosen: the one given before, or what was said when the case began."""
        if self.changing:
            return dict(self.record.walk.path)[self.step.name]
        return self.record.case.whereabouts if self.record.case.whereabouts in self.step.to else ""

    @property
    def said_before(self) -> Statement | None:
        """State that what is chosen was said when the case began; nothing where it was not."""
        if self.changing or not self.given:
            return None
        return Statement.of(StatementCode.SAID_AT_START, Grounds.TOLD, self.record.case.opened_at)

    @cached_property
    def ahead(self) -> dict[str, str]:
        """Return what was answered while the computer was being observed."""
        return diagnosis.said_ahead(self.record.case)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Return what the person said so far, each with whether it can still be changed."""
        path, steps, job = self.record.walk.path, self.record.guide.steps, self.record.remedy_job
        fixed = [place for place, (name, _) in enumerate(path) if steps[name].kind == "fix"]
        last = len(path) if job and job.started_at else max(fixed, default=-1)
        return [
            {
                "step": step,
                "words": wording.answer_words(step, value),
                "open": place > last and self.record.case.closed_at is None,
            }
            for place, (name, value) in enumerate(path)
            if (step := steps[name]).kind in {"ask", "try"}
        ]
