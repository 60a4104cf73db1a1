"""`manage.py people site|add|grant|revoke|list`: sites, accounts and roles from the server's own command line."""

import getpass
import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from troubleshoot import audit, people, wording
from troubleshoot.engine import Refusal, Role
from troubleshoot.models import Grant, Person, Site


class Command(BaseCommand):
    """Makes the first administrator, and helps when nobody can sign in."""

    help = "Make sites, add people, give and take roles, list who may do what."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        site = verbs.add_parser("site", help="make a site: which people serve which computers")
        site.add_argument("slug", help="its short name")
        site.add_argument("--name", required=True)
        add = verbs.add_parser("add", help="make an account; the password is asked for, or read from standard input")
        add.add_argument("email")
        add.add_argument("--name", required=True)
        add.add_argument("--phone", default="")
        add.add_argument("--department", default="")
        for verb in ("grant", "revoke"):
            one = verbs.add_parser(verb, help=f"{verb} a role")
            one.add_argument("email")
            one.add_argument("role", choices=[role.value for role in Role])
            one.add_argument("--site", help="short name of the site; without it the role counts for every site")
            if verb == "grant":
                one.add_argument("--days", type=int, default=365, help="how long, at most 366")
        verbs.add_parser("list", help="list people with their roles")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Call the use case once and say what was done."""
        actor = audit.Machine("cli", getpass.getuser())
        try:
            with audit.acting_through(audit.Source("cli")):
                getattr(self, f"_{verb}")(actor, options)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        except Refusal as refusal:
            raise CommandError(wording.refusal_words(refusal)) from refusal

    def _site(self, actor: audit.Machine, options: dict[str, Any]) -> None:
        site = people.create_site(actor=actor, slug=options["slug"], name=options["name"])
        self.stdout.write(f"{site.slug}: made; its workers listen on the queue {site.queue}")

    def _add(self, actor: audit.Machine, options: dict[str, Any]) -> None:
        fields = {name: options[name] for name in ("email", "name", "phone", "department")}
        person = people.create_account(actor=actor, password=_password(), **fields)
        self.stdout.write(f"{person.email}: added, without any role yet")

    def _grant(self, actor: audit.Machine, options: dict[str, Any]) -> None:
        person, site = _person(options["email"]), _site(options["site"])
        until = timezone.now() + timedelta(days=options["days"])
        given = people.grant_role(actor=actor, person=person, role=options["role"], site=site, until=until)
        self.stdout.write(f"{person.email}: {given.role} at {given.where} until {given.until:%Y-%m-%d}")

    def _revoke(self, actor: audit.Machine, options: dict[str, Any]) -> None:
        person, site = _person(options["email"]), _site(options["site"])
        for given in Grant.objects.active().filter(person=person, role=options["role"], site=site):
            people.revoke_grant(actor=actor, grant=given)
            self.stdout.write(f"{person.email}: no longer {given.role} at {given.where}")

    def _list(self, actor: audit.Machine, options: dict[str, Any]) -> None:
        for person in Person.objects.all():
            state = "" if person.is_active else " (switched off)"
            self.stdout.write(f"{person.email} · {person.name}{state}")
            for held in person.grants.active().select_related("site"):
                self.stdout.write(f"    {held.role} at {held.where} until {held.until:%Y-%m-%d}")


def _password() -> str:
    """Ask for the password, or read it from standard input: an argument could be read by every other process."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise CommandError("The two passwords differ.")
    return first


def _person(email: str) -> Person:
    try:
        return Person.objects.get(email=email)
    except Person.DoesNotExist:
        raise CommandError(f"There is no account {email}.") from None


def _site(slug: str | None) -> Site | None:
    try:
        return Site.objects.get(slug=slug) if slug else None
    except Site.DoesNotExist:
        raise CommandError(f"There is no site {slug}.") from None
