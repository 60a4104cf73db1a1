"""The documents beside the code: what they name must be there, and what is there to be set must be named."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.docker.files import DOCKER, FILLED, ROOT, config, no_tools, settings_in_example, settings_read
from tests.support import need

DOCUMENTS = ("README.md", "SECURITY.md", "docs/operators.md", "docs/helpdesk.md", "docs/authors.md", "CONTRIBUTING.md")
OPERATORS = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")


def rows(text: str) -> dict[str, str]:
    """Variables in the tables, each with its default where that is a plain value."""
    found = re.findall(r"^\| `([A-Z][A-Z_]+)` \|.*\| (.*?) ?\|$", text, re.MULTILINE)
    return {name: last.strip("`") if re.fullmatch(r"`[^`]+`", last) else "" for name, last in found}


class TestTheOperatorsPage:
    def test_names_every_setting_and_no_other(self) -> None:
        assert set(rows(OPERATORS)) == set(settings_in_example())
        assert settings_read() <= set(rows(OPERATORS))

    def test_gives_the_defaults_that_the_settings_have(self) -> None:
        code = (ROOT / "portal" / "settings.py").read_text(encoding="utf-8")
        given = {name: default.strip('"') for name, default in re.findall(r'"(\w+)",\s*("[^"]*"|\d+)', code)}
        said = {name: default for name, default in rows(OPERATORS).items() if default and name in given}
        assert len(said) > 8
        assert said == {name: given[name] for name in said}

    def test_shows_an_addition_that_compose_accepts(self, tmp_path: Path) -> None:
        absent = no_tools()
        need(not absent, absent)
        shown = OPERATORS.partition("`compose.override.yaml`:\n\n")[2].partition("\nThe account")[0]
        (tmp_path / "compose.yaml").write_text((DOCKER / "compose.yaml").read_text())
        (tmp_path / "addition.yaml").write_text(re.sub(r"^    ", "", shown, flags=re.MULTILINE))
        (tmp_path / "south.env").write_text("MENDPOINT_SECRET_SOUTH=canary\n")
        read = config(FILLED, file=tmp_path / "compose.yaml", addition=tmp_path / "addition.yaml")
        assert read.returncode == 0, read.stderr
        services = json.loads(read.stdout)["services"]
        assert services["worker-south"]["command"] == ["worker", "--site", "south"]
        holders = [name for name, one in services.items() if "MENDPOINT_SECRET_SOUTH" in one["environment"]]
        assert holders == ["worker-south"]


@pytest.mark.parametrize("name", DOCUMENTS)
class TestADocument:
    def test_names_commands_that_exist(self, name: str) -> None:
        named = set(re.findall(r"manage\.py ([a-z]+)", (ROOT / name).read_text(encoding="utf-8")))
        assert named - set(get_commands()) == set()

    def test_names_files_that_exist(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        linked = [(ROOT / name).parent / path for path in re.findall(r"\]\(([^)#:]+)\)", text)]
        coded = [ROOT / "troubleshoot" / path for path in re.findall(r"`((?:remote|engine|audit)/[\w.]+)`", text)]
        assert [path for path in linked + coded if not path.exists()] == []
