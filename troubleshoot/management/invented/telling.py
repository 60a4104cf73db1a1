"""One invented case from its opening to its end: its walk through the guide, and what was observed and said."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any, Final

from troubleshoot import diagnosis, engine, probes, remediation
from troubleshoot.engine import Code, Fact, Guide, GuideStep, Walk
from troubleshoot.management.invented.cast import Place
from troubleshoot.management.invented.evidence import Evidence, Facts, at_another_time, network_report
from troubleshoot.management.invented.rows import CHANGE, DIAGNOSE, PLANNING, Rows, result_document
from troubleshoot.management.invented.stories import Story
from troubleshoot.management.invented.working_day import at_work
from troubleshoot.models import Answer, Case, GuideVersion, Host, Job, JobState, Message, Person

Source = Answer.Source
_DONT_KNOW: Final = "dont_know"
#: What follows from something is told after it.
_MOMENT: Final = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Setting:
    """What all cases of a story have in common."""

    story: Story
    guide: Guide
    version: GuideVersion
    facts_digest: str
    error: dict[str, object]
    evidence: Evidence
    cause: str
    now: dt.datetime


@dataclass
class Telling:
    """A case that is being told; `clock` is how far it has come. `late` is how late in the whole history it begins."""

    setting: Setting
    place: Place
    host: Host
    chance: random.Random
    clock: dt.datetime
    late: float
    approver: Person
    rows: Rows = field(default_factory=Rows)
    given: dict[str, str] = field(default_factory=dict)
    known: Facts = field(default_factory=dict)
    #: False after a change, whose check measured only what it had to prove.
    whole: bool = False
    last_fix: str = ""

    def __post_init__(self) -> None:
        """Open the case."""
        owner = self.host.owner or self.approver
        self.helper = self.chance.choice(self.place.desk)
        self.opened = self.clock
        self.case: Case = self.rows.case(
            opened_by=owner if self.chance.random() < 0.75 else self.helper,
            beneficiary=owner,
            site=self.place.site,
            host=self.host,
            error_text=self.setting.story.text,
            error=self.setting.error,
            guide=self.setting.version,
            facts_digest=self.setting.facts_digest,
            urgency=self.chance.choices(Case.Urgency.values, weights=(2, 5, 2))[0],
            whereabouts=self.chance.choice(("office", "home_vpn", "")),
            cause=self.setting.cause,
            opened_at=self.clock,
            round_began_at=self.clock,
        )

    @property
    def walk(self) -> Walk:
        """Return where the case stands."""
        return engine.walk_guide(self.setting.guide, self.given)

    def passes(self, least: float, most: float) -> dt.timedelta:
        """Let some seconds pass: mostly few, now and then many."""
        took = dt.timedelta(seconds=least + (most - least) * self.chance.betavariate(1.3, 3.5))
        self.clock += took
        return took

    def comes_to_helpdesk(self, *, asked: bool = False) -> None:
        """Let helpdesk be needed, and somebody of it take the case: sooner than in the beginning."""
        self.case.needs_since = self.clock
        self.case.asked_for_help_at = self.clock if asked else None
        self.passes(120, 15_000 - 9_000 * self.late)
        self.clock = at_work(self.clock)
        self.case.owner, self.case.taken_at = self.helper, self.clock

    def observes(self, facts: Facts) -> None:
        """Observe the computer as a diagnosis does, and see these facts."""
        job = self.reads(facts, "", self.case.opened_by, Code.READINGS_TAKEN)
        self.rows.reading(job, job.ended_at or self.clock, "remote desktop", network_report(facts, self.host.name))
        self.known, self.whole = facts, True

    def reads(self, facts: Facts, action: str, requester: Person, ending: Code, **more: Any) -> Job:
        """Take readings, for a diagnosis or for the plan of a remedy."""
        began, took = self.clock, self.passes(7, 40)
        job = self.rows.job(
            self.case,
            PLANNING if action else DIAGNOSE,
            JobState.DONE,
            began=began,
            took=took,
            action=action,
            requester=requester,
            facts=self.then(remediation.facts_document(facts)),
            result=result_document((engine.PlanResult if action else engine.DiagnosisResult)(reached="yes", stage="")),
            **more,
        )
        self.rows.line(job, began, Code.OBSERVATION_ASKED, host=self.host.name)
        self.rows.line(job, self.clock, ending)
        self.clock += _MOMENT
        return job

    def then(self, document: Any) -> Any:
        """Return what was read today on the stand-in, as this computer would have told it when the case was opened."""
        return at_another_time(document, self.opened - self.setting.now, self.host.name)

    def answers(self, step: str, value: str, source: Answer.Source, **more: Any) -> None:
        """Answer the step at which the case stands."""
        by = self.case.beneficiary if source == Source.PERSON else None
        row = Answer(case=self.case, step=step, value=value, source=source, by=by, at=self.clock, **more)
        row.number = len(self.rows.answers) + 1
        self.rows.answers.append(row)
        self.given[step] = value

    def says(self, author: Person, text: str, *, internal: bool = False) -> None:
        """Write a message, or a note of helpdesk's own."""
        self.rows.messages.append(Message(case=self.case, author=author, text=text, internal=internal, at=self.clock))

    def judges(self, step: GuideStep) -> None:
        """Judge by a whole observation, which is taken anew after a change."""
        if not self.whole:
            self._observes_anew()
        said = probes.answer_facts(self.setting.guide, self.walk.path, {}, self.case.whereabouts)
        code = diagnosis.code_hint(self.case.error)
        judged = diagnosis.judge_step(self.setting.guide, step, {**self.known, **said}, code)
        self.answers(step.name, judged.value, Source.READING, judged=judged.document(self.rows.causes_digest))

    def _observes_anew(self) -> None:
        self.observes(self.setting.evidence.well if self.last_fix == "verified" else self.setting.evidence.ill)

    def answers_fact(self, step: GuideStep) -> None:
        """Answer by what is known, after another observation where it is not."""
        if step.subject in probes.TOLD_FACTS:
            self.answers(step.name, engine.UNKNOWN, Source.TOLD)
            return
        if step.subject not in self.known:
            self._observes_anew()
        value = self.known.get(step.subject, Fact(step.subject, engine.UNKNOWN)).value
        self.answers(step.name, value if value in step.to else engine.UNKNOWN, Source.READING)

    def answers_question(self, step: GuideStep) -> None:
        """Let the person answer, or try what they are asked to."""
        self.passes(20, 600)
        if step.kind == "ask":
            said = self.setting.story.says.get(step.plain, _DONT_KNOW)
            self.answers(step.name, said if said in step.to else next(iter(step.to)), Source.PERSON)
            return
        good = self.last_fix == "verified" and not self.case.word and self.chance.random() < 0.88 + 0.07 * self.late
        value = self.setting.story.says.get(step.plain, "worked" if good else "no_change")
        if self.last_fix == "verified":
            self.case.word = Case.Word.WORKS if value == "worked" else Case.Word.SAME_ERROR
            next(job for job in reversed(self.rows.jobs) if job.kind == CHANGE).word = self.case.word
        self.answers(step.name, value, Source.PERSON)
