"""What the column `mailed_at` said becomes the delivery by e-mail, and back."""

import datetime as dt
from collections.abc import Generator
from importlib import import_module
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.conftest import MakePerson
from troubleshoot.models import Delivery, Notice

HERE = ("troubleshoot", "0020_deliveries")
BEFORE = import_module("troubleshoot.migrations.0020_deliveries").Migration.dependencies[0]
MAILED = dt.datetime(2026, 11, 1, 8, tzinfo=dt.UTC)


def migrate(to: tuple[str, str] | None) -> Apps:
    """The models as they are after that migration, or after the last one."""
    executor = MigrationExecutor(connection)
    targets = [to] if to else executor.loader.graph.leaf_nodes("troubleshoot")
    return executor.migrate(targets).apps


@pytest.fixture
def _all_again(transactional_db: None) -> Generator[None]:
    yield
    migrate(None)


@pytest.mark.usefixtures("_all_again")
def test_what_was_mailed_stays_mailed_and_what_waited_still_waits(person: MakePerson) -> None:
    ann = person("Ann")
    notice: Any = migrate(BEFORE).get_model("troubleshoot", "Notice")
    for text, at in (("old", MAILED), ("new", None)):
        notice.objects.create(person_id=ann.pk, kind="message", text=text, mailed_at=at)
    migrate(None)
    rows = Delivery.objects.order_by("notice__pk")
    found = rows.values_list("notice__text", "channel", "state", "sent_at", "tries")
    assert list(found) == [("old", "email", "sent", MAILED, 1), ("new", "email", "waiting", None, 0)]
    assert Notice.objects.count() == 2
    notice = migrate(BEFORE).get_model("troubleshoot", "Notice")
    assert dict(notice.objects.values_list("text", "mailed_at")) == {"old": MAILED, "new": None}
