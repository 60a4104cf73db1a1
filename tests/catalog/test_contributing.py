"""CONTRIBUTING.md, followed in a copy of the tree: one of each is added, and touches the one place that is named."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PLACES = dict(re.findall(r"^\| (?:an?|steps) ([^|]+?) \| ([^|]+?) \|", PAGE, re.MULTILINE))
COPIED = (
    *("portal", "troubleshoot", "templates", "static", "tests", "docs"),
    *("manage.py", "pyproject.toml", "ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"),
)
CATALOG = Path("troubleshoot/catalog")
FOLLOWED_UP = (
    "tests/catalog/test_shipped.py",
    "tests/catalog/test_rules.py",
    "tests/probes/test_windows_facts.py::TestTheWindowsProbe::test_reads_a_healthy_host",
    "tests/reports/test_tiles.py",
    "tests/notifications/test_channels.py",
    "tests/notifications/test_email.py",
    "tests/people/test_access.py",
    "tests/people/test_grants.py",
    "tests/people/test_new_role.py",
    "tests/lab/test_faults_inside.py::test_leaves_nothing_unknown_on_a_healthy_host",
)
"""Tests that would have to be told of a thing if its place were not the only one."""

CAUSE = """
[[cause]]
id        = "scratch"
title     = "A scratch"
sentence  = "Something was scratched."
fits      = [{ "rdp.stage" = ["refused"] }]
excluded_by = [{ "rdp.stage" = ["ok"] }]
"""
CODE = """
[[code]]
namespace = "ntstatus"
code      = 0xC0FFFF01
name      = "A scratch"
certainty = "unconfirmed"
source    = "no source found: it is for a test"
text      = "Something is scratched."
is_not    = "It is not your password."
causes    = ["scratch"]
guide     = "scratch"
"""
RULE = """
RULES = (
    looked_up(
        "windows.scratch",
        "Scratch",
        {"yes": "there", "no": "none"},
        DOMAIN,
        field="joined",
        table={True: "yes", False: "no"},
    ),
"""
THEME = '''"""A theme of nothing."""

from troubleshoot.probes.windows_facts.environment import DOMAIN
from troubleshoot.probes.windows_facts.rule import looked_up

PLACE = 90
READINGS = ()
RULES = (
    looked_up(
        "windows.theme",
        "Theme",
        {"yes": "there", "no": "none"},
        DOMAIN,
        field="joined",
        table={True: "yes", False: "no"},
    ),
)
'''
PROBE = '''"""A probe of nothing."""

from troubleshoot.engine.facts import FactWords, values_by_name

WORDS = (FactWords("scratch.seen", "Scratch", "outside", {"yes": "seen"}),)
FACTS = values_by_name(WORDS)
'''
TILE = '''"""A tile of nothing."""

from troubleshoot.reports.figures import Summary
from troubleshoot.reports.tiles import Tile

PLACE = 60


def tile(found: Summary) -> Tile:
    """Return the tile of a summary."""
    return Tile("Scratched", found.cases)
'''
CHANNEL = '''"""A channel of nothing."""

from troubleshoot.models import Person
from troubleshoot.notifications.channels import OutgoingMessage

TITLE = "Scratch"


def reaches(person: Person) -> bool:
    """Reach everybody."""
    return True


def send(message: OutgoingMessage) -> None:
    """Lose it."""
'''
ROLE = (
    (
        'gettext_noop("administrator")\n',
        'gettext_noop("administrator")\n    SCRATCH = "scratch", gettext_noop("scratch")\n',
    ),
    ('"case.take": {_H: SITE}', '"case.take": {_H: SITE, Role.SCRATCH: SITE}'),
    ('"board.read": {_H: SITE}', '"board.read": {_H: SITE, Role.SCRATCH: SITE}'),
)
RISK = """
RISKS = {
    "scratch": ("automatic", "disruptive", "disruptive", False),
"""
SAME_PLACE = {
    "sentence of an error window": "error code",
    "theme of the Windows probe": "fact of the Windows probe",
}
"""A thing → the thing whose place it has."""
FIX = """
[steps.repair]
fix   = "scratch"
title = "{host} is scratched"
text  = "It can be polished."
to    = { verified = "tried", not_verified = "helpdesk", declined = "helpdesk", unavailable = "helpdesk" }
"""
WALKED = """
[[example]]
name    = "It cannot be polished"
answers = { looked = "yes", repair = ["not_verified", "declined", "unavailable"] }
end     = "helpdesk"
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree."""
    made = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, made / name)
    return made


def ran(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in the copy."""
    return subprocess.run([sys.executable, *words], cwd=tree, capture_output=True, text=True, check=False)


def state(tree: Path) -> dict[str, str]:
    """The digest of every file that belongs to the tree: not what Python and the portal leave behind."""
    files = (path for path in tree.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    digests = {path.relative_to(tree).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return {name: digest for name, digest in digests.items() if not name.startswith("var/")}


def at_end(file: str, text: str) -> Callable[[Path], None]:
    def add(tree: Path) -> None:
        (tree / file).write_text((tree / file).read_text(encoding="utf-8") + text, encoding="utf-8")

    return add


def inside(file: str, *pairs: tuple[str, str]) -> Callable[[Path], None]:
    def add(tree: Path) -> None:
        text = (tree / file).read_text(encoding="utf-8")
        for old, new in pairs:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (tree / file).write_text(text, encoding="utf-8")

    return add


def begun(kind: str) -> Callable[[Path], None]:
    """What `manage.py new` writes, called as the page says."""
    (command,) = re.findall(rf"`(manage\.py new {kind} NAME[^`]*)`", PAGE)

    def add(tree: Path) -> None:
        done = ran(tree, *command.replace("NAME", "scratch").split())
        assert done.returncode == 0, done.stderr

    return add


def with_migration(tree: Path) -> None:
    """A role, with the migration that Django writes for it."""
    inside("troubleshoot/engine/permissions.py", *ROLE)(tree)
    done = ran(tree, "manage.py", "makemigrations", "troubleshoot", "--name", "scratch")
    assert done.returncode == 0, done.stderr


#: In the order in which they lean on each other: how it is added, and the start of all paths where that may be seen.
ADDED: dict[str, tuple[Callable[[Path], None], str | tuple[str, ...]]] = {
    "resource": (begun("resource"), f"{CATALOG}/resources/scratch/"),
    "fact of content": (begun("fact"), f"{CATALOG}/facts/scratch.toml"),
    "fact of the Windows probe": (
        inside("troubleshoot/probes/windows_facts/environment.py", ("\nRULES = (\n", RULE)),
        "troubleshoot/probes/windows_facts/environment.py",
    ),
    "theme of the Windows probe": (
        lambda tree: _write(tree / "troubleshoot/probes/windows_facts/scratch.py", THEME),
        "troubleshoot/probes/windows_facts/scratch.py",
    ),
    "probe": (lambda tree: _write(tree / "troubleshoot/probes/scratch.py", PROBE), "troubleshoot/probes/scratch.py"),
    "tile of the summary": (
        lambda tree: _write(tree / "troubleshoot/reports/tiles/scratch.py", TILE),
        "troubleshoot/reports/tiles/scratch.py",
    ),
    "channel for notices": (
        lambda tree: _write(tree / "troubleshoot/notifications/channels/scratch.py", CHANNEL),
        "troubleshoot/notifications/channels/scratch.py",
    ),
    "role": (with_migration, ("troubleshoot/engine/permissions.py", "troubleshoot/migrations/")),
    "action (a remedy)": (begun("action"), f"{CATALOG}/actions/scratch.toml"),
    "guide": (begun("guide"), f"{CATALOG}/guides/scratch.toml"),
    "cause": (at_end(f"{CATALOG}/errors/remote-desktop.toml", CAUSE), f"{CATALOG}/errors/remote-desktop.toml"),
    "error code": (at_end(f"{CATALOG}/errors/ntstatus.toml", CODE), f"{CATALOG}/errors/ntstatus.toml"),
    "sentence of an error window": (
        inside(f"{CATALOG}/errors/ntstatus.toml", ("0xC0FFFF01\n", '0xC0FFFF01\nsymptoms  = ["It says: scratch."]\n')),
        f"{CATALOG}/errors/ntstatus.toml",
    ),
}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def touched(tree: Path) -> dict[str, set[str]]:
    """What was touched by adding each, one after the other."""
    found = {}
    for kind, (add, _) in ADDED.items():
        before = state(tree)
        add(tree)
        after = state(tree)
        found[kind] = {name for name in before | after if before.get(name) != after.get(name)}
    return found


@pytest.mark.parametrize("kind", ADDED)
def test_adding_one_touches_the_one_place_that_the_page_names(kind: str, touched: dict[str, set[str]]) -> None:
    given = ADDED[kind][1]
    places = (given,) if isinstance(given, str) else given
    assert {name for name in touched[kind] if not name.startswith(places)} == set()
    named = re.findall(r"`(troubleshoot/[\w/.]+)`", PLACES[SAME_PLACE.get(kind, kind)].replace("NAME", "scratch"))
    for place in places:
        assert [name for name in touched[kind] if name.startswith(place)]
        assert [one for one in named if place.startswith(one)]


TRIED = """
[[example]]
faults = ["service-stopped"]
end    = "verified"
"""


@pytest.fixture(scope="module")
def whole(tree: Path, touched: dict[str, set[str]]) -> Path:
    """What was added, with a guide that leads to the action, its example, and the line that is asked for on purpose."""
    inside(
        f"{CATALOG}/guides/scratch.toml",
        ('to   = { yes = "tried"', 'to   = { yes = "repair"'),
        ("[steps.solved]", f"{FIX}\n[steps.solved]"),
        ('looked = "yes", tried = "worked"', 'looked = "yes", repair = "verified", tried = "worked"'),
        ('looked = "yes", tried = "no_change"', 'looked = "yes", repair = "verified", tried = "no_change"'),
    )(tree)
    at_end(f"{CATALOG}/guides/scratch.toml", WALKED)(tree)
    at_end(f"{CATALOG}/actions/scratch.toml", TRIED)(tree)
    inside("tests/catalog/test_shipped.py", ("\nRISKS = {\n", RISK))(tree)
    return tree


class TestAllOfThem:
    def test_are_found_by_the_catalogue_and_owe_nothing(self, whole: Path) -> None:
        done = ran(whole, "manage.py", "catalog", "--json")
        assert done.returncode == 0, done.stderr
        listed = json.loads(done.stdout)["entries"]
        assert [kind for kind in ("guides", "facts", "actions", "resources") if "scratch" not in listed[kind]] == []
        assert any(title["title"] == "A scratch" for title in listed["errors"].values())

    def test_need_no_other_test_to_be_told(self, whole: Path) -> None:
        done = ran(whole, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *FOLLOWED_UP)
        assert done.returncode == 0, done.stdout[-4000:]

    def test_owe_the_map_what_the_page_says(self, whole: Path) -> None:
        done = ran(whole, "-m", "tests.lint.architecture_map", "--check")
        assert done.returncode == 1
        (renewing,) = re.findall(r"`(make \w+)`", done.stderr)
        assert f"`{renewing}`" in PAGE
        assert ran(whole, "-m", "tests.lint.architecture_map", "--write").returncode == 0
        assert ran(whole, "-m", "tests.lint.architecture_map", "--check").returncode == 0
