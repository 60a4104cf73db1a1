"""The table of the catalogue's page names the keys that its reader knows, of each kind of file."""

import re
from collections import defaultdict

import pytest

from troubleshoot.catalog import SHIPPED_CATALOG, probed_facts
from troubleshoot.catalog import loader as content
from troubleshoot.engine.toml_tables import TomlTable

PAGE = (SHIPPED_CATALOG / "README.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)/\*\.toml` \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The keys at the top of a file that are looked for, by folder."""
    found, done = defaultdict[str, set[str]](set), TomlTable.done

    def note(table: TomlTable) -> None:
        if not table.path:
            folder = table.document.file.rpartition("/")[0].rpartition("/")[2]
            found[folder] |= table._read
        done(table)

    monkeypatch.setattr(TomlTable, "done", note)
    content.load_catalog([SHIPPED_CATALOG, SHIPPED_CATALOG.parents[1] / "docs/examples/catalog"], probed_facts())
    return found


@pytest.mark.parametrize("folder", ROWS)
def test_every_key_of_a_file_stands_in_its_row(folder: str, read: dict[str, set[str]]) -> None:
    named = {name.partition(".")[0] for name in re.findall(r"`\[*([\w.]+)\]*`", ROWS[folder])}
    assert named == read[folder]
