"""An explanation is kept as a document, and read from one that anybody may have written."""

import json

from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.engine import Code, Explanation

words = st.text(max_size=8)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(Code), st.dictionaries(words, anything, max_size=3))
def test_what_is_written_is_read_again(code: Code, params: dict[str, object]) -> None:
    found = Explanation.from_json({"code": code.value, "params": params})
    assert (found.code, dict(found.params)) == (code, {} if code == Code.UNREADABLE else params)
    assert Explanation.from_json(json.loads(json.dumps(found.to_json()))) == found


@given(anything | st.fixed_dictionaries({"code": anything, "params": anything}))
def test_no_document_at_all_makes_it_raise(document: object) -> None:
    assert Explanation.from_json(document).code in Code


def test_a_code_that_nobody_knows_is_unreadable() -> None:
    for document in ({"code": "teapot", "params": {}}, {"code": "drifted"}, {"code": ["drifted"], "params": {}}, None):
        assert Explanation.from_json(document) == Explanation(Code.UNREADABLE)
