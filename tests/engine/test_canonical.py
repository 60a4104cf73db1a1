"""The canonical form."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot import engine
from troubleshoot.engine import CanonicalError, canonical

VECTORS = json.loads(Path(__file__).with_name("canonical_vectors.json").read_text("utf-8"))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEY = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=8)
LEAF = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
VALUE = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEY, inner, max_size=4))


@pytest.mark.parametrize("vector", VECTORS["accepted"], ids=lambda vector: vector["why"])
def test_writes_each_golden_vector(vector: dict[str, Any]) -> None:
    assert engine.encode_canonical(vector["value"]) == vector["bytes"].encode()
    assert engine.decode_canonical(vector["bytes"].encode()) == vector["value"]


@pytest.mark.parametrize("vector", VECTORS["refused_bytes"], ids=lambda vector: vector["why"])
def test_refuses_to_read_other_bytes(vector: dict[str, str]) -> None:
    with pytest.raises(CanonicalError):
        engine.decode_canonical(vector["bytes"].encode())


def test_hashes_the_bytes() -> None:
    assert canonical.canonical_digest(VECTORS["sha256"]["value"]) == VECTORS["sha256"]["digest"]


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, -(2**53), "\ud800", b"x", {"é": 1}, {1: 1}, {"": 1}, {"a\n": 1}, {1, 2}, complex(1)],
    ids=repr,
)
def test_refuses_values_without_a_form(value: object) -> None:
    with pytest.raises(CanonicalError):
        engine.encode_canonical({"here": value})


def test_refuses_a_lone_surrogate_in_bytes() -> None:
    with pytest.raises(CanonicalError):
        engine.decode_canonical(b'"\xed\xa0\x80"')


def test_counts_the_limit_in_bytes() -> None:
    assert len(engine.encode_canonical("é" * 8191)) == 16384
    with pytest.raises(CanonicalError, match="16386 bytes"):
        engine.encode_canonical("é" * 8192)
    assert engine.encode_canonical("é" * 8192, limit=16386)
    with pytest.raises(CanonicalError):
        engine.decode_canonical(b'"' + b"a" * 16384 + b'"')


def test_refuses_depth_before_it_hurts() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(CanonicalError, match="nested"):
        engine.encode_canonical(deep)
    with pytest.raises(CanonicalError):
        engine.decode_canonical(b"[" * 8000 + b"]" * 8000)


@given(VALUE)
def test_survives_the_round_trip_and_agrees_with_json(value: object) -> None:
    data = engine.encode_canonical(value, limit=10**6)
    assert engine.decode_canonical(data, limit=10**6) == value
    assert json.loads(data) == value


@given(st.dictionaries(KEY, LEAF, min_size=2))
def test_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    assert engine.encode_canonical(dict(reversed(value.items())), limit=10**6) == engine.encode_canonical(
        value, limit=10**6
    )


@given(VALUE, VALUE)
def test_differs_for_different_values(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (engine.encode_canonical(one, limit=10**6) == engine.encode_canonical(other, limit=10**6)) is same


@given(TEXT)
def test_never_writes_a_character_that_could_mislead(text: str) -> None:
    written = engine.encode_canonical(text, limit=10**6).decode()
    misleading = [
        *range(0x20),
        *range(0x7F, 0xA0),
        0x61C,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ]
    assert not set(written) & set(map(chr, misleading))
