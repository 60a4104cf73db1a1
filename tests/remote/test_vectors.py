"""The vectors bind the bootstrap and the runner to one meaning; here the lab's stand-in has to obey them.

Each vector is a host state, a request and the expected result, written by hand. Runner.Tests.ps1 runs the same files
against the real scripts on Windows; that has not been done yet.
"""

from __future__ import annotations

import copy
import json
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.resources.vectors import ordered
from troubleshoot.lab import powershell_exe, runner, scheduler
from troubleshoot.lab.process import Process
from troubleshoot.lab.run_records import task_name
from troubleshoot.lab.state import HostState, healthy
from troubleshoot.remote import AttemptState, VisitItem, VisitResult, VisitWork
from troubleshoot.remote.envelope import ItemError, PassedState, UndoOrder, UndoRule, UndoState, request_line
from troubleshoot.remote.reply import Reader

NONCE = "5" * 32
ALTERED = "6" * 32
KEY = "HKLM:\\SOFTWARE\\MendpointVectors"
FILES = sorted(Path(__file__).parent.joinpath("vectors").glob("*.json"))
VECTORS = [vector for file in FILES for vector in json.loads(file.read_text())]


def host(changes: dict[str, Any]) -> HostState:
    document = healthy()
    for name, value in copy.deepcopy(changes).items():
        document[name] = document[name] | value if isinstance(value, dict) else value
    return HostState(document)


def job(asked: dict[str, Any]) -> VisitWork:
    undo = asked.get("undo")
    items = tuple(VisitItem(**item | {"undo": _rule(item.get("undo"))}) for item in asked["items"])
    return VisitWork(**asked | {"items": items, "undo": undo and UndoOrder(**undo)})


def _rule(undo: dict[str, Any] | None) -> UndoRule | None:
    if undo is None:
        return None
    passes = (PassedState(one["event"], one["field"], tuple(one["values"])) for one in undo.get("passes", []))
    return UndoRule(tuple(undo["fields"]), tuple(undo["marks"]), tuple(passes))


def run(
    state: HostState, work: VisitWork, stdin: bytes | None = None, *, hears: int | None = None
) -> tuple[int, Reader]:
    reader = Reader(work, NONCE)
    heard: list[bytes] = []

    def emit(data: bytes) -> None:
        if len(heard) == hears:
            raise BrokenPipeError
        heard.append(data)
        reader.feed(data)

    code = runner.run(state, stdin or request_line(work, NONCE), emit, threading.Event())
    return code, reader


def visit(reader: Reader) -> VisitResult:
    found = reader.visit()
    assert found is not None
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_stand_in_does_what_the_vector_says(vector: dict[str, Any]) -> None:
    state, expected = host(vector["state"]), vector["expected"]
    work = job(vector["request"])
    code, reader = run(state, work, hears=vector.get("listener_hears"))
    assert code == expected["exit_code"]
    tells(reader.visit(), expected)
    leaves(state, work, expected)
    if then := vector.get("then"):
        undoes(state, work, then)
    assert state.visits == {}


def undoes(state: HostState, work: VisitWork, then: dict[str, Any]) -> None:
    """What the task of this attempt does, started so often, is what the vector expects."""
    prepare(state, then)
    command, arguments = started_by(state, work)
    codes = list[int]()
    for _ in range(then["starts"]):
        codes.append(powershell_exe.start(arguments, process_of(state), runner.run))
    assert codes == exit_codes(then)
    assert command.endswith("powershell.exe")
    undone(state, work, then)


def exit_codes(then: dict[str, Any]) -> list[int]:
    """With which codes PowerShell ends: an order that was altered, or a folder of somebody else, is refused."""
    usual = 6 if "alters" in then else 7 if "access" in then else 0
    return list(then.get("exit_codes", [usual] * then["starts"]))


def prepare(state: HostState, then: dict[str, Any]) -> None:
    """Somebody else changes what the vector says before the task starts."""
    with state.changing() as document:
        for name, value in then.get("changes", {}).items():
            document["registry"][KEY][name]["value"] = value
        document["runs_access"] = then.get("access", document["runs_access"])
        if "unreported" in then:
            document["reports"].clear()
        if "alters" in then:
            for order in document["undo_orders"].values():
                order["nonce"] = ALTERED


def started_by(state: HostState, work: VisitWork) -> tuple[str, str]:
    """The program that the task of this attempt starts, with its arguments."""
    found = scheduler.find_task(state, task_name(work.attempt))
    assert found is not None
    task = scheduler.read_task(found["xml"])
    assert task.at_start
    return task.command, task.arguments


def process_of(state: HostState) -> Process:
    return Process(state, lambda: b"", lambda *_: None, threading.Event(), user="SYSTEM")


def undone(state: HostState, work: VisitWork, then: dict[str, Any]) -> None:
    """What an undo leaves on its host is what the vector expects."""
    values = state.document["registry"][KEY]
    assert {name: values[name]["value"] for name in then["registry"]} == then["registry"]
    assert sorted(state.document["scheduler"]["tasks"]) == [task_name(one) for one in then["tasks"]]
    report = state.document["undo_reports"].get(work.attempt)
    assert (report is None) is (then["report"] is None)
    assert report is None or report | then["report"] == report
    keeps(state, then)


def leaves(state: HostState, work: VisitWork, expected: dict[str, Any]) -> None:
    """What a visit leaves on its host is what the vector expects."""
    values = state.document["registry"].get(KEY, {})
    assert {name: values[name]["value"] for name in expected.get("registry", {})} == expected.get("registry", {})
    assert (work.attempt in state.document["runs"]) is expected.get("recorded", False)
    for files, name in (("runs", "run"), ("reports", "report")):
        found = state.document[files].get(work.attempt)
        assert name not in expected or found | expected[name] == found
    keeps(state, expected)
    if "tasks" in expected:
        assert sorted(state.document["scheduler"]["tasks"]) == [task_name(one) for one in expected["tasks"]]


def keeps(state: HostState, expected: dict[str, Any]) -> None:
    """These files of a host have what the vector expects in them; those for which it has null are not there."""
    for files, bodies in expected.get("files", {}).items():
        for attempt, body in bodies.items():
            kept = state.document[files].get(attempt)
            assert (kept is None) is (body is None)
            assert kept is None or kept | body == kept


def tells(found: VisitResult | None, expected: dict[str, Any]) -> None:
    """What a visit brought back is what the vector expects: nothing at all, where that has no outcome."""
    if found is None or expected["outcome"] is None:
        assert (found, expected["outcome"]) == (None, None)
        return
    assert (found.outcome, found.reason) == (expected["outcome"], expected["reason"])
    assert ordered(found.before) == ordered(expected["before"] or [])
    assert ordered(found.after) == ordered(expected["after"])
    assert list(found.written) == expected["written"]
    assert [[error.index, error.stage] for error in found.errors] == expected["errors"]
    assert (found.noise, found.ignored) == ("", 0)
    attempt = expected.get("attempt")
    kept = attempt and AttemptState(
        attempt["state"],
        attempt["outcome"],
        tuple(attempt["before"] or ()),
        None if attempt["after"] is None else tuple(attempt["after"]),
        tuple(attempt["written"]),
        tuple(ItemError(**error) for error in attempt["errors"]),
        stands(attempt.get("undo")),
    )
    assert found.attempt == kept
    if undo := expected.get("undo"):
        assert found.undo is not None
        told = asdict(found.undo)
        assert told | undo | {"left": tuple(undo.get("left", told["left"]))} == told


def stands(undo: dict[str, Any] | None) -> UndoState | None:
    return None if undo is None else UndoState(**undo | {"left": tuple(undo["left"])})


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
    vector = named("a difference")
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


def named(start: str) -> dict[str, Any]:
    return next(vector for vector in VECTORS if vector["name"].startswith(start))


def settling(request: dict[str, Any]) -> VisitWork:
    """The work of settling what this change has begun."""
    items = [item | {"desired": None, "write": None, "expected": None} for item in request["items"]]
    return job(request | {"mode": "settle", "identity": {}, "items": items})


def test_an_overdue_reading_says_so() -> None:
    vector = named("an overdue read is")
    _, reader = run(host(vector["state"]), job(vector["request"]))
    assert [error.text for error in visit(reader).errors] == ["overdue"]


def test_a_change_runs_while_it_is_there_and_has_ended_when_it_has_reported() -> None:
    request = named("a difference")["request"]
    state = host(named("a difference")["state"] | {"slow": {"one": 0.3}})
    at_work = threading.Thread(target=run, args=(state, job(request)))
    at_work.start()
    while at_work.is_alive() and request["attempt"] not in state.document["runs"]:
        at_work.join(0.01)
    meanwhile = visit(run(state, settling(request))[1]).attempt
    at_work.join()
    afterwards = visit(run(state, settling(request))[1]).attempt
    assert meanwhile == AttemptState("running", before=({"value": 1},))
    assert afterwards == AttemptState("ended", "done", ({"value": 1},), ({"value": 2},), (0,))


def test_a_change_that_was_ended_from_outside_was_cut() -> None:
    request = named("a difference")["request"]
    ended = threading.Event()
    document = host(named("a difference")["state"]).document
    state = HostState(document, on_change=lambda: ended.set() if document["runs"] else None)
    said: list[bytes] = []
    assert runner.run(state, request_line(job(request), NONCE), said.append, ended) == 0
    assert not any(b" result " in line for line in said)
    assert visit(run(state, settling(request))[1]).attempt == AttemptState("cut", before=({"value": 1},))


def test_an_attempt_that_was_settled_first_never_begins() -> None:
    vector = named("a difference")
    state = host(vector["state"])
    assert visit(run(state, settling(vector["request"]))[1]).attempt == AttemptState("never")
    late = visit(run(state, job(vector["request"]))[1])
    assert (late.outcome, state.document["registry"][KEY]["One"]["value"]) == ("cancelled", 1)


def test_a_runner_text_that_is_not_known_gives_no_result() -> None:
    asked = job(VECTORS[0]["request"])
    stdin = request_line(asked, NONCE).replace(b"param($Request)", b"param($request)")
    code, reader = run(host({}), asked, stdin)
    assert (code, reader.visit()) == (1, None)


@pytest.mark.parametrize("stdin", [b"\n", b"{}\n", b"[]\n", b"\xff\n", b'{"runner":1,"nonce":"x"}\n'])
def test_an_input_that_is_no_request_gives_no_result(stdin: bytes) -> None:
    code, reader = run(host({}), job(VECTORS[0]["request"]), stdin)
    assert (code, reader.visit()) == (1, None)


def test_the_report_is_kept_before_anything_is_said_of_the_check() -> None:
    """A pipe that nobody reads is full at some time: then whoever speaks waits, with the report already on the disk."""
    vector = next(vector for vector in VECTORS if vector["name"].startswith("a difference"))
    state, work = host(vector["state"]), job(vector["request"])
    kept: list[bool] = []

    def emit(data: bytes) -> None:
        if b'"stage":"check"' in data:
            kept.append(work.attempt in state.document["reports"])

    runner.run(state, request_line(work, NONCE), emit, threading.Event())
    assert kept
    assert all(kept)
