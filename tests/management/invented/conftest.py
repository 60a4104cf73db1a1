"""The demo's people with their invented history, made once for all tests of this folder (PostgreSQL: of a file)."""

from __future__ import annotations

import datetime as dt
import pickle
import shutil
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.fixtures import run
from tests.fixtures.databases import connected_to, template
from troubleshoot.management import demo_data
from troubleshoot.models import Case, Entry, Grant, Person

_HASHER = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_DATABASE, _ABOUT = "history.sqlite3", "history.pickle"


@dataclass(frozen=True)
class History:
    """When it was made, and the entries that the audit log had before."""

    began: dt.datetime
    entries: frozenset[UUID]


@pytest.fixture(scope="module")
def _made(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Generator[History]:
    folder = tmp_path_factory.mktemp("invented") / "var"
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            shutil.copytree(_made_once(), folder)
            found = pickle.loads((folder / _ABOUT).read_bytes())
            with _of_the_demo(folder), connected_to(folder / _DATABASE):
                yield found
            return
        folder.mkdir()
        with _of_the_demo(folder), transaction.atomic():
            yield _make()
            transaction.set_rollback(True)


def _made_once() -> Path:
    """A folder with a database that has the history; made by whoever comes first in a run."""
    folder = run.folder() / "invented"
    with run.one_at_a_time("invented history") as made:
        if not made.exists():
            folder.mkdir()
            shutil.copy(template(), folder / _DATABASE)
            with _of_the_demo(folder), connected_to(folder / _DATABASE):
                (folder / _ABOUT).write_bytes(pickle.dumps(_make()))
            made.touch()
    return folder


def _of_the_demo(folder: Path) -> override_settings:
    return override_settings(VAR_DIR=folder, PASSWORD_HASHERS=_HASHER)


def _make() -> History:
    demo_data.make_people()
    before = frozenset(Entry.objects.values_list("pk", flat=True))
    found = History(timezone.now(), before)
    demo_data.invent()
    return found


@pytest.fixture
def history(_made: History, db: None) -> History:
    """A database that has the demo's people and their invented history, and nothing else."""
    assert django_settings.VAR_DIR.is_dir()
    return _made


SignIn = Callable[[str | Person], Client]


@pytest.fixture
def sign_in(history: History) -> SignIn:
    """The browser of the first person of the demo with a role, or of somebody else who is made an employee."""

    def sign(who: str | Person) -> Client:
        person = demo_data.people_of(who) if isinstance(who, str) else who
        if not person.grants.exists():
            Grant.objects.create(person=person, role="employee", site=None, until=timezone.now() + dt.timedelta(days=1))
        client = Client()
        client.force_login(person)
        return client

    return sign


def shape(case: Case) -> tuple[object, ...]:
    """What makes the pages of a case: its walk, and how its jobs and the case itself ended."""
    answers = tuple(case.answers.order_by("number").values_list("step", "value"))
    jobs = tuple(case.jobs.order_by("created_at").values_list("kind", "action", "state"))
    return (case.guide.name, answers, jobs, case.outcome, case.word, bool(case.closed_at))
