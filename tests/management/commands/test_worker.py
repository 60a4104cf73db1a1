"""What `manage.py worker` has done before Celery's worker begins to listen."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app
from django.core.management import call_command

from tests.support import replace_everywhere
from troubleshoot.catalog import installed_catalog, loader, registry
from troubleshoot.models import Site

pytestmark = pytest.mark.django_db(transaction=True)
#: Of the product: the tests of commands have a quicker one.
REAL = installed_catalog


def test_the_catalogue_is_read_once_and_before_any_job_can_come(monkeypatch: pytest.MonkeyPatch, north: Site) -> None:
    read, listening = list[object](), list[int]()
    load = loader.load_catalog

    def counted(*asked: Any) -> Any:
        read.append(asked)
        return load(*asked)

    replace_everywhere(monkeypatch, registry, "installed_catalog", REAL)
    monkeypatch.setattr(loader, "load_catalog", counted)
    monkeypatch.setattr(current_app, "worker_main", lambda _: listening.append(len(read)), raising=False)
    registry._installed.cache_clear()
    call_command("worker", "--site", north.slug)
    assert listening == [1]
    REAL()
    assert len(read) == 1
