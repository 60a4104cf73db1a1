"""`manage.py diagnose` with what a person would say or hand in…"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import execute_from_command_line

from tests.fixtures.own_pc import CLOSED, told
from troubleshoot import probes
from troubleshoot.lab import LabHost, LabOptions, build_state

pytestmark = pytest.mark.django_db
SECRET = "lab-only-password"
TOLD = {fact.name: [*fact.values] for fact in probes.TOLD_WORDS}


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[LabHost]:
    """A healthy computer that is not registered."""
    settings.MENDPOINT_PROBE_SECONDS = 2
    monkeypatch.setenv("MENDPOINT_SECRET_TOLD", SECRET)
    host = LabHost(
        build_state(name="ACC-07", file=None),
        LabOptions(user="mendpoint", password=SECRET, auth=frozenset({"ntlm"})),
    )
    host.start()
    yield host
    host.stop()


class Asked:
    """What the command answers about one computer."""

    def __init__(self, lab: LabHost, capsys: pytest.CaptureFixture[str]) -> None:
        self.port, winrm = lab.ready()["rdp_port"], lab.ready()["winrm_port"]
        self._where = ["--address", "127.0.0.1", "--rdp-port", str(self.port), "--winrm-port", str(winrm)]
        self._where += ["--credential-ref", "env:MENDPOINT_SECRET_TOLD"]
        self._capsys = capsys

    def run(self, *options: str) -> tuple[int, str, str]:
        """Exit status, output and errors."""
        command = ["manage.py", "diagnose", "--error", "0x904 / 0x7", "--host", "ACC-07", *self._where, *options]
        try:
            execute_from_command_line(command)
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def document(self, *options: str) -> dict[str, Any]:
        """What it prints as JSON."""
        found: dict[str, Any] = json.loads(self.run(*options, "--json")[1])
        return found

    def refused(self, *options: str) -> str:
        """Why it ends without a look at the computer."""
        code, said, why = self.run(*options)
        assert (code, said) == (1, "")
        return why


@pytest.fixture
def asked(lab: LabHost, capsys: pytest.CaptureFixture[str]) -> Asked:
    return Asked(lab, capsys)


def test_asks_when_it_fails_where_nobody_has_said_it(asked: Asked) -> None:
    document = asked.document()
    assert [question["step"] for question in document["questions"]] == ["when"]
    assert document["facts"]["told.when"] == document["facts"]["told.where"] == "unknown"
    assert not any(name.startswith("pc.") for name in document["facts"])


@pytest.mark.parametrize("when", ["at_once", "after_password", "after_desktop"])
def test_takes_when_it_fails_as_the_answer_to_that_question(asked: Asked, when: str) -> None:
    document = asked.document("--when", when)
    assert document["facts"]["told.when"] == when
    assert ("when", when, "person") in [(step["step"], step["value"], step["source"]) for step in document["path"]]
    assert "when" not in [question["step"] for question in document["questions"]]


def test_knows_from_where_the_person_connects_also_where_no_question_asks_for_it(asked: Asked) -> None:
    document = asked.document("--where", "home_vpn", "--when", "after_password")
    assert document["facts"]["told.where"] == "home_vpn"
    assert "way" not in [step["step"] for step in document["path"]]


def test_lets_an_answer_to_the_question_itself_count_more(asked: Asked) -> None:
    document = asked.document("--when", "at_once", "--answer", "when=after_password")
    assert document["facts"]["told.when"] == "after_password"


@pytest.mark.parametrize(("option", "fact"), [("--when", "told.when"), ("--where", "told.where")])
def test_names_the_values_that_there_are_when_it_is_told_another(asked: Asked, option: str, fact: str) -> None:
    why = asked.refused(option, "yesterday")
    assert option in why
    assert all(value in why for value in TOLD[fact])
    assert asked.refused(option, "unknown") == why.replace("yesterday", "unknown")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_reads_the_block_of_the_own_pc_as_windows_writes_it(asked: Asked, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "block.txt"
    file.write_text(told(CLOSED, port=asked.port), encoding=encoding)
    document = asked.document("--when", "at_once", "--pc-block", str(file))
    assert document["facts"]["pc.stage"] == "closed_before_confirm"
    assert document["facts"]["pc.same_address"] == "differs"
    assert ("why", "middlebox") in {(step["step"], step["value"]) for step in document["path"]}
    verdicts = {cause["id"]: cause["verdict"] for cause in document["causes"]}
    assert verdicts["middlebox"] in {"shown by", "fits"}


def test_judges_the_build_of_the_own_pc_by_the_list_of_updates(asked: Asked, tmp_path: Path) -> None:
    file = tmp_path / "block.txt"
    file.write_text(told({"build": "26100.7623", "tcp": "silent"}, port=asked.port), encoding="ascii")
    document = asked.document("--when", "at_once", "--pc-block", str(file))
    assert document["facts"]["pc.bad_update"] == "sign_in"


def test_compares_the_addresses_of_the_block_with_its_own(asked: Asked, tmp_path: Path) -> None:
    file = tmp_path / "block.txt"
    file.write_text(told({"address": "127.0.0.1"}, port=asked.port), encoding="ascii")
    assert asked.document("--pc-block", str(file))["facts"]["pc.same_address"] == "same"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (told(port=3389), "another computer"),
        ("MENDPOINT BEGIN 1", "beginning or the end is missing"),
        ("", "Nothing was pasted"),
        ("hello", "no line MENDPOINT BEGIN"),
        ("x" * 90_000, "far more"),
    ],
    ids=["another computer", "cut", "empty", "something else", "too long"],
)
def test_refuses_a_block_that_is_not_right_before_it_looks(asked: Asked, tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "block.txt"
    file.write_text(text, encoding="ascii")
    assert why in asked.refused("--pc-block", str(file))


def test_says_which_file_it_cannot_read(asked: Asked, tmp_path: Path) -> None:
    assert "block.txt cannot be read" in asked.refused("--pc-block", str(tmp_path / "block.txt"))
    (tmp_path / "block.txt").write_bytes(b"\xff\xfe\xff")
    assert "block.txt cannot be read" in asked.refused("--pc-block", str(tmp_path / "block.txt"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_reads_the_saved_connection_of_the_person(asked: Asked, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "work.rdp"
    saved = f"full address:s:ACC-07:{asked.port}\nenablecredsspsupport:i:0\npassword 51:b:0123456789ABCDEF\n"
    file.write_text(saved, encoding=encoding)
    document = asked.document("--when", "at_once", "--rdp-file", str(file))
    assert (document["facts"]["file.nla"], document["facts"]["file.port"]) == ("off", "same")
    assert document["error"]["code"] == "0x904 / 0x7"
    assert "0123456789ABCDEF" not in json.dumps(document)
    first = document["causes"][0]
    assert (first["id"], first["verdict"]) == ("client_offers_less", "shown by")


def test_refuses_a_file_that_is_no_saved_connection(asked: Asked, tmp_path: Path) -> None:
    file = tmp_path / "work.rdp"
    for data in (b"", b"\x89PNG", b"x" * 300_000):
        file.write_bytes(data)
        assert "no saved connection" in asked.refused("--rdp-file", str(file))
    assert "cannot be read" in asked.refused("--rdp-file", str(tmp_path))


def test_lists_the_values_in_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        execute_from_command_line(["manage.py", "diagnose", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert all(value in said for values in TOLD.values() for value in values)
    assert "--pc-block FILE" in said
