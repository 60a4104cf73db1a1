"""A credential is a reference, and nothing else is kept or repeated."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from tests.conftest import TESTER, MakePerson
from tests.hosts.conftest import Run
from troubleshoot import hosts, people
from troubleshoot.hosts import secrets as credentials
from troubleshoot.models import Credential, Entry, Site

pytestmark = pytest.mark.django_db

SECRET = "hunter2 Correct-Horse"


class TestAReference:
    @pytest.mark.parametrize(
        "reference", ["env:MENDPOINT_SECRET_NORTH", "env:MENDPOINT_SECRET_A1", "file:/run/secrets/n"]
    )
    def test_is_kept_and_recorded(self, run: Run, north: Site, reference: str) -> None:
        ran = run("credential", "north-admin", "--site", "north", "--username", "CORP\\svc", "--reference", reference)
        assert ran.code == 0
        made = Credential.objects.get()
        assert (made.name, made.site, made.username, made.reference) == ("north-admin", north, "CORP\\svc", reference)
        entry = Entry.objects.latest("seq")
        assert entry.tag == "credential:register"
        assert json.loads(bytes(entry.canonical))["details"]["reference"] == reference
        assert b"svc" not in bytes(entry.canonical)

    @pytest.mark.parametrize(
        "reference",
        [
            SECRET,
            f"env:{SECRET}",
            f"file:{SECRET}",
            f"password:{SECRET}",
            f"env:MENDPOINT_SECRET_{SECRET}",
            "env:MENDPOINT_SECRET_",
            "env:PATH",
            "env:MENDPOINT_SECRET_KEY\n",
            "env:mendpoint_secret_north",
            "ENV:MENDPOINT_SECRET_NORTH",
            " env:MENDPOINT_SECRET_NORTH",
            "file:relative",
            "file:/",
            "file:/run/secrets/../../etc/shadow",
            "file://run/secrets/n",
            "file:/run//secrets",
            "file:/run/./secrets",
            "file:/proc/self/environ",
            "file:/dev/stdin",
            "file:/sys/kernel",
            "file:/run/secrets/n\x00",
            "",
        ],
    )
    def test_is_the_only_thing_taken_and_the_rest_is_not_repeated(self, run: Run, north: Site, reference: str) -> None:
        entries = Entry.objects.count()
        ran = run("credential", "a", "--site", "north", "--username", "u", "--reference", reference)
        assert ran.code == 1
        assert ran.text.startswith("reference: This is no reference")
        assert "hunter2" not in ran.text
        assert not Credential.objects.exists()
        assert Entry.objects.count() == entries


class TestRegistering:
    @pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "=a", "a" * 81, "ä"])
    def test_refuses_names_that_are_not_plain(self, north: Site, name: str) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.register_credential(
                actor=TESTER, name=name, site=north, username="u", reference="file:/run/secrets/s"
            )
        assert set(error.value.message_dict) == {"name"}

    @pytest.mark.parametrize("username", ["", " u", "u\n", "u\x00", "u" * 201, "\u202eu"])
    def test_refuses_user_names_that_are_not_plain(self, north: Site, username: str) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.register_credential(
                actor=TESTER, name="a", site=north, username=username, reference="file:/run/secrets/s"
            )
        assert set(error.value.message_dict) == {"username"}

    @pytest.mark.parametrize("username", ["u", "CORP\\svc-mendpoint", "svc@corp.example", ".\\Jörg Müller"])
    def test_takes_user_names_as_windows_knows_them(self, north: Site, username: str) -> None:
        made = hosts.register_credential(
            actor=TESTER, name="a", site=north, username=username, reference="file:/run/secrets/s"
        )
        assert made.username == username

    def test_refuses_a_name_that_is_taken_in_any_case(self, account: Credential, south: Site) -> None:
        with pytest.raises(ValidationError, match="registered already"):
            hosts.register_credential(
                actor=TESTER, name="North-Admin", site=south, username="u", reference="file:/run/secrets/s"
            )

    @pytest.mark.parametrize("role", ["employee", "helpdesk", "approver", "author", "manager", "auditor"])
    def test_is_an_administrators_alone(self, person: MakePerson, north: Site, role: str) -> None:
        with pytest.raises(people.PermissionRefused):
            hosts.register_credential(
                actor=person("Ann", role), name="a", site=north, username="u", reference="file:/run/secrets/s"
            )

    def test_is_an_administrators_only_at_their_site(self, person: MakePerson, north: Site, south: Site) -> None:
        boss = person("Boss", "administrator", site=north)
        with pytest.raises(people.PermissionRefused):
            hosts.register_credential(actor=boss, name="a", site=south, username="u", reference="file:/run/secrets/s")
        made = hosts.register_credential(
            actor=boss, name="a", site=north, username="u", reference="file:/run/secrets/s"
        )
        assert Entry.objects.latest("seq").actor == str(boss.pk)
        assert made.site == north


class TestAFile:
    @pytest.mark.parametrize("path", ["/etc/shadow", "/run/secrets", "/run/secretsx/n", "/home/x/.ssh/id_ed25519"])
    def test_outside_the_folders_is_no_place_for_a_secret(self, north: Site, path: str) -> None:
        with pytest.raises(ValidationError, match="lie in /run/secrets, /etc/mendpoint/secrets"):
            hosts.register_credential(actor=TESTER, name="a", site=north, username="u", reference=f"file:{path}")

    def test_is_read_by_a_worker_in_the_folders_alone(self, north: Site, tmp_path: Path, settings: Settings) -> None:
        folder, outside = tmp_path / "secrets", tmp_path / "outside"
        for one in (folder, outside):
            one.mkdir()
            (one / "password").write_text(f"{one.name}\n")
        (folder / "..data").mkdir()
        (folder / "..data" / "mounted").write_text("mounted")
        (folder / "mounted").symlink_to("..data/mounted")
        (folder / "led-away").symlink_to(outside / "password")
        settings.MENDPOINT_CREDENTIAL_FOLDERS = (folder,)

        def read(name: str) -> str:
            made = hosts.register_credential(
                actor=TESTER, name=name, site=north, username="u", reference=f"file:{folder / name}"
            )
            return credentials.resolve_secret(made).reveal()

        assert (read("password"), read("mounted")) == ("secrets", "mounted")
        for missing in ("led-away", "absent"):
            with pytest.raises(hosts.CredentialMissing):
                read(missing)
        settings.MENDPOINT_CREDENTIAL_FOLDERS = (outside,)
        with pytest.raises(hosts.CredentialMissing):
            credentials.resolve_secret(Credential.objects.get(name="password")).reveal()
