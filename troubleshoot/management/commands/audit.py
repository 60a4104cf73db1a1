"""`manage.py audit verify|export`: proves that the log is whole, or hands it out as JSON lines."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from troubleshoot import audit
from troubleshoot.models import Entry


class Command(BaseCommand):
    """Reads the whole log in constant memory."""

    help = "Verify or export the audit log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the two verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("verify", help="name every missing or altered entry; exit 1 when there is one")
        verbs.add_parser("export", help="print one JSON line per entry")

    def handle(self, *, verb: str, **_: Any) -> None:
        """Run one verb; both leave an entry of their own."""
        with audit.acting_through(audit.Source("cli")):
            if verb == "verify":
                self._verify()
            else:
                self._export()

    def _verify(self) -> None:
        count = Entry.objects.count()
        faults = 0
        for fault in audit.verify():
            faults += 1
            self.stdout.write(str(fault))
        _record(audit.Tag.AUDIT_VERIFY, {"entries": count, "faults": faults})
        if faults:
            raise CommandError(f"The audit log has {faults} faults.", returncode=1)
        self.stdout.write(f"The audit log is whole: {count} entries.")

    def _export(self) -> None:
        _record(audit.Tag.AUDIT_EXPORT, {})
        for line in audit.export():
            self.stdout.write(line)


def _record(tag: audit.Tag, details: dict[str, object]) -> None:
    with transaction.atomic():
        audit.record(tag, actor=audit.Machine("cli", getpass.getuser()), details=details)
