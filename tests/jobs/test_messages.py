"""A message is a bell: whatever version or stranger sent it, it does nothing but say which job waits."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.support import replace_everywhere
from troubleshoot import tasks
from troubleshoot.models import Host, Job, JobState, Person, Site
from troubleshoot.operations import worker

pytestmark = pytest.mark.django_db(transaction=True)
ID = uuid.UUID("018f3a52-0000-7000-8000-000000000001")
STRANGE: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((), {"job": None}),
    ((), {"job": 7}),
    ((), {"job": ["a", {"b": 1}]}),
    ((), {"job": "../../etc/passwd"}),
    ((), {"job": str(ID) + "\n; DROP TABLE"}),
    ((), {"id": str(ID), "kind": "apply", "fence": 3}),
]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """The jobs for which somebody rang, in place of running them."""
    found: list[uuid.UUID] = []
    replace_everywhere(monkeypatch, worker, "run_job", found.append)
    return found


@pytest.mark.parametrize(("given", "named"), STRANGE, ids=str)
def test_of_an_unknown_form_is_dropped(given: tuple[Any, ...], named: dict[str, Any], rung: list[uuid.UUID]) -> None:
    tasks.work(*given, **named)
    assert rung == []


def test_of_an_older_or_a_newer_version_rings_all_the_same(rung: list[uuid.UUID]) -> None:
    tasks.work(str(ID))
    tasks.work(job=str(ID))
    tasks.work(job=str(ID), v=9, site="north", run="apply")
    assert rung == [ID, ID, ID]


def test_with_a_foreign_id_or_for_a_job_that_is_over_changes_nothing(north: Site, helpdesk: Person) -> None:
    host = Host.objects.create(name="ACC-01", address="acc-01", site=north)
    job = Job.objects.create(kind=Job.Kind.CONNECTION_TEST, state=JobState.DONE, host=host, requester=helpdesk)
    before = list(Job.objects.values())
    for key in (ID, job.pk, job.pk):
        tasks.work(job=str(key))
    assert list(Job.objects.values()) == before
