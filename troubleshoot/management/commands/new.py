"""`manage.py new`: begins a guide, an action, a fact or a resource with a small skeleton that is valid at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from troubleshoot.management import authoring


class Command(BaseCommand):
    """Writes a skeleton; never over anything that is there."""

    help = (
        "Begin a guide, an action, a fact or a resource: writes a commented skeleton that `manage.py catalog` accepts."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("kind", choices=tuple(authoring.FOLDERS))
        parser.add_argument("name", help="lower-case letters, digits, - and _")
        parser.add_argument(
            "--into", type=Path, metavar="DIR", help="a catalogue folder; default: the first of MENDPOINT_CATALOG_DIRS"
        )

    def handle(self, *, kind: str, name: str, into: Path | None, **options: Any) -> None:
        """Write the files and say what comes next."""
        own = settings.CATALOG_DIRS[1:]
        folder = into or next(iter(own), None)
        if folder is None:
            raise CommandError("Say where: --into DIR, or name your folder in MENDPOINT_CATALOG_DIRS.")
        try:
            files = authoring.begin(kind, name, folder)
        except authoring.CannotBegin as refusal:
            raise CommandError(str(refusal)) from refusal
        for file in files:
            self.stdout.write(str(file))
        if folder.resolve() not in {one.resolve() for one in settings.CATALOG_DIRS}:
            self.stdout.write(f"It counts once MENDPOINT_CATALOG_DIRS names {folder}.")
        self.stdout.write("Now edit it, and check it with: manage.py catalog")
