"""What a case rests on: the latest look at its computer, and the answers given so far. Reads only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from troubleshoot.catalog import registry as library
from troubleshoot.diagnosis import progress as diagnosis
from troubleshoot.engine.cause import Judgement
from troubleshoot.engine.facts import UNKNOWN, Fact
from troubleshoot.engine.guide import Step, Walk
from troubleshoot.models import Answer, Case, Job
from troubleshoot.models.job import ENDED
from troubleshoot.probes import network


@dataclass(frozen=True)
class Said:
    """One answer on the case's path. One that was changed later no longer counts, and stays to be seen."""

    question: str
    answer: str
    row: Answer
    counts: bool


@dataclass(frozen=True)
class Known:
    """A fact of the latest look, with what it was at the look before, where that differs."""

    name: str
    """In words, like its values."""
    value: str
    raw: str
    inside: bool
    before: str


def known(look: Job) -> list[Known]:
    """The facts of a look, marked where the look at the same computer before it saw something else."""
    before = _looks().filter(host=look.host_id, ended_at__lte=look.ended_at).exclude(pk=look.pk).first()
    was = before.facts if before else {}
    order = {name: place for place, name in enumerate(library.installed().words)}
    facts = sorted(look.facts.items(), key=lambda one: (_inside(one[0]), order.get(one[0], len(order)), one[0]))
    return [_known(name, part, was.get(name)) for name, part in facts]


def path(case: Case, rows: Sequence[Answer], walk: Walk) -> list[Said]:
    """Every answer in its order, those that no longer count too."""
    steps, counting = diagnosis.guide_of(case).steps, dict(walk.path)
    last = {row.step: row.pk for row in rows}
    return [
        Said(
            *in_words(steps[row.step], row.value),
            row,
            counts=last[row.step] == row.pk and counting.get(row.step) == row.value,
        )
        for row in rows
    ]


def in_words(step: Step, value: str) -> tuple[str, str]:
    """What a step wanted to know and what came, as people read both: a reading and a remedy have names of their own."""
    if step.kind == "fact":
        return named(step.subject), valued(step.subject, value)
    action = library.installed().actions.get(step.subject) if step.kind == "fix" else None
    return action.title if action else step.title or step.subject, step.words(value)


def pretty(value: object) -> str:
    """A raw value as text for a person."""
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)


def because(judged: Judgement, facts: Mapping[str, Fact]) -> str:
    """In one line what a verdict rests on, in words; the readings themselves stand in their own table."""
    told = ((named(name), valued(name, facts[name].value)) for name in judged.facts)
    return " · ".join(f"{name}{'' if name.endswith('?') else ':'} {value}" for name, value in told)


def named(name: str) -> str:
    """A fact as people call it."""
    words = library.installed().words.get(name)
    return words.words if words else name


def valued(name: str, value: str) -> str:
    """A value of a fact as people read it."""
    if value == UNKNOWN:
        return _("could not be read")
    words = library.installed().words.get(name)
    return words.valued(value) if words else value


def _inside(name: str) -> bool:
    return name not in network.FACTS


def _raw(name: str, readings: Sequence[str]) -> str:
    """What was read: all that Windows said of it, or how far the connection came."""
    return (readings[-1] if readings else "") if name == "rdp.stage" else "; ".join(readings)


def _looks() -> QuerySet[Job]:
    return Job.objects.filter(kind=Job.Kind.READ, state__in=ENDED).exclude(facts={}).order_by("-ended_at")


def _known(name: str, part: dict[str, Any], was: dict[str, Any] | None) -> Known:
    before = valued(name, was["value"]) if was and was["value"] != part["value"] else ""
    return Known(named(name), valued(name, part["value"]), _raw(name, part["readings"]), _inside(name), before)
