"""`manage.py catalog`: checks and lists everything installed, with digests."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from troubleshoot import engine
from troubleshoot.catalog import installed_catalog, read_catalog_files
from troubleshoot.engine import Catalog, CatalogError, GuidePart
from troubleshoot.lab import FAULTS
from troubleshoot.management import authoring


class Command(BaseCommand):
    """Checks the catalogue; every fault names file, line and key."""

    help = "Check and list error codes, facts, guides, their parts, actions and resources, with their digests."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--quiet", action="store_true", help="print faults only")

    def handle(self, *, as_json: bool, quiet: bool, **options: Any) -> None:
        """Print the list, or the faults and exit 1."""
        try:
            catalog = _checked()
        except CatalogError as error:
            if as_json:
                self.stdout.write(json.dumps({"ok": False, "problems": [str(one) for one in error.problems]}, indent=2))
            raise CommandError("\n".join(str(one) for one in error.problems)) from None
        if as_json:
            self.stdout.write(json.dumps(as_document(catalog), indent=2))
        elif not quiet:
            self._list(catalog)

    def _list(self, catalog: Catalog) -> None:
        for kind, entries in as_document(catalog)["entries"].items():
            self.stdout.write(f"{kind} ({len(entries)})")
            for name, about in entries.items():
                self.stdout.write(f"  {name:32} {about['digest'][:12]}  {about['title']}")
                if kind == "resources":
                    self.stdout.write(f"  {'':32} {'':12}  proved on Windows: {about['proved_on']}")
        self.stdout.write(f"catalogue {catalog.digest}")


def _checked() -> Catalog:
    """Return the catalogue. Scripts, words and examples are checked here, for who writes them, and not at every
    start."""
    files = read_catalog_files(settings.CATALOG_DIRS)
    problems = list(authoring.script_problems(files))
    try:
        catalog = installed_catalog()
    except CatalogError as error:
        raise CatalogError([*error.problems, *problems]) from None
    problems += engine.faults(catalog, files, FAULTS)
    problems += authoring.untried_remedies(catalog)
    if problems:
        raise CatalogError(problems)
    return catalog


def as_document(catalog: Catalog) -> dict[str, Any]:
    """Return everything installed, as plain values."""
    return {
        "ok": True,
        "digest": catalog.digest,
        "entries": {
            "guides": {name: {"title": one.title, "digest": one.digest} for name, one in catalog.guides.items()},
            "parts": {name: {"title": _use(one, catalog), "digest": one.digest} for name, one in catalog.parts.items()},
            "facts": {
                name: {"title": one.title, "digest": catalog.digests[f"facts/{name}.toml"]}
                for name, one in catalog.readings.items()
            },
            "actions": {
                name: {"title": one.title, "risk": one.risk, "digest": one.digest}
                for name, one in catalog.actions.items()
            },
            # A pass in the lab is not a proof on Windows and is never shown as one.
            "resources": {
                name: {"title": one.title, "digest": one.digest, "proved_on": one.proved_on or "never"}
                for name, one in catalog.resources.items()
            },
            "errors": {
                str(one.code): {"title": one.name, "certainty": one.certainty, "digest": catalog.digest}
                for one in catalog.codes.entries.values()
            },
        },
    }


def _use(part: GuidePart, catalog: Catalog) -> str:
    """Return how many steps a part has, and which guides use some of them."""
    users = [
        name for name, guide in catalog.guides.items() if any(step.part == part.name for step in guide.steps.values())
    ]
    return f"{len(part.steps)} steps, used by {', '.join(users)}"
