"""Rows as they stood before a migration say the same after it, on the database at hand."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import DatabaseError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from troubleshoot import wording
from troubleshoot.engine import DiagnosisResult, HandCheckResult
from troubleshoot.engine.results import RevertResult
from troubleshoot.migrations import sql
from troubleshoot.models import Job

OLD = "old"
SAID = 'They said: "100 % sure", and Nothing was changed.'
BEFORE = ("troubleshoot", "0015_own_pc")
pytestmark = pytest.mark.django_db(databases=["default", OLD])


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Any:
    """An empty database of its own, as it was before the kinds; yields the models of then."""
    with django_db_blocker.unblock():
        name = _create(tmp_path_factory.mktemp("old"))
        connections.settings[OLD] = {**connections.settings["default"], "NAME": name}
        try:
            executor = MigrationExecutor(connections[OLD])
            executor.migrate([BEFORE, *(key for key in executor.loader.graph.leaf_nodes() if key[0] != BEFORE[0])])
            yield executor.loader.project_state([BEFORE]).apps
        finally:
            connections[OLD].close()
            del connections.settings[OLD]
            del connections[OLD]
            _drop(name)


def _create(folder: Path) -> str:
    if connections["default"].vendor == "sqlite":
        return str(folder / "old.sqlite3")
    name = f"old_{uuid.uuid4().hex}"
    with connections["default"].cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    return name


def _drop(name: str) -> None:
    if connections["default"].vendor != "sqlite":
        with connections["default"].cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


class Rows:
    """Writes jobs as they were written then."""

    def __init__(self, then: Apps) -> None:
        self._then = then
        site = self._make("Site", slug="north", name="North")
        self._person = self._make("Person", email="emil@corp.example", name="Emil")
        self._host = self._make("Host", name="ACC-01", address="acc-01", site=site)
        guide = self._make("GuideVersion", name="g", digest="g" * 64, source="")
        people = {"beneficiary": self._person, "opened_by": self._person}
        self._case = self._make("Case", guide=guide, host=self._host, site=site, facts_digest="f" * 64, **people)

    def _make(self, model: str, **fields: Any) -> Any:
        return self._then.get_model("troubleshoot", model).objects.using(OLD).create(**fields)

    def job(self, kind: str, *, case: bool = False, **fields: Any) -> uuid.UUID:
        """Writes one job."""
        about = {"host": self._host, "requester": self._person, "case": self._case if case else None}
        made: uuid.UUID = self._make("Job", kind=kind, state=fields.pop("state", "done"), **about, **fields).pk
        return made

    def line(self, job: uuid.UUID, text: str) -> None:
        """Writes a line of a job's story."""
        self._make("JobLine", job_id=job, text=text)

    def plan(self, **fields: Any) -> Any:
        """Writes one plan."""
        return self._make("Plan", host=self._host, action="own", document={}, digest="d" * 64, **fields)


@pytest.fixture(scope="module")
def jobs(old: Apps, django_db_blocker: DjangoDbBlocker) -> Generator[dict[str, Job]]:
    """Each job after all migrations, by what the job was before."""
    with django_db_blocker.unblock():
        rows = Rows(old)
        jobs = {
            "a look for an administrator": rows.job("read"),
            "a look for a case": rows.job("read", case=True, result={"reached": "yes", "stage": ""}),
            "a look for a remedy": rows.job("read", case=True, action="lift-nla"),
            "a look for a remedy, without a case": rows.job("read", action="lift-nla"),
            "a look after a shipped remedy by hand": rows.job("read", case=True, action="forget-names", state="queued"),
            "a look after an own remedy by hand": rows.job("read", case=True, action="own", result={"guided": ""}),
            "a change": rows.job("apply", action="own", plan=rows.plan(), state="verified", explanation=SAID),
            "an undo": rows.job("revert", action="own", plan=rows.plan(), state="queued"),
            "a remedy that became one by hand": rows.job("read", case=True, action="check-the-way", state="refused"),
        }
        rows.plan(made_by_id=jobs["a remedy that became one by hand"])
        rows.line(jobs["a change"], "Changing: “Remote Desktop”")
        executor = MigrationExecutor(connections[OLD])
        executor.migrate(executor.loader.graph.leaf_nodes())
        yield {words: Job.objects.using(OLD).get(pk=key) for words, key in jobs.items()}


def test_every_old_job_has_the_kind_that_its_fields_spelled(jobs: dict[str, Job]) -> None:
    assert {words: job.kind for words, job in jobs.items()} == {
        "a look for an administrator": "connection_test",
        "a look for a case": "diagnose",
        "a look for a remedy": "plan",
        "a look for a remedy, without a case": "plan",
        "a look after a shipped remedy by hand": "check_by_hand",
        "a look after an own remedy by hand": "check_by_hand",
        "a change": "apply",
        "an undo": "revert",
        "a remedy that became one by hand": "plan",
    }


def test_what_was_said_of_an_old_job_is_shown_as_it_is(jobs: dict[str, Job]) -> None:
    change = jobs["a change"]
    assert wording.explained(change.explanation) == wording.reason(change.explanation) == SAID
    assert [wording.explained(line.explanation) for line in change.lines.all()] == ["Changing: “Remote Desktop”"]
    assert jobs["an undo"].explanation is None


def test_what_an_old_job_found_is_read(jobs: dict[str, Job]) -> None:
    assert jobs["a look for a case"].found == DiagnosisResult(reached="yes", stage="")
    assert jobs["a look after an own remedy by hand"].found == HandCheckResult()
    assert jobs["an undo"].found == RevertResult()


@pytest.mark.usefixtures("jobs")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE troubleshoot_job SET kind = 'plan'",
        "UPDATE troubleshoot_job SET state = 'queued' WHERE state = 'done'",
        "DELETE FROM troubleshoot_job",
    ],
)
def test_the_guards_of_jobs_are_in_force_again(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(OLD), connections[OLD].cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.usefixtures("old")
def test_what_is_put_back_is_what_was_made_first() -> None:
    first, again = (set(sql.statements(name, "sqlite")) for name in ("work", "jobs_guarded"))
    assert again <= first
