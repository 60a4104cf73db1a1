"""Grants: who may hold what, given by whom, until when."""

import threading
from datetime import timedelta
from itertools import combinations, product

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from pytest_django import Settings

from tests.conftest import TESTER, MakePerson
from troubleshoot import audit, engine, people
from troubleshoot.engine import Refusal, Role
from troubleshoot.models import Entry, Grant, Person, Site
from troubleshoot.people import PermissionRefused, may, permitted_sites

SOON = timedelta(days=7)
#: Known by name; what the table says is more where a role is added, and never less.
KNOWN = [
    ["administrator", "approver"],
    ["administrator", "auditor"],
    ["administrator", "helpdesk"],
    ["approver", "auditor"],
    ["auditor", "author"],
    ["auditor", "employee"],
    ["auditor", "helpdesk"],
]


def those_who(*actions: str) -> set[str]:
    """The roles that may do one of these."""
    return {role.value for action in actions for role in engine.RULES[action]}


def expected_conflicts() -> list[list[str]]:
    """Who hands out rights beside who uses them; who checks beside who changes anything."""
    changing = those_who(*(one for one in engine.RULES if one.rpartition(".")[2] not in ("read", "verify", "export")))
    uneasy = (those_who("person.grant"), those_who("case.take", "job.approve")), (those_who("audit.read"), changing)
    return sorted(map(list, {tuple(sorted(pair)) for left, right in uneasy for pair in product(left, right)}))


CONFLICTS = expected_conflicts()


def give(actor: audit.Actor, person: Person, role: str, site: Site | None = None) -> Grant:
    return people.grant_role(actor=actor, person=person, role=role, site=site, until=timezone.now() + SOON)


@pytest.mark.django_db
class TestGranting:
    def test_gives_a_role_at_a_site_until_a_moment_and_records_it(self, person: MakePerson, north: Site) -> None:
        boss, ann = person("Boss", "administrator"), person("Ann")
        give(boss, ann, "helpdesk", north)
        assert ann.roles() == {"helpdesk"}
        assert list(permitted_sites(ann, "board.read")) == [north]
        entry = Entry.objects.latest("seq")
        assert (entry.tag, entry.actor) == ("people:grant", str(boss.pk))
        assert b"Ann" not in bytes(entry.canonical)
        assert b"Ann" in bytes(entry.personal.payload)

    @pytest.mark.parametrize("pair", CONFLICTS)
    @pytest.mark.parametrize("turned", [False, True])
    def test_refuses_conflicting_roles_in_either_order(
        self, person: MakePerson, north: Site, south: Site, pair: list[str], turned: bool
    ) -> None:
        first, second = reversed(pair) if turned else pair
        ann = person("Ann", first, site=north)
        with pytest.raises(Refusal, match="roles_conflict"):
            give(TESTER, ann, second, south)
        assert ann.roles() == {first}

    def test_refuses_no_other_pair(self) -> None:
        pairs = [sorted(pair) for pair in combinations(Role, 2) if engine.role_conflict(pair[0], pair[1:])]
        assert sorted(pairs) == CONFLICTS
        assert [pair for pair in KNOWN if pair not in CONFLICTS] == []

    def test_allows_conflicting_roles_in_solo_mode(self, person: MakePerson, settings: Settings) -> None:
        settings.MENDPOINT_SOLO_MODE = True
        assert person("Ann", "administrator", "helpdesk").roles() == {"administrator", "helpdesk"}

    @pytest.mark.parametrize("solo", [False, True])
    def test_refuses_a_grant_to_oneself(self, person: MakePerson, settings: Settings, solo: bool) -> None:
        settings.MENDPOINT_SOLO_MODE = solo
        boss = person("Boss", "administrator")
        with pytest.raises(Refusal, match="own_role"):
            give(boss, boss, "author")

    def test_is_held_by_the_database_as_well(self, person: MakePerson) -> None:
        boss = person("Boss", "administrator")
        with pytest.raises(IntegrityError, match="grant_not_to_oneself"):
            Grant.objects.create(person=boss, role="author", until=timezone.now() + SOON, granted_by=boss)

    @pytest.mark.parametrize("days", [-1, 0, 367])
    def test_refuses_an_end_in_the_past_or_too_far_away(self, person: MakePerson, days: int) -> None:
        with pytest.raises(Refusal, match="grant_too_long"):
            people.grant_role(
                actor=TESTER,
                person=person("Ann"),
                role="author",
                site=None,
                until=timezone.now() + timedelta(days=days),
            )

    def test_is_an_administrators_alone_and_only_at_their_sites(
        self, person: MakePerson, north: Site, south: Site
    ) -> None:
        boss, ann = person("Boss", "administrator", site=north), person("Ann")
        for refused in (south, None):
            with pytest.raises(PermissionRefused):
                give(boss, ann, "helpdesk", refused)
        with pytest.raises(PermissionRefused):
            give(ann, boss, "author", north)
        assert give(boss, ann, "helpdesk", north).granted_by == boss

    def test_replaces_an_earlier_grant_of_the_same(self, person: MakePerson, north: Site) -> None:
        ann = person("Ann", "helpdesk", site=north)
        renewed = give(TESTER, ann, "helpdesk", north)
        assert list(ann.grants.active()) == [renewed]
        assert ann.grants.count() == 2

    def test_refuses_a_switched_off_account(self, person: MakePerson) -> None:
        person("Boss", "administrator")
        ann = person("Ann")
        people.deactivate_account(actor=TESTER, person=ann)
        with pytest.raises(Refusal, match="account_off"):
            give(TESTER, ann, "author")


@pytest.mark.django_db
class TestRevoking:
    def test_ends_the_role_at_once_and_keeps_the_row(self, person: MakePerson) -> None:
        boss, ann = person("Boss", "administrator"), person("Ann", "author")
        grant = ann.grants.get()
        people.revoke_grant(actor=boss, grant=grant)
        assert ann.roles() == frozenset()
        assert grant.revoked_by == boss
        assert Entry.objects.latest("seq").tag == "people:revoke"

    def test_twice_records_once(self, person: MakePerson) -> None:
        grant = person("Ann", "author").grants.get()
        people.revoke_grant(actor=TESTER, grant=grant)
        people.revoke_grant(actor=TESTER, grant=grant)
        assert Entry.objects.filter(tag="people:revoke").count() == 1

    def test_keeps_the_last_administrator(self, person: MakePerson) -> None:
        first, second = person("Boss", "administrator"), person("Bea", "administrator")
        people.revoke_grant(actor=TESTER, grant=first.grants.get())
        with pytest.raises(Refusal, match="last_administrator"):
            people.revoke_grant(actor=TESTER, grant=second.grants.get())
        with pytest.raises(Refusal, match="last_administrator"):
            people.deactivate_account(actor=TESTER, person=second)

    def test_ends_by_itself_when_the_time_is_over(self, person: MakePerson) -> None:
        ann = person("Ann", "author")
        assert not Grant.objects.active(at=timezone.now() + timedelta(days=31)).filter(person=ann).exists()


@pytest.mark.django_db(transaction=True)
def test_two_conflicting_grants_at_the_same_time_leave_one(person: MakePerson) -> None:
    ann, both = person("Ann"), threading.Barrier(2)

    def ask(role: str) -> None:
        both.wait()
        try:
            give(TESTER, ann, role)
        except Refusal:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(role,)) for role in ("auditor", "helpdesk")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ann.roles()) == 1


@pytest.mark.django_db
class TestPeople:
    @pytest.mark.parametrize(
        "twin",
        [
            "ANN@corp.example",
            "\uff41\uff4e\uff4e@corp.example",
            " ann@corp.example ",
            "Ann@Corp.Example",
            "ann@ᶜorp.example",
        ],
    )
    def test_have_one_account_however_the_address_is_written(self, person: MakePerson, twin: str) -> None:
        ann = person("Ann")
        assert Person.objects.get(email=twin) == ann
        assert Person.objects.get_by_natural_key(twin) == ann
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.create(email=twin, name="Twin")

    def test_are_never_deleted(self, person: MakePerson) -> None:
        ann = person("Ann")
        for refused in (ann.delete, Person.objects.all().delete, Person.objects.filter(pk=ann.pk).delete):
            with pytest.raises(ProtectedError):
                refused()
        assert Person.objects.filter(pk=ann.pk).exists()

    def test_lose_every_right_when_switched_off(self, person: MakePerson, north: Site) -> None:
        person("Boss", "administrator")
        ann = person("Ann", "helpdesk")
        people.deactivate_account(actor=TESTER, person=ann)
        assert ann.roles() == frozenset()
        assert not may(ann, "site.read", north).allowed
        assert not permitted_sites(ann, "board.read").exists()

    def test_of_every_site_reach_sites_to_come(self, person: MakePerson, north: Site) -> None:
        ann = person("Ann", "auditor")
        later = people.create_site(actor=TESTER, slug="west", name="West")
        assert set(permitted_sites(ann, "overview.read")) == {north, later}
