"""The rules: what each role may do to whose object, written out a second time, by hand."""

from collections.abc import Callable
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import TESTER, MakePerson
from troubleshoot import engine, people
from troubleshoot.engine import Role, permissions
from troubleshoot.models import Case, Entry, Host, Job, Person, Site
from troubleshoot.people import PermissionRefused, may, refusals_recorded, require_permission

# E employee, H helpdesk, P approver, A author, M manager, U auditor, D administrator; all hold their role at North.
LETTERS = {
    "E": Role.EMPLOYEE,
    "H": Role.HELPDESK,
    "P": Role.APPROVER,
    "A": Role.AUTHOR,
    "M": Role.MANAGER,
    "U": Role.AUDITOR,
    "D": Role.ADMINISTRATOR,
}

#: action: who may, for an own object at North · for somebody else's at North · for somebody else's at South · at all
TABLE = {
    "case.open": ("EH", "H", "", "EH"),
    "case.open_for_other": ("H", "H", "", "H"),
    "case.read": ("EHPMU", "HPMU", "", "EHPMU"),
    "desk.read": ("H", "H", "", "H"),
    "case.answer": ("EH", "H", "", "EH"),
    "case.close": ("EH", "", "", "EH"),
    "case.take": ("H", "H", "", "H"),
    "case.close_for": ("H", "H", "", "H"),
    "job.plan": ("EH", "H", "", "EH"),
    "job.read": ("EHPMU", "HPMU", "", "EHPMU"),
    "job.approve": ("", "P", "", "P"),
    "job.apply": ("EH", "H", "", "EH"),
    "job.revert": ("EH", "H", "", "EH"),
    "job.settle": ("H", "H", "", "H"),
    "job.settle_risky": ("", "H", "", "H"),
    "job.cancel": ("EHP", "HP", "", "EHP"),
    "guide.write": ("A", "A", "A", "A"),
    "guide.read": ("HPAMUD", "HPAMUD", "HPAMUD", "HPAMUD"),
    "host.read": ("EHPMUD", "HPMUD", "", "EHPMUD"),
    "host.import": ("D", "D", "", "D"),
    "host.change": ("D", "D", "", "D"),
    "host.test": ("D", "D", "", "D"),
    "credential.read": ("UD", "UD", "", "UD"),
    "credential.change": ("D", "D", "", "D"),
    "person.read": ("UD", "UD", "UD", "UD"),
    "person.create": ("D", "D", "D", "D"),
    "person.deactivate": ("D", "D", "D", "D"),
    "person.password": ("D", "D", "D", "D"),
    "person.grant": ("D", "D", "", "D"),
    "site.read": ("HPMUD", "HPMUD", "", "HPMUD"),
    "site.create": ("D", "D", "", "D"),
    "site.change": ("D", "D", "", "D"),
    "administration.read": ("D", "D", "D", "D"),
    "health.read": ("UD", "UD", "UD", "UD"),
    "help.ask": ("E", "E", "", "E"),
    "board.read": ("H", "H", "", "H"),
    "incident.read": ("EH", "EH", "", "EH"),
    "incident.watch": ("E", "E", "", "E"),
    "incident.begin": ("H", "H", "", "H"),
    "incident.end": ("H", "H", "", "H"),
    "summary.read": ("MU", "MU", "", "MU"),
    "history.read": ("EHPMU", "HPMU", "", "EHPMU"),
    "overview.read": ("HPMU", "HPMU", "", "HPMU"),
    "audit.read": ("U", "U", "U", "U"),
    "audit.verify": ("MUD", "MUD", "MUD", "MUD"),
    "audit.export": ("U", "U", "U", "U"),
}
#: What a read-only role may ever do.
READING = {action for action in engine.RULES if not permissions.changes_something(action)}


STRANGER = UUID(int=1)


def computer(site: Site, owner: UUID = STRANGER) -> Host:
    return Host(pk=0, site=site, owner_id=owner)


def request(host: Host, requester: UUID = STRANGER, **fields: Any) -> Job:
    return Job(host=host, requester_id=requester, **{"self_service": True, **fields})


def walk(**fields: Any) -> Case:
    return Case(**{"opened_by_id": STRANGER, "beneficiary_id": STRANGER, **fields})


def ends(who: Person) -> datetime:
    return who.grants.get().until


def allowed(who: Person, action: str, obj: object = None) -> bool:
    return may(who, action, obj).allowed


@pytest.fixture
def everybody(person: MakePerson, north: Site) -> dict[str, Person]:
    return {letter: person(role, role, site=north) for letter, role in LETTERS.items()}


@pytest.mark.django_db
class TestTheTable:
    def test_knows_the_same_actions(self) -> None:
        assert set(TABLE) == set(engine.RULES)

    @pytest.mark.parametrize("action", TABLE)
    def test_says_the_same(self, everybody: dict[str, Person], north: Site, south: Site, action: str) -> None:
        def about(owner: UUID, site: Site) -> object:
            host = computer(site, owner)
            return request(host, owner) if action.startswith("job.") else host

        def who(place: Callable[[UUID], object]) -> str:
            return "".join(letter for letter, me in everybody.items() if allowed(me, action, place(me.pk)))

        found = (
            who(lambda me: about(me, north)),
            who(lambda _: about(STRANGER, north)),
            who(lambda _: about(STRANGER, south)),
            who(lambda _: None),
        )
        assert found == TABLE[action]

    @pytest.mark.parametrize("action", TABLE)
    def test_gives_nothing_to_somebody_without_a_role(self, person: MakePerson, north: Site, action: str) -> None:
        nobody = person("Nobody")
        assert not allowed(nobody, action)
        assert not allowed(nobody, action, computer(north, nobody.pk))

    def test_lets_managers_and_auditors_change_nothing(self) -> None:
        for action, row in engine.RULES.items():
            if action not in READING:
                assert not {Role.MANAGER, Role.AUDITOR} & set(row), action

    @pytest.mark.parametrize("pair", list(combinations("EHPAMUD", 2)), ids="".join)
    def test_gives_two_roles_never_more_than_each_alone(
        self, everybody: dict[str, Person], person: MakePerson, north: Site, pair: tuple[str, str]
    ) -> None:
        first, second = (LETTERS[letter] for letter in pair)
        if engine.role_conflict(first, [second]):
            return
        both = person("Both", first, second, site=north)
        for action in engine.RULES:
            obj = request(computer(north))
            alone = any(allowed(everybody[letter], action, obj) for letter in pair)
            assert allowed(both, action, obj) == alone


@pytest.mark.django_db
class TestReach:
    def test_every_site_needs_a_grant_for_every_site(self, person: MakePerson, north: Site) -> None:
        local, whole = person("Local", "administrator", site=north), person("Whole", "administrator")
        assert not allowed(local, "site.create", engine.EVERY_SITE)
        assert allowed(whole, "site.create", engine.EVERY_SITE)
        assert allowed(whole, "host.change", computer(north))

    def test_a_case_without_a_site_is_every_helpdesks(self, everybody: dict[str, Person], south: Site) -> None:
        assert allowed(everybody["H"], "case.answer", walk())
        assert not allowed(everybody["E"], "case.read", walk())
        assert not allowed(everybody["H"], "case.answer", walk(site=south))

    def test_a_case_that_one_cared_for_is_not_ones_own(self, everybody: dict[str, Person], south: Site) -> None:
        ann = everybody["E"]
        assert not allowed(ann, "case.read", walk(owner_id=ann.pk, site=south))
        assert allowed(ann, "case.read", walk(beneficiary_id=ann.pk, site=south))

    def test_an_assigned_computer_is_an_own_one(self, person: MakePerson, north: Site, south: Site) -> None:
        ann = person("Ann", "employee", site=north)
        host = Host.objects.create(name="ACC-07", address="acc-07", site=south)
        assert not allowed(ann, "host.read", host)
        host.assigned.add(ann)
        assert allowed(ann, "host.read", host)

    @pytest.mark.parametrize("action", ["person.password", "person.deactivate"])
    def test_an_administrator_of_some_sites_takes_no_account_that_reaches_further(
        self, person: MakePerson, north: Site, south: Site, action: str
    ) -> None:
        local, whole = person("Local", "administrator", site=north), person("Whole", "administrator")
        here, there = person("Here", "helpdesk", site=north), person("There", "helpdesk", site=south)
        everywhere, fresh = person("Everywhere", "approver"), person("Fresh")
        assert [allowed(local, action, one) for one in (here, fresh)] == [True, True]
        assert may(local, action, there).rule == f"{action}:out_of_reach"
        assert not allowed(local, action, everywhere)
        assert not allowed(local, action, whole)
        assert all(allowed(whole, action, one) for one in (here, there, everywhere, local))
        people.grant_role(actor=TESTER, person=local, role="administrator", site=south, until=ends(there))
        assert allowed(local, action, there)
        assert not allowed(local, action, whole)

    @pytest.mark.parametrize(
        ("risk", "self_service", "own_host", "may"),
        [
            ("low", True, True, True),
            ("low", False, True, False),
            ("disruptive", True, True, False),
            ("dangerous", True, True, False),
            ("low", True, False, False),
        ],
    )
    @pytest.mark.parametrize("action", ["job.apply", "job.revert"])
    def test_an_employee_starts_only_mild_fixes_on_an_own_computer(
        self,
        everybody: dict[str, Person],
        north: Site,
        action: str,
        risk: str,
        self_service: bool,
        own_host: bool,
        may: bool,
    ) -> None:
        ann = everybody["E"]
        host = computer(north, ann.pk if own_host else STRANGER)
        job = request(host, ann.pk, beneficiary_id=ann.pk, risk=risk, self_service=self_service)
        assert allowed(ann, action, job) is may
        assert allowed(everybody["H"], action, job)

    def test_nobody_approves_what_they_asked_for_or_what_is_for_them(
        self, everybody: dict[str, Person], north: Site
    ) -> None:
        pat = everybody["P"]
        for job in (
            request(computer(north), pat.pk),
            request(computer(north), beneficiary_id=pat.pk),
            request(computer(north, pat.pk)),
            request(computer(north), case=walk(opened_by_id=pat.pk)),
            request(computer(north), case=walk(owner_id=pat.pk)),
        ):
            decision = may(pat, "job.approve", job)
            assert not decision.allowed
            assert decision.rule == "job.approve:own_request"
            assert decision.who_can_help == "another approver of North"

    def test_a_role_that_is_taken_back_is_gone_at_the_next_question(self, person: MakePerson, north: Site) -> None:
        ann = person("Ann", "helpdesk", site=north)
        assert allowed(ann, "case.answer")
        people.revoke_grant(actor=TESTER, grant=ann.grants.get())
        assert not allowed(ann, "case.answer")

    def test_an_unknown_action_is_a_bug(self, person: MakePerson) -> None:
        with pytest.raises(KeyError):
            may(person("Ann"), "case.explode")


@given(held=st.sets(st.sampled_from(Role)), order=st.randoms())
def test_roles_given_one_by_one_never_end_in_a_conflict(held: set[Role], order: object) -> None:
    given_: list[Role] = []
    for role in sorted(held, key=lambda _: order.random()):  # type: ignore[attr-defined]
        if engine.role_conflict(role, given_) is None:
            given_.append(role)
    assert not any(engine.role_conflict(first, [second]) for first, second in combinations(given_, 2))


@pytest.mark.django_db(transaction=True)
class TestRefusals:
    def test_are_recorded_after_the_rollback_of_what_was_refused(self, person: MakePerson, north: Site) -> None:
        ann = person("Ann", "employee", site=north)

        @transaction.atomic
        def change() -> None:
            people.create_site(actor=TESTER, slug="west", name="West")
            require_permission(ann, "host.change", north)

        with pytest.raises(PermissionRefused), refusals_recorded(ann):
            change()
        assert not Site.objects.filter(slug="west").exists()
        entry = Entry.objects.get(tag="access:refuse")
        assert entry.actor == str(ann.pk)
        assert b'"rule":"host.change:no_role"' in bytes(entry.canonical)
        assert [(named.kind, named.ref) for named in entry.objects_named.all()] == [("site", str(north.pk))]

    def test_cannot_be_recorded_inside_the_transaction(self, person: MakePerson) -> None:
        ann = person("Ann")

        def ask() -> None:
            with transaction.atomic(), refusals_recorded(ann):
                require_permission(ann, "host.change")

        with pytest.raises(RuntimeError, match="durable"):
            ask()
