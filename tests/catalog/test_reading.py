"""Reading content folders from disk."""

import os
from pathlib import Path

import pytest

from tests.engine.sample import FACTS, FILES
from troubleshoot import catalog
from troubleshoot.catalog import loader as content
from troubleshoot.engine import CatalogError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the sample catalogue."""
    for name, text in FILES.items():
        path = tmp_path / "catalog" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "catalog"


def refusals(*folders: Path) -> str:
    with pytest.raises(CatalogError) as caught:
        content.load_catalog(folders, FACTS)
    return str(caught.value)


def test_reads_every_file(folder: Path) -> None:
    assert {name.split("//")[1] for name in catalog.read_catalog_files([folder])} == set(FILES)
    assert set(content.load_catalog([folder], FACTS).actions) == {"switch-on"}


def test_leaves_out_vectors_and_notes(folder: Path) -> None:
    (folder / "resources/lamp/vectors").mkdir()
    (folder / "resources/lamp/vectors/one.json").write_text("{}")
    (folder / "guides/README.md").write_text("# Guides")
    (folder / "elsewhere").mkdir()
    assert len(catalog.read_catalog_files([folder])) == len(FILES)


def test_adds_a_second_folder_and_names_both_files_of_a_clash(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "guides").mkdir(parents=True)
    (own / "guides/lamp-dark.toml").write_text(FILES["guides/lamp-dark.toml"])
    text = refusals(folder, own)
    assert f"{own}/guides/lamp-dark.toml:1" in text
    assert f"{folder}/guides/lamp-dark.toml has this name already" in text


@pytest.mark.parametrize("name", ["guides/x.yaml", "actions/x.yml", "resources/lamp/resource.yaml"])
def test_refuses_yaml(folder: Path, name: str) -> None:
    (folder / name).write_text("a: !!python/object/apply:os.system ['true']")
    assert "is YAML; content is written in TOML" in refusals(folder)


@pytest.mark.parametrize(
    "name", ["guides/x.toml", "resources/lamp/vectors", "resources/other", "resources/lamp/x.json"]
)
def test_follows_no_symbolic_link(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.toml").write_text("a = 1")
    (folder / name).symlink_to(tmp_path / "secret.toml")
    assert f"{folder / name}:1: (file): is a symbolic link" in refusals(folder)


def test_follows_no_linked_kind(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "guides").symlink_to(folder / "guides")
    assert "guides:1: (folder): is a symbolic link" in refusals(other)


def test_waits_for_no_pipe(folder: Path) -> None:
    os.mkfifo(folder / "guides/x.toml")
    assert "x.toml:1: (file): is not a regular file" in refusals(folder)


def test_refuses_a_large_file_and_a_missing_folder(folder: Path) -> None:
    (folder / "guides/big.toml").write_bytes(b"#" * 300_000)
    text = refusals(folder, folder / "missing")
    assert "big.toml:1: (file): is larger than 262144 bytes" in text
    assert "missing:1: (folder): is not a folder" in text


def test_refuses_too_many_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MOST_FILES", 3)
    assert "more than 3 files" in refusals(folder)


def test_names_a_file_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", deny)
    assert "cannot be read: Permission denied" in refusals(folder)
