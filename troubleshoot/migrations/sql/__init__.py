"""Triggers as readable SQL: NAME.sqlite.sql and NAME.postgresql.sql, statements parted by a blank line."""

from collections.abc import Callable
from pathlib import Path

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def statements(name: str, vendor: str) -> list[str]:
    """Return the statements of one file, without its comments."""
    text = Path(__file__).with_name(f"{name}.{vendor}.sql").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [part.strip() for part in code.split("\n\n") if part.strip()]


def run(name: str, *, back: str = "") -> RunPython:
    """Return the migration operation that executes the file for whichever database it meets, and another on the way
    back."""
    return RunPython(_execute(name), _execute(back) if back else None)


def _execute(name: str) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
    def execute(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements(name, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    return execute
