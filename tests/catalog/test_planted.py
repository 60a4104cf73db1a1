"""Errors planted into a catalogue's folder: `manage.py catalog` finds each, with file and line, and ends by itself."""

import io
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from tests.engine.sample import FACTS, FILES
from tests.support import replace_everywhere
from troubleshoot.catalog import loader as content
from troubleshoot.catalog import registry as library

GUIDE, ACTION, ERRORS, LAMP, READ = (
    "guides/lamp-dark.toml",
    "actions/switch-on.toml",
    "errors/lamp.toml",
    "resources/lamp/resource.toml",
    "resources/lamp/read.ps1",
)
FACT = "facts/hall.toml"
HALL = b"""\
title = "Lamp in the hall"
resource = "lamp"
params = { room = "hall" }

[[fact]]
name = "hall.lamp"
question = "Does it shine?"
values = [{ value = "on", when = { switch = true }, words = "Yes" }]
"""
SOUND = {name: text.encode() for name, text in FILES.items()} | {
    FACT: HALL,
    READ: b"param([string] $Room)\n\n@{ switch = $true; watts = 40; colours = @(); temperature = 20 }\n",
    "resources/lamp/write.ps1": b"param([string] $Room, [hashtable] $Desired, [hashtable] $Before)\n\nthrow 'x'\n",
    "resources/bulb/read.ps1": b"param()\n\n@{ fresh = $true }\n",
    "resources/bulb/write.ps1": b"param([hashtable] $Desired, [hashtable] $Before)\n\nthrow 'x'\n",
}
Plant = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound catalogue on disk, which is all that is installed."""
    made = tmp_path / "catalog"
    for name, data in SOUND.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(data)
    settings.CATALOG_DIRS = (made,)
    replace_everywhere(
        monkeypatch, library, "installed_catalog", lambda: content.load_catalog(settings.CATALOG_DIRS, FACTS)
    )
    return made


def found(folder: Path) -> list[str]:
    """What the command says is wrong, each without the folder."""
    out, started = io.StringIO(), time.process_time()
    with suppress(CommandError):
        call_command("catalog", as_json=True, stdout=out)
    assert time.process_time() - started < 5
    said = json.loads(out.getvalue())
    return [text.replace(f"{folder}/", "") for text in said.get("problems", ())]


def test_a_sound_catalogue_has_no_faults(folder: Path) -> None:
    assert found(folder) == []


def with_text(file: str, old: str, new: str) -> Plant:
    def plant(folder: Path) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))

    return plant


def with_bytes(file: str, data: bytes) -> Plant:
    return lambda folder: (folder / file).write_bytes(data)


def at_end(file: str, text: str) -> Plant:
    return lambda folder: (folder / file).write_text((folder / file).read_text() + text)


def _twin(folder: Path) -> None:
    """Two names that are one file where case does not count."""
    (folder / "guides" / "Lamp-Dark.toml").write_bytes(SOUND[GUIDE])


def _linked(folder: Path) -> None:
    (folder / FACT).unlink()
    (folder / FACT).symlink_to("/etc/passwd")


def _climbing(folder: Path) -> None:
    (folder / "resources" / "..lamp").mkdir()
    (folder / "resources" / "..lamp" / "resource.toml").write_bytes(SOUND[LAMP])


PLANTED: dict[str, tuple[Plant, str]] = {
    # what an editor or an enemy does to a file
    "a byte order mark": (with_bytes(GUIDE, b"\xef\xbb\xbf" + SOUND[GUIDE]), f"{GUIDE}:1: (file): starts with a byte"),
    "UTF-16": (with_bytes(ACTION, FILES[ACTION].encode("utf-16")), f"{ACTION}:1: (file): starts with a byte"),
    "bytes that are no UTF-8": (with_bytes(FACT, HALL + b"# \xff\n"), f"{FACT}:9: (file): not UTF-8 at byte"),
    "a NUL": (with_bytes(ERRORS, SOUND[ERRORS] + b"# \x00\n"), f"{ERRORS}:43: (file): control or bidi character"),
    "reversed reading": (with_text(GUIDE, "Shake it.", "Shake \u202eit."), f"{GUIDE}:15: (file): control or bidi"),
    "a large file": (at_end(FACT, "#" * 300_000), f"{FACT}:1: (file): is larger than 262144 bytes"),
    "a large text": (with_text(GUIDE, "Shake it.", "x" * 5000), f"{GUIDE}:15: steps.shake.try: must have 1 to 4000"),
    "twenty thousand brackets": (at_end(FACT, "a = " + "[" * 20_000), f"{FACT}:9: a: not valid TOML here"),
    "deep brackets": (at_end(ACTION, "a = " + "[" * 400 + "]" * 400), f"{ACTION}:31: verify.a: nested deeper"),
    "five thousand digits": (with_text(ERRORS, "0x10", "9" * 5000), f"{ERRORS}:23: (file): number of more than 24"),
    "old notations of numbers": (with_text(ERRORS, "code = 0x10", "code = 0777"), f"{ERRORS}:23: code.code: not valid"),
    "a bare word for a boolean": (with_text(ACTION, '"disruptive"', "no"), f"{ACTION}:3: risk: not valid TOML here"),
    "two documents": (at_end(GUIDE, "---\na = 1\n"), f"{GUIDE}:69: example.a: not valid TOML here"),
    "YAML inside": (with_bytes(GUIDE, b"title: x\nstart: &a [*a]\n"), f"{GUIDE}:1: title: not valid TOML here"),
    # keys
    "a key that stands twice": (at_end(FACT, 'name = "x.y"\n'), f"{FACT}:9: fact[1].name: the key stands twice"),
    "a table that stands twice": (at_end(ACTION, '[verify]\nwithin = "5s"\n'), f"{ACTION}:31: verify: the key stands"),
    "a dotted key into a closed table": (
        with_text(GUIDE, "[steps.where]", 'steps.light.to.on = "where"\n[steps.where]'),
        f"{GUIDE}:9: steps.light.steps: must be a list of texts",
    ),
    "a dotted table into an inline one": (
        at_end(GUIDE, "[steps.light.to.on]\nx = 1\n"),
        f"{GUIDE}:69: steps.light.to.",
    ),
    "a misspelt key": (with_text(FACT, "question", "questoin"), f"{FACT}:7: fact[1].questoin: unknown key"),
    "a number for a key": (at_end(ERRORS, "1 = 2\n"), f"{ERRORS}:43: class[1].1: unknown key"),
    "keys of another language": (at_end(FACT, '"__proto__" = 1\n'), f"{FACT}:9: fact[1].__proto__: unknown key"),
    # the tree
    "a circle": (with_text(GUIDE, 'no_change = "switch"', 'no_change = "where"'), f"{GUIDE}:14: steps.shake: the path"),
    "a dangling target": (
        with_text(GUIDE, 'hall = "switch"', 'hall = "swich"'),
        f"{GUIDE}:12: steps.where.to.hall: th",
    ),
    "an unrouted value": (with_text(GUIDE, 'off = "where", ', ""), f"{GUIDE}:7: steps.light.to: the value off leads"),
    "a step that nothing reaches": (
        at_end(GUIDE, '[steps.lost]\nend = "solved"\ntitle = "x"\ntext = "x"\n'),
        f"{GUIDE}:69: steps.lost: no path",
    ),
    "no end": (with_text(GUIDE, 'attic = "shake"', 'attic = "where"'), f"{GUIDE}:9: steps.where: the path from here"),
    "an unknown remedy": (with_text(GUIDE, 'fix = "switch-on"', 'fix = "switch-off"'), f"{GUIDE}:19: steps.switch.fix"),
    # what it would do
    "a parameter of the wrong type": (with_text(ACTION, '"attic"', "5"), f"{ACTION}:21: set[2].params: lamp: the para"),
    "a parameter that breaks out": (with_text(FACT, '"hall"', '"hall\'; rm"'), f"{FACT}:3: params: lamp: the paramet"),
    "a fact that nothing tells": (
        with_text(ACTION, '"lamp.bulb"  =', '"hall.lmap" ='),
        f'{ACTION}:30: verify."hall.lmap"',
    ),
    "a field that is not there": (with_text(FACT, "switch = true", "swich = true"), f"{FACT}:8: fact[1].values[1].whe"),
    "a downgrade hidden in a remedy": (
        with_text(ACTION, 'risk = "disruptive"', 'risk = "dangerous"\nundo_risk = "low"'),
        f"{ACTION}:4: undo_risk: what undoing risks",
    ),
    "a pattern that keeps the machine busy": (
        with_text(LAMP, '"[a-z]+"', '"([a-z]+)+"'),
        f"{LAMP}:6: params.room.pattern: repeats what repeats",
    ),
    # words
    "markup": (
        with_text(GUIDE, "Shake it.", "Shake <img src=x onerror=y> it."),
        f"{GUIDE}:15: steps.shake.try: is plain",
    ),
    "a script address": (with_text(ACTION, "is switched on.", "javascript:x"), f"{ACTION}:4: explain: is plain text"),
    "template marks": (with_text(FACT, '"Yes"', '"{{ settings.SECRET_KEY }}"'), f"{FACT}:8: fact[1].values[1].words"),
    "markup in a list": (
        with_text(ACTION, '["It is bright."]', '["It is <b>bright</b>."]'),
        f"{ACTION}:5: risk_reasons[1]: is plain text",
    ),
    # scripts
    "a script that builds code": (
        with_bytes(READ, b"param([string] $Room)\n\nInvoke-Expression -Command $Room -ErrorAction Stop\n"),
        f"{READ}:3: Invoke-Expression: ",
    ),
    "an alias": (with_bytes(READ, b"param([string] $Room)\n\n@{ switch = (gci) }\n"), f"{READ}:3: gci: "),
    "a script in another encoding": (with_bytes(READ, "@{}\n# ü\n".encode("utf-16")), f"{READ}:1: (file): has charact"),
    "an endless script": (at_end(READ, "# x\n" * 60), f"{READ}:61: (file): has more than 60 lines"),
    # names and kinds of files
    "a twin that differs in case": (_twin, "guides/Lamp-Dark.toml:1: (file): a file is named with lower-case"),
    "a link": (_linked, f"{FACT}:1: (file): is a symbolic link, which is never followed"),
    "a pipe": (lambda folder: os.mkfifo(folder / "actions/x.toml"), "actions/x.toml:1: (file): is not a regular file"),
    "a folder that climbs": (_climbing, "resources/..lamp/resource.toml:1: (file): is not a file of the catalogue"),
    "YAML": (lambda folder: (folder / "facts/x.yaml").touch(), "facts/x.yaml:1: (file): is YAML"),
    "a script where none belongs": (
        lambda folder: (folder / "facts/run.ps1").touch(),
        "facts/run.ps1:1: (file): is not",
    ),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_is_found_at_its_place(kind: str, folder: Path) -> None:
    plant, expected = PLANTED[kind]
    plant(folder)
    problems = found(folder)
    assert [text for text in problems if text.startswith(expected)], problems
