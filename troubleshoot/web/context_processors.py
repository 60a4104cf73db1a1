"""What every page shows around its content: the way to other pages, unread notices, the simulated-hosts banner."""

import functools
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_urlconf, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troubleshoot import engine, people
from troubleshoot.models import Person

THEMES = ("system", "light", "dark")
#: Name of the URL, words, and what one must be allowed to do to see the link.
LINKS: tuple[tuple[str, str, str], ...] = (
    ("home", gettext_noop("New case"), "help.ask"),
    ("board", gettext_noop("Board"), "board.read"),
    ("approvals", gettext_noop("Approvals"), "job.approve"),
    ("summary", gettext_noop("Summary"), "summary.read"),
    ("history", gettext_noop("History"), "overview.read"),
    ("guides", gettext_noop("Guides"), "guide.write"),
    ("administration", gettext_noop("Administration"), "administration.read"),
    ("health", gettext_noop("Health"), "health.read"),
)


def links(person: Person) -> list[tuple[str, str]]:
    """Return the pages that a person is led to, by name, with their words; the first is their home."""
    roles = person.roles()
    return [(name, _(words)) for name, words, action in LINKS if not roles.isdisjoint(engine.RULES[action])]


@functools.cache
def _address(name: str, urlconf: str | None) -> str:
    return reverse(name, urlconf)


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of base.html. Nothing is asked of the database before a template needs it."""
    theme = request.COOKIES.get("theme", "system")
    found: dict[str, Any] = {"theme": theme if theme in THEMES else "system", "portal": settings.MENDPOINT_URL}
    found["mails"] = bool(settings.EMAIL_HOST)
    person = getattr(request, "user", None)
    if isinstance(person, Person):
        found["links"] = [(_address(name, get_urlconf()), words) for name, words in links(person)]
        around = SimpleLazyObject(lambda: people.visitor_context(person))
        found["unread"] = SimpleLazyObject(lambda: around.unread)
        found["simulated"] = SimpleLazyObject(lambda: around.simulated)
    return found
