"""How the demo knows its own database: by the file of its accounts, and by people of a domain that nobody has."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from troubleshoot.models import Host, Person

DOMAIN = "demo.example"
#: Whoever is there in every demo.
FIRST_PERSON = f"emil@{DOMAIN}"


def people_file() -> Path:
    """Return the file in which the demo keeps its printed passwords, for its next start."""
    return Path(settings.VAR_DIR) / "accounts.json"


def refuse_real_use() -> None:
    """End a demo that would go into somebody's real database. Raises CommandError."""
    table = Person._meta.db_table  # noqa: SLF001 - Django's documented Model API
    if table not in connection.introspection.table_names() or not Person.objects.exists():
        return
    if not people_file().exists() or not Person.objects.filter(email=FIRST_PERSON).exists():
        raise CommandError(
            "This database has people who are not the demo's, so the demo does not touch it. `make demo` has a folder "
            "of its own; DATABASE_URL must not be set for it."
        )


def refuse_inventing() -> None:
    """End whoever would invent something elsewhere than in the demo: there, nothing and nobody is real.

    Raises CommandError.
    """
    strangers = Person.objects.exclude(email__endswith=f"@{DOMAIN}").exists()
    if (
        strangers
        or not Person.objects.exists()
        or not people_file().exists()
        or Host.objects.filter(lab=False).exists()
    ):
        raise CommandError("Only the demo's own database gets an invented history. Nothing was made.")
