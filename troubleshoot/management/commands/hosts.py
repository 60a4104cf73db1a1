"""`manage.py hosts import|list|add|allow-changes|forget-identity|credential`: the computers the portal knows."""

import json
import os
import stat
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from troubleshoot import audit, hosts, people, wording
from troubleshoot.hosts import LIST_MOST_BYTES
from troubleshoot.management import process_context
from troubleshoot.management.command_base import denied_words
from troubleshoot.models import Credential, Host, Person, Site

Options = dict[str, Any]


class Command(BaseCommand):
    """Thin doors to `troubleshoot.hosts`, for the operator on the server or a named person."""

    help = "Register computers and accounts, import a list of computers, list what is registered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        one = verbs.add_parser("import", help="register or change the computers of a CSV file, all of them or none")
        one.add_argument("file", type=Path, metavar="FILE.csv")
        one.add_argument("--dry-run", action="store_true", help="judge the file and write nothing")
        _add_common(one, as_json=True)
        _add_common(verbs.add_parser("list", help="list the registered computers"), as_json=True)
        self._add_host(verbs.add_parser("add", help="register one computer, as diagnose only"))
        for verb, text in (
            ("allow-changes", "let the portal change this computer, not only look at it"),
            ("forget-identity", "take the computer for a new one, for example after its replacement"),
        ):
            one = verbs.add_parser(verb, help=text)
            one.add_argument("name")
            _add_common(one)
        one = verbs.add_parser("credential", help="register an account by a reference to its password")
        one.add_argument("name")
        one.add_argument("--site", required=True)
        one.add_argument("--username", required=True)
        one.add_argument("--reference", required=True, help="env:MENDPOINT_SECRET_NAME or file:/absolute/path")
        _add_common(one)

    @staticmethod
    def _add_host(one: ArgumentParser) -> None:
        one.add_argument("name")
        one.add_argument("--site", required=True, help="short name of the site")
        one.add_argument("--address", help="what is dialled; the name unless said")
        one.add_argument("--owner", metavar="EMAIL")
        one.add_argument("--assigned", metavar="EMAIL", nargs="+")
        one.add_argument("--rdp-port", type=int)
        one.add_argument("--winrm-port", type=int)
        one.add_argument("--transport", choices=Host.Transport.values)
        one.add_argument("--no-tls", dest="tls", action="store_false", default=None, help="WinRM over HTTP")
        one.add_argument("--ntlm-over-http", action="store_true", default=None)
        one.add_argument("--ca-file")
        one.add_argument("--credential", metavar="NAME")
        one.add_argument("--critical", action="store_true", default=None)
        one.add_argument("--lab", action="store_true", help="a simulated host on loopback")
        _add_common(one)

    def handle(self, *, verb: str, actor: str | None, **options: Any) -> None:
        """Call one use case and say what was done. Exit 1 when it was refused."""
        who = process_context.person(actor) if actor else process_context.operator()
        act: Callable[[audit.Actor, Options], None] = getattr(self, f"_{verb.replace('-', '_')}")
        try:
            with audit.acting_through(audit.Source("cli")), people.refusals_recorded(who):
                act(who, options)
        except hosts.NotImported as error:
            raise self._not_imported(error, as_json=options["json"]) from error
        except ValidationError as error:
            raise CommandError("\n".join(_sentences(error))) from error
        except people.PermissionRefused as error:
            raise CommandError(denied_words(error.decision)) from error
        except people.ObjectHidden as error:
            raise CommandError("There is no such computer or site.") from error

    def _import(self, actor: audit.Actor, options: Options) -> None:
        data = _read(options["file"])
        outcome = hosts.import_list(actor=actor, data=data, dry_run=options["dry_run"])
        if options["json"]:
            self._print({"ok": True, "dry_run": options["dry_run"], **vars(outcome)})
            return
        for name in outcome.registered:
            self.stdout.write(f"{name}: registered as diagnose only")
        for name, fields in outcome.changed.items():
            self.stdout.write(f"{name}: changed {', '.join(fields)}")
        counts = f"{len(outcome.registered)} registered, {len(outcome.changed)} changed, {outcome.unchanged} unchanged"
        nothing = not (outcome.registered or outcome.changed)
        self.stdout.write("Nothing to change: " * nothing + counts)
        if options["dry_run"]:
            self.stdout.write("This was a dry run: nothing was written.")

    def _not_imported(self, error: hosts.NotImported, *, as_json: bool) -> CommandError:
        if as_json:
            self._print({"ok": False, "total": error.total, "problems": [one.to_json() for one in error.problems]})
            return CommandError(wording.refusal_words(error))
        more = error.total - len(error.problems)
        lines = [*map(str, error.problems), *([f"and {more} more problems"] if more else [])]
        return CommandError("\n".join([*lines, wording.refusal_words(error)]))

    def _list(self, actor: audit.Actor, options: Options) -> None:
        rows = Host.objects.select_related("site", "owner", "credential").prefetch_related("assigned")
        rows = people.permitted_rows(rows, actor, "host.read") if isinstance(actor, Person) else rows
        if options["json"]:
            self._print([_document(host) for host in rows])
            return
        for host in rows:
            lab = " · simulated" if host.lab else ""
            critical = " · critical" if host.critical else ""
            mode = host.get_mode_display()
            self.stdout.write(f"{host.name} · {host.address} · {host.site.slug} · {mode}{critical}{lab}")

    def _add(self, actor: audit.Actor, options: Options) -> None:
        site = _site(actor, options["site"])
        names = ("address", "rdp_port", "winrm_port", "transport", "tls", "ntlm_over_http", "ca_file", "critical")
        settings = {name: options[name] for name in names if options[name] is not None}
        if options["owner"]:
            settings["owner"] = process_context.person(options["owner"])
        if options["assigned"]:
            settings["assigned"] = [process_context.person(email) for email in options["assigned"]]
        if options["credential"]:
            settings["credential"] = _credential(site, options["credential"])
        host = hosts.register_host(actor=actor, name=options["name"], site=site, lab=options["lab"], **settings)
        kind = "simulated host, " if host.lab else ""
        self.stdout.write(f"{host.name}: registered at {site.name} ({kind}{host.get_mode_display()})")

    def _allow_changes(self, actor: audit.Actor, options: Options) -> None:
        host = hosts.allow_changes(actor=actor, host=_host(actor, options["name"]))
        self.stdout.write(f"{host.name}: {host.get_mode_display()}")

    def _forget_identity(self, actor: audit.Actor, options: Options) -> None:
        host = hosts.change_host(actor=actor, host=_host(actor, options["name"]), forget_identity=True)
        self.stdout.write(f"{host.name}: its identity is learned at the next contact; {host.get_mode_display()}")

    def _credential(self, actor: audit.Actor, options: Options) -> None:
        site = _site(actor, options.pop("site"))
        fields = {name: options[name] for name in ("name", "username", "reference")}
        credential = hosts.register_credential(actor=actor, site=site, **fields)
        self.stdout.write(f"{credential.name}: registered at {site.name}; workers find it at {credential.reference}")

    def _print(self, document: object) -> None:
        self.stdout.write(json.dumps(document, indent=2))


def _add_common(parser: ArgumentParser, *, as_json: bool = False) -> None:
    parser.add_argument("--actor", metavar="EMAIL", help="act as this person; the operator on the server unless said")
    if as_json:
        parser.add_argument("--json", action="store_true", help="print JSON")


def _read(path: Path) -> bytes:
    """Return the file, up to one byte more than a list may have. Only a regular file: a pipe could hold us for ever."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise CommandError(f"{path} is not a file.")
            return file.read(LIST_MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def _host(actor: audit.Actor, name: str) -> Host:
    if isinstance(actor, Person):
        return people.obtain_object(Host.objects.all(), actor, "host.change", name__iexact=name)
    found = Host.objects.filter(name__iexact=name).first()
    if found is None:
        raise CommandError("There is no such computer.")
    return found


def _site(actor: audit.Actor, slug: str) -> Site:
    if isinstance(actor, Person):
        return people.obtain_object(Site.objects.all(), actor, "host.change", slug=slug)
    found = Site.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError("There is no such site.")
    return found


def _credential(site: Site, name: str) -> Credential:
    found = Credential.objects.filter(site=site, name=name).first()
    if found is None:
        raise CommandError("There is no account of this name at this site.")
    return found


def _sentences(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return error.messages
    return [f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()]


def _document(host: Host) -> dict[str, object]:
    plain = ("name", "address", "mode", "critical", "lab", "rdp_port", "winrm_port", "transport", "tls")
    return {
        **{name: getattr(host, name) for name in plain},
        "site": host.site.slug,
        "owner": host.owner.email if host.owner else None,
        "assigned": sorted(person.email for person in host.assigned.all()),
        "credential": host.credential.name if host.credential else None,
        "identity": host.identity,
        "last_contact_at": host.last_contact_at.isoformat() if host.last_contact_at else None,
    }
