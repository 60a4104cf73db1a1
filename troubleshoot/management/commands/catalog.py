"""`manage.py catalog`: checks and lists everything installed, with digests; takes in proofs of a real Windows."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from troubleshoot import engine, wording
from troubleshoot.catalog import installed_catalog, read_catalog_files
from troubleshoot.engine import Catalog, CatalogError, GuidePart, WindowsProof
from troubleshoot.lab import FAULTS
from troubleshoot.management import authoring, windows_proofs
from troubleshoot.management.command_base import printable


class Command(BaseCommand):
    """Checks the catalogue; every fault names file, line and key."""

    help = "Check and list error codes, facts, guides, their parts, actions and resources, with their digests."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--quiet", action="store_true", help="print faults only")
        proof = parser.add_subparsers(dest="what").add_parser("proof", help="what was tried on a real Windows")
        add = proof.add_subparsers(dest="verb", required=True).add_parser("add", help="take in what proof.ps1 wrote")
        add.add_argument("file", type=Path, metavar="FILE")
        add.add_argument(
            "--into", type=Path, metavar="DIR", help="a catalogue folder; default: the first of MENDPOINT_CATALOG_DIRS"
        )

    def handle(
        self, *, as_json: bool, quiet: bool, what: str | None = None, file: Path | None = None, **options: Any
    ) -> None:
        """Print the list, or the faults and exit 1; or take in a proof."""
        if what and file:
            self._add_proof(file, options["into"])
            return
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

    def _add_proof(self, file: Path, into: Path | None) -> None:
        folder = into or next(iter(settings.CATALOG_DIRS[1:]), None)
        if folder is None:
            raise CommandError("Say where: --into DIR, or name your folder in MENDPOINT_CATALOG_DIRS.")
        try:
            result = windows_proofs.read_result(file, installed_catalog(), now=timezone.now())
            kept = windows_proofs.add_proof(result, folder)
        except windows_proofs.ProofRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        good = windows_proofs.proved(result)
        self.stdout.write(f"{kept}: {len(good)} resources are proved on Windows {result['build']}")
        for name in sorted(result["resources"].keys() - good.keys()):
            said = "; ".join(result["resources"][name]["failed"]) or "nothing was tried"
            self.stdout.write(printable(f"  not {name}: {said}"))

    def _list(self, catalog: Catalog) -> None:
        for kind, entries in as_document(catalog)["entries"].items():
            self.stdout.write(f"{kind} ({len(entries)})")
            for name, about in entries.items():
                self.stdout.write(f"  {name:32} {about['digest'][:12]}  {about['title']}")
                if kind == "resources":
                    self.stdout.write(f"  {'':32} {'':12}  {wording.proof_words(catalog.resources[name])}")
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
                name: {"title": one.title, "digest": one.digest, **_proof(one.proof)}
                for name, one in catalog.resources.items()
            },
            "errors": {
                str(one.code): {"title": one.name, "certainty": one.certainty, "digest": catalog.digest}
                for one in catalog.codes.entries.values()
            },
        },
    }


def _proof(proof: WindowsProof | None) -> dict[str, Any]:
    """Return the newest Windows on which all agreed, when that was, and whether something was written there."""
    if proof is None:
        return {"proved_on": "never"}
    return {"proved_on": proof.build, "proved_at": proof.date, "proved_writing": proof.writes}


def _use(part: GuidePart, catalog: Catalog) -> str:
    """Return how many steps a part has, and which guides use some of them."""
    users = [
        name for name, guide in catalog.guides.items() if any(step.part == part.name for step in guide.steps.values())
    ]
    return f"{len(part.steps)} steps, used by {', '.join(users)}"
