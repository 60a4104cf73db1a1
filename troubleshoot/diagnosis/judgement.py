"""What speaks for which cause: all that is known of a case, weighed and ranked. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troubleshoot.catalog import registry as library
from troubleshoot.diagnosis import progress as diagnosis
from troubleshoot.engine import cause as rules
from troubleshoot.engine import codebook
from troubleshoot.engine.cause import Cause, Judgement
from troubleshoot.engine.facts import Fact
from troubleshoot.engine.guide import Walk
from troubleshoot.hosts.observations import ALWAYS
from troubleshoot.models import Case, Job
from troubleshoot.models.job import ENDED
from troubleshoot.probes import user_answers as told


def evidence(case: Case, walk: Walk | None = None, look: Job | None = None) -> dict[str, Fact]:
    """What causes are judged by: a whole look, what the person told, and what the person's PC told."""
    walk, look = walk or diagnosis.standing(case), look or latest_look(case)
    said = told.facts(diagnosis.guide_of(case), walk.path, case.ahead, case.whereabouts)
    return {**(diagnosis.stored_facts(look.facts) if look else {}), **said, **diagnosis.stored_facts(case.pc)}


def latest_look(case: Case) -> Job | None:
    """The latest whole look of a case that brought facts."""
    return case.jobs.filter(kind=Job.Kind.READ, state__in=ENDED).exclude(facts={}).order_by("-ended_at").first()


def causes(found: dict[str, Fact], named: Sequence[str] = ()) -> list[Judgement]:
    """Every cause with its verdict, the strongest first; `named` are the causes that the case's code names."""
    catalog = library.installed()
    judged = [rules.judge(cause, found) for cause in _causes_about(found)]
    return rules.rank(judged, catalog.words, named)


def named_causes(error: dict[str, Any]) -> Sequence[str]:
    """The causes that the table of codes names for a case's error, the most likely first."""
    parts = str(error.get("page") or "").split("/")
    code = codebook.code_at(*parts) if len(parts) in {2, 3} else None
    entry = library.installed().codes.entries.get(code) if code else None
    return entry.causes if entry else ()


def healthy(found: dict[str, Fact]) -> bool:
    """Whether the computer is in order as far as it was looked at."""
    return rules.healthy(causes(found), library.installed().healthy, found)


def _causes_about(found: dict[str, Fact]) -> list[Cause]:
    """The causes that these facts can say something about, and those without rules that codes name beside them."""
    catalog = library.installed()
    measured = {name for name in found if name not in catalog.words or catalog.words[name].seen != "told"} - ALWAYS
    known = measured or set(found)  # what people tell is about many subjects: a look says which one this is
    judged = {name for name, cause in catalog.causes.items() if not cause.facts.isdisjoint(known)}
    beside = {
        name for one in catalog.codes.entries.values() if not judged.isdisjoint(one.causes) for name in one.causes
    }
    return [one for name, one in catalog.causes.items() if name in judged or (name in beside and not one.judged)]


def shown_cause(found: dict[str, Fact]) -> str:
    """The name of the first cause that these facts show; empty when they show none."""
    first = causes(found)[:1]
    return next((one.cause.id for one in first if one.verdict == "shown by"), "")
