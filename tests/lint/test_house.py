"""The house: what packages export is named once, and the words of the README are names in the code."""

import ast
import re
from collections import defaultdict
from importlib import import_module
from inspect import isclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "troubleshoot"
PACKAGES = sorted(path.parent.name for path in PRODUCT.glob("*/__init__.py") if path.parent.name != "migrations")
#: Files that lie in the hall, each with its reason: Django finds the first, Celery the second.
LOOSE = {"__init__.py", "apps.py", "tasks.py"}
MARKS_OF_A_VERB_ALONE = {"tell", "listed", "shown", "read", "of"}


def exports(package: str) -> list[str]:
    return list(getattr(import_module(f"troubleshoot.{package}"), "__all__", []))


def test_nothing_lies_loose_but_what_django_and_celery_look_for() -> None:
    assert {path.name for path in PRODUCT.glob("*.py")} == LOOSE


def test_no_two_exported_classes_share_a_name() -> None:
    homes: dict[str, set[object]] = defaultdict(set)
    for package in PACKAGES:
        for name in exports(package):
            found = getattr(import_module(f"troubleshoot.{package}"), name)
            if isclass(found):
                homes[found.__name__].add(found)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_an_exported_function_is_named_by_more_than_a_bare_verb() -> None:
    assert {name for package in PACKAGES for name in exports(package)} & MARKS_OF_A_VERB_ALONE == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_export_exists(package: str) -> None:
    module = import_module(f"troubleshoot.{package}")
    assert [name for name in exports(package) if not hasattr(module, name)] == []


def words() -> list[str]:
    """The words of the README's list, each of a cell that may name several."""
    section = (ROOT / "README.md").read_text("utf-8").partition("## Words")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| ([a-z, ]+) \|", section, re.MULTILINE)
    return [word for cell in cells if cell != "word" for word in cell.split(", ")]


def names() -> set[str]:
    """Packages, modules, and the classes and functions that packages export, in lower case; parts of names too."""
    found = set(PACKAGES) | {path.stem for path in PRODUCT.rglob("*.py")}
    for package in PACKAGES:
        for name in exports(package):
            found |= {name.lower(), *re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower().split("_")}
    return found


@pytest.mark.parametrize("word", words())
def test_each_word_of_the_readme_is_a_name_in_the_code(word: str) -> None:
    assert {word, f"{word}s", word.removesuffix("s")} & names()


def test_no_import_stands_inside_a_function() -> None:
    late = []
    for path in PRODUCT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                late += [path for inner in ast.walk(node) if isinstance(inner, (ast.Import, ast.ImportFrom))]
    assert late == []


def test_the_style_sheet_has_at_most_20_kilobytes() -> None:
    assert len((ROOT / "static" / "portal.css").read_bytes()) <= 20 * 1024


MOST_LINES = {"function": 40, "file": 300}
#: What is longer, each with its reason. The table only ever shrinks: what got shorter has to leave it.
LONGER = {
    "troubleshoot/cases/opening.py: open_case": "one row and its audit entry, each field by its name",
    "troubleshoot/engine/__init__.py": "one list: what the engine exports",
    "troubleshoot/engine/catalog_actions.py: read": "one value, each field by its name",
    "troubleshoot/engine/catalog.py: parse_catalog": "one value, each field by its name",
    "troubleshoot/jobs/lifecycle.py": "all that moves a job stands together",
    "troubleshoot/jobs/lifecycle.py: move_job": "one transaction: the row, its story, its audit entry, what follows",
    "troubleshoot/jobs/lifecycle.py: offer_plan": "one row, each field by its name",
    "troubleshoot/lab/state.py: healthy": "one document, written out",
    "troubleshoot/remediation/planning.py": "plans and undoing, which is a plan as well",
    "troubleshoot/wording/outcomes.py: bad_end_words": "one table of sentences",
}


def longer(text: str, name: str) -> set[str]:
    """The file, if it has too many lines, and each of its functions that has, docstring included."""
    found = {name} if len(text.splitlines()) > MOST_LINES["file"] else set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or 0) - node.lineno + 1
            found |= {f"{name}: {node.name}"} if lines > MOST_LINES["function"] else set()
    return found


def test_too_many_lines_would_be_seen() -> None:
    body = "    pass\n" * 40
    assert longer(f"def short():\n{body[:-9]}", "a.py") == set()
    assert longer(f"class One:\n    async def long():\n{body.replace('    ', '        ')}", "a.py") == {"a.py: long"}
    assert longer("x = 1\n" * 301, "a.py") == {"a.py"}


def test_functions_and_files_are_short_but_for_those_that_are_named() -> None:
    found = set[str]()
    for path in [*PRODUCT.rglob("*.py"), *(ROOT / "portal").rglob("*.py")]:
        if "migrations" not in path.parts:
            found |= longer(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    assert found == set(LONGER)
