"""What every page shows around its content: the way to other pages, unread notices, the simulated-hosts banner."""

import functools
from typing import Any

from django.http import HttpRequest
from django.urls import get_urlconf, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troubleshoot import people
from troubleshoot.models import Person

THEMES = ("system", "light", "dark")
#: Name of the URL, words, roles that see the link; the first that a person may see is their home.
LINKS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("home", gettext_noop("New case"), frozenset({"employee"})),
    ("board", gettext_noop("Board"), frozenset({"helpdesk"})),
    ("approvals", gettext_noop("Approvals"), frozenset({"approver"})),
    ("summary", gettext_noop("Summary"), frozenset({"manager", "auditor"})),
    ("history", gettext_noop("History"), frozenset({"helpdesk", "approver", "manager", "auditor"})),
    ("guides", gettext_noop("Guides"), frozenset({"author"})),
    ("administration", gettext_noop("Administration"), frozenset({"administrator"})),
    ("health", gettext_noop("Health"), frozenset({"administrator", "auditor"})),
)


@functools.cache
def _address(name: str, urlconf: str | None) -> str:
    return reverse(name, urlconf)


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """The variables of base.html. Nothing is asked of the database before a template needs it."""
    theme = request.COOKIES.get("theme", "system")
    found: dict[str, Any] = {"theme": theme if theme in THEMES else "system"}
    person = getattr(request, "user", None)
    if isinstance(person, Person):
        roles = person.roles()
        found["links"] = [(_address(name, get_urlconf()), _(words)) for name, words, wanted in LINKS if roles & wanted]
        around = SimpleLazyObject(lambda: people.visitor_context(person))
        found["unread"] = SimpleLazyObject(lambda: around.unread)
        found["simulated"] = SimpleLazyObject(lambda: around.simulated)
    return found
