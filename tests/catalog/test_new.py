"""`manage.py new`: a skeleton that is sound at once, and never in the place of anything."""

import io
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from tests.catalog.resources.vectors import Vector, vectors_of
from troubleshoot import engine
from troubleshoot.catalog import loader as content
from troubleshoot.catalog import probed_facts, read_catalog_files
from troubleshoot.lab import FAULTS
from troubleshoot.management import authoring

KINDS = list(authoring.FOLDERS)


@pytest.fixture
def own(tmp_path: Path, settings: Settings) -> Path:
    """An author's folder beside a part of the built-in catalogue, which is read in no time."""
    folder, small = tmp_path / "own", tmp_path / "small"
    folder.mkdir()
    for name in ("resources/service", "resources/rdp-listener"):
        shutil.copytree(content.SHIPPED_CATALOG / name, small / name)
    (small / "actions").mkdir()
    action = (content.SHIPPED_CATALOG / "actions" / "require-tls.toml").read_text(encoding="utf-8")
    without_causes = re.sub(r"(?m)^for .*\n", "", action)  # the small part has none
    (small / "actions" / "require-tls.toml").write_text(without_causes, encoding="utf-8")
    settings.CATALOG_DIRS = (small, folder)
    return folder


def new(kind: str, name: str, *more: str) -> str:
    out = io.StringIO()
    call_command("new", kind, name, *more, stdout=out)
    return out.getvalue()


def refusal(kind: str, name: str, *more: str) -> str:
    with pytest.raises(CommandError) as caught:
        new(kind, name, *more)
    return str(caught.value)


def test_every_skeleton_is_accepted_beside_the_others_and_says_what_comes_next(own: Path) -> None:
    said = "".join(new(kind, "time-service") for kind in KINDS)
    catalog = content.load_catalog(django_settings.CATALOG_DIRS, probed_facts())
    assert {"own.time_service"} == set(catalog.facts.values) - set(probed_facts().values)
    files = read_catalog_files(django_settings.CATALOG_DIRS)
    assert [str(one) for one in engine.faults(catalog, files, FAULTS)] == []
    assert catalog.guides["time-service"].symptoms == ("time-service: what I see.",)
    assert said.count("manage.py catalog") == len(KINDS)
    assert list(authoring.script_problems(read_catalog_files([own]))) == []


def test_the_vectors_of_a_new_resource_hold(own: Path) -> None:
    new("resource", "time-service")
    script = (own / "resources" / "time-service" / "read.ps1").read_text()
    made: list[Vector] = list(vectors_of(own / "resources" / "time-service" / "vectors" / "read.json"))
    assert [one.fault(script) for one in made] == [None] * 4


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_ever_overwritten(own: Path, kind: str) -> None:
    new(kind, "time-service")
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    assert "exists already" in refusal(kind, "time-service")
    assert {path: path.read_bytes() for path in own.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("guide", "Time", "is no name: lower-case letters"),
        ("guide", "../x", "is no name"),
        ("guide", "", "is no name"),
        ("action", "x" * 65, "is no name"),
        ("resource", "a b", "is no name"),
        ("fact", "9lives", "is no name for a fact: it begins with a letter"),
        ("action", "require-tls", "exists already"),
        ("resource", "service", "exists already"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_in_words(own: Path, kind: str, name: str, words: str) -> None:
    assert words in refusal(kind, name)
    assert [path for path in own.rglob("*") if path.is_file()] == []


def test_a_twin_in_case_counts_as_the_same(own: Path) -> None:
    (own / "guides").mkdir()
    (own / "guides" / "Time-Service.toml").touch()
    assert "exists already" in refusal("guide", "time-service")


def test_two_facts_of_one_name_do_not_fit(own: Path) -> None:
    new("fact", "time-service")
    assert "the fact own.time_service stands twice" in refusal("fact", "time_service")


def test_a_link_in_the_place_is_left_alone(own: Path, tmp_path: Path) -> None:
    (own / "guides").mkdir()
    (own / "guides" / "time.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert "exists already" in refusal("guide", "time")
    assert not (tmp_path / "elsewhere.toml").exists()


def test_faults_of_other_files_are_no_hindrance(own: Path) -> None:
    (own / "guides").mkdir()
    (own / "guides" / "broken.toml").write_text("a = = 1")
    for kind in KINDS:
        assert "time-service" in new(kind, "time-service")


def test_beside_faults_of_other_files_its_own_are_still_seen(own: Path) -> None:
    (own / "guides").mkdir()
    (own / "guides" / "broken.toml").write_text("a = = 1")
    new("fact", "time-service")
    assert "the fact own.time_service stands twice" in refusal("fact", "time_service")


def test_a_folder_that_cannot_be_read_is_named(own: Path) -> None:
    (own / "guides").mkdir()
    (own / "guides" / "broken.yaml").touch()
    assert "cannot be read (manage.py catalog): " in refusal("guide", "time")


def test_a_place_has_to_be_named_where_no_folder_is_one_s_own(settings: Settings) -> None:
    settings.CATALOG_DIRS = (content.SHIPPED_CATALOG,)
    assert "Say where: --into DIR" in refusal("guide", "time")


def test_a_folder_may_be_named_and_is_made(own: Path, tmp_path: Path) -> None:
    said = new("guide", "time", "--into", str(tmp_path / "other"))
    assert (tmp_path / "other" / "guides" / "time.toml").exists()
    assert "It counts once MENDPOINT_CATALOG_DIRS names" in said


def test_a_folder_that_cannot_be_written_is_said(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", deny)
    assert "cannot be written: Permission denied" in refusal("guide", "time")
