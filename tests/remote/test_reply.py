"""A reader believes only what bears the nonce of its visit, and never breaks on what it is fed."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.remote.conftest import work
from troubleshoot.remote import VisitItem, VisitProgress, VisitResult
from troubleshoot.remote.envelope import Hello, Malformed
from troubleshoot.remote.reply import MAX_LINE, MAX_NOISE, Reader

NONCE = "0123456789abcdef" * 2
MARK = f"#mendpoint {NONCE} ".encode()
HELLO = b'#mendpoint - hello {"ps":"5.1.19041.3803","mode":"FullLanguage"}\r\n'
APPLY = work(
    VisitItem("a", {}, "@{}", "w", {"x": 1}, {"x": 2}),
    VisitItem("b", {}, "@{}"),
    VisitItem("c", {}, "@{}", "w", None, {}),
    mode="apply",
)


def result(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "outcome": "done",
        "identity": {},
        "before": [{"name": "x"}],
        "after": None,
        "written": [],
        "errors": [],
    }
    return base | changes


def line(body: object) -> bytes:
    text = body if isinstance(body, str) else json.dumps(body)
    return MARK + b"result " + text.encode() + b"\r\n"


def read(*parts: bytes, job: Any = None) -> Reader:
    reader = Reader(job or work(), NONCE)
    for part in parts:
        reader.feed(part)
    return reader


def visit(*parts: bytes, job: Any = None) -> VisitResult:
    found = read(*parts, job=job).visit()
    assert found is not None
    return found


def test_a_result_is_read_with_the_powershell_that_gave_it() -> None:
    found = visit(HELLO, b"noise\r\n", line(result(before=[{"name": "x", "n": 1, "l": ["y"], "t": True, "z": None}])))
    assert found.outcome == "done"
    assert found.before == ({"name": "x", "n": 1, "l": ["y"], "t": True, "z": None},)
    assert found.powershell == Hello("5.1.19041.3803", "FullLanguage")
    assert found.noise == "noise\n"


@given(st.binary(max_size=2000), st.lists(st.integers(1, 200), max_size=40))
def test_any_bytes_in_any_pieces_are_noise(data: bytes, sizes: list[int]) -> None:
    reader = Reader(work(), NONCE)
    for size in sizes:
        reader.feed(data[:size])
        data = data[size:]
    reader.feed(data + b"\n" + line(result()))
    found = reader.visit()
    assert found is not None
    assert found.outcome == "done"


@given(st.binary(max_size=300), st.lists(st.integers(1, 60), min_size=1, max_size=60))
def test_the_pieces_make_no_difference(noise: bytes, sizes: list[int]) -> None:
    whole = HELLO + noise + b"\n" + MARK + b'progress {"item":0,"stage":"read","text":"x"}\n' + line(result())
    at_once, pieces = read(whole), Reader(work(), NONCE)
    position = 0
    for size in sizes * len(whole):
        if position >= len(whole):
            break
        pieces.feed(whole[position : position + size])
        position += size
    assert pieces.visit() == at_once.visit()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    ),
    st.sampled_from(["outcome", "identity", "before", "after", "written", "errors", "more"]),
)
def test_any_value_in_any_field_is_accepted_or_malformed(value: object, name: str) -> None:
    reader = read(line(result(**{name: value})))
    with contextlib.suppress(Malformed):
        assert isinstance(reader.visit(), VisitResult)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "{",
        "[]",
        "null",
        '{"outcome":"done"}',
        json.dumps(result()).replace('"x"', "1.5"),
        json.dumps(result()).replace('"x"', "NaN"),
        json.dumps(result()).replace('"x"', str(2**53)),
        json.dumps(result()).replace('"x"', "9" * 5000),
        json.dumps(result()).replace('"outcome"', '"outcome":"failed","outcome"'),
        json.dumps(result()).replace('"x"', "[" * 50_000),
        json.dumps(result()).replace('"x"', '["a",["b"]]'),
        json.dumps(result()).replace('"x"', '{"deep":1}'),
        json.dumps(result()).replace('"x"', '["a",1]'),
        json.dumps(result(outcome="worked")),
        json.dumps(result(outcome="refused")),
        json.dumps(result(outcome="refused", reason="because")),
        json.dumps(result(before=[])),
        json.dumps(result(before=[{"name": "x"}] * 2)),
        json.dumps(result(before=[{"name": 1, "NAME": 2}])),
        json.dumps(result(before=[{"keys": 1}])),
        json.dumps(result(before=[{"": 1}])),
        json.dumps(result(before=[{"x": "y" * 40_000}])),
        json.dumps(result(before=[{"x": ["y"] * 2000}])),
        json.dumps(result(after=[{"name": "x"}])),
        json.dumps(result(written=[0])),
        json.dumps(result(written=[True])),
        json.dumps(result(outcome="drifted")),
        json.dumps(result(outcome="duplicate")),
        json.dumps(result(identity={"machine_guid": "x"})),
        json.dumps(result(identity={"machine_guid": 1, "smbios_uuid": "", "computer_sid": ""})),
        json.dumps(result(errors=[{"index": 9, "stage": "read", "text": ""}])),
        json.dumps(result(errors=[{"index": 0, "stage": "guess", "text": ""}])),
    ],
)
def test_a_result_that_has_another_shape_is_malformed_never_guessed(bad: str) -> None:
    with pytest.raises(Malformed):
        read(line(bad)).visit()


@pytest.mark.parametrize(
    ("changes", "sound"),
    [
        ({"after": [{"x": 2}, {}, {}], "written": [0, 2]}, True),
        ({"after": [{"x": 2}, {}, {}], "written": [0]}, False),
        ({"after": [{"x": 2}, {}, {}], "written": [2, 0]}, False),
        ({"after": [{"x": 2}, {}, {}], "written": [0, 1]}, False),
        ({"after": None, "written": [0, 2]}, False),
        ({"outcome": "drifted"}, True),
        ({"outcome": "drifted", "written": [0]}, False),
        ({"outcome": "duplicate"}, True),
        ({"outcome": "identity_changed", "before": None}, True),
        ({"outcome": "identity_changed", "written": [0]}, False),
        ({"outcome": "failed", "written": [0], "errors": [{"index": 2, "stage": "write", "text": "no"}]}, True),
        ({"outcome": "failed", "errors": [{"index": None, "stage": "record", "text": "no"}]}, True),
    ],
)
def test_a_result_must_make_sense_for_the_work_that_was_asked(changes: dict[str, Any], sound: bool) -> None:
    reader = read(
        line(
            result(before=[{"x": 1}, {}, {}], **{"after": None} | changes)
            if "before" not in changes
            else result(**changes)
        ),
        job=APPLY,
    )
    if sound:
        assert reader.visit() is not None
    else:
        with pytest.raises(Malformed):
            reader.visit()


def test_a_forged_nonce_is_counted_and_not_believed() -> None:
    forged = line(result(outcome="failed")).replace(NONCE.encode(), b"f" * 32)
    reader = read(HELLO, forged, forged)
    assert reader.visit() is None
    assert reader.ignored == 2


def test_the_first_result_counts_and_repetitions_do_not() -> None:
    reader = read(
        line(result()), line(result(outcome="failed")), MARK + b'progress {"item":0,"stage":"read","text":""}\n'
    )
    found = reader.visit()
    assert found is not None
    assert (found.outcome, found.ignored) == ("done", 2)


def test_a_result_without_its_line_end_has_not_come() -> None:
    assert read(HELLO, line(result()).rstrip()).visit() is None


def test_progress_is_told_as_it_comes_and_only_for_items_that_exist() -> None:
    reader = Reader(work(), NONCE)
    assert reader.feed(MARK + b'progress {"item":0,"stage":"read","text":"' + b"s" * 200 + b'"}\n') == [
        VisitProgress(0, "read", "s" * 80)
    ]
    for bad in (b'{"item":1,"stage":"read","text":""}', b'{"item":0,"stage":["x"],"text":""}', b"{", b"[]"):
        assert reader.feed(MARK + b"progress " + bad + b"\n") == []
    assert reader.ignored == 4


@pytest.mark.parametrize(
    ("ps", "mode", "reason"),
    [
        ("5.1.19041.3803", "ConstrainedLanguage", "constrained_language"),
        ("5.1.19041.3803", "RestrictedLanguage", "constrained_language"),
        ("5.0.10586.117", "FullLanguage", "powershell_too_old"),
        ("2.0", "FullLanguage", "powershell_too_old"),
    ],
)
def test_a_greeting_can_be_a_refusal(ps: str, mode: str, reason: str) -> None:
    found = visit(HELLO.replace(b"5.1.19041.3803", ps.encode()).replace(b"FullLanguage", mode.encode()))
    assert (found.outcome, found.reason) == ("refused", reason)


def test_only_the_first_greeting_counts_and_a_byte_order_mark_does_not_hide_it() -> None:
    reader = read(b"\xef\xbb\xbf" + HELLO, HELLO.replace(b"Full", b"Constrained"))
    assert reader.hello == Hello("5.1.19041.3803", "FullLanguage")
    assert reader.ignored == 1


@pytest.mark.parametrize(
    "body", [b"{}", b'{"ps":5,"mode":"x"}', b'{"ps":"5","mode":"Full"}', b'{"ps":"5.1","mode":"<b>"}']
)
def test_a_strange_greeting_is_ignored(body: bytes) -> None:
    reader = read(b"#mendpoint - hello " + body + b"\n")
    assert reader.hello is None
    assert reader.ignored == 1


def test_noise_and_lines_are_capped() -> None:
    reader = read(b"n" * (MAX_LINE + 10), b"m" * 100 + b"\n", HELLO, line(result()))
    found = reader.visit()
    assert found is not None
    assert found.powershell is not None
    assert len(found.noise) == MAX_NOISE


def test_an_evil_greeting_or_result_costs_little_time() -> None:
    began = time.monotonic()
    reader = read(MARK + b"result " + b'"\\' * (MAX_LINE // 2 - 100) + b"\n")
    with pytest.raises(Malformed):
        reader.visit()
    read(b"#mendpoint - hello " + b'"' * 1_000_000 + b"\n" * 1000)
    assert time.monotonic() - began < 3


def test_text_that_no_store_can_hold_is_replaced() -> None:
    found = visit(
        line(
            '{"outcome":"done","identity":{},"before":[{"name":"a\\u0000\\ud800b","l":["\\udfff"]}],'
            '"after":null,"written":[],"errors":[]}'
        )
    )
    assert found.before == ({"name": "a\ufffd\ufffdb", "l": ["\ufffd"]},)


def test_characters_outside_the_basic_plane_survive() -> None:
    assert visit(line(result(before=[{"name": "żółć \U0001f600"}]))).before == ({"name": "żółć \U0001f600"},)
