"""`manage.py setup`: the first real use, step by step. Each step is checked; what is there already stays as it is."""

from __future__ import annotations

import datetime as dt
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from troubleshoot import audit, hosts, operations, people
from troubleshoot.engine import Role
from troubleshoot.management.command_base import wait_until
from troubleshoot.management.process_context import operator
from troubleshoot.models import Credential, Host, Job, Person, Site
from troubleshoot.people import grants_allowing

KEY_CHARACTERS = 50
#: A test waits for its worker to take it, and for one visit to the host.
TEST_SECONDS = 60
GRANT_DAYS = 365


class Command(BaseCommand):
    """Asks for what is missing, or takes it from options; with --check it only looks."""

    help = (
        "Set Mendpoint up for real use: key, database, site, administrator, account, computer, connection test. "
        "Can be repeated at any time. Exit status 0 when everything is there, else 1 with what is missing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--check", action="store_true", help="only look, and say what is missing")
        parser.add_argument("--site", metavar="SLUG", help="short name of the first site, such as north")
        parser.add_argument("--site-name", metavar="NAME", help="its name; the short name unless said")
        parser.add_argument("--email", help="e-mail address of the first administrator")
        parser.add_argument("--name", help="the administrator's name")
        parser.add_argument("--account", metavar="NAME", help="a name for the account on computers")
        parser.add_argument("--username", help="the account as its computers know it, such as CORP\\mendpoint")
        parser.add_argument("--reference", help="env:MENDPOINT_SECRET_NAME or file:/absolute/path")
        parser.add_argument("--host", metavar="NAME", help="the first computer")
        parser.add_argument("--address", help="what is dialled to reach it; its name unless said")
        parser.add_argument("--test", metavar="NAME", help="the computer to test; the first one unless said")

    def handle(self, **options: Any) -> None:
        """Take every step in its order; one that fails does not keep the next from being checked."""
        self.options, self.missing = options, 0
        self.asks = sys.stdin.isatty() and not options["check"]
        with audit.acting_through(audit.Source("cli")):
            if self._key() & self._database():
                for name, make in self._makers():
                    self._make(name, make)
                self._report()
                self._test()
        if self.missing:
            raise CommandError(f"{self.missing} missing. Do what is written above and run this again.")
        self.stdout.write(f"Everything is there. Sign in at {settings.MENDPOINT_URL}")

    def _good(self, title: str, seen: str) -> bool:
        self.stdout.write(f"{self.style.SUCCESS('[ there ]')} {title}: {seen}")
        return True

    def _bad(self, title: str, todo: str) -> bool:
        self.missing += 1
        self.stdout.write(f"{self.style.ERROR('[missing]')} {title}: {todo}")
        return False

    def _key(self) -> bool:
        """Tell whether there is a key that signs sessions: given, or made at the first start and kept in a private
        file."""
        file = Path(settings.VAR_DIR) / "secret-key"
        if len(settings.SECRET_KEY) < KEY_CHARACTERS:
            return self._bad(
                "Signing key", f"It is shorter than {KEY_CHARACTERS} characters. Set MENDPOINT_SIGNING_KEY."
            )
        if not file.exists() or file.read_text(encoding="ascii").strip() != settings.SECRET_KEY:
            return self._good("Signing key", "given by the environment")
        if mode := stat.S_IMODE(file.stat().st_mode) & 0o077:
            return self._bad("Signing key", f"Others may read it (mode {mode:03o}). Run: chmod 600 {file}")
        return self._good("Signing key", f"kept in {file}, readable by nobody else")

    def _database(self) -> bool:
        """Tell whether the database is reachable with every table, and make the tables unless this only checks."""
        try:
            pending = _pending()
            if pending and not self.options["check"]:
                call_command("migrate", interactive=False, verbosity=0)
                pending = _pending()
        except DatabaseError as error:
            return self._bad("Database", f"It does not answer: {str(error).splitlines()[0]} Set DATABASE_URL.")
        if pending:
            return self._bad("Database", f"{pending} migrations are not applied. Run: manage.py migrate")
        kind = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite, good for one machine and small use"
        return self._good("Database", f"{kind}, up to date")

    def _makers(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Yield what this command can make, in the order in which one needs the other."""
        yield "A site", self._site
        yield "An administrator", self._administrator
        yield "An account on computers", self._account
        yield "A computer", self._host

    def _make(self, title: str, make: Callable[[], str]) -> None:
        """Make one thing unless it is there. A fault is said in words; the next run asks again."""
        if self.options["check"]:
            return
        try:
            if made := make():
                self.stdout.write(f"{self.style.SUCCESS('[ made  ]')} {title}: {made}")
        except ValidationError as error:
            self.stdout.write(f"{self.style.ERROR('[refused]')} {title}: {' '.join(error.messages)}")

    def _site(self) -> str:
        if Site.objects.exists() or not (slug := self._given("site", "Short name of the first site (such as north)")):
            return ""
        site = people.create_site(actor=operator(), slug=slug, name=self._given("site_name", "Its name") or slug)
        return f"{site} ({site.slug})"

    def _administrator(self) -> str:
        if grants_allowing("person.grant").exists():
            return ""
        if not (email := self._given("email", "E-mail address of the first administrator")):
            return ""
        person = Person.objects.filter(email=email).first()
        password = "" if person else people.one_time_password()
        name = self.options["name"] or email
        person = person or people.create_account(
            actor=operator(), email=email, name=name, password=password, must_change_password=True
        )
        until = timezone.now() + dt.timedelta(days=GRANT_DAYS)
        people.grant_role(actor=operator(), person=person, role=Role.ADMINISTRATOR, site=None, until=until)
        shown = f"; password, shown now and never again: {password}" if password else ""
        return f"{person.email} at every site until {until:%Y-%m-%d}{shown}"

    def _account(self) -> str:
        site = Site.objects.order_by("pk").first()
        if Credential.objects.exists() or site is None:
            return ""
        if not (name := self._given("account", "A name for the account on computers (empty: look from outside only)")):
            return ""
        username = self._given("username", "The account as its computers know it (CORP\\mendpoint)")
        reference = self._given(
            "reference", "Where a worker finds its password (env:MENDPOINT_SECRET_NAME or file:/path)"
        )
        made = hosts.register_credential(actor=operator(), name=name, site=site, username=username, reference=reference)
        return f"{made.name}; give its secret to the workers of {site} at {made.reference}"

    def _host(self) -> str:
        site = Site.objects.order_by("pk").first()
        if Host.objects.exists() or site is None or not (name := self._given("host", "Name of the first computer")):
            return ""
        address = self.options["address"] or name
        account = Credential.objects.filter(site=site).order_by("pk").first()
        host = hosts.register_host(actor=operator(), name=name, site=site, address=address, credential=account)
        return f"{host}, {host.get_mode_display()}"

    def _given(self, option: str, question: str) -> str:
        """Return an option, or what is asked for at a terminal; empty when neither is there."""
        if (value := self.options[option]) is not None:
            return str(value).strip()
        return input(f"{question}: ").strip() if self.asks else ""

    def _report(self) -> None:
        """Print the steps as the administration page shows them, except for the test, which follows."""
        for step in operations.first_steps(None):
            if step.name == "connection":
                continue
            if step.done:
                self._good(step.title, step.seen)
            else:
                self._bad(step.title, step.todo)

    def _test(self) -> None:
        """Have a worker test the way to one computer, and print the stages as they come."""
        step = next(step for step in operations.first_steps(None) if step.name == "connection")
        named = Host.objects.filter(name__iexact=self.options["test"] or "").first()
        host = named or Host.objects.filter(credential__isnull=False).order_by("pk").first()
        if (step.done and not named) or self.options["check"] or host is None:
            self._good(step.title, step.seen) if step.done else self._bad(step.title, step.todo)
            return
        who = grants_allowing("host.test").filter(site=None).first()
        if who is None or self.missing_processes():
            self._bad(step.title, "Start worker and keeper, with an administrator of every site, and run this again.")
            return
        job = operations.request_connection_test(actor=who.person, host=host)
        self._good(step.title, str(host)) if self._followed(job) else self._bad(step.title, f"{host} is not passed.")

    def missing_processes(self) -> bool:
        """Tell whether no worker could take a test now."""
        return not next(step for step in operations.first_steps(None) if step.name == "processes").done

    def _followed(self, job: Job) -> bool:
        """Tell each stage as it becomes known. True when all of them are passed."""
        told: set[str] = set()

        def over() -> Job | None:
            found = Job.objects.get(pk=job.pk)
            for stage in operations.connection_stages(found):
                if stage.state in {"good", "bad", "off"} and stage.name not in told:
                    told.add(stage.name)
                    mark = {"good": "ok ", "bad": "NO ", "off": "-  "}[stage.state]
                    self.stdout.write(f"          {mark} {stage.question} {stage.detail} {stage.cure}".rstrip())
            return found if found.has_ended else None

        ended = wait_until(over, seconds=TEST_SECONDS + settings.MENDPOINT_VISIT_SECONDS)
        return ended is not None and Job.objects.passed().filter(pk=ended.pk).exists()


def _pending() -> int:
    """Return how many migrations the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
