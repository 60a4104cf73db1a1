"""What every test stands on: the database that was asked for, people with roles, a fast password hash."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.conf import settings as django_settings
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as property_tests
from pytest_django import DjangoDbBlocker, Settings
from xdist.scheduler import LoadScopeScheduling

from tests import postgres
from troubleshoot import audit, people
from troubleshoot.engine import Role
from troubleshoot.models import Person, Site

TESTER = audit.Machine("cli", "tests")
PASSWORD = "correct horse battery staple"

_MEMORY = Path("/dev/shm")
#: What the migrations filled in.
_KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# Property tests judge results, not speed: a busy machine must not fail them. Time limits are tests of their own.
property_tests.register_profile("mendpoint", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_tests.load_profile("mendpoint")

_MISSING = "PostgreSQL's initdb is not installed (make system-deps)"
#: Judge pages as a visitor meets them, by cases and rules that other folders try on both databases.
_SQLITE_IS_ENOUGH = ("tests/browser/", "tests/web/test_walk.py")
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
    """On PostgreSQL leave out what is not about the database; on SQLite skip what is about PostgreSQL alone."""
    on_postgres = config.option.db == "postgres"
    if on_postgres:
        chosen = [item for item in items if _is_about_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not _is_about_database(item)])
        items[:] = chosen
    for item in items:
        if on_postgres and "DATABASE_URL" not in os.environ:
            item.add_marker(pytest.mark.skip(reason=_MISSING))
        elif not on_postgres and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="about PostgreSQL: runs with --db=postgres"))


def _is_about_database(item: pytest.Item) -> bool:
    if item.nodeid.startswith(_SQLITE_IS_ENOUGH):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "live_server"})


def _point_django_at(url: str) -> None:
    """pytest-django has read the settings before this file was loaded: make Django read them again."""
    django_settings.DATABASES["default"] = dj_database_url.parse(url)
    del connections["default"]
    connections.__dict__.pop("settings", None)
    connections._settings = None  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings: None
) -> Generator[None]:
    """SQLite in a file, as in real use: in memory it has no WAL, and threads would not wait for each other.

    Every commit waits until the file is on its disk, so a disk made of memory is used where there is one.
    """
    with tempfile.TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "test.sqlite3")
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Generator[None]:
    """Tests that commit are cleaned up at a fraction of the price of Django's flush, and past append-only triggers."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            put_back: Callable[[], None] = _Copy(tmp_path_factory.mktemp("database") / "empty.sqlite3").put_back
        else:
            put_back = empty_tables
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = lambda _: put_back()  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[attr-defined]


class _Copy:
    """SQLite: the whole database as it was before the first test."""

    def __init__(self, file: Path) -> None:
        self._copy = sqlite3.connect(file)
        connection.ensure_connection()
        connection.connection.backup(self._copy)

    def put_back(self) -> None:
        """Every page at once."""
        connection.ensure_connection()
        self._copy.backup(connection.connection)


def empty_tables() -> None:
    """PostgreSQL: delete what is in any table; the triggers of these stand aside for that moment only."""
    tables = [name for name in connection.introspection.table_names() if name not in _KEPT]
    questions = ", ".join(f"EXISTS (SELECT 1 FROM {name})" for name in tables)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {questions}")
        full = [name for name, found in zip(tables, cursor.fetchone(), strict=True) if found]
        restore = set_triggers_aside(*full) if full else []
        for name in full:
            cursor.execute(f"DELETE FROM {name}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in restore:
            cursor.execute(statement)


def set_triggers_aside(*tables: str) -> list[str]:
    """Remove or switch off the triggers of these tables, or every one; returns what brings them back as they were."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = cursor.fetchall()
            for name, _ in found:
                cursor.execute(f"DROP TRIGGER {name}")
            return [sql for _, sql in found]
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END"
            " FROM pg_trigger WHERE NOT tgisinternal"
        )
        found = [row for row in cursor.fetchall() if not tables or row[0] in tables]
        for table, name, _ in found:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        return [f"ALTER TABLE {table} {state} TRIGGER {name}" for table, name, state in found]


@pytest.fixture(scope="session", autouse=True)
def _no_collected_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Static files come from their sources; what `collectstatic` left in the developer's folder is not looked at."""
    django_settings.STATIC_ROOT = tmp_path_factory.mktemp("static")


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
        made = people.create_account(actor=TESTER, email=email, name=name, password=PASSWORD)
        for role in roles:
            until = timezone.now() + timedelta(days=30)
            people.grant_role(actor=TESTER, person=made, role=role, site=site, until=until)
        return made

    return make
