"""What the commands have in common: who acts, refusals and missing parts in words, JSON or text for a terminal."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError, close_old_connections

from troubleshoot import audit, people, wording
from troubleshoot.engine import CatalogError, Refusal
from troubleshoot.management.process_context import person
from troubleshoot.models import Person

T = TypeVar("T")


def printable(text: str) -> str:
    """Return a text whose control and direction characters are shown, not obeyed: some of it was said by a host."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def denied_words(decision: people.Decision) -> str:
    """Say why a person may not do something, who can help where anybody can, and by which rule."""
    helper = f" Ask: {decision.who_can_help}." if decision.who_can_help else ""
    return f"{decision.reason}{helper} ({decision.rule})"


class PlainCommand(BaseCommand):
    """A command that says what is missing instead of showing a traceback, and prints nothing that a terminal obeys."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; a database or a catalogue that cannot be used ends it in words."""
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            said = printable(str(error)).strip()
            raise CommandError(f"The database cannot be used: {said}. Is it running, and is `migrate` done?") from error
        except CatalogError as error:
            raise CommandError("\n".join(str(one) for one in error.problems)) from error
        except Refusal as refusal:
            raise CommandError(printable(wording.refusal_words(refusal))) from refusal
        except CommandError as error:
            raise CommandError(printable(str(error)), returncode=error.returncode) from error

    def say(self, document: dict[str, Any], *, as_json: bool, text: Callable[[dict[str, Any]], Iterable[str]]) -> None:
        """Print a document as JSON, or as lines for a person."""
        self.stdout.write(json.dumps(document, indent=2) if as_json else printable("\n".join(text(document))))


class ActingCommand(PlainCommand):
    """A command that acts for a person, through the same use cases and rules as the pages."""

    def add_actor(self, parser: CommandParser) -> None:
        """Declare who acts, and the form of the answer."""
        parser.add_argument("--actor", required=True, metavar="EMAIL", help="the person who acts")
        parser.add_argument("--json", action="store_true", dest="as_json")

    @contextmanager
    def acting(self, email: str) -> Iterator[Person]:
        """Act as the person with this address, with refusals recorded and turned into words and exit status 1."""
        actor = person(email)
        try:
            with audit.acting_through(audit.Source("cli")), people.refusals_recorded(actor):
                yield actor
        except people.PermissionRefused as refusal:
            raise CommandError(denied_words(refusal.decision)) from refusal
        except people.ObjectHidden as refusal:
            raise CommandError("There is no such thing, or it is not yours to see.") from refusal


def wait_until(ready: Callable[[], T | None], *, seconds: float) -> T | None:
    """Ask again and again until there is an answer; None when `seconds` are over."""
    end = time.monotonic() + seconds
    while True:
        if (found := ready()) is not None:
            return found
        if time.monotonic() >= end:
            return None
        close_old_connections()
        time.sleep(0.2)
