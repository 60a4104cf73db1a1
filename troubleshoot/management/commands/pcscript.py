"""`manage.py pcscript`: prints the script for people's own PCs, for a company to read and to sign itself."""

from typing import Any

from django.core.management.base import BaseCommand

from troubleshoot import probes


class Command(BaseCommand):
    """Prints; nothing is read but the product's own file."""

    help = (
        "Print the script that looks from a person's own PC: read it, sign it yourself, name it in MENDPOINT_PC_SCRIPT."
    )
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        """Print the script."""
        self.stdout.write(probes.client_script(), ending="")
