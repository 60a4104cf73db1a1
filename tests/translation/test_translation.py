"""Every text of the product can be translated: what a translator extracts is clean, and no page says anything else."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from tests.support import need
from tests.translation.messages import ROOT, accented, compile_pseudo_locale

#: Names by which xgettext finds a message; under another alias nothing is extracted.
ALIASES = {None, "_"}


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The pseudo-locale: its folder, and what the tools warned about."""
    need(shutil.which("msgfmt"), "gettext is not installed (make system-deps)")
    return compile_pseudo_locale(tmp_path_factory.mktemp("pseudo"))


def test_makemessages_and_msgfmt_warn_about_nothing(pseudo: tuple[Path, str]) -> None:
    assert pseudo[1] == ""


def test_gettext_is_imported_under_names_that_makemessages_knows() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name.name} as {name.asname}"
        for path in (ROOT / "troubleshoot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.asname not in ALIASES
    }
    assert found == set()


def test_the_pseudo_locale_leaves_placeholders_and_html_whole() -> None:
    text = '%(count)d of {all} <a href="/codes">codes</a> &amp; %s'
    said = accented(text)
    assert all(part in said for part in ("%(count)d", "{all}", '<a href="/codes">', "</a>", "&amp;", "%s"))
    assert len(said) >= len(text) * 1.3
    assert not re.search("[A-Za-z]", re.sub(r"%\(\w+\)d|%s|\{\w+\}|<[^>]+>|&amp;", "", said))
