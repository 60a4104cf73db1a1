"""What a case rests on: the latest observation of its computer, and the answers given so far. Reads only."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from troubleshoot import catalog, probes, wording
from troubleshoot.diagnosis import job_views, progress
from troubleshoot.engine import UNKNOWN, Fact, GuideStep, Judgement, Walk
from troubleshoot.models import ENDED_STATES, READS, Answer, Case, Job, JobState


@dataclass(frozen=True)
class GivenAnswer:
    """One answer on the case's path. One that was changed later no longer counts, and stays to be seen."""

    question: str
    answer: str
    row: Answer
    counts: bool

    @property
    def at(self) -> dt.datetime:
        """Return when it was given."""
        return self.row.at


@dataclass(frozen=True)
class PutBack:
    """A change of the case that was put back: a step of its path like an answer."""

    title: str
    why: str
    at: dt.datetime


@dataclass(frozen=True)
class KnownFact:
    """A fact of the latest observation, with what it was at the one before, where that differs."""

    name: str
    """In words, like its values."""
    value: str
    raw: str
    inside: bool
    before: str


def known_facts(observation: Job) -> list[KnownFact]:
    """Return the facts of an observation, marked where the one before, of the same computer, saw something else."""
    earlier = _observations(observation).filter(host=observation.host_id, ended_at__lte=observation.ended_at)
    before = earlier.exclude(pk=observation.pk).first()
    was = before.facts if before else {}
    order = {name: place for place, name in enumerate(catalog.installed_catalog().words)}
    facts = sorted(observation.facts.items(), key=lambda one: (_inside(one[0]), order.get(one[0], len(order)), one[0]))
    return [_known(name, part, was.get(name)) for name, part in facts]


def answer_path(case: Case, rows: Sequence[Answer], walk: Walk) -> list[GivenAnswer]:
    """Return every answer in its order, those that no longer count too."""
    steps, counting = progress.case_guide(case).steps, dict(walk.path)
    last = {row.step: row.pk for row in rows}
    return [
        GivenAnswer(
            *answer_in_words(steps[row.step], row.value, row.job),
            row,
            counts=last[row.step] == row.pk and counting.get(row.step) == row.value,
        )
        for row in rows
        if not is_untold(row)
    ]


def is_untold(row: Answer) -> bool:
    """Tell whether an answer stands only for that nothing was told from the person's PC: that is no answer."""
    return row.source == Answer.Source.TOLD and row.value == UNKNOWN


def changes_put_back(jobs: Iterable[Job]) -> list[PutBack]:
    """Return the changes that these jobs have put back."""
    undos = [job for job in jobs if job.kind == Job.Kind.REVERT and job.state == JobState.VERIFIED and job.ended_at]
    return [
        PutBack(
            wording.content(job.plan.document["title"] if job.plan else job.action),
            wording.put_back_reason_words(job_views.undo_reason(job)),
            job.ended_at,
        )
        for job in undos
        if job.ended_at
    ]


def answer_in_words(step: GuideStep, value: str, job: Job | None = None) -> tuple[str, str]:
    """Return what a step wanted to know and what came, as people read both: a reading and a remedy have names of their
    own. `job`: what carried a remedy out, or was to."""
    if step.kind == "fact":
        return fact_title(step.subject), fact_value_title(step.subject, value)
    if step.kind == "cause":
        return wording.content(step.subject), _judged(step, value)
    action = catalog.installed_catalog().actions.get(step.subject) if step.kind == "fix" else None
    came = (wording.remedy_end_words(job) if job else "") or wording.answer_words(step, value)
    return wording.content(action.title if action else step.title or step.subject), came


def _judged(step: GuideStep, value: str) -> str:
    """Return what a judgement came to as people read it; a cause that has left the catalogue since keeps its name."""
    if cause := catalog.installed_catalog().causes.get(value):
        return wording.content(cause.title)
    return wording.judgement_words("question" if value in step.asks else value) or wording.content(value)


def value_text(value: object) -> str:
    """Return a raw value as text for a person."""
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)


def verdict_reason(judged: Judgement, facts: Mapping[str, Fact]) -> str:
    """Say in one line what a verdict rests on; the readings themselves stand in a table of their own."""
    told = ((fact_title(name), fact_value_title(name, facts[name].value)) for name in judged.facts)
    said = (wording.join_texts(" " if name.endswith("?") else ": ", [name, value]) for name, value in told)
    return wording.join_texts(" · ", said)


def fact_title(name: str) -> str:
    """Return a fact as people call it."""
    words = catalog.installed_catalog().words.get(name)
    return wording.content(words.words if words else name)


def fact_value_title(name: str, value: str) -> str:
    """Return a value of a fact as people read it."""
    if value == UNKNOWN:
        return _("could not be read")
    words = catalog.installed_catalog().words.get(name)
    return wording.content(words.valued(value) if words else value)


def _inside(name: str) -> bool:
    return name not in probes.FACTS


def _raw(name: str, readings: Sequence[str]) -> str:
    """Return what was read: all that Windows said of it, or how far the connection came."""
    return (readings[-1] if readings else "") if name == "rdp.stage" else "; ".join(readings)


def _observations(like: Job) -> QuerySet[Job]:
    """Return the observations that brought facts, invented ones apart from those that were made."""
    rows = Job.objects.filter(kind__in=READS, state__in=ENDED_STATES, invented=like.invented)
    return rows.exclude(facts={}).order_by("-ended_at")


def _known(name: str, part: dict[str, Any], was: dict[str, Any] | None) -> KnownFact:
    before = fact_value_title(name, was["value"]) if was and was["value"] != part["value"] else ""
    return KnownFact(
        fact_title(name), fact_value_title(name, part["value"]), _raw(name, part["readings"]), _inside(name), before
    )
