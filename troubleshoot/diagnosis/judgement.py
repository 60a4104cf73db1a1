"""What speaks for which cause: all that is known of a case, weighed and ranked. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from troubleshoot import engine, probes
from troubleshoot.catalog import installed_catalog
from troubleshoot.diagnosis import case_status, progress
from troubleshoot.engine import WEIGHTS, Cause, CodeHint, Fact, Health, Judgement, SavedConnection, Walk
from troubleshoot.hosts import ALWAYS_READ
from troubleshoot.models import READS, Case, Job


def case_evidence(case: Case, walk: Walk | None = None, observation: Job | None = None) -> dict[str, Fact]:
    """Return what causes are judged by: a whole observation, what the person told, and what their PC and their saved
    connection told."""
    walk, observation = walk or progress.replay_case(case), observation or latest_observation(case)
    said = probes.answer_facts(progress.case_guide(case), walk.path, progress.said_ahead(case), case.whereabouts)
    return {
        **(observed_facts(observation) if observation else {}),
        **said,
        **progress.stored_facts(case.pc),
        **file_facts(case.error, case.host.rdp_port if case.host else None),
    }


def file_facts(error: dict[str, Any], port: int | None) -> dict[str, Fact]:
    """Return what the saved connection in a case's error tells; nothing where there was none in it. `port` is the one
    at which the portal reaches the computer."""
    saved = error.get("saved")
    return probes.saved_connection_facts(SavedConnection.from_json(saved), port=port) if saved else {}


def observed_facts(observation: Job) -> dict[str, Fact]:
    """Return the facts of an observation, each with when it was read."""
    found = progress.stored_facts(observation.facts)
    return {name: replace(fact, at=observation.ended_at) for name, fact in found.items()}


def latest_observation(case: Case, jobs: Iterable[Job] | None = None) -> Job | None:
    """Return the latest observation of a case's present round that brought facts; `jobs` are those of the round, where
    they have been read. What was observed in an earlier round tells of a computer that may have been changed since.
    """
    rows = case_status.round_jobs(case) if jobs is None else jobs
    found = [job for job in rows if job.kind in READS and job.ended_at and job.facts]
    return max(found, key=lambda job: job.ended_at or job.created_at, default=None)


def rank_all_causes(found: dict[str, Fact], code: CodeHint | None = None) -> list[Judgement]:
    """Return every cause with its verdict, the strongest first; `code` is what the case's error says of its cause."""
    return installed_catalog().judge.rank(_causes_about(found), found, code)


def code_hint(error: dict[str, Any]) -> CodeHint:
    """Return what the table of codes says of the cause of a case's error."""
    parts = str(error.get("page") or "").split("/")
    code = engine.code_at_address(*parts) if len(parts) in {2, 3} else None
    entry = installed_catalog().codes.entries.get(code) if code else None
    return CodeHint(entry.causes, entry.certainty == "documented") if entry else CodeHint()


def judge_health(found: dict[str, Fact]) -> Health:
    """Return how the computer looks as a whole: healthy only where all that belongs to it was looked at."""
    return engine.judge_health(rank_all_causes(found), installed_catalog().healthy, found)


def _causes_about(found: dict[str, Fact]) -> list[Cause]:
    """Return the causes that these facts can say something about, and those without rules that codes name beside
    them."""
    catalog = installed_catalog()
    measured = {name for name in found if name not in catalog.words or catalog.words[name].seen != "told"} - ALWAYS_READ
    known = measured or set(found)  # what people tell is about many subjects: an observation says which one this is
    judged = {name for name, cause in catalog.causes.items() if not catalog.judge.facts_about(cause).isdisjoint(known)}
    beside = {
        name for one in catalog.codes.entries.values() if not judged.isdisjoint(one.causes) for name in one.causes
    }
    return [one for name, one in catalog.causes.items() if name in judged or (name in beside and not one.judged)]


def causes_shown_inside(found: dict[str, Fact]) -> list[Cause]:
    """Return the causes that readings from inside the computer show, whether they are the reason or found beside it."""
    return [
        one.cause
        for one in rank_all_causes(found)
        if one.verdict in {"shown_by", "also_found"} and one.closeness == WEIGHTS["inside"]
    ]


def shown_cause(found: dict[str, Fact]) -> str:
    """Return the name of the first cause that these facts show; empty when they show none."""
    first = rank_all_causes(found)[:1]
    return next((one.cause.id for one in first if one.verdict == "shown_by"), "")
