"""A database of an earlier version is brought to the present, and every page about what it holds opens."""

from __future__ import annotations

import io
import lzma
import re
import shutil
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.conftest import PASSWORD
from tests.fixtures import run
from tests.fixtures.databases import connected_to
from tests.reports.pages import cases_of as numbers_of
from tests.reports.pages import rows_of, walk
from tests.web.helpdesk.conftest import text_of
from troubleshoot import operations
from troubleshoot.models import ACTIVE_STATES, Answer, Case, GuideVersion, Host, Job, Person, Site
from troubleshoot.people import permitted_rows

OLD = Path(__file__).parents[1] / "data" / "database-9c313a4.sql.xz"
ROLES = {
    "employee": "Emil",
    "helpdesk": "Hanna",
    "approver": "Abel",
    "manager": "Mara",
    "auditor": "Udo",
    "administrator": "Ada",
    "author": "Arno",
}
#: What no page says to anybody: a missing value, a code that nobody put into words, data as it is stored.
NOT_WORDS = re.compile(r"\b[Uu]nknown error\b|Traceback|<bound |\bobject at 0x|\{\s*[\"']|\[\s*[{\[]")
#: The word can be meant (and on the map of a guide it is the answer `none`), but then it begins a sentence.
NOTHING = re.compile(r"\bNone\b(?! (?:of|is)\b)")
#: A missing value in an attribute.
NOT_A_VALUE = re.compile(r'="(?:None|\[object Object\])"')
#: Where a page shows on purpose what a host said or what runs on it, as it is.
AS_IT_IS = r'<pre.*?</pre>|<td[^>]* data-label="Raw".*?</td>'


@contextmanager
def opened(folder: Path) -> Generator[None]:
    """Django's database is the old one, migrated to the present, in a file of its own."""
    migrated = run.folder() / "old.sqlite3"
    with run.one_at_a_time("old database") as made:
        if not made.exists():
            with sqlite3.connect(migrated) as old:
                old.executescript(lzma.decompress(OLD.read_bytes()).decode())
            old.close()
            with connected_to(migrated):
                call_command("migrate", verbosity=0)
            made.touch()
    with connected_to(Path(shutil.copy(migrated, folder))):
        yield


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Generator[None]:
    """The old database; what one test writes (sessions, an entry of a download) is there for the next."""
    with django_db_blocker.unblock(), opened(tmp_path_factory.mktemp("old")):
        yield


@pytest.fixture
def another(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Generator[None]:
    """The old database, for this test alone."""
    with django_db_blocker.unblock(), opened(tmp_path):
        yield


def browser(name: str) -> Client:
    """Somebody's browser, signed in."""
    client = Client()
    client.force_login(Person.objects.get(name=name))
    return client


def faults(client: Client, addresses: Iterable[str], *, words: re.Pattern[str] | None = NOTHING) -> dict[str, str]:
    """The pages that do not open, or say what no page says, each with what is wrong."""
    return {address: fault for address in addresses if (fault := fault_of(client, address, words))}


def fault_of(client: Client, address: str, words: re.Pattern[str] | None = NOTHING) -> str:
    """What is wrong with one page; empty when it is as it should be."""
    response = client.get(address, follow=True)
    if response.status_code != 200:
        return f"answers {response.status_code}"
    body = response.getvalue().decode()
    page = text_of(re.sub(AS_IT_IS, "", body, flags=re.DOTALL))
    found = NOT_WORDS.search(page) or NOT_A_VALUE.search(body) or (words.search(page) if words else None)
    return f"says {found.string[max(found.start() - 60, 0) : found.end() + 60]!r}" if found else ""


def history(client: Client, what: str) -> list[str]:
    """Every page of the history, each without a fault."""
    address = f"/history?{urlencode({'show': what})}"
    assert fault_of(client, address) == ""
    return list(walk(lambda one: client.get(one).content.decode(), address, "next"))


def cases_of(name: str) -> list[Case]:
    """The cases that a person may see."""
    return list(permitted_rows(Case.objects.order_by("pk"), Person.objects.get(name=name), "case.read"))


def changes() -> list[Job]:
    """Every change, whatever became of it."""
    return list(Job.objects.exclude(plan=None).order_by("created_at"))


def hosts() -> list[Host]:
    return list(Host.objects.order_by("name"))


@pytest.mark.usefixtures("old")
class TestAnOldDatabase:
    def test_is_as_wide_as_its_readme_says(self) -> None:
        assert len(set(Case.objects.values_list("guide__name", flat=True))) == 12
        assert GuideVersion.objects.filter(name="rdp-connection-closed").count() > 2
        assert {"", "solved", "explained", "escalate"} <= set(Case.objects.values_list("outcome", flat=True))
        assert {"verified", "not_verified", "unknown", "drifted", "running"} <= {job.state for job in changes()}

    def test_lets_its_people_in(self, argon2: None) -> None:
        for name in ROLES.values():
            client = Client()
            fields = {"username": f"{name.lower()}@corp.example", "password": PASSWORD}
            assert client.post("/sign-in", fields).status_code == 302
            assert client.get("/me").status_code == 200

    def test_keeps_its_proof(self) -> None:
        said = io.StringIO()
        call_command("audit", "verify", stdout=said)
        assert "wrong" not in said.getvalue()

    def test_needs_no_further_migration(self) -> None:
        call_command("migrate", "--check", verbosity=0)


@pytest.mark.usefixtures("old")
class TestEachCase:
    @pytest.mark.parametrize("name", ["Emil", "Ella"])
    def test_opens_for_its_person(self, name: str) -> None:
        found = cases_of(name)
        assert found
        assert faults(browser(name), [f"/cases/{case.pk}" for case in found]) == {}

    def test_opens_its_page_for_the_own_pc(self) -> None:
        assert faults(browser("Emil"), [f"/cases/{case.pk}/pc" for case in cases_of("Emil")]) == {}

    def test_opens_for_helpdesk(self) -> None:
        found = cases_of("Hanna")
        assert len(found) == Case.objects.count()
        pages = [f"/desk/cases/{case.pk}{part}" for case in found for part in ("", "/text")]
        assert faults(browser("Hanna"), pages) == {}

    @pytest.mark.parametrize("name", ["Hanna", "Udo"])
    def test_opens_its_timeline(self, name: str) -> None:
        found = cases_of(name)
        assert len(found) == Case.objects.count()
        assert faults(browser(name), [f"/history/cases/{case.pk}" for case in found]) == {}

    def test_opens_its_guide_as_it_was(self) -> None:
        found = Case.objects.select_related("guide")
        pages = [f"/guides/{case.guide.name}?{urlencode({'case': case.pk})}" for case in found]
        assert faults(browser("Hanna"), pages, words=None) == {}


@pytest.mark.usefixtures("old")
class TestEachChange:
    def test_opens_for_an_approver(self) -> None:
        assert faults(browser("Abel"), [f"/approvals/{job.pk}" for job in changes()]) == {}

    @pytest.mark.parametrize("name", ["Hanna", "Abel", "Mara", "Udo"])
    def test_stands_in_the_history(self, name: str) -> None:
        client = browser(name)
        rows = [row for page in history(client, "changes") for row in rows_of(page)]
        assert len(rows) == len(changes())

    def test_keeps_what_was_said_of_it(self) -> None:
        """A case that had one verified change in its walk had that one word."""
        for case in Case.objects.exclude(word=""):
            fixed = case.answers.filter(round=case.round, source=Answer.Source.FIX, value="verified")
            assert {row.job.word for row in fixed if row.job} == {case.word}
        assert set(Job.objects.values_list("word", flat=True)) == {"", "works", "same_error"}

    def test_opens_for_an_auditor(self) -> None:
        assert faults(browser("Udo"), [f"/history/changes/{job.pk}" for job in changes()]) == {}

    @pytest.mark.parametrize("name", ["Hanna", "Abel", "Mara", "Udo"])
    def test_stands_there_beside_each_case(self, name: str) -> None:
        pages = history(browser(name), "cases")
        assert {number for page in pages for number in numbers_of(page)} == {case.pk for case in cases_of(name)}

    def test_can_be_taken_away_as_a_file(self) -> None:
        assert faults(browser("Udo"), ["/history.csv", "/history.csv?show=cases", "/summary.csv"]) == {}


@pytest.mark.usefixtures("old")
class TestEverythingElse:
    @pytest.mark.parametrize("role", ROLES)
    def test_opens_for_each_role(self, role: str) -> None:
        assert faults(browser(ROLES[role]), ["/me", "/cases", "/notices", *HOMES[role]]) == {}

    def test_opens_each_computer_and_its_connection_test(self) -> None:
        pages = [f"/administration/computers/{host.pk}{part}" for host in hosts() for part in ("", "/test")]
        assert faults(browser("Ada"), pages) == {}

    def test_opens_each_person_and_site(self) -> None:
        pages = [f"/administration/people/{one.pk}" for one in Person.objects.all()]
        pages += [f"/administration/sites/{one.pk}" for one in Site.objects.filter(slug="north")]
        assert faults(browser("Ada"), pages) == {}

    def test_opens_each_guide_for_an_author(self) -> None:
        names = GuideVersion.objects.values_list("name", flat=True).distinct()
        assert faults(browser("Arno"), [f"/guides/{name}" for name in names], words=None) == {}


HOMES = {
    "employee": ["/"],
    "helpdesk": ["/board", "/desk/new", "/board?cause=certificate_expired"],
    "approver": ["/approvals"],
    "manager": ["/summary", "/history"],
    "auditor": ["/summary", "/history", "/health"],
    "administrator": ["/health", "/administration", "/administration/computers", "/administration/people"],
    "author": ["/guides", "/remedies"],
}


@pytest.mark.usefixtures("another")
def test_the_keeper_ends_what_a_dead_worker_left_and_every_page_still_opens() -> None:
    left = [job.pk for job in Job.objects.filter(state__in=ACTIVE_STATES)]
    assert left
    operations.sweep()
    assert not Job.objects.filter(pk__in=left, state__in=ACTIVE_STATES).exists()
    cases = list(Job.objects.filter(pk__in=left).values_list("case", flat=True))
    assert faults(browser("Hanna"), [f"/desk/cases/{number}" for number in cases]) == {}
    assert faults(browser("Emil"), [f"/cases/{number}" for number in cases]) == {}
