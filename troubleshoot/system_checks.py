"""Checks that stop a start: a view without a rule, a database setting that weakens the audit log, a missing trigger."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.urls import URLPattern, URLResolver, get_resolver

from troubleshoot.migrations import sql
from troubleshoot.views.doors import declared_rule

_TRIGGER = re.compile(r"CREATE TRIGGER (\w+)")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every route of the URL map with its view, whatever it is nested in."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from routes(pattern, route)


@register(Tags.security)
def check_rules(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Deny by default: a view that declares no rule does not start the server."""
    return [
        Error(
            f"The view at '{route}' declares no rule.",
            hint="Put @rule, @signed_in or @public from troubleshoot.views.doors outermost on it.",
            id="troubleshoot.E001",
        )
        for route, view in routes()
        if declared_rule(view) is None
    ]


@register(Tags.database)
def check_database(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Read back, on a real connection, what the audit log relies on."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor == "sqlite":
            found += _pragma_faults(alias)
        found += _trigger_faults(alias)
    return found


def _pragma_faults(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        for name, wanted in settings.SQLITE_PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}")
            (actual,) = cursor.fetchone()
            if actual != wanted:
                yield Error(f"SQLite's {name} is {actual!r}, not {wanted!r}.", id="troubleshoot.E002")


def _trigger_faults(alias: str) -> Iterator[CheckMessage]:
    """Triggers vanish quietly when SQLite rebuilds a table, and can be switched off in PostgreSQL."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if "troubleshoot_entry" not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled = 'A'")
        present = {name for (name,) in cursor.fetchall()}
    for trigger in _TRIGGER.findall("\n".join(sql.statements("audit", connection.vendor))):
        if trigger not in present:
            yield Error(f"The trigger {trigger} is missing or switched off.", id="troubleshoot.E003")
