"""The throw-away database of a bench: chosen, when this module is first imported, before Django reads its settings."""

import os
import shutil
import tempfile

import django

FOLDER = tempfile.mkdtemp(prefix="mendpoint-bench-")
os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "MENDPOINT_VAR": FOLDER}
os.environ.pop("DATABASE_URL", None)
django.setup()


def remove() -> None:
    """Takes it away again."""
    shutil.rmtree(FOLDER, ignore_errors=True)
