"""`manage.py alive web|worker|keeper`: whether that process of this machine gives signs of life; for health checks."""

import socket
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from troubleshoot import operations
from troubleshoot.models import FRESH

PROCESSES = ("web", "worker", "keeper")


class Command(BaseCommand):
    """Judges one process by itself: a web server must not be restarted because a worker is missing."""

    help = "Say whether a process on this machine is alive: exit status 0, or 1 with the reason."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the process."""
        parser.add_argument("process", choices=PROCESSES)
        parser.add_argument("--port", type=int, default=8000, help="where the web server listens (default 8000)")

    def handle(self, *, process: str, port: int, **options: Any) -> None:
        """Ask the web server itself, or look for the last beat of the others."""
        if process == "web":
            _ask_web(port)
            return
        kind: operations.ProcessKind = "worker" if process == "worker" else "keeper"
        if not operations.live_processes(kind).filter(name__startswith=f"{socket.gethostname()}:").exists():
            raise CommandError(f"The {process} on this machine has given no sign of life for {FRESH.seconds} s.")


def _ask_web(port: int) -> None:
    """Ask the web server for any answer of our own, 503 among them: that says that something else is missing."""
    names = [name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*"))]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/healthz", headers={"Host": names[0] if names else "127.0.0.1"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError as error:
        raise CommandError(f"The web server does not answer at port {port}: {error}") from error
    if status not in {200, 503}:
        raise CommandError(f"The web server answers with status {status}.")
