"""`manage.py keeper`: one process for everything periodic. Running two is harmless."""

import signal
import threading
from typing import Any

from django.core.management.base import CommandParser
from django.db import close_old_connections, transaction

from troubleshoot import audit, diagnosis, operations
from troubleshoot.management.command_base import PlainCommand
from troubleshoot.management.process_context import machine, refuse_credentials
from troubleshoot.models import Case


class Command(PlainCommand):
    """Rings for waiting jobs, sweeps dead leases, expires what nobody decided, undoes temporary changes."""

    help = "Run the keeper: rings, sweeps, expires, undoes. Needs no credentials and refuses to be given any."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--every", type=float, default=2.0, help="seconds between two rounds (default 2)")
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *, every: float, once: bool, **options: Any) -> None:
        """Sweep until SIGTERM or SIGINT."""
        refuse_credentials("keeper")
        over = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: over.set())
        with transaction.atomic():
            audit.record(audit.Tag.KEEPER_START, actor=machine("keeper"), details={"every_ms": int(every * 1000)})
        diagnosis.reindex_cases(Case.objects.filter(closed_at=None).for_status())  # an upgrade may judge in another way
        while True:
            close_old_connections()
            operations.sweep()
            if once or over.wait(every):
                return
