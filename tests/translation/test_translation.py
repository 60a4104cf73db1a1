"""Every text of the product can be translated: what a translator extracts is clean, and no page says anything else."""

from __future__ import annotations

import ast
import functools
import html
import json
import re
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Model
from django.test import Client, override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker

from tests.fixtures import run
from tests.operations import test_old_database as old
from tests.support import need
from tests.translation import content
from tests.translation.messages import ROOT, accented, compile_pseudo_locale
from tests.translation.untranslated import untranslated
from troubleshoot.models import Case, GuideVersion, Person, Site

#: Names by which xgettext finds a message; under another alias nothing is extracted.
ALIASES = {None, "_"}
#: An element for a language within an attribute, or within an element that holds text alone.
MISPLACED = re.compile(r'="[^"<]*<span lang=|<(?:title|option|textarea)\b[^>]*>[^<]*<span lang=')


@pytest.fixture(scope="module")
def pseudo() -> tuple[Path, str]:
    """The pseudo-locale, made once for a run: its folder, and what the tools warned about."""
    need(shutil.which("msgfmt"), "gettext is not installed (make system-deps)")
    with run.one_at_a_time("pseudo-locale") as made:
        if not made.exists():
            made.write_text(json.dumps(list(map(str, compile_pseudo_locale(run.folder() / "pseudo")))), "utf-8")
        folder, warnings = json.loads(made.read_text("utf-8"))
    return Path(folder), warnings


@pytest.fixture(scope="module")
def spoken(
    pseudo: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Generator[None]:
    """The old database, in a portal that speaks the pseudo-locale."""
    english = settings.LANGUAGES
    with (
        django_db_blocker.unblock(),
        old.opened(tmp_path_factory.mktemp("old")),
        override_settings(LOCALE_PATHS=[pseudo[0]], LANGUAGES=[*english, ("en-xa", "Pseudo")]),
        translation.override("en-xa"),
    ):
        yield


def test_makemessages_and_msgfmt_warn_about_nothing(pseudo: tuple[Path, str]) -> None:
    assert pseudo[1] == ""


def test_gettext_is_imported_under_names_that_makemessages_knows() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name.name} as {name.asname}"
        for path in (ROOT / "troubleshoot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.asname not in ALIASES
    }
    assert found == set()


def test_the_pseudo_locale_leaves_placeholders_and_html_whole() -> None:
    text = '%(count)d of {all} <a href="/codes">codes</a> &amp; %s'
    said = accented(text)
    assert all(part in said for part in ("%(count)d", "{all}", '<a href="/codes">', "</a>", "&amp;", "%s"))
    assert len(said) >= len(text) * 1.3
    assert not re.search("[A-Za-z]", re.sub(r"%\(\w+\)d|%s|\{\w+\}|<[^>]+>|&amp;", "", said))


@dataclass(frozen=True)
class Pages:
    """Some pages, as one person (empty: nobody) reads them."""

    reader: str
    addresses: Callable[[], Iterable[str]]


def own_cases() -> list[str]:
    return [f"/cases/{case.pk}" for case in old.cases_of("Emil")]


def each_case(pattern: str) -> list[str]:
    return [pattern.format(number) for number in Case.objects.order_by("pk").values_list("pk", flat=True)]


def each(pattern: str, rows: Iterable[Model]) -> list[str]:
    return [pattern.format(row.pk) for row in rows]


def history() -> Iterator[str]:
    """Each page of the history, cases and changes, as its links lead from one to the next."""
    client = old.browser("Udo")
    for what in ("cases", "changes"):
        address = f"/history?show={what}"
        while address:
            yield address
            following = re.search(r'href="([^"]+)" rel="next"', client.get(address).getvalue().decode())
            address = html.unescape(f"/history{following[1]}") if following else ""


def guides() -> list[str]:
    return [f"/guides/{name}" for name in GuideVersion.objects.values_list("name", flat=True).distinct()]


PAGES = {
    "public": Pages(
        "",
        lambda: [
            *("/", "/sign-in", "/codes", "/codes?q=0x9", "/codes?family=mstsc", "/remedies", "/remedies?q=3389"),
            *("/codes/mstsc/0x904", "/codes/mstsc/0x904/0x7", "/codes/event/1058"),
        ],
    ),
    "employee": Pages("Emil", lambda: ["/", "/me", "/me/password", "/cases", "/notices"]),
    "helpdesk": Pages("Hanna", lambda: ["/board", "/desk/new", "/notices", "/cases"]),
    "approver": Pages("Abel", lambda: ["/approvals", "/notices", *each("/approvals/{}", old.changes())]),
    "manager": Pages("Mara", lambda: ["/summary"]),
    "auditor": Pages("Udo", lambda: ["/summary", "/health"]),
    "author": Pages("Arno", lambda: ["/guides", "/remedies", *guides()]),
    "administrator": Pages(
        "Ada",
        lambda: [
            *("/health", "/administration", "/administration/people", "/administration/people/new"),
            *("/administration/computers", "/administration/computers/new", "/administration/computers/import"),
            *(
                "/administration/sites",
                "/administration/accounts",
                *each("/administration/people/{}", Person.objects.all()),
            ),
            *each("/administration/computers/{}", old.hosts()),
            *each("/administration/computers/{}/test", old.hosts()),
            *each("/administration/sites/{}", Site.objects.filter(slug="north")),
            *each("/administration/sites/{}/times", Site.objects.filter(slug="north")),
        ],
    ),
    "cases": Pages("Emil", own_cases),
    "own PC": Pages("Emil", lambda: [f"{page}/pc" for page in own_cases()]),
    "desk": Pages("Hanna", lambda: each_case("/desk/cases/{}")),
    "timelines": Pages("Hanna", lambda: each_case("/history/cases/{}")),
    "history": Pages("Udo", history),
}


#: A form sent with nothing or with nonsense in it: who, where, what, and the answer.
WRONG_FORMS = [
    ("", "/cases/check", {"text": ""}, 422),
    ("", "/sign-in", {"username": "", "password": ""}, 422),
    ("", "/sign-in", {"username": "nobody@corp.example", "password": "x"}, 422),
    ("Emil", "/cases/open", {}, 422),
    ("Emil", "/me/password", {}, 422),
    ("Emil", "/me/password", {"old_password": "x", "new_password1": "short", "new_password2": "other"}, 422),
    ("Hanna", "/desk/new", {}, 422),
    ("Abel", "/approvals/away", {}, 422),
    ("Ada", "/administration/sites", {}, 422),
    ("Ada", "/administration/accounts", {}, 422),
    ("Ada", "/administration/people/new", {"email": "x"}, 422),
    ("Ada", "/administration/computers/new", {}, 422),
    ("Ada", "/administration/computers/new", {"name": "a b", "address": "?", "winrm_port": "0", "owner": "x"}, 422),
    ("Ada", "/administration/computers/import", {}, 422),
]
#: Pages that say no.
NO = [("Emil", "/administration", 403), ("Emil", "/cases/999999", 404), ("Ada", "/nowhere", 404), ("", "/nowhere", 404)]


@pytest.mark.usefixtures("spoken")
class TestThePseudoLocale:
    @pytest.mark.parametrize("name", PAGES)
    def test_leaves_no_english_on_the_pages_of(self, name: str) -> None:
        pages, found = PAGES[name], dict[str, str]()
        client, reader = visitor(pages.reader), English()
        for address in pages.addresses():
            response = client.get(address, follow=True)
            assert response.status_code == 200, address
            found |= dict.fromkeys(reader.left(response.getvalue()), address)
        assert found == {}

    @pytest.mark.parametrize(("name", "address", "fields", "status"), WRONG_FORMS)
    def test_leaves_no_english_in_a_form_with_errors(
        self, name: str, address: str, fields: dict[str, str], status: int
    ) -> None:
        response = visitor(name).post(address, fields)
        assert response.status_code == status
        assert English().left(response.getvalue()) == []

    @pytest.mark.parametrize(("name", "address", "status"), NO)
    def test_leaves_no_english_where_a_page_says_no(self, name: str, address: str, status: int) -> None:
        response = visitor(name).get(address)
        assert response.status_code == status
        assert English().left(response.getvalue()) == []

    def test_leaves_no_english_where_a_form_comes_from_elsewhere(self) -> None:
        response = Client(enforce_csrf_checks=True).post("/sign-in", {})
        assert response.status_code == 403
        assert English().left(response.getvalue()) == []


def visitor(name: str) -> Client:
    """Somebody's browser; nobody's for no name."""
    return old.browser(name) if name else Client()


@functools.cache
def known_content() -> tuple[re.Pattern[str], frozenset[str]]:
    """The names and texts of the catalogue and of the old database, read once."""
    return content.names(), frozenset(content.texts())


class English:
    """Finds what stayed English on a page: what is content carries `lang`, and only where an element can carry it."""

    def __init__(self) -> None:
        self.names, self.texts = known_content()

    def left(self, page: bytes) -> list[str]:
        """The texts of a page that stayed English, each with where it stands."""
        assert MISPLACED.search(page.decode()) is None
        found = untranslated(page.decode(), self.names, self.texts)
        return [f"{one.text} ({one.where})" for one in found]
