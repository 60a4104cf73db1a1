"""The vectors bind bootstrap.ps1 and runner.ps1 to one meaning; here the lab's stand-in has to obey them.

Each vector is a host state, a request and the expected result, written by hand. Runner.Tests.ps1 runs the same files
against the real scripts on Windows; that has not been done yet.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from troubleshoot.lab import runner
from troubleshoot.lab.state import HostState, healthy
from troubleshoot.remote import VisitItem, VisitResult, VisitWork
from troubleshoot.remote.envelope import request_line
from troubleshoot.remote.reply import Reader

NONCE = "5" * 32
KEY = "HKLM:\\SOFTWARE\\MendpointVectors"
FILES = sorted(Path(__file__).parent.joinpath("vectors").glob("*.json"))
VECTORS = [vector for file in FILES for vector in json.loads(file.read_text())]


def host(changes: dict[str, Any]) -> HostState:
    document = healthy()
    for name, value in changes.items():
        document[name] = document[name] | value
    return HostState(document)


def job(asked: dict[str, Any]) -> VisitWork:
    return VisitWork(**asked | {"items": tuple(VisitItem(**item) for item in asked["items"])})


def run(state: HostState, work: VisitWork, stdin: bytes | None = None) -> tuple[int, Reader]:
    reader = Reader(work, NONCE)
    code = runner.run(
        state, stdin or request_line(work, NONCE), lambda data: void(reader.feed(data)), threading.Event()
    )
    return code, reader


def void(_: object) -> None:
    return None


def visit(reader: Reader) -> VisitResult:
    found = reader.visit()
    assert found is not None
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_stand_in_does_what_the_vector_says(vector: dict[str, Any]) -> None:
    state, expected = host(vector["state"]), vector["expected"]
    code, reader = run(state, job(vector["request"]))
    found = visit(reader)
    assert code == expected["exit_code"]
    assert (found.outcome, found.reason) == (expected["outcome"], expected["reason"])
    assert list(found.before) == (expected["before"] or [])
    assert (None if found.after is None else list(found.after)) == expected["after"]
    assert list(found.written) == expected["written"]
    assert [[error.index, error.stage] for error in found.errors] == expected["errors"]
    assert (found.noise, found.ignored) == ("", 0)
    values = state.document["registry"].get(KEY, {})
    assert {name: values[name]["value"] for name in expected.get("registry", {})} == expected.get("registry", {})
    assert (vector["request"]["attempt"] in state.document["runs"]) is expected.get("recorded", False)


def test_every_vector_has_a_name_of_its_own() -> None:
    names = [vector["name"] for vector in VECTORS]
    assert len(set(names)) == len(names)
    assert len(names) >= 30


def test_the_record_and_the_event_log_line_come_before_the_first_write() -> None:
    changes = []
    document = host({"registry": {KEY: {"One": {"kind": "DWord", "value": 1}}}}).document
    state = HostState(
        document, on_change=lambda: changes.append((len(document["runs"]), document["registry"][KEY]["One"]["value"]))
    )
    vector = next(vector for vector in VECTORS if vector["name"].startswith("a difference"))
    run(state, job(vector["request"]))
    assert changes[0] == (1, 1)
    assert changes[-1] == (1, 2)
    record = document["runs"][vector["request"]["attempt"]]
    assert record["items"][0] | {"params": None} == {
        "resource": "one",
        "params": None,
        "before": {"value": 1},
        "desired": {"value": 2},
    }
    line = document["event_log"][-1]
    assert (line["log"], line["source"]) == ("Application", "Mendpoint")
    assert vector["request"]["attempt"] in line["message"]


def test_a_runner_text_that_is_not_known_gives_no_result() -> None:
    asked = job(VECTORS[0]["request"])
    stdin = request_line(asked, NONCE).replace(b"param($Request)", b"param($request)")
    code, reader = run(host({}), asked, stdin)
    assert (code, reader.visit()) == (1, None)


@pytest.mark.parametrize("stdin", [b"\n", b"{}\n", b"[]\n", b"\xff\n", b'{"runner":1,"nonce":"x"}\n'])
def test_an_input_that_is_no_request_gives_no_result(stdin: bytes) -> None:
    code, reader = run(host({}), job(VECTORS[0]["request"]), stdin)
    assert (code, reader.visit()) == (1, None)
