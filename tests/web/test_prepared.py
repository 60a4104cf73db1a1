"""A prepared query gives what the same query would give that is made anew, and keeps nothing of its first run."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import BigAutoField, DateTimeField, IntegerField, QuerySet, UUIDField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.conftest import TESTER, MakePerson
from troubleshoot import cases, people
from troubleshoot.cases import ask_for_help
from troubleshoot.models import Case, Grant, Notice, Parameter, Person, Prepared, Site

pytestmark = pytest.mark.django_db

NOW, PERSON = Parameter("now", DateTimeField()), Parameter("person", UUIDField())


def in_force() -> QuerySet[Grant]:
    return Grant.objects.active(NOW).filter(person=PERSON).select_related("person", "site")


@pytest.fixture
def two(person: MakePerson, north: Site, south: Site) -> tuple[Person, Person]:
    return person("Hanna", "helpdesk", site=north), person("Emil", "employee", site=south)


def test_each_run_has_its_own_parameters(two: tuple[Person, Person]) -> None:
    grants, now = Prepared(in_force), timezone.now()
    for one in (*two, *two):
        (found,) = grants.rows(now=now, person=one.pk)
        assert found == Grant.objects.get(person=one)
        assert (found.person, found.until, found.role) == (one, one.grants.get().until, one.grants.get().role)
    assert grants.rows(now=now + dt.timedelta(days=4000), person=two[0].pk) == []
    assert grants.first(now=now, person=TESTER_ID) is None


TESTER_ID = "01a203c8-ec74-7b6c-8705-ba4a20ba2fe0"


def test_one_run_is_one_query_and_brings_what_it_selects(two: tuple[Person, Person]) -> None:
    grants = Prepared(in_force)
    with CaptureQueriesContext(connection) as seen:
        (found,) = grants.rows(now=timezone.now(), person=two[0].pk)
        assert found.person.name == "Hanna"
        assert str(found.site) == "North"
    assert len(seen) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: Grant.objects.active().filter(person=PERSON),
        lambda: Grant.objects.active(NOW).filter(person=UUID(TESTER_ID)),
        lambda: Case.objects.filter(pk=1),
        lambda: Case.objects.filter(pk__in=[7], opened_by=PERSON),
    ],
)
def test_a_moment_or_a_key_may_not_be_fixed(make: Callable[[], QuerySet[Any]]) -> None:
    with pytest.raises(TypeError, match="must be a Parameter"):
        Prepared(make).rows(now=timezone.now(), person=TESTER_ID)


def test_a_missing_parameter_is_an_error(two: tuple[Person, Person]) -> None:
    with pytest.raises(KeyError, match="now"):
        Prepared(in_force).rows(person=two[0].pk)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**40])
def test_a_number_too_large_for_the_database_is_an_error_on_every_database(number: int) -> None:
    rows = Prepared(lambda: Case.objects.filter(pk=Parameter("pk", BigAutoField())))
    with pytest.raises(OverflowError, match="pk"):
        rows.first(pk=number)


@pytest.mark.parametrize(("field", "value"), [(UUIDField(), "no key"), (IntegerField(), "x")])
def test_a_malformed_value_is_an_error(field: Any, value: str) -> None:
    rows = Prepared(lambda: Person.objects.filter(grants__pk=Parameter("key", field)))
    with pytest.raises((ValueError, ValidationError)):
        rows.rows(key=value)


def test_a_case_with_an_impossible_number_is_not_found(client: Client, two: tuple[Person, Person]) -> None:
    client.force_login(two[1])
    for number in (0, 2**31, 2**63, 10**40):
        assert client.get(f"/cases/{number}").status_code == 404


def test_values_come_as_the_queryset_says(two: tuple[Person, Person]) -> None:
    names = Prepared(lambda: Person.objects.filter(pk=PERSON).values("name", "grants__site__name"))
    assert names.rows(person=two[1].pk) == [{"name": "Emil", "grants__site__name": "South"}]
    assert names.model is Person


@pytest.mark.django_db(transaction=True)
def test_threads_share_it_without_sharing_a_connection(two: tuple[Person, Person]) -> None:
    grants = Prepared(in_force)

    def ask(place: int) -> UUID:
        try:
            found = [grants.rows(now=timezone.now(), person=two[place % 2].pk)[0].person.pk for _ in range(5)]
            assert len(set(found)) == 1
            return found[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(8))) == [two[place % 2].pk for place in range(8)]


class TestAVisitor:
    def test_sees_what_is_new_at_the_next_request(self, client: Client, person: MakePerson, north: Site) -> None:
        hanna, emil = person("Hanna", "helpdesk", site=north), person("Emil", "employee", site=north)
        client.force_login(hanna)
        assert "<title>(" not in client.get("/board").content.decode()
        ask_for_help(actor=emil, case=cases.open_case(actor=emil, beneficiary=emil, error_text="0x904", host=None))
        unread = Notice.objects.unread(hanna).count()
        assert unread > 0
        assert f"<title>({unread})" in client.get("/board").content.decode()

    def test_with_several_grants_counts_each_notice_once(self, client: Client, person: MakePerson, north: Site) -> None:
        hanna, emil = person("Hanna", "helpdesk", site=north), person("Emil", "employee", site=north)
        until = timezone.now() + dt.timedelta(days=1)
        people.grant_role(actor=TESTER, person=hanna, role="employee", site=north, until=until)
        case = cases.open_case(actor=emil, beneficiary=emil, error_text="0x904", host=None)
        ask_for_help(actor=emil, case=case)
        client.force_login(hanna)
        unread = Notice.objects.unread(hanna).count()
        assert f"<title>({unread})" in client.get("/board").content.decode()
