"""Questions about a person's own PC, as files of the catalogue hold them."""

from __future__ import annotations

import pytest

from tests.engine.sample import FILES
from troubleshoot.engine import Catalog, CatalogError, FactList, FactWords, open_questions, parse_catalog
from troubleshoot.engine.facts import values_by_name

FILE = "questions/lamp.toml"
SEEN = (
    FactWords("seen.glow", "What was seen", "told", {"bright": "light", "dark": "none"}),
    FactWords("lamp.light", "Light", "outside", {"on": "on", "off": "off"}),
)
TEXT = """\
[[question]]
name = "look"
ask = "Does it glow?"
text = "It says whether there is current."
steps = ["Look at it."]
answers = { yes = "Yes", no = "No", dont_know = "I cannot see it" }
tells = { yes = { "seen.glow" = "bright" }, no = { "seen.glow" = "dark" } }

[[question]]
name = "warm"
ask = "Is it warm?"
answers = { yes = "Yes", dont_know = "I cannot touch it" }
tells = { yes = { "seen.glow" = "bright" } }
only = { "seen.glow" = ["dark"] }
"""


def catalog(text: str = TEXT) -> Catalog:
    from_tests = {name: one.encode() for name, one in FILES.items() if name.startswith("resources/")}
    return parse_catalog({**from_tests, FILE: text.encode()}, FactList(values_by_name(SEEN), words=SEEN))


class TestAQuestion:
    def test_is_read_with_what_each_answer_tells(self) -> None:
        found = catalog().questions["look"]
        assert (found.ask, found.how.steps) == ("Does it glow?", ("Look at it.",))
        assert found.facts == {"seen.glow"}
        yes, silent = found.choice("yes"), found.choice("dont_know")
        assert yes is not None
        assert silent is not None
        assert (dict(yes.tells), dict(silent.tells)) == ({"seen.glow": "bright"}, {})
        assert found.choice("perhaps") is None

    def test_is_asked_where_it_fits_and_once(self) -> None:
        asked = catalog().questions.values()
        assert [one.name for one in open_questions(asked, {}, ())] == ["look"]
        assert [one.name for one in open_questions(asked, {"seen.glow": "dark"}, {"look"})] == ["warm"]
        assert open_questions(asked, {"seen.glow": "bright"}, {"look"}) == []

    @pytest.mark.parametrize(
        ("old", "new", "fault"),
        [
            ('name = "warm"', 'name = "look"', "the question look stands twice"),
            ('yes = { "seen.glow" = "bright" }, no', 'perhaps = { "seen.glow" = "bright" }, no', "no such answer"),
            ('"seen.glow" = "bright" }, no', '"seen.glow" = "blue" }, no', "is never 'blue'"),
            ('"seen.glow" = "bright" }, no', '"lamp.light" = "on" }, no', "nobody tells it"),
            ('"seen.glow" = "bright" }, no', '"other.thing" = "on" }, no', "no probe declares"),
            (', dont_know = "I cannot touch it"', "", "one answer must tell nothing"),
            ('only = { "seen.glow" = ["dark"] }', 'only = { "seen.glow" = ["blue"] }', "is never 'blue'"),
            ('only = { "seen', 'commands = []\nonly = { "seen', "unknown key"),
            ('ask = "Is it warm?"', 'ask = "<b>Is it warm?</b>"', "plain text"),
        ],
    )
    def test_that_is_wrong_is_named_with_its_place(self, old: str, new: str, fault: str) -> None:
        with pytest.raises(CatalogError) as found:
            catalog(TEXT.replace(old, new, 1))
        assert any(fault in str(one) and one.file == FILE for one in found.value.problems), found.value
