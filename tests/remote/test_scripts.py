"""The two fixed scripts stay within what Windows PowerShell 5.1 and a command line of cmd.exe can take."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from tests.remote.conftest import work
from troubleshoot import remote
from troubleshoot.remote import VisitItem, envelope
from troubleshoot.remote.envelope import ARGUMENTS, BOOTSTRAP, BOOTSTRAP_COMMAND, RUNNER, Malformed, request_line

SCRIPTS = pytest.mark.parametrize("script", [BOOTSTRAP, RUNNER], ids=["bootstrap", "runner"])
NONCE = "0" * 32


def nodes(script: str) -> list[Node]:
    found = [Parser(Language(tree_sitter_powershell.language())).parse(script.encode()).root_node]
    for node in found:
        found += node.children
    return found


def commands(script: str) -> set[str]:
    return {node.text.decode().lower() for node in nodes(script) if node.type == "command_name" and node.text}


@SCRIPTS
def test_a_script_is_ascii_with_line_feeds(script: str) -> None:
    assert script.isascii()
    assert "\r" not in script
    assert "\t" not in script


@SCRIPTS
def test_a_script_parses_without_errors(script: str) -> None:
    assert not [node for node in nodes(script) if node.is_error or node.is_missing]


FORBIDDEN = [
    "Invoke-Expression", "iex ", "wmic", "-ExecutionPolicy", "Administrators'", "Administratoren", "BUILTIN",
    "NT AUTHORITY",
    "Get-WmiObject", "Add-Type", "DownloadString", "Start-Process", "ConvertTo-Json", "Invoke-WebRequest", "`",
]  # fmt: skip
BENT: list[object] = [
    {"a": 1, "A": 2}, {"": 1}, {"a b": 1}, {"é": 1}, {"Count": 1}, {"a": 1.0}, {"a": 2**53}, {"a": {}}, {"a": [1]}, [],
    None,
]  # fmt: skip


@SCRIPTS
@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_script_never_uses(script: str, word: str) -> None:
    code = "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("#"))
    assert word.lower() not in code.lower()


def test_the_runner_calls_only_these_cmdlets() -> None:
    own = {node.text.decode().lower() for node in nodes(RUNNER) if node.type == "function_name" and node.text}
    assert commands(RUNNER) - own == {
        "set-strictmode", "new-object", "get-itemproperty", "get-ciminstance", "join-path",
        "new-eventlog", "write-eventlog", "convertfrom-json", "get-filehash", "start-sleep",
    }  # fmt: skip


def test_the_runner_is_short() -> None:
    names = ("runner_tools.ps1", "runner_undo.ps1", "runner_restore.ps1", "runner.ps1")
    parts = [Path(envelope.__file__).with_name(name).read_text() for name in names]
    assert "\n".join(parts) == RUNNER
    assert max(len(part.splitlines()) for part in parts) <= 250
    assert "Set-StrictMode -Version 3.0" in RUNNER


def test_the_command_line_is_far_below_the_limit_of_cmd() -> None:
    line = " ".join((BOOTSTRAP_COMMAND, *ARGUMENTS))
    assert len(BOOTSTRAP) < 2900
    assert len(line) < 8191 - 2000
    assert base64.b64decode(ARGUMENTS[-1]).decode("utf-16-le") == BOOTSTRAP


def test_the_bootstrap_judges_language_and_version_before_anything_that_they_forbid() -> None:
    lines = [line for line in BOOTSTRAP.splitlines() if not line.startswith("#")]
    stop = next(number for number, line in enumerate(lines) if "exit 4" in line)
    before = "\n".join(lines[:stop])
    assert "::" not in before
    assert "New-Object" not in before
    assert commands("\n".join(lines[:stop])) == set()
    assert "$input" not in before


def test_the_bootstrap_reads_its_request_from_standard_input_only() -> None:
    assert BOOTSTRAP.count("$input") == 1
    assert "$args" not in BOOTSTRAP
    assert "$env:" not in BOOTSTRAP


def test_the_digests_are_those_of_the_texts() -> None:
    assert envelope.script_digest(BOOTSTRAP) == envelope.BOOTSTRAP_DIGEST
    assert envelope.script_digest(RUNNER) == remote.RUNNER_DIGEST


def test_a_request_is_one_ascii_line_that_carries_everything() -> None:
    item = VisitItem("r", {"Name": "żółć '<>&\n\u2028 \u201d$(x)"}, "@{}", None, None, None)
    line = request_line(work(item), NONCE)
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    body = json.loads(line)
    assert body["items"][0] == {
        "resource": "r", "params": item.params, "read": "@{}", "write": None, "expected": None, "desired": None,
        "undo": None,
    }  # fmt: skip
    assert body.keys() == {
        "v",
        "nonce",
        "mode",
        "attempt",
        "job",
        "case",
        "identity",
        "runner",
        "items",
        "read_seconds",
        "undo",
        "of",
    }
    assert body["runner"] == RUNNER


def test_a_request_beyond_the_limit_of_an_envelope_is_not_sent() -> None:
    with pytest.raises(Malformed, match="bytes"):
        request_line(work(VisitItem("r", {"Name": "x" * 300_000}, "@{}")), NONCE)


@pytest.mark.parametrize("nonce", ["", "-", "x" * 32, "0" * 31, "0" * 32 + "\n"])
def test_a_nonce_is_32_hex_digits(nonce: str) -> None:
    with pytest.raises(Malformed):
        request_line(work(), nonce)


@pytest.mark.parametrize("state", BENT)
def test_a_state_that_powershell_would_bend_is_not_sent(state: object) -> None:
    with pytest.raises(Malformed):
        VisitItem("r", state, "@{}")  # type: ignore[arg-type]


def test_work_that_contradicts_itself_is_not_made() -> None:
    with pytest.raises(Malformed, match="wish"):
        VisitItem("r", {}, "@{}", None, None, {"a": 1})
    with pytest.raises(Malformed, match="read"):
        work(VisitItem("r", {}, "@{}", "w", None, {"a": 1}))
    with pytest.raises(Malformed, match="settle"):
        work(VisitItem("r", {}, "@{}", "w", None, {"a": 1}), mode="settle", identity={})
    with pytest.raises(Malformed, match="one computer"):
        work(mode="settle")
    with pytest.raises(Malformed, match="seconds"):
        replace(work(), read_seconds=0)
    with pytest.raises(ValueError, match="hexadecimal"):
        work(attempt="../../evil")
    with pytest.raises(Malformed, match="items"):
        work(*[VisitItem("r", {}, "@{}")] * 65)
