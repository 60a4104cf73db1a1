"""What the causes of a case are judged by: its latest observation, and what was told. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from troubleshoot import probes
from troubleshoot.diagnosis import case_status, progress
from troubleshoot.engine import Fact, SavedConnection, Walk
from troubleshoot.models import READS, Case, Job


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
    rows = case_status.round_jobs(case) if jobs is None else jobs
    found = [job for job in rows if job.kind in READS and job.ended_at and job.facts]
    return max(found, key=lambda job: job.ended_at or job.created_at, default=None)
