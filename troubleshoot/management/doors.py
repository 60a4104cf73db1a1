"""What the commands that act for a named person have in common: who acts, refusals in words, JSON or text."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from troubleshoot import access, audit
from troubleshoot.jobs import NotPossible
from troubleshoot.management.surroundings import person
from troubleshoot.models import Person

T = TypeVar("T")


class ActingCommand(BaseCommand):
    """A command that acts for a person, through the same use cases and rules as the pages."""

    def add_actor(self, parser: CommandParser) -> None:
        """Declare who acts, and the form of the answer."""
        parser.add_argument("--actor", required=True, metavar="EMAIL", help="the person who acts")
        parser.add_argument("--json", action="store_true", dest="as_json")

    @contextmanager
    def acting(self, email: str) -> Iterator[Person]:
        """The person, with refusals recorded and turned into words and exit status 1."""
        actor = person(email)
        try:
            with audit.arrives(audit.Source("cli")), access.refusals_recorded(actor):
                yield actor
        except access.Refused as refusal:
            helper = f" {refusal.decision.who_can_help} can." if refusal.decision.who_can_help else ""
            raise CommandError(f"{refusal.decision.reason}{helper} ({refusal.decision.rule})") from refusal
        except access.Hidden as refusal:
            raise CommandError("There is no such thing, or it is not yours to see.") from refusal
        except NotPossible as refusal:
            raise CommandError(str(refusal)) from refusal

    def say(self, document: dict[str, Any], *, as_json: bool, text: Callable[[dict[str, Any]], Iterator[str]]) -> None:
        """Print a document as JSON, or as lines for a person."""
        self.stdout.write(json.dumps(document, indent=2) if as_json else "\n".join(text(document)))


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
