"""Checks that stop a start: a channel that is none, a setting that weakens the audit log, a missing trigger."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from troubleshoot import cases, notifications
from troubleshoot.migrations import sql

_TRIGGER = re.compile(r"CREATE TRIGGER (\w+)")


@register
def check_channels(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Report a module among the channels that is none: it would stop whatever writes a notice."""
    try:
        notifications.installed_channels()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="troubleshoot.E004")]
    return []


@register
def check_pc_script(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Report a script for people's own PCs that nobody signed: it would be handed out under the company's name."""
    try:
        cases.signed_pc_script()
    except cases.PcScriptUnfit as error:
        hint = "Sign the file, or take MENDPOINT_PC_SCRIPT out: docs/operators.md says how."
        return [Error(str(error), hint=hint, id="troubleshoot.E005")]
    return []


@register(Tags.security, deploy=True)
def check_failpoints(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Report failpoints: they end processes in the middle of their work, which only tests want."""
    if settings.MENDPOINT_FAILPOINTS:
        return [Error("MENDPOINT_FAILPOINTS is for tests alone.", hint="Take it out.", id="troubleshoot.E006")]
    return []


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
    """Report missing triggers: they vanish quietly when SQLite rebuilds a table, and can be switched off in
    PostgreSQL."""
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
