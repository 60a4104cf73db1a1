"""The one judgement of a case's causes: by its latest observation, what was told, and what the error's code says. Reads
only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import dropwhile
from typing import Any

from django.db.models import Q

from troubleshoot import engine, probes
from troubleshoot.diagnosis import job_views, progress, ranking
from troubleshoot.engine import Fact, Judgement, SavedConnection, Walk
from troubleshoot.models import READS, Answer, Case, Job


def present_cause(case: Case, walk: Walk | None = None) -> str:
    """Return the cause that stands first by now, as lists name it; empty where none is shown."""
    return engine.first_cause(judged_causes(case, walk))


def recorded_cause(case: Case) -> str:
    """Return the cause of a case that ends, as the record names it: the one that stands first, or where a proved remedy
    has taken it away the one that was shown before."""
    if case.cause:
        return case.cause
    repaired = Q(source=Answer.Source.FIX, value="verified")
    rows = case.answers.filter(repaired | ~Q(judged={})).order_by("-number")
    before = dropwhile(lambda row: (row.source, row.value) != (Answer.Source.FIX, "verified"), rows)
    return next((shown for row in before if row.judged and (shown := _first_shown(row.judged))), "")


def _first_shown(judged: dict[str, Any]) -> str:
    return next((str(one["id"]) for one in judged["causes"] if one["verdict"] == "shown_by"), "")


def judged_causes(case: Case, walk: Walk | None = None, observation: Job | None = None) -> list[Judgement]:
    """Return every cause of a case with its verdict, the strongest first; none before the computer, the person's PC or
    their saved connection told something."""
    observation = observation or latest_observation(case)
    if observation is None and not own_side_facts(case):
        return []
    return ranking.rank_all_causes(case_evidence(case, walk, observation), ranking.code_hint(case.error))


def case_evidence(case: Case, walk: Walk | None = None, observation: Job | None = None) -> dict[str, Fact]:
    """Return what causes are judged by: a whole observation, what the person told, and what their PC and their saved
    connection told."""
    observation = observation or latest_observation(case)
    seen = observed_facts(observation) if observation else {}
    return {**seen, **told_facts(case, walk or progress.replay_case(case))}


def told_facts(case: Case, walk: Walk) -> dict[str, Fact]:
    """Return what the person of a case, their PC and their saved connection told."""
    said = probes.answer_facts(progress.case_guide(case), walk.path, progress.said_ahead(case), case.whereabouts)
    return {**said, **own_side_facts(case)}


def own_side_facts(case: Case) -> dict[str, Fact]:
    """Return what the person's PC and their saved connection told."""
    port = case.host.rdp_port if case.host else None
    return {**progress.stored_facts(case.pc), **file_facts(case.error, port)}


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
    rows = job_views.round_jobs(case) if jobs is None else jobs
    found = [job for job in rows if job.kind in READS and job.ended_at and job.facts]
    return max(found, key=lambda job: job.ended_at or job.created_at, default=None)
