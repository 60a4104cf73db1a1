"""Every trigger that a migration made is still there when all migrations have run."""

import re
from pathlib import Path

import pytest
from django.db import connection

from troubleshoot.migrations import sql


def named() -> set[str]:
    """The triggers that the SQL of the migrations makes for the database at hand."""
    files = Path(str(sql.__file__)).parent.glob(f"*.{connection.vendor}.sql")
    return {name for file in files for name in re.findall(r"CREATE TRIGGER (?:IF NOT EXISTS )?(\w+)", file.read_text())}


@pytest.mark.django_db
def test_no_trigger_was_lost_when_a_table_was_made_anew() -> None:
    found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(found if connection.vendor == "sqlite" else "SELECT tgname FROM pg_trigger")
        assert named() <= {row[0] for row in cursor.fetchall()}
