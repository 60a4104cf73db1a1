"""Visitors: whoever is signed in comes with the grants of this moment, which are asked for once a request."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.conftest import TESTER, MakePerson
from troubleshoot import cases, people
from troubleshoot.cases import ask_for_help
from troubleshoot.models import Case, Grant, Notice, Person, Site
from troubleshoot.people import may, permitted_sites
from troubleshoot.people.auth_backend import GrantBackend

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanna(person: MakePerson, north: Site) -> Person:
    return person("Hanna", "helpdesk", site=north)


@pytest.fixture
def signed_in(client: Client, hanna: Person) -> Client:
    client.force_login(hanna)
    assert client.get("/board").status_code == 200
    return client


@pytest.fixture
def waiting(person: MakePerson, north: Site) -> Case:
    """A case that helpdesk could take."""
    emil = person("Emil", "employee", site=north)
    return cases.open_case(actor=emil, beneficiary=emil, error_text="0x904", host=None)


def end(**fields: Any) -> None:
    """What the command line or another administrator does meanwhile."""
    assert Grant.objects.update(**fields) == 1


class TestAVisitor:
    def test_is_asked_about_once_a_request(self, signed_in: Client) -> None:
        with CaptureQueriesContext(connection) as seen:
            signed_in.get("/board")
        assert sum("troubleshoot_grant" in query["sql"] for query in seen) == 1
        assert sum('FROM "troubleshoot_person"' in query["sql"] for query in seen) == 0

    @pytest.mark.parametrize("address", ["/board", "/desk/new", "/history"])
    def test_is_refused_at_the_next_request_after_a_grant_was_revoked(self, signed_in: Client, address: str) -> None:
        assert signed_in.get(address).status_code == 200
        people.revoke_grant(actor=TESTER, grant=Grant.objects.get())
        assert signed_in.get(address).status_code == 403

    def test_is_refused_at_the_next_request_after_a_grant_has_run_out(self, signed_in: Client) -> None:
        now = timezone.now()
        end(granted_at=now - timedelta(hours=2), until=now - timedelta(microseconds=1))
        assert signed_in.get("/board").status_code == 403

    def test_changes_nothing_after_a_grant_was_revoked(self, signed_in: Client, waiting: Case) -> None:
        people.revoke_grant(actor=TESTER, grant=Grant.objects.get(role="helpdesk"))
        assert signed_in.post(f"/desk/cases/{waiting.pk}/take").status_code == 403
        waiting.refresh_from_db()
        assert waiting.owner is None

    def test_may_more_at_the_next_request_after_a_new_grant(self, signed_in: Client, hanna: Person) -> None:
        assert signed_in.get("/approvals").status_code == 403
        people.grant_role(
            actor=TESTER, person=hanna, role="approver", site=None, until=timezone.now() + timedelta(days=1)
        )
        assert signed_in.get("/approvals").status_code == 200

    def test_is_nobody_at_the_next_request_after_the_account_was_switched_off(
        self, signed_in: Client, hanna: Person
    ) -> None:
        people.deactivate_account(actor=TESTER, person=hanna)
        assert signed_in.get("/board")["Location"].startswith("/sign-in")
        assert GrantBackend().get_user(hanna.pk) is None

    def test_without_a_grant_is_still_somebody(self, client: Client, person: MakePerson) -> None:
        ann = person("Ann")
        client.force_login(ann)
        assert client.get("/me").status_code == 200
        assert GrantBackend().get_user(ann.pk) == ann

    def test_sees_what_is_new_at_the_next_request(self, signed_in: Client, hanna: Person, waiting: Case) -> None:
        assert "<title>(" not in signed_in.get("/board").content.decode()
        ask_for_help(actor=waiting.beneficiary, case=waiting)
        unread = Notice.objects.unread(hanna).count()
        assert unread > 0
        assert f"<title>({unread})" in signed_in.get("/board").content.decode()

    def test_with_several_grants_counts_each_notice_once(
        self, signed_in: Client, hanna: Person, north: Site, waiting: Case
    ) -> None:
        until = timezone.now() + timedelta(days=1)
        people.grant_role(actor=TESTER, person=hanna, role="employee", site=north, until=until)
        ask_for_help(actor=waiting.beneficiary, case=waiting)
        unread = Notice.objects.unread(hanna).count()
        assert f"<title>({unread})" in signed_in.get("/board").content.decode()


class TestRemembering:
    def test_is_for_visitors_alone(self, hanna: Person) -> None:
        assert may(hanna, "board.read").allowed
        people.revoke_grant(actor=TESTER, grant=Grant.objects.get())
        assert not may(hanna, "board.read").allowed
        assert hanna.roles() == frozenset()
        assert not permitted_sites(hanna, "board.read").exists()

    def test_ends_with_a_change_of_grants_within_the_request(self, person: MakePerson, north: Site) -> None:
        person("Chief", "administrator")
        boss = GrantBackend().get_user(person("Boss", "administrator", site=north).pk)
        assert boss is not None
        people.revoke_grant(actor=boss, grant=boss.grants.get())
        assert not may(boss, "person.grant", north).allowed

    def test_says_nothing_of_an_account_that_is_switched_off(self, hanna: Person) -> None:
        visitor = GrantBackend().get_user(hanna.pk)
        assert visitor is not None
        visitor.is_active = False
        assert visitor.held() == ()
