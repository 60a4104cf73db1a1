"""What every test stands on: the database that was asked for, people with roles, a fast password hash."""

import os
from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any

import dj_database_url
import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import timezone
from pytest_django import Settings
from xdist.scheduler import LoadScopeScheduling

from tests import postgres
from troubleshoot import audit, people
from troubleshoot.models import Person, Role, Site

TESTER = audit.Machine("cli", "tests")
PASSWORD = "correct horse battery staple"

_MISSING = "PostgreSQL's initdb is not installed (make system-deps)"
_server: list[postgres.Server] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--db=postgres` runs only what needs a database, on a throw-away PostgreSQL server."""
    parser.addoption("--db", choices=["sqlite", "postgres"], default="sqlite", help="the database to test on")


def pytest_configure(config: pytest.Config) -> None:
    """Start the server once, in the process that hands out the tests; workers inherit its address."""
    if config.option.db != "postgres" or "DATABASE_URL" in os.environ:
        return
    if programs := postgres.binaries():
        _server.append(postgres.Server.start(programs))
        os.environ["DATABASE_URL"] = _server[0].url
        _point_django_at(_server[0].url)
    elif os.environ.get("MENDPOINT_STRICT") == "1":
        raise pytest.UsageError(_MISSING)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server where it was started."""
    while _server:
        connections.close_all()
        _server.pop().stop()


class _OneWorld(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """Gives the end-to-end tests, which share one world of processes, to one worker; the others as they come."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/e2e" if nodeid.startswith("tests/e2e/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _OneWorld:
    """Schedule by ourselves: xdist 3.8 takes no notice of its groups under pytest 9.2 (pytest-xdist issue 1386)."""
    return _OneWorld(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out what touches no database; on SQLite skip what is about PostgreSQL alone."""
    on_postgres = config.option.db == "postgres"
    if on_postgres:
        chosen = [item for item in items if _needs_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not _needs_database(item)])
        items[:] = chosen
    for item in items:
        if on_postgres and "DATABASE_URL" not in os.environ:
            item.add_marker(pytest.mark.skip(reason=_MISSING))
        elif not on_postgres and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="about PostgreSQL: runs with --db=postgres"))


def _needs_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "live_server"})


def _point_django_at(url: str) -> None:
    """pytest-django has read the settings before this file was loaded: make Django read them again."""
    django_settings.DATABASES["default"] = dj_database_url.parse(url)
    del connections["default"]
    connections.__dict__.pop("settings", None)
    connections._settings = None  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings: None) -> None:
    """SQLite in a file, as in real use: in memory it has no WAL, and threads would not wait for each other."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_can_be_emptied() -> Generator[None]:
    """Tests that commit are cleaned up by emptying every table; the triggers stand aside for that moment only."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: BaseDatabaseOperations, sql_list: Any) -> None:
        restore = set_triggers_aside()
        flush(self, sql_list)
        with connection.cursor() as cursor:
            for statement in restore:
                cursor.execute(statement)

    BaseDatabaseOperations.execute_sql_flush = flush_without_triggers  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]


def set_triggers_aside() -> list[str]:
    """Remove or switch off every trigger; returns the statements that bring them back exactly as they were."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = cursor.fetchall()
            for name, _ in found:
                cursor.execute(f"DROP TRIGGER {name}")
            return [sql for _, sql in found]
        cursor.execute(
            "SELECT tgrelid::regclass, tgname, CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END"
            " FROM pg_trigger WHERE NOT tgisinternal"
        )
        found = cursor.fetchall()
        for table, name, _ in found:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        return [f"ALTER TABLE {table} {state} TRIGGER {name}" for table, name, state in found]


@pytest.fixture(autouse=True)
def _fast_password_hash(request: pytest.FixtureRequest, settings: Settings) -> None:
    """argon2 is slow on purpose; tests about it ask for the `argon2` fixture."""
    if "argon2" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def argon2() -> None:
    """Hash passwords as in real use."""


@pytest.fixture
def north(db: None) -> Site:
    """A site."""
    return people.create_site(actor=TESTER, slug="north", name="North")


@pytest.fixture
def south(db: None) -> Site:
    """Another site."""
    return people.create_site(actor=TESTER, slug="south", name="South")


MakePerson = Callable[..., Person]


@pytest.fixture
def person(db: None) -> MakePerson:
    """`person("Ann", "helpdesk", site=north)`: an account with roles, given for 30 days (no site: every site)."""

    def make(name: str, *roles: Role | str, site: Site | None = None) -> Person:
        email = f"{name.lower()}@corp.example"
        made = people.create(actor=TESTER, email=email, name=name, password=PASSWORD)
        for role in roles:
            until = timezone.now() + timedelta(days=30)
            people.grant(actor=TESTER, person=made, role=role, site=site, until=until)
        return made

    return make
