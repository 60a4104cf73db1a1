"""A role is one value and its column: everything follows from the table, and nothing else names sets of roles."""

import ast
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.conftest import TESTER, MakePerson
from tests.support import PRODUCT, replace_everywhere, syntax_of_the_product
from troubleshoot import cases, engine, people, wording
from troubleshoot.engine import Refusal, Right, Role, permissions
from troubleshoot.engine.permissions import OWN, SITE
from troubleshoot.models import Case, Person, Site
from troubleshoot.people import may, permission_holders, permitted_rows
from troubleshoot.web.forms.people import GrantForm

FILES = {
    str(file.relative_to(PRODUCT)): module
    for file, module in syntax_of_the_product().items()
    if "migrations" not in file.parts and file != PRODUCT / "engine" / "permissions.py"
}
ROLES = {role.value for role in Role}
#: The new role's column: it reads and takes the cases of its sites.
COLUMN: dict[str, Right] = {
    "case.read": SITE,
    "case.take": SITE,
    "desk.read": SITE,
    "case.answer": SITE,
    "board.read": SITE,
    "overview.read": SITE,
    "history.read": SITE,
    "incident.begin": SITE,
    "job.cancel": OWN,
}


@pytest.fixture
def trainee(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Role]:
    """One more value of the enum, and a copy of the table with its column; the database's check stands aside, as the
    migration of a new role would have it."""
    role = str.__new__(Role, "trainee")
    role._value_, role._name_, role.words = "trainee", "TRAINEE", "trainee"
    monkeypatch.setitem(Role._value2member_map_, "trainee", role)
    monkeypatch.setitem(Role._member_map_, "TRAINEE", role)
    monkeypatch.setattr(Role, "_member_names_", [*Role._member_names_, "TRAINEE"])
    table = {action: {**row, role: COLUMN[action]} if action in COLUMN else row for action, row in engine.RULES.items()}
    replace_everywhere(monkeypatch, permissions, "RULES", table)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield role
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            cursor.execute("ALTER TABLE troubleshoot_grant DROP CONSTRAINT grant_role_is_known")
            yield role


@pytest.fixture
def toni(trainee: Role, person: MakePerson, north: Site) -> Person:
    return person("Toni", trainee, site=north)


@pytest.fixture
def waiting(person: MakePerson, north: Site) -> Case:
    emil = person("Emil", "employee", site=north)
    return cases.open_case(actor=emil, beneficiary=emil, error_text="0x904", host=None)


class TestANewRole:
    def test_may_what_its_column_says_where_it_is_held(self, toni: Person, north: Site, south: Site) -> None:
        allowed = {action for action in engine.RULES if may(toni, action).allowed}
        assert allowed == set(COLUMN)
        assert may(toni, "incident.begin", north).allowed
        assert may(toni, "incident.begin", south).rule == "incident.begin:out_of_reach"

    def test_sees_its_pages_and_the_first_of_them_is_its_home(self, client: Client, toni: Person) -> None:
        client.force_login(toni)
        assert client.get("/")["Location"] == "/board"
        page = client.get("/board").content.decode()
        assert 'href="/history"' in page
        assert 'href="/approvals"' not in page
        assert client.get("/approvals").status_code == 403

    def test_finds_in_its_lists_what_it_may_read(
        self, client: Client, toni: Person, waiting: Case, south: Site
    ) -> None:
        elsewhere = Case.objects.create(
            opened_by=waiting.opened_by, beneficiary=waiting.beneficiary, site=south, guide=waiting.guide
        )
        assert list(permitted_rows(Case.objects.all(), toni, "case.read")) == [waiting]
        client.force_login(toni)
        assert f"/desk/cases/{waiting.pk}" in client.get("/board?q=Emil").content.decode()
        assert client.post(f"/desk/cases/{waiting.pk}/take").status_code == 302
        assert client.get(f"/desk/cases/{elsewhere.pk}").status_code == 404

    def test_is_told_of_what_it_serves_and_named_as_who_can_help(
        self, toni: Person, person: MakePerson, north: Site
    ) -> None:
        assert toni in permission_holders("case.take", north)
        refused = may(person("Mara", "manager"), "incident.begin", north)
        assert refused.who_can_help == "helpdesk / trainee of North"

    def test_conflicts_with_those_who_give_rights_and_with_those_who_check(self, toni: Person) -> None:
        clash = {role for role in ROLES if engine.role_conflict(role, ["trainee"])}
        assert clash == {"administrator", "auditor"}
        with pytest.raises(Refusal, match="roles_conflict") as refused:
            people.grant_role(
                actor=TESTER, person=toni, role="auditor", site=None, until=timezone.now() + timedelta(days=7)
            )
        assert wording.refusal_words(refused.value) == "Toni is trainee and cannot be auditor as well."

    def test_is_offered_where_roles_are_given(self, trainee: Role, person: MakePerson) -> None:
        offered = GrantForm(giver=person("Boss", "administrator")).fields["role"].choices  # type: ignore[attr-defined]
        assert ("trainee", "trainee") in [(value, str(words)) for value, words in offered]


def names_of_roles(node: ast.AST) -> set[str]:
    """The roles that one element of a list names: as a text, or as a value of the enum."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value} & ROLES
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Role":
        return {node.attr.lower()}
    return set()


def sets_of_roles(source: ast.AST) -> list[int]:
    """The lines on which a list, tuple, set or mapping names two roles or more."""
    found = []
    for node in ast.walk(source):
        elements = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else getattr(node, "keys", None) or []
        if len(set().union(*(names_of_roles(one) for one in elements if one))) > 1:
            found.append(node.lineno)  # type: ignore[attr-defined]
    return found


class TestNothingButTheTable:
    @pytest.mark.parametrize(
        "source",
        [
            'wanted = ["helpdesk", "approver"]',
            'LINKS = (("history", frozenset({"manager", "auditor"})),)',
            "_WRITERS = frozenset({Role.EMPLOYEE, Role.HELPDESK})",
            'WORDS = {"helpdesk": "a", "approver": "b"}',
        ],
    )
    def test_a_set_of_roles_would_be_seen(self, source: str) -> None:
        assert sets_of_roles(ast.parse(source)) == [1]

    def test_names_a_set_of_roles(self) -> None:
        assert len(FILES) > 100
        assert {name: lines for name, source in FILES.items() if (lines := sets_of_roles(source))} == {}

    def test_knows_a_role_of_the_enum_by_name(self) -> None:
        """Rights are asked for by action. Only the first administrator of all is made by name."""
        named = {
            name: names_of_roles(node)
            for name, source in FILES.items()
            for node in ast.walk(source)
            if isinstance(node, ast.Attribute) and names_of_roles(node) & ROLES
        }
        assert named == {"management/commands/setup.py": {"administrator"}}
