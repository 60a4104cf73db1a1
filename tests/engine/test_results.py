"""What a job found, as a document: what is written is read again, and no document is more than its words."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot import engine
from troubleshoot.engine import ApplyResult, ChangeResult, HandCheckResult, PlanDifference, Result, Verdict, results
from troubleshoot.engine.results import ReadResult

#: Documents that commit 9c313a4 wrote: one for each way in which its jobs ended on simulated computers.
BEFORE = json.loads(Path(__file__).with_name("results_of_before.json").read_text(encoding="utf-8"))
KINDS = sorted(results.BY_KIND)

words = st.text(max_size=8)
integers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.none() | words | integers | st.booleans() | st.lists(words, max_size=2)
states = st.lists(st.none() | st.dictionaries(words, values, max_size=3), max_size=3).map(tuple)
facts = st.dictionaries(words, words, max_size=3)
BY_FIELD: dict[str, st.SearchStrategy[Any]] = {
    "stage": words,
    "malformed": st.lists(words, max_size=2).map(lambda names: tuple(sorted(set(names)))),
    "reached": st.sampled_from(sorted(results.REACHED)),
    "attempt": words,
    "verdict": st.sampled_from(Verdict),
    "signed_in": st.none() | st.lists(st.builds(engine.SignedIn, words, words), max_size=2).map(tuple),
    "outside_before": st.none() | facts,
    "outside_after": st.none() | facts,
    "outcome": words,
    "reason": words,
    "before": st.none() | states,
    "after": st.none() | states,
    "written": st.none() | st.lists(integers, max_size=3).map(tuple),
    "undo_left": st.none() | st.lists(integers, max_size=3).map(tuple),
    "errors": st.none()
    | st.lists(st.builds(engine.HostError, st.none() | integers, words, words), max_size=2).map(tuple),
    "differences": st.none()
    | st.lists(st.builds(PlanDifference, integers, words, words, values, values), max_size=2).map(tuple),
    "round_trips": st.none() | integers,
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def found(draw: st.DrawFn) -> tuple[str, Result]:
    kind = draw(st.sampled_from(KINDS))
    return kind, draw(st.builds(results.BY_KIND[kind], **{one.name: BY_FIELD[one.name] for one in _fields(kind)}))


def _fields(kind: str) -> Any:
    return fields(results.BY_KIND[kind])


@given(found())
def test_what_is_written_is_read_again(case: tuple[str, Result]) -> None:
    kind, result = case
    document = json.loads(json.dumps(result.to_json()))
    assert document["version"] == results.VERSION
    assert engine.from_json(kind, document) == result


@given(st.sampled_from([*KINDS, "unheard_of"]), anything)
def test_no_document_at_all_makes_it_raise(kind: str, document: object) -> None:
    result = engine.from_json(kind, document)
    assert result.denied in {True, False}
    assert engine.from_json(kind, json.loads(json.dumps(result.to_json()))) == result


@given(st.sampled_from(KINDS), st.data())
def test_one_hostile_field_leaves_the_others_as_they_are(kind: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([one.name for one in _fields(kind) if one.name != "malformed"]))
    result = data.draw(st.builds(results.BY_KIND[kind], **{one.name: BY_FIELD[one.name] for one in _fields(kind)}))
    spoiled = {**json.loads(json.dumps(result.to_json())), name: data.draw(anything)}
    again = engine.from_json(kind, spoiled)
    for other in (one.name for one in _fields(kind) if one.name not in {name, "malformed"}):
        assert getattr(again, other) == getattr(result, other)


@pytest.mark.parametrize("document", [None, [], "x", 7, {"version": 3}, {"version": True}, {"version": "2"}])
@pytest.mark.parametrize("kind", KINDS)
def test_an_unreadable_document_says_nothing_good(kind: str, document: object) -> None:
    result = engine.from_json(kind, document)
    assert result.malformed
    assert getattr(result, "verdict", Verdict.UNKNOWN) == Verdict.UNKNOWN
    assert not getattr(result, "passed", False)
    assert getattr(result, "before", None) is None


@pytest.mark.parametrize(
    ("kind", "name", "value", "read"),
    [
        ("apply", "after", "nonsense", None),
        ("apply", "after", [{"nla": {"deep": 1}}], None),
        ("apply", "written", [True], None),
        ("apply", "written", {"0": 1}, None),
        ("apply", "verdict", "excellent", Verdict.UNKNOWN),
        ("apply", "outcome", 7, "unknown"),
        ("apply", "outside_before", {"rdp.stage": None}, None),
        ("apply", "signed_in", [{"user": "bob"}], None),
        ("apply", "differences", [{"item": "0", "resource": "r", "field": "f"}], None),
        ("connection_test", "stage", ["tcp"], "unknown"),
        ("diagnose", "reached", "certainly", "unknown"),
        ("diagnose", "reached", {"yes": 1}, "unknown"),
    ],
)
def test_what_a_field_cannot_hold_is_unknown_and_named(kind: str, name: str, value: object, read: object) -> None:
    result = engine.from_json(kind, {"version": 2, name: value})
    assert getattr(result, name) == read
    assert result.malformed == (name,)


class TestADocumentOfBefore:
    @pytest.mark.parametrize("row", BEFORE, ids=lambda row: f"{row['kind']} {row['state']}")
    def test_is_read_whole(self, row: dict[str, Any]) -> None:
        result = engine.from_json(row["kind"], row["result"])
        assert not result.malformed
        written = json.loads(json.dumps(result.to_json()))
        for name, value in row["result"].items():
            if name == "guided":
                assert written["verdict"] == (value or "unknown")
            elif value is not None:
                assert written[name] == value

    def test_that_is_empty_says_that_nothing_was_found_yet(self) -> None:
        for kind in KINDS:
            assert engine.from_json(kind, {}) == results.BY_KIND[kind]()

    def test_without_a_stage_is_no_passed_test(self) -> None:
        assert not engine.ConnectionTestResult().passed
        assert engine.ConnectionTestResult(stage="").passed

    @pytest.mark.parametrize(("guided", "verdict"), [("verified", Verdict.VERIFIED), ("", Verdict.UNKNOWN)])
    def test_of_a_check_by_hand_keeps_its_verdict(self, guided: str, verdict: Verdict) -> None:
        result = engine.from_json("check_by_hand", {"reached": "yes", "stage": "", "guided": guided})
        assert isinstance(result, HandCheckResult)
        assert (result.verdict, result.malformed) == (verdict, ())


def test_a_refused_account_is_told_by_the_stage_or_by_how_far_a_visit_came() -> None:
    assert ReadResult(reached="denied").denied
    assert ReadResult(stage="rights").denied
    assert ChangeResult(stage="sign-in").denied
    assert not ReadResult(reached="no", stage="tcp").denied
    assert not ApplyResult().denied


def test_only_a_change_is_taken_for_one() -> None:
    assert engine.as_change(ApplyResult()) == ApplyResult()
    with pytest.raises(TypeError):
        engine.as_change(ReadResult())
