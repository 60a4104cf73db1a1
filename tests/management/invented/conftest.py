"""The demo's people with their invented history, made once for all tests of this folder and taken back after them."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from troubleshoot.management import demo_data
from troubleshoot.models import Case, Entry, Grant, Person

_HASHER = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True)
class History:
    """When it was made, and the entries that the audit log had before."""

    began: dt.datetime
    entries: frozenset[UUID]


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[History]:
    folder = Path(tempfile.mkdtemp())
    with (
        django_db_blocker.unblock(),
        override_settings(VAR_DIR=folder, PASSWORD_HASHERS=_HASHER),
        transaction.atomic(),
    ):
        demo_data.make_people()
        before = frozenset(Entry.objects.values_list("pk", flat=True))
        found = History(timezone.now(), before)
        demo_data.invent()
        yield found
        transaction.set_rollback(True)
    shutil.rmtree(folder)


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
