"""What every test stands on: the database that was asked for, people with roles, a fast password hash."""

import gc
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as property_tests
from pytest_django import Settings
from xdist.scheduler import LoadScopeScheduling

from troubleshoot import audit, people
from troubleshoot.engine import Role
from troubleshoot.models import Person, Site

pytest_plugins = [
    f"tests.fixtures.{name}" for name in ("run", "databases", "people", "computers", "steps", "lock_order")
]

TESTER = audit.Machine("cli", "tests")
PASSWORD = "correct horse battery staple"

# Property tests judge results, not speed: a busy machine must not fail them. Time limits are tests of their own.
property_tests.register_profile("mendpoint", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_tests.load_profile("mendpoint")

#: In seconds: what is set for later than that happens in another test.
_LONG = 300
#: So many tests are handed out at a time.
_PORTION = 8
#: Files whose tests share what takes long to make: processes, or a tree that everything is added to.
_WORLDS = {f"tests/e2e/test_{name}.py": "the world" for name in ("accidents", "chain", "diagnose", "secrets")}
_WORLDS |= {"tests/e2e/test_demo_walk.py": "the demo", "tests/catalog/test_contributing.py": "the tree"}
#: Where a test or a portion takes a quarter of a minute and more: begun first, they keep nobody waiting at the end.
_LONGEST = (
    *("tests/soak_faults/", "tests/e2e/", "tests/browser/"),
    *("tests/catalog/test_contributing.py", "tests/catalog/resources/test_mutants.py"),
    *("tests/management/test_processes.py", "tests/lab/outside/", "tests/operations/test_old_database.py"),
    *("tests/web/helpdesk/test_status_histories.py", "tests/web/test_walk.py", "tests/hosts/test_importing.py"),
)


class _Portions(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """Gives each worker some tests of one file at a time; those that share a world of processes all at once.

    What the tests of a file share is made once then, or a few times, and not by every worker.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # xdist would leave the files with one test, however long, to the end
        self._portions: dict[str, str] = {}
        self._given: Counter[str] = Counter()

    def _split_scope(self, nodeid: str) -> str:
        if nodeid not in self._portions:
            file = nodeid.partition("::")[0]
            self._portions[nodeid] = _WORLDS.get(file) or f"{file} {self._given[file] // _PORTION}"
            self._given[file] += 1
        return self._portions[nodeid]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Portions:
    """Schedule by ourselves: xdist 3.8 takes no notice of its groups under pytest 9.2 (pytest-xdist issue 1386)."""
    return _Portions(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, the rest as they were found."""
    items.sort(key=lambda item: next((at for at, name in enumerate(_LONGEST) if item.nodeid.startswith(name)), 99))


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: it is not searched for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _no_collected_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Static files come from their sources; what `collectstatic` left in the developer's folder is not looked at."""
    django_settings.STATIC_ROOT = tmp_path_factory.mktemp("static")


@pytest.fixture(autouse=True)
def _fast_password_hash(request: pytest.FixtureRequest, settings: Settings) -> None:
    """argon2 is slow on purpose; tests about it ask for the `argon2` fixture."""
    if "argon2" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nothing_set_for_later() -> Iterator[None]:
    """What a test set to happen in minutes would happen in the middle of another one."""
    yield
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    late = [timer.function for timer in timers if timer.interval > _LONG and not timer.finished.is_set()]
    assert late == []


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
