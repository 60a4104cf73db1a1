"""A reader believes only what bears the nonce of its visit, and never breaks on what it is fed."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.remote.conftest import work
from troubleshoot.remote import AttemptState, UndoState, VisitItem, VisitProgress, VisitResult
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

SETTLE = work(mode="settle", identity={})
ENDED: dict[str, Any] = {
    "state": "ended",
    "outcome": "done",
    "before": [{"name": "x"}],
    "after": [{"name": "y"}],
    "written": [0],
    "errors": [],
    "undo": None,
}
CUT: dict[str, Any] = ENDED | {"state": "cut", "outcome": None, "after": None, "written": []}
NEVER: dict[str, Any] = CUT | {"state": "never", "before": None}
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


def result(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "outcome": "done",
        "identity": {},
        "written": [],
        "errors": [],
    }
    return base | changes


def line(body: object) -> bytes:
    text = body if isinstance(body, str) else json.dumps(body)
    return MARK + b"result " + text.encode() + b"\r\n"


def state(item: int, found: object, stage: object = "read") -> bytes:
    return MARK + b"state " + json.dumps({"item": item, "stage": stage, "state": found}).encode() + b"\r\n"


def states(*found: object, stage: str = "read") -> bytes:
    return b"".join(state(item, one, stage) for item, one in enumerate(found))


READ = states({"name": "x"})


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
    found = visit(
        HELLO, b"noise\r\n", state(0, {"name": "x", "n": 1, "l": ["y"], "t": True, "z": None}), line(result())
    )
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
    reader.feed(data + b"\n" + READ + line(result()))
    found = reader.visit()
    assert found is not None
    assert found.outcome == "done"


@given(st.binary(max_size=300), st.lists(st.integers(1, 60), min_size=1, max_size=60))
def test_the_pieces_make_no_difference(noise: bytes, sizes: list[int]) -> None:
    whole = HELLO + noise + b"\n" + MARK + b'progress {"item":0,"stage":"read","text":"x"}\n' + READ + line(result())
    at_once, pieces = read(whole), Reader(work(), NONCE)
    position = 0
    for size in sizes * len(whole):
        if position >= len(whole):
            break
        pieces.feed(whole[position : position + size])
        position += size
    assert pieces.visit() == at_once.visit()


@given(
    ANY,
    st.sampled_from(["outcome", "reason", "identity", "written", "errors", "attempt", "more"]),
)
def test_any_value_in_any_field_is_accepted_or_malformed(value: object, name: str) -> None:
    reader = read(READ, line(result(**{name: value})))
    with contextlib.suppress(Malformed):
        assert isinstance(reader.visit(), VisitResult)


@given(ANY, st.sampled_from(["state", "outcome", "before", "after", "written", "errors", "more"]))
def test_any_value_in_any_field_of_an_attempt_is_accepted_or_malformed(value: object, name: str) -> None:
    reader = read(READ, line(result(attempt=ENDED | {name: value})), job=SETTLE)
    with contextlib.suppress(Malformed):
        assert isinstance(reader.visit(), VisitResult)


@given(ANY, ANY, ANY)
def test_any_value_of_a_state_is_taken_or_ignored(item: object, stage: object, value: object) -> None:
    mark = json.dumps({"item": item, "stage": stage, "state": value}).encode()
    reader = read(MARK + b"state " + mark + b"\n")
    assert len(reader.read_so_far) + reader.ignored == 1 or stage == "check"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "{",
        "[]",
        "null",
        '{"outcome":"done"}',
        json.dumps(result()).replace("{}", "1.5"),
        json.dumps(result()).replace("{}", "NaN"),
        json.dumps(result()).replace("{}", str(2**53)),
        json.dumps(result()).replace("{}", "9" * 5000),
        json.dumps(result()).replace('"outcome"', '"outcome":"failed","outcome"'),
        json.dumps(result()).replace("{}", "[" * 50_000),
        json.dumps(result(outcome="worked")),
        json.dumps(result(outcome="refused")),
        json.dumps(result(outcome="refused", reason="because")),
        json.dumps(result(outcome=["done"])),
        json.dumps(result(outcome="refused", reason=["antimalware"])),
        json.dumps(result(before=[{"name": "x"}])),
        json.dumps(result(after=None)),
        json.dumps(result(attempt=ENDED)),
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
        read(READ, line(bad)).visit()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "{",
        "null",
        '{"item":0,"stage":"read"}',
        json.dumps({"item": 0, "stage": "read", "state": {}, "more": 1}),
        *(
            json.dumps({"item": 0, "stage": "read", "state": {"name": "x"}}).replace('"x"', value)
            for value in ("1.5", "NaN", str(2**53), "9" * 5000, "[" * 50_000, '["a",["b"]]', '{"deep":1}', '["a",1]')
        ),
        json.dumps({"item": 1, "stage": "read", "state": {}}),
        json.dumps({"item": True, "stage": "read", "state": {}}),
        json.dumps({"item": 0, "stage": "write", "state": {}}),
        json.dumps({"item": 0, "stage": ["read"], "state": {}}),
        json.dumps({"item": 0, "stage": "read", "state": []}),
        json.dumps({"item": 0, "stage": "read", "state": {"name": 1, "NAME": 2}}),
        json.dumps({"item": 0, "stage": "read", "state": {"keys": 1}}),
        json.dumps({"item": 0, "stage": "read", "state": {"": 1}}),
        json.dumps({"item": 0, "stage": "read", "state": {"x": "y" * 40_000}}),
        json.dumps({"item": 0, "stage": "read", "state": {"x": ["y"] * 2000}}),
    ],
)
def test_a_state_that_has_another_shape_has_not_come(bad: str) -> None:
    reader = read(MARK + b"state " + bad.encode() + b"\n", line(result()))
    assert (reader.ignored, reader.read_so_far) == (1, ())
    with pytest.raises(Malformed, match="states are missing"):
        reader.visit()


BEFORE = states({"x": 1}, {}, {})
AFTER = states({"x": 2}, {}, {}, stage="check")


@pytest.mark.parametrize(
    ("marks", "changes", "sound"),
    [
        (BEFORE + AFTER, {"written": [0, 2]}, True),
        (BEFORE + AFTER, {"written": [0]}, False),
        (BEFORE + AFTER, {"written": [2, 0]}, False),
        (BEFORE + AFTER, {"written": [0, 1]}, False),
        (BEFORE + AFTER, {"written": [0, 2], "attempt": ENDED}, False),
        (BEFORE, {"written": [0, 2]}, False),
        (BEFORE + state(0, {"x": 2}, "check"), {"written": [0, 2]}, False),
        (states({"x": 1}, {}) + AFTER, {"written": [0, 2]}, False),
        (BEFORE, {"outcome": "drifted"}, True),
        (states({"x": 1}, {}), {"outcome": "drifted"}, False),
        (BEFORE, {"outcome": "drifted", "written": [0]}, False),
        (BEFORE, {"outcome": "duplicate"}, True),
        (b"", {"outcome": "duplicate"}, False),
        (BEFORE, {"outcome": "cancelled"}, True),
        (b"", {"outcome": "cancelled"}, False),
        (BEFORE, {"outcome": "cancelled", "written": [0]}, False),
        (b"", {"outcome": "identity_changed"}, True),
        (BEFORE, {"outcome": "identity_changed", "written": [0]}, False),
        (BEFORE, {"outcome": "failed", "written": [0], "errors": [{"index": 2, "stage": "write", "text": "no"}]}, True),
        (b"", {"outcome": "failed", "written": [0]}, False),
        (BEFORE, {"outcome": "failed", "errors": [{"index": None, "stage": "record", "text": "no"}]}, True),
    ],
)
def test_a_result_must_make_sense_for_the_work_that_was_asked(
    marks: bytes, changes: dict[str, Any], sound: bool
) -> None:
    reader = read(marks, line(result(**changes)), job=APPLY)
    if sound:
        assert reader.visit() is not None
    else:
        with pytest.raises(Malformed):
            reader.visit()


def test_before_and_after_are_made_of_the_marks_of_the_items() -> None:
    found = visit(BEFORE, AFTER, line(result(written=[0, 2])), job=APPLY)
    assert (found.before, found.after) == (({"x": 1}, {}, {}), ({"x": 2}, {}, {}))


def test_what_was_read_before_a_cut_is_known_and_the_rest_is_not() -> None:
    reader = read(HELLO, state(2, {"x": 3}), state(0, None), job=APPLY)
    assert reader.read_so_far == (None, None, {"x": 3})
    assert reader.visit() is None
    assert read(HELLO, job=APPLY).read_so_far == ()


def test_the_first_state_of_an_item_counts_and_none_after_the_result() -> None:
    reader = read(state(0, {"name": "x"}), state(0, {"name": "y"}), line(result()), state(0, {"name": "z"}))
    assert (reader.read_so_far, reader.ignored) == (({"name": "x"},), 2)


def test_states_together_are_as_long_as_one_line_at_most() -> None:
    reader = Reader(APPLY, NONCE)
    for item in range(3):
        reader.feed(state(item, {"x": ["y" * 30_000] * 30}))
    assert [state is None for state in reader.read_so_far] == [False, False, True]


def test_nothing_is_checked_where_nothing_was_to_be_changed() -> None:
    with pytest.raises(Malformed):
        read(READ, states({"name": "x"}, stage="check"), line(result())).visit()


@pytest.mark.parametrize(
    "attempt", [NEVER, CUT, CUT | {"state": "running"}, ENDED, ENDED | {"outcome": "failed", "written": []}]
)
def test_a_settle_says_what_became_of_the_attempt(attempt: dict[str, Any]) -> None:
    found = visit(READ, line(result(attempt=attempt)), job=SETTLE)
    assert found.before == ({"name": "x"},)
    assert found.attempt == AttemptState(
        attempt["state"],
        attempt["outcome"],
        tuple(attempt["before"] or ()),
        None if attempt["after"] is None else tuple(attempt["after"]),
        tuple(attempt["written"]),
    )


@pytest.mark.parametrize(
    "attempt",
    [
        None,
        {},
        {"state": "never"},
        NEVER | {"more": 1},
        NEVER | {"state": "gone"},
        NEVER | {"state": ["never"]},
        NEVER | {"before": [{"name": "x"}]},
        NEVER | {"outcome": "done"},
        NEVER | {"written": [0]},
        CUT | {"before": None},
        CUT | {"before": []},
        CUT | {"before": [{"name": "x"}] * 2},
        CUT | {"after": [{"name": "x"}]},
        CUT | {"outcome": "failed"},
        CUT | {"errors": [{"index": 0, "stage": "write", "text": "no"}]},
        ENDED | {"outcome": None},
        ENDED | {"outcome": "drifted"},
        ENDED | {"outcome": ["done"]},
        ENDED | {"after": None},
        ENDED | {"before": None},
        ENDED | {"before": [None]},
        ENDED | {"written": [0, 0]},
        ENDED | {"written": [1]},
        ENDED | {"errors": [{"index": 0, "stage": "write", "text": "no"}]},
    ],
)
def test_an_attempt_that_contradicts_itself_is_malformed_never_guessed(attempt: dict[str, Any] | None) -> None:
    with pytest.raises(Malformed):
        read(READ, line(result(attempt=attempt)), job=SETTLE).visit()


def test_a_settle_that_could_not_ask_says_nothing_of_the_attempt() -> None:
    errors = [{"index": None, "stage": "record", "text": "not readable"}]
    assert visit(line(result(outcome="failed", errors=errors)), job=SETTLE).attempt is None
    with pytest.raises(Malformed):
        read(READ, line(result(outcome="failed", errors=errors, attempt=NEVER)), job=SETTLE).visit()
    with pytest.raises(Malformed):
        read(READ, line(result(outcome="duplicate", attempt=NEVER)), job=SETTLE).visit()


def test_a_cancel_reads_nothing_and_says_what_became_of_the_attempt() -> None:
    cancel = work(mode="cancel", identity={})
    assert visit(line(result(attempt=NEVER)), job=cancel).attempt == AttemptState("never")
    for said in ((READ, line(result(attempt=NEVER))), (line(result()),), (line(result(outcome="cancelled")),)):
        with pytest.raises(Malformed):
            read(*said, job=cancel).visit()


def test_a_forged_nonce_is_counted_and_not_believed() -> None:
    forged = line(result(outcome="failed")).replace(NONCE.encode(), b"f" * 32)
    reader = read(HELLO, forged, forged)
    assert reader.visit() is None
    assert reader.ignored == 2


def test_the_first_result_counts_and_repetitions_do_not() -> None:
    reader = read(
        READ, line(result()), line(result(outcome="failed")), MARK + b'progress {"item":0,"stage":"read","text":""}\n'
    )
    found = reader.visit()
    assert found is not None
    assert (found.outcome, found.ignored) == ("done", 2)


def test_a_result_without_its_line_end_has_not_come() -> None:
    assert read(HELLO, READ, line(result()).rstrip()).visit() is None


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
    reader = read(b"n" * (MAX_LINE + 10), b"m" * 100 + b"\n", HELLO, READ, line(result()))
    found = reader.visit()
    assert found is not None
    assert found.powershell is not None
    assert len(found.noise) == MAX_NOISE


def test_an_evil_greeting_or_result_costs_little_time() -> None:
    began = time.monotonic()
    reader = read(MARK + b"result " + b'"\\' * (MAX_LINE // 2 - 100) + b"\n")
    with pytest.raises(Malformed):
        reader.visit()
    read(MARK + b"state " + b'"\\' * (MAX_LINE // 2 - 100) + b"\n" + (MARK + b"state " + b"[" * 1000 + b"\n") * 1000)
    read(b"#mendpoint - hello " + b'"' * 1_000_000 + b"\n" * 1000)
    assert time.monotonic() - began < 3


def test_text_that_no_store_can_hold_is_replaced() -> None:
    mark = b'{"item":0,"stage":"read","state":{"name":"a\\u0000\\ud800b","l":["\\udfff"]}}\n'
    assert read(MARK + b"state " + mark).read_so_far == ({"name": "a\ufffd\ufffdb", "l": ["\ufffd"]},)


def test_characters_outside_the_basic_plane_survive() -> None:
    assert read(state(0, {"name": "żółć \U0001f600"})).read_so_far == ({"name": "żółć \U0001f600"},)


UNDO: dict[str, Any] = {"state": "armed", "due": "2026-12-01T12:00:00Z", "at": None, "outcome": None, "left": []}
FIRED = UNDO | {"state": "fired", "at": "2026-12-01T12:00:03Z", "outcome": "left", "left": [1, 0, 1]}


def test_a_disarm_says_what_stands_of_the_undo() -> None:
    disarm = replace(SETTLE, mode="disarm")
    found = visit(READ, line(result(undo=FIRED)), job=disarm).undo
    assert found == UndoState("fired", FIRED["due"], FIRED["at"], "left", (0, 1))
    assert visit(READ, line(result(undo=UNDO)), job=disarm).undo == UndoState("armed", UNDO["due"])


@pytest.mark.parametrize("state", ["disarmed", "lost", "fired"])
def test_what_became_of_an_undo_that_failed_is_said_with_that(state: str) -> None:
    failed = FIRED | {"state": state, "outcome": "failed", "left": []}
    found = visit(READ, line(result(undo=failed)), job=replace(SETTLE, mode="disarm")).undo
    assert found == UndoState(state, FIRED["due"], FIRED["at"], "failed")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "undo",
    [
        None,
        "armed",
        UNDO | {"more": 1},
        UNDO | {"state": "gone"},
        UNDO | {"due": None},
        UNDO | {"due": "tomorrow"},
        UNDO | {"at": "2026-12-01T12:00:00Z"},
        UNDO | {"outcome": "undone"},
        UNDO | {"state": "none"},
        FIRED | {"state": "disarmed"},
        FIRED | {"state": "lost", "outcome": "undone"},
        FIRED | {"state": "armed", "outcome": "failed"},
        FIRED | {"at": None},
        FIRED | {"outcome": "perhaps"},
        FIRED | {"left": [64]},
        FIRED | {"left": [True]},
        FIRED | {"left": None},
    ],
)
def test_an_undo_that_contradicts_itself_is_not_believed(undo: Any) -> None:
    with pytest.raises(Malformed):
        visit(READ, line(result(undo=undo)), job=replace(SETTLE, mode="disarm"))


def test_nothing_is_said_of_an_undo_where_nobody_asked() -> None:
    with pytest.raises(Malformed, match="nobody asked"):
        visit(READ, line(result(attempt=CUT, undo=UNDO)), job=SETTLE)
