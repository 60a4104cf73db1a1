"""`manage.py demo`: the whole portal on simulated hosts, with every process that real use has, on loopback only."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from troubleshoot.management import demo_data, demo_faults, demo_mark, processes
from troubleshoot.management.command_base import wait_until
from troubleshoot.management.process_context import SECRET_PREFIX
from troubleshoot.models import Heartbeat

T = TypeVar("T")
SECRET = f"{SECRET_PREFIX}LAB"
WEB_THREADS = 8
_SIGNS = (signal.SIGINT, signal.SIGTERM)


class _Over(BaseException):
    """Somebody pressed Ctrl-C, or told this process to end. Nothing on the way may take it for a defect."""


class Command(BaseCommand):
    """Sets itself up in its own folder at the first start; Ctrl-C ends every process that it started."""

    help = (
        "Run the portal with simulated hosts. Prints accounts, and `Ready:` with the address when all is up. --break "
        "gives one of its computers other faults, also while it runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        port = os.environ.get("PORT") or "8000"  # as text, so that the parser says what is wrong with it
        parser.add_argument("--port", type=int, default=port, help="default 8000, or PORT")
        parser.add_argument("--break", dest="wish", metavar="NAME=FAULT", help="FAULT[,FAULT]; `lab --list` shows them")

    def handle(self, *, port: int, wish: str | None, **options: Any) -> None:
        """Serve until SIGINT or SIGTERM; or break a computer."""
        if wish is not None:
            self._break(wish)
            return
        for sign in _SIGNS:
            signal.signal(sign, _end)
        try:
            with _alone(port):
                self._run(port)
        except _Over:
            self.stdout.write("Stopped.")

    def _run(self, port: int) -> None:
        _check_broker()
        _check_port(port)
        demo_mark.refuse_real_use()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        accounts = demo_data.make_people()
        with _world(port) as failed:
            demo_data.history()
            self._show(accounts, port)
            while not (name := failed()):
                time.sleep(0.5)
            raise CommandError(f"{_ended(name)} Everything else was stopped too; start it again, nothing is lost.")

    def _show(self, accounts: list[demo_data.Account], port: int) -> None:
        self.stdout.write("\nAccounts (this demo only):")
        for account in accounts:
            self.stdout.write(f"  {account.role:14} {account.email:28} {account.password}")
        self.stdout.write("\nSimulated computers (a lab, not Windows), each with the fault that it began with:")
        repaired = demo_data.repaired_since()
        for name, (faults, _) in demo_data.FLEET.items():
            self.stdout.write(f"  {name:14} {', '.join(faults)}{' (repaired since)' if name in repaired else ''}")
        self.stdout.write("\nHistory: the cases of the last 90 days are invented, and say so wherever they appear.")
        self.stdout.write("\nBreak one again: make demo-break HOST=ACC-07 FAULT=certificate-service-stopped")
        self.stdout.write(f"\nReady: http://127.0.0.1:{port}")
        self.stdout.flush()

    def _break(self, wish: str) -> None:
        name, faults = demo_faults.wish(wish, demo_data.FLEET)
        file = demo_data.state_file(settings.VAR_DIR, name)
        demo_faults.give(file, name, faults)
        said = f"{name} (simulated) has this now: {', '.join(faults)}."
        if not _is_running():
            said += " The demo is not running; its next start goes on from there."
        elif not demo_faults.taken_over(file):
            raise CommandError(f"{name} has not taken it over; see {settings.VAR_DIR}/lab.log.")
        self.stdout.write(said)


def _end(*_: object) -> NoReturn:
    for sign in _SIGNS:
        signal.signal(sign, lambda *_: None)  # a second Ctrl-C must not break off the tidying up
    with suppress(OSError):
        os.write(sys.stdout.fileno(), b"\nStopping ...\n")  # unbuffered: something may be half written just now
    raise _Over


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep a signal waiting: a process that was started, but not noted down, would be left behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _lock() -> Any:
    """Return the file that a running demo holds, and says its address in."""
    return (Path(settings.VAR_DIR) / "running").open("a+", encoding="utf-8")


def _is_running() -> bool:
    with _lock() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def _alone(port: int) -> Iterator[None]:
    """Keep a second demo out of this folder: it would take away the database and the computers of the first."""
    with _lock() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise CommandError(f"The demo is running already: {file.read().strip()}") from error
        file.truncate(0)
        file.write(f"http://127.0.0.1:{port}\n")
        file.flush()
        yield


@contextmanager
def _world(port: int) -> Iterator[Callable[[], str]]:
    """Run broker, lab, worker, keeper and web, each a process of its own; yield what tells whether one has ended."""
    folder: Path = settings.VAR_DIR
    password = secrets.token_urlsafe(24)
    children: dict[str, Any] = {}
    begun = timezone.now()
    with ExitStack() as stack:
        with _undisturbed():
            broker = stack.enter_context(processes.Broker())
        current_app.conf.update(broker_url=broker.url)
        plain = _without_secrets() | {"REDIS_URL": broker.url, "MENDPOINT_URL": f"http://127.0.0.1:{port}"}

        def failed() -> str:
            ended = [name for name, child in children.items() if child.poll() is not None]
            return "broker" if broker.has_ended else next(iter(ended), "")

        def start(name: str, command: list[str], **more: str) -> Path:
            log = folder / f"{name}.log"
            log.unlink(missing_ok=True)
            with _undisturbed():
                children[name] = processes.spawn(command, env=plain | more, log=log)
                stack.callback(processes.stop, children[name])
            return log

        manage = [sys.executable, "manage.py"]
        fleet = demo_data.fleet(folder)
        lab = start("lab", [*manage, "lab", "--fleet", str(fleet)], MENDPOINT_LAB_PASSWORD=password)
        start("keeper", [*manage, "keeper"])
        start("web", _web(port))
        demo_data.invent()  # while the others come up
        demo_data.register(_ready(lab, len(demo_data.FLEET), failed), f"env:{SECRET}")
        # Last, because work may be waiting since the demo last ran, and the hosts have other ports now.
        start("worker", [*manage, "worker"], **{SECRET: password})

        def all_up() -> bool | None:
            return True if _answers(port) and _beat_since(begun) == {"worker", "keeper"} else None

        _wait(all_up, failed, "web, worker and keeper")
        yield failed


def _without_secrets() -> dict[str, str]:
    """Return our environment without the passwords of accounts: each process is given those that it needs."""
    return {name: value for name, value in os.environ.items() if not name.startswith(SECRET_PREFIX)}


def _ended(name: str) -> str:
    log = settings.VAR_DIR / f"{name}.log"
    return f"The {name} has ended" + (f"; see {log}." if log.exists() else ".")


def _beat_since(begun: dt.datetime) -> set[str]:
    """Return the kinds of processes that have given a sign of life since then."""
    return set(Heartbeat.objects.filter(beaten_at__gte=begun).values_list("kind", flat=True))


def _web(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--threads", str(WEB_THREADS), "--worker-tmp-dir", str(settings.VAR_DIR), "--log-level", "warning"),
        "--no-control-socket",  # it would lie in the home folder, one for all
    ]


def _check_broker() -> None:
    if not processes.has_broker():
        raise CommandError(
            "The demo starts a broker of its own, and that is not installed here: it is left out where Mendpoint is "
            "really used. From a checkout, `make demo` installs it (requirements-demo.lock). With compose, "
            "`docker compose --profile demo up` starts a demo beside a broker."
        )


def _check_port(port: int) -> None:
    try:
        if port < 1:
            raise OverflowError("it is not from 1 to 65535")
        socket.create_server(("127.0.0.1", port), reuse_port=False).close()
    except (OSError, OverflowError) as error:
        raise CommandError(f"Port {port} cannot be used ({error}). Choose another: make demo PORT=8001") from error


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _ready(log: Path, number: int, failed: Callable[[], str]) -> list[dict[str, Any]]:
    """Return what the lab printed about its hosts."""

    def lines() -> list[dict[str, Any]] | None:
        if not log.exists():
            return None
        found = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        return found if len(found) == number else None

    return _wait(lines, failed, "the simulated hosts")


def _wait(ready: Callable[[], T | None], failed: Callable[[], str], what: str) -> T:
    """Return the answer, unless a process ends or the time is over first."""

    def either() -> tuple[T | None, str] | None:
        name = failed()
        found = None if name else ready()
        return (found, name) if name or found is not None else None

    found, name = wait_until(either, seconds=120) or (None, "")
    if found is None:
        raise CommandError(_ended(name) if name else f"Waited in vain for {what}; see {settings.VAR_DIR}/*.log.")
    return found
