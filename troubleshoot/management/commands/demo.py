"""`manage.py demo`: the whole portal on simulated hosts, with every process that real use has, on loopback only."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from troubleshoot.management import demo_data, processes
from troubleshoot.management.doors import wait_until
from troubleshoot.management.surroundings import SECRET_PREFIX
from troubleshoot.models import Heartbeat

T = TypeVar("T")
SECRET = f"{SECRET_PREFIX}LAB"
WEB_THREADS = 8


class Command(BaseCommand):
    """Sets itself up in its own folder at the first start; Ctrl-C ends every process that it started."""

    help = "Run the portal with simulated hosts. Prints accounts, and `Ready:` with the address when all is up."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--port", type=int, default=int(os.environ.get("PORT") or 8000), help="default 8000, or PORT"
        )

    def handle(self, *, port: int, **options: Any) -> None:
        """Serve until SIGINT or SIGTERM."""
        over = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: over.set())
        _check_port(port)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        accounts = demo_data.make_people()
        with _world(port) as failed:
            if not Heartbeat.objects.filter(kind="demo").exists():
                demo_data.history()
                Heartbeat.objects.create(kind="demo", name="history")
            self._show(accounts, port)
            while not over.wait(1):
                if name := failed():
                    raise CommandError(f"The {name} has ended; see {settings.VAR_DIR}/{name}.log.")
        self.stdout.write("Stopped.")

    def _show(self, accounts: list[demo_data.Account], port: int) -> None:
        self.stdout.write("\nAccounts (this demo only):")
        for account in accounts:
            self.stdout.write(f"  {account.role:14} {account.email:28} {account.password}")
        self.stdout.write("\nSimulated computers (a lab, not Windows), each with its fault:")
        for name, (faults, _) in demo_data.FLEET.items():
            self.stdout.write(f"  {name:14} {', '.join(faults)}")
        self.stdout.write(f"\nReady: http://127.0.0.1:{port}")
        self.stdout.flush()


@contextmanager
def _world(port: int) -> Iterator[Callable[[], str]]:
    """Broker, lab, worker, keeper and web, each a process of its own; yields what tells whether one has ended."""
    folder: Path = settings.VAR_DIR
    password = secrets.token_urlsafe(24)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(SECRET_PREFIX)}
    children: dict[str, Any] = {}
    begun = timezone.now()
    with ExitStack() as stack:
        broker = stack.enter_context(processes.Broker())
        current_app.conf.update(broker_url=broker.url)
        plain |= {"REDIS_URL": broker.url, "MENDPOINT_URL": f"http://127.0.0.1:{port}"}

        def start(name: str, command: list[str], **more: str) -> Path:
            log = folder / f"{name}.log"
            log.unlink(missing_ok=True)
            children[name] = processes.spawn(command, env=plain | more, log=log)
            stack.callback(processes.stop, children[name])
            return log

        manage = [sys.executable, "manage.py"]
        fleet = demo_data.fleet(folder)
        lab = start("lab", [*manage, "lab", "--fleet", str(fleet)], MENDPOINT_LAB_PASSWORD=password)
        demo_data.register(_ready(lab, len(demo_data.FLEET)), f"env:{SECRET}")
        start("worker", [*manage, "worker"], **{SECRET: password})
        start("keeper", [*manage, "keeper"])
        start("web", _web(port))

        def failed() -> str:
            return next((name for name, child in children.items() if child.poll() is not None), "")

        def all_up() -> bool | None:
            if name := failed():
                raise CommandError(f"The {name} has ended; see {folder}/{name}.log.")
            return True if _answers(port) and _beat_since(begun) == {"worker", "keeper"} else None

        _wait(all_up, "web, worker and keeper")
        yield failed


def _beat_since(begun: dt.datetime) -> set[str]:
    """The kinds of processes that have given a sign of life since then."""
    return set(Heartbeat.objects.filter(beaten_at__gte=begun).values_list("kind", flat=True)) - {"demo"}


def _web(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--threads", str(WEB_THREADS), "--worker-tmp-dir", str(settings.VAR_DIR), "--log-level", "warning"),
    ]


def _check_port(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port), reuse_port=False).close()
    except (OSError, OverflowError) as error:
        raise CommandError(f"Port {port} cannot be used ({error}). Choose another: make demo PORT=8001") from error


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _ready(log: Path, number: int) -> list[dict[str, Any]]:
    """What the lab printed about its hosts."""

    def lines() -> list[dict[str, Any]] | None:
        if not log.exists():
            return None
        found = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        return found if len(found) == number else None

    return _wait(lines, "the simulated hosts")


def _wait(ready: Callable[[], T | None], what: str) -> T:
    found = wait_until(ready, seconds=60)
    if found is None:
        raise CommandError(f"Waited in vain for {what}; see the logs in {settings.VAR_DIR}.")
    return found
