"""What the demo makes of a database: its own people once, and nothing at all in anybody else's."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError
from pytest_django import Settings

from tests.conftest import MakePerson
from tests.support import replace_everywhere
from troubleshoot.engine import Role
from troubleshoot.lab import build_state
from troubleshoot.management import demo_data, demo_mark
from troubleshoot.management import demo_faults as breaking
from troubleshoot.models import Person, Site
from troubleshoot.people import accounts as people


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


class TestItsPeople:
    def test_are_made_once_and_told_again(self, db: None) -> None:
        first = demo_data.make_people()
        assert demo_data.make_people() == first
        assert Person.objects.count() == len(first)
        assert Person.objects.get(email=first[0].email).check_password(first[0].password)

    def test_hold_every_role_of_the_table(self, db: None) -> None:
        assert {one.role for one in demo_data.make_people()} == {role.value for role in Role}

    def test_broken_off_in_the_middle_are_made_whole_at_the_next_start(
        self, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            replace_everywhere(patch, people, "grant_role", lambda **_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                demo_data.make_people()
        assert not Site.objects.exists()
        assert len(demo_data.make_people()) == len(demo_data.PEOPLE)

    @pytest.mark.parametrize("accounts", [True, False])
    def test_never_go_among_other_people(self, person: MakePerson, folder: Path, *, accounts: bool) -> None:
        person("Real")
        if accounts:
            demo_mark.people_file().write_text("[]")
        for attempt in (demo_data.make_people, demo_mark.refuse_real_use):
            with pytest.raises(CommandError, match="not the demo's"):
                attempt()
        assert [one.name for one in Person.objects.all()] == ["Real"]


class TestAComputerThatIsBrokenAnew:
    def test_has_the_faults_that_were_wished_and_no_others(self, folder: Path) -> None:
        file = demo_data.state_file(folder, "ACC-07")
        before = build_state(name="ACC-07", file=None, faults=["key-unreadable"])
        written = {"log": "Application", "source": "Mendpoint", "id": 1000, "time": "2026-01-01T00:00:00Z"}
        before["event_log"].append(written | {"message": "case 1, job 2"})
        file.write_text(json.dumps(before))
        breaking.give(file, *breaking.wish("acc-07=service-stopped, security-layer-rdp", demo_data.FLEET))
        after = json.loads(file.read_text())
        assert after["services"]["TermService"]["state"] == "Stopped"
        assert after["key_store"]["rdp_key"] == "readable"
        assert after["identity"] == before["identity"]
        assert [one["id"] for one in after["event_log"]] == [261, 1000]
        assert [one.name for one in folder.iterdir()] == ["ACC-07.json"]

    @pytest.mark.parametrize("text", ["ACC-07", "ACC-07=", "ACC-07=nonsense", "=service-stopped", "ACC-99=healthy"])
    def test_is_asked_for_in_words_that_are_known(self, text: str) -> None:
        with pytest.raises(CommandError, match=r"service-stopped|ACC-07"):
            breaking.wish(text, demo_data.FLEET)

    def test_must_be_there(self, folder: Path) -> None:
        with pytest.raises(CommandError, match="start the demo first"):
            breaking.give(folder / "ACC-07.json", "ACC-07", ["healthy"])
