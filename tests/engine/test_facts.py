"""The list of facts."""

import re
from pathlib import Path

import pytest

from tests.engine.sample import FACTS
from troubleshoot import engine
from troubleshoot.engine import Fact, FactList, FactWords, fact_values, stored_values, values_by_name
from troubleshoot.engine.facts import FactError


class TestFactList:
    def test_adds_unknown_to_every_fact(self) -> None:
        assert FACTS.values["lamp.bulb"] == ("good", "broken", "unknown")

    def test_refuses_probes_that_contradict_each_other(self) -> None:
        assert FactList({"a": ("x", "y")}, {"a": ("y", "x", "unknown")}).values == {"a": ("x", "y", "unknown")}
        with pytest.raises(FactError, match="two probes declare a"):
            FactList({"a": ("x",)}, {"a": ("x", "y")})

    def test_has_a_digest_that_does_not_depend_on_order(self) -> None:
        one = FactList({"a": ("x", "y")}, {"b": ("z",)})
        assert one.digest == FactList({"b": ("z",)}, {"a": ("y", "x")}).digest
        assert one.digest != FactList({"a": ("x",)}, {"b": ("z",)}).digest

    def test_knows_its_names_and_values(self) -> None:
        assert "lamp.light" in FACTS
        assert "lamp" not in FACTS
        FACTS.check("lamp.light", "on")
        with pytest.raises(FactError, match="no probe declares"):
            FACTS.check("lamp", "on")

    def test_turns_facts_into_plain_values(self) -> None:
        assert fact_values([Fact("lamp.light", "on", ("a glow",)), Fact("lamp.bulb", "good")]) == {
            "lamp.light": "on",
            "lamp.bulb": "good",
        }


class TestWords:
    LIGHT = FactWords("lamp.light", "Light", "outside", {"on": "shines", "off": "dark"})

    def test_are_declared_with_the_values(self) -> None:
        facts = FactList(values_by_name([self.LIGHT]), words=[self.LIGHT])
        assert facts.values == {"lamp.light": ("on", "off", "unknown")}
        assert facts.words["lamp.light"].valued("off") == "dark"
        assert facts.words["lamp.light"].valued("half_on") == "half on"

    def test_change_nothing_of_what_a_case_keeps_of_the_list(self) -> None:
        assert FactList(values_by_name([self.LIGHT])).digest == FactList({"lamp.light": ("off", "on")}).digest


def test_what_a_row_keeps_of_facts_is_unpacked_in_one_place() -> None:
    kept: dict[str, dict[str, object]] = {
        "rdp.stage": {"value": "timed_out", "readings": ["tcp"]},
        "tls.days": {"value": 3, "readings": []},
    }
    assert stored_values(kept) == {"rdp.stage": "timed_out", "tls.days": "3"}
    by_hand = re.compile(r'\{name: (str\()?\w+\["value"\]')
    found = [
        path.name
        for path in Path(engine.__file__).parent.parent.rglob("*.py")
        if by_hand.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["facts.py"]
