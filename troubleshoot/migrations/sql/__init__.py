"""Triggers as readable SQL: NAME.sqlite.sql and NAME.postgresql.sql, statements parted by a blank line."""

from pathlib import Path

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def statements(name: str, vendor: str) -> list[str]:
    """The statements of one file, without its comments."""
    text = Path(__file__).with_name(f"{name}.{vendor}.sql").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [part.strip() for part in code.split("\n\n") if part.strip()]


def run(name: str) -> RunPython:
    """The migration operation that executes the file for whichever database it meets. It has no way back."""

    def execute(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements(name, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    return RunPython(execute)
