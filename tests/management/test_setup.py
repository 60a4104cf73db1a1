"""`manage.py setup`: says what is missing, makes it when it is told or asked, and can be repeated."""

import re
import stat
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings
from pytest_mock import MockerFixture

from tests.conftest import MakePerson
from tests.fixtures.chain import _quick, north
from tests.fixtures.computers import MakeLab
from tests.support import replace_everywhere
from tests.web.administrator.pages import everything_kept
from troubleshoot.jobs import dispatch as queue
from troubleshoot.management.commands import setup as command
from troubleshoot.models import Credential, Entry, Grant, Host, Person, Site
from troubleshoot.operations import health

__all__ = ["_quick", "north"]

GIVEN = {
    "site": "north",
    "site_name": "North",
    "email": "dora@corp.example",
    "name": "Dora Day",
    "account": "admins",
    "username": "CORP\\mendpoint",
    "reference": "env:MENDPOINT_SECRET_NORTH",
    "host": "ACC-07",
}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    """Nothing of the developer's own folder is looked at."""
    settings.VAR_DIR = tmp_path
    settings.SECRET_KEY = "k" * 50
    (tmp_path / "secret-key").write_text("k" * 50)
    (tmp_path / "secret-key").chmod(0o600)


def ran(**options: Any) -> tuple[int, str]:
    """How it ended, and what it said."""
    out = StringIO()
    try:
        call_command("setup", stdout=out, no_color=True, **options)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """`typed("north", "North")`: somebody sits at the terminal and types this; afterwards nothing but Enter."""

    def typed(*lines: str) -> list[str]:
        asked: list[str] = []
        answers: Iterator[str] = iter(lines)

        def answer(question: str) -> str:
            asked.append(question)
            return next(answers, "")

        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", answer)
        return asked

    return typed


@pytest.mark.django_db
class TestLooking:
    def test_names_everything_that_is_missing_and_changes_nothing(self) -> None:
        code, said = ran(check=True)
        assert code == 1
        for title in (
            "A site",
            "An administrator",
            "Helpdesk",
            "An approver",
            "A computer",
            "Broker, worker and keeper",
        ):
            assert f"[missing] {title}: " in said
        assert "[ there ] Database: " in said
        assert "manage.py keeper" in said
        assert not Entry.objects.exists()

    def test_makes_nothing_even_when_it_is_given_everything(self) -> None:
        ran(check=True, **GIVEN)
        assert not Site.objects.exists()

    def test_names_a_key_that_others_may_read(self) -> None:
        file = Path(django_settings.VAR_DIR) / "secret-key"
        file.chmod(0o644)
        code, said = ran(check=True)
        assert f"chmod 600 {file}" in said
        assert "A site" not in said
        assert (code, stat.S_IMODE(file.stat().st_mode)) == (1, 0o644)

    def test_names_a_key_that_is_too_short(self, settings: Settings) -> None:
        settings.SECRET_KEY = "short"
        assert "shorter than 50 characters" in ran(check=True)[1]

    def test_names_a_database_that_does_not_answer(self, mocker: MockerFixture) -> None:
        mocker.patch.object(command, "_pending", side_effect=OperationalError("connection refused\nmore"))
        code, said = ran(check=True)
        assert code == 1
        assert "It does not answer: connection refused Set DATABASE_URL." in said

    def test_names_migrations_that_are_not_applied(self, mocker: MockerFixture) -> None:
        mocker.patch.object(command, "_pending", return_value=3)
        assert "3 migrations are not applied. Run: manage.py migrate" in ran(check=True)[1]


@pytest.mark.django_db
class TestMaking:
    def test_takes_everything_from_options(self) -> None:
        _, said = ran(**GIVEN)
        site, person, host = Site.objects.get(), Person.objects.get(), Host.objects.get()
        assert (site.slug, site.name) == ("north", "North")
        assert (person.name, Grant.objects.get().role, Grant.objects.get().site) == ("Dora Day", "administrator", None)
        assert (host.name, host.mode, host.credential) == ("ACC-07", "diagnose_only", Credential.objects.get())
        assert "[ made  ] A computer: ACC-07, diagnose only" in said

    def test_shows_the_password_once_and_keeps_it_nowhere(self) -> None:
        _, said = ran(**GIVEN)
        (password,) = re.findall(r"never again: (\S+)", said)
        assert Person.objects.get().check_password(password)
        assert password not in everything_kept()
        assert password not in ran(**GIVEN)[1]

    def test_twice_makes_nothing_more(self) -> None:
        ran(**GIVEN)
        before = Entry.objects.count()
        _, said = ran(**GIVEN | {"site": "south", "email": "x@corp.example", "host": "ACC-08"})
        assert "[ made  ]" not in said
        assert Entry.objects.count() == before

    def test_asks_at_a_terminal_for_what_was_not_said(self, typed: Callable[..., list[str]]) -> None:
        asked = typed("north", "North", "dora@corp.example", "admins", "CORP\\x", "file:/run/secrets/north", "ACC-07")
        ran()
        assert len(asked) == 7
        assert Credential.objects.get().reference == "file:/run/secrets/north"
        assert Host.objects.get().credential == Credential.objects.get()

    def test_goes_on_past_what_nobody_wants_to_say(self, typed: Callable[..., list[str]]) -> None:
        typed("north", "", "", "", "", "", "")
        code, said = ran()
        assert code == 1
        assert Site.objects.get().name == "north"
        assert "[missing] An administrator" in said

    def test_does_not_repeat_a_password_that_was_given_for_a_reference(self) -> None:
        _, said = ran(**GIVEN | {"reference": "canary-Passw0rd"})
        assert "[refused] An account on computers: This is no reference" in said
        assert "canary" not in said
        assert Host.objects.get().credential is None

    @pytest.mark.parametrize(
        "wrong", [{"site": "no slug!"}, {"email": "x"}, {"host": "127.0.0.1"}, {"host": "a b"}, {"address": "8.8.8.8"}]
    )
    def test_says_what_is_refused_and_makes_the_rest(self, wrong: dict[str, str]) -> None:
        code, said = ran(**GIVEN | wrong)
        assert code == 1
        assert "[refused]" in said

    def test_makes_an_existing_person_the_administrator(self, person: MakePerson) -> None:
        ann = person("Ann")
        _, said = ran(**GIVEN | {"email": "ann@corp.example"})
        assert Grant.objects.get().person == ann
        assert "password" not in said


class TestTesting:
    @pytest.fixture(autouse=True)
    def _processes(
        self, north: Site, mocker: MockerFixture, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]
    ) -> None:
        """A worker's hand in this process, and signs of life of the others."""
        replace_everywhere(monkeypatch, queue, "broker_reachable", lambda *_: True)
        health.note_heartbeat("worker", "here:1", ["north"])
        health.note_heartbeat("keeper", "here:2")

        def wait_until(ready: Callable[[], Any], *, seconds: float) -> Any:
            work()
            return ready()

        mocker.patch.object(command, "wait_until", wait_until)

    def test_goes_in_stage_by_stage_and_ends_well(self, lab: MakeLab, person: MakePerson) -> None:
        lab(name="LAB-01")
        person("Dora", "administrator")
        person("Hanna", "helpdesk")
        person("Abel", "approver")
        code, said = ran()
        assert (code, "ok  Is the account accepted?" in said) == (0, True)
        assert "[ there ] A connection test that is passed: LAB-01" in said
        assert "Everything is there. Sign in at " in said
        assert "LAB-01" in ran(check=True)[1]

    def test_names_where_it_stops_and_the_cure(self, lab: MakeLab, person: MakePerson) -> None:
        lab("credentials-refused", name="LAB-01")
        person("Dora", "administrator")
        code, said = ran()
        assert code == 1
        assert "NO  Is the account accepted?" in said
        assert "Do not repeat the test many times" in said
        assert "[missing] A connection test that is passed: LAB-01 is not passed." in said

    def test_takes_the_computer_that_is_named(self, lab: MakeLab, person: MakePerson) -> None:
        lab("unreachable", name="LAB-01")
        lab(name="LAB-02")
        person("Dora", "administrator")
        assert "passed: LAB-02" in ran(test="lab-02")[1]

    def test_waits_for_an_administrator_of_every_site(self, lab: MakeLab, north: Site, person: MakePerson) -> None:
        lab()
        person("Dora", "administrator", site=north)
        assert "with an administrator of every site" in ran()[1]
