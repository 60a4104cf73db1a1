"""Every URL, asked with every method by every kind of visitor, as a page and as a fragment."""

import hashlib
from collections.abc import Iterator
from copy import copy, deepcopy
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.core import checks
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from tests.conftest import MakePerson
from tests.web.table import METHODS, ROLES, TABLE, VISITORS
from troubleshoot.models import Person, Site
from troubleshoot.people.auth_backend import GrantBackend
from troubleshoot.web.system_checks import routes

#: May change by looking at a page: the session, and the audit log.
_UNSTABLE = {"django_session", "troubleshoot_entry", "troubleshoot_entryobject", "troubleshoot_personalpart"}
_UNSTABLE |= {"troubleshoot_writer"}


@pytest.fixture
def visitor(kind: str, person: MakePerson, north: Site) -> Person | None:
    """One of the table's visitors, beside one of every other kind."""
    people = {"anonymous": None, "nobody": person("Nobody")} | {role: person(role, role, site=north) for role in ROLES}
    return people[kind]


#: Methods for which a page has an answer of its own; any other is refused before anybody asks what it is for.
HANDLED = {method for url in TABLE.values() for method in url.answers} | {"OPTIONS"}


def paths(route: str) -> tuple[str, ...]:
    return TABLE[route].objects or (f"/{route}",)


def asked_paths(route: str, method: str) -> tuple[str, ...]:
    """The paths to ask for by a method: where the table knows no answer to it, one stands for all."""
    return paths(route) if method in TABLE[route].answers else paths(route)[:1]


def contents() -> str:
    """A hash of every row that looking must not change."""
    seen = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(model._meta.db_table for model in apps.get_models()):
            if table not in _UNSTABLE:
                cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
                seen.update(repr((table, [tuple(map(str, row)) for row in cursor.fetchall()])).encode())
    return seen.hexdigest()


def ask(client: Client, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    """One request in a session that no other has touched; whatever it changed is undone.

    A refusal is recorded in a transaction of its own; this one stands around it as a test's own does.
    """
    cookies = deepcopy(client.cookies)
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]
    with around:
        response = client.generic(method, path, headers=headers)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response.status_code, dict(response.headers)


def signed_in(visitor: Person | None) -> Client:
    """A browser, with somebody signed in unless nobody."""
    client = Client()
    if visitor:
        client.force_login(visitor)
    return client


def test_the_table_names_exactly_the_urls_that_exist() -> None:
    assert {route for route, _ in routes()} == set(TABLE)


def test_a_route_with_parameters_has_objects_to_ask_for() -> None:
    assert all(url.objects for route, url in TABLE.items() if "<" in route)


def variants(method: str) -> Iterator[dict[str, str]]:
    """As a page and as a fragment; a POST also with headers by which some frameworks take it for another method."""
    for fragment in ({}, {"HX-Request": "true"}) if method in HANDLED else ({},):
        yield fragment
        if method == "POST":
            yield fragment | {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "PUT"}


@pytest.fixture
def same_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is behind the session is asked of the database once: `ask` takes back whatever a request has changed."""
    known: dict[Any, Person | None] = {}
    found = GrantBackend.get_user

    def get_user(backend: GrantBackend, key: Any) -> Person | None:
        if key not in known:
            known[key] = found(backend, key)
        return copy(known[key])

    monkeypatch.setattr(GrantBackend, "get_user", get_user)


#: What no page answers is refused alike for whoever is signed in: the first role and the last stand for all.
ASKED = [(kind, method) for kind, method in product(VISITORS, METHODS) if method in HANDLED or kind not in ROLES[1:-1]]


@pytest.mark.django_db
class TestWalk:
    @pytest.mark.parametrize(("kind", "method"), ASKED)
    @pytest.mark.usefixtures("same_person")
    def test_answers_as_the_table_says(self, visitor: Person | None, kind: str, method: str) -> None:
        found, wanted, browser = {}, {}, signed_in(visitor)
        for route, headers in product(TABLE, variants(method)):
            for path in asked_paths(route, method):
                status, got = ask(browser, method, path, headers)
                found[path, *headers] = status
                wanted[path, *headers] = TABLE[route].expected(method, kind, fragment="HX-Request" in headers)
                assert ("HX-Redirect" in got) == (status == 401)
        assert found == wanted

    @pytest.mark.parametrize("kind", VISITORS)
    def test_changes_nothing_by_looking(self, visitor: Person | None, kind: str) -> None:
        browser, before = signed_in(visitor), contents()
        for route in TABLE:
            for method, path in product(("GET", "HEAD", "OPTIONS", "TRACE"), paths(route)):
                browser.generic(method, path)
            assert contents() == before, route


class TestDenyByDefault:
    def test_a_view_without_a_rule_fails_the_check(self, settings: Settings) -> None:
        settings.ROOT_URLCONF = "tests.web.doors"
        found = [message for message in checks.run_checks() if message.id == "troubleshoot.E001"]
        assert [message.msg for message in found] == ["The view at 'undeclared' declares no rule."]

    def test_every_real_view_has_one(self) -> None:
        assert [one for one in checks.run_checks() if not one.is_silenced()] == []

    @pytest.mark.django_db
    def test_a_view_without_a_rule_is_closed_to_strangers_even_so(self, client: Client, settings: Settings) -> None:
        settings.ROOT_URLCONF = "tests.web.doors"
        assert client.get("/undeclared").status_code == 302
