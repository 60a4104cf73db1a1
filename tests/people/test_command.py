"""`manage.py people`: the first administrator, from the server's own command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import PASSWORD
from troubleshoot.models import Entry, Person, Site


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("people", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


@pytest.mark.django_db
@pytest.mark.usefixtures("typed")
class TestPeopleCommand:
    def test_makes_the_first_administrator(self) -> None:
        assert "without any role" in run("add", "Ann@corp.example", "--name", "Ann", "--department", "IT")
        run("grant", "ann@corp.example", "administrator", "--days", "30")
        ann = Person.objects.get()
        assert (ann.email, ann.department) == ("ann@corp.example", "IT")
        assert ann.roles() == {"administrator"}
        assert ann.check_password(PASSWORD)
        assert set(Entry.objects.values_list("tag", "actor_kind")) == {
            ("people:create", "cli"),
            ("people:grant", "cli"),
        }
        assert "administrator at every site until" in run("list")

    def test_takes_no_password_as_an_argument(self) -> None:
        with pytest.raises((CommandError, SystemExit)):
            run("add", "ann@corp.example", "--name", "Ann", "--password", "x")

    def test_gives_and_takes_a_role_at_one_site(self, north: Site) -> None:
        run("add", "ann@corp.example", "--name", "Ann")
        assert "helpdesk at North" in run("grant", "ann@corp.example", "helpdesk", "--site", "north")
        assert "no longer helpdesk at North" in run("revoke", "ann@corp.example", "helpdesk", "--site", "north")
        assert Person.objects.get().roles() == frozenset()

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("grant", "nobody@corp.example", "helpdesk"), "There is no account"),
            (("grant", "ann@corp.example", "helpdesk", "--site", "west"), "There is no site"),
            (("grant", "ann@corp.example", "helpdesk", "--days", "400"), "366 days"),
            (("add", "ann@corp.example", "--name", "Twin"), "already exists"),
            (("add", "not an address", "--name", "X"), "valid"),
        ],
    )
    def test_refuses_in_plain_words(
        self, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run("add", "ann@corp.example", "--name", "Ann")
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
        with pytest.raises(CommandError, match=said):
            run(*arguments)

    def test_refuses_a_weak_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))
        with pytest.raises(CommandError, match="too common"):
            run("add", "ann@corp.example", "--name", "Ann")
        assert not Person.objects.exists()
