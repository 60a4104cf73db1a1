"""How readings judge causes, and which cause comes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sample import sample
from troubleshoot.engine import UNKNOWN, Cause, Fact, FactWords, Judgement, judge_cause, judged_healthy, rank_causes

DARK = sample().causes["dark"]
WORDS = {
    name: FactWords(name, name, seen, {})
    for name, seen in {"in": "inside", "in2": "inside", "out": "outside", "out2": "outside", "said": "told"}.items()
}


def cause(name: str, *fits: str, shown: tuple[str, ...] = ()) -> Cause:
    """A cause that fits, or is shown, when all of the facts are "yes"."""
    rules = tuple(dict.fromkeys(group, ("yes",)) for group in (fits, shown))
    return Cause(name, name, name, rules[1:] if shown else (), (), rules[:1] if fits else ())


def facts(*yes: str) -> dict[str, Fact]:
    return {name: Fact(name, "yes") for name in yes}


def ranked(causes: list[Cause], found: dict[str, Fact], *named: str) -> list[str]:
    return [one.cause.id for one in rank_causes([judge_cause(one, found) for one in causes], WORDS, named)]


class TestJudge:
    @pytest.mark.parametrize(
        ("found", "expected", "readings"),
        [
            ([Fact("lamp.light", "off", ("dark at 9:00",))], "shown_by", ("dark at 9:00",)),
            ([Fact("lamp.light", "on")], "ruled_out", ("lamp.light = on",)),
            ([Fact("lamp.bulb", "broken", ("a rattle",))], "fits", ("a rattle",)),
            ([Fact("lamp.light", "off"), Fact("lamp.bulb", "broken")], "shown_by", ("lamp.light = off",)),
            ([Fact("lamp.light", "unknown"), Fact("lamp.bulb", "good")], "not_checked", ()),
            ([], "not_checked", ()),
        ],
    )
    def test_goes_by_readings(self, found: list[Fact], expected: str, readings: tuple[str, ...]) -> None:
        judged = judge_cause(DARK, {fact.name: fact for fact in found})
        assert (judged.verdict, judged.readings) == (expected, readings)

    def test_names_the_facts_of_every_rule_that_speaks(self) -> None:
        two = Cause("two", "t", "s", ({"in": ("yes",)}, {"out": ("yes",), "in": ("yes",)}, {"said": ("yes",)}), (), ())
        judged = judge_cause(two, facts("in", "out"))
        assert (judged.verdict, judged.facts) == ("shown_by", ("in", "out"))
        assert judged.readings == ("in = yes", "out = yes")


class TestRank:
    def test_goes_by_verdict_first(self) -> None:
        causes = [
            cause("fits", "in", "in2", "out"),
            cause("not_checked", "said"),
            cause("shown", shown=("out",)),
            Cause("ruled_out", "r", "r", (), ({"in": ("yes",)},), ()),
        ]
        assert ranked(causes, facts("in", "in2", "out")) == ["shown", "fits", "not_checked", "ruled_out"]

    def test_puts_more_and_more_direct_readings_first(self) -> None:
        causes = [cause("told", "said"), cause("outside", "out"), cause("inside", "in"), cause("both", "in", "out")]
        assert ranked(causes, facts("in", "out", "said")) == ["both", "inside", "outside", "told"]

    def test_names_both_of_two_shown_causes_the_stronger_first(self) -> None:
        causes = [cause("one", shown=("in",)), cause("two", shown=("in2", "out"))]
        found = facts("in", "in2", "out")
        assert ranked(causes, found) == ["two", "one"]
        assert {judge_cause(one, found).verdict for one in causes} == {"shown_by"}

    def test_puts_what_the_code_names_first_among_those_that_fit(self) -> None:
        causes = [cause("strong", "in", "in2"), cause("named", "said"), cause("shown", shown=("out",))]
        assert ranked(causes, facts("in", "in2", "said", "out"), "named") == ["shown", "named", "strong"]

    def test_follows_the_code_then_the_catalogue_where_all_else_is_equal(self) -> None:
        causes = [cause("a", "in"), cause("b", "in2"), cause("c", "in")]
        assert ranked(causes, facts("in", "in2"), "c", "b", "a") == ["c", "b", "a"]
        assert ranked(causes, facts("in", "in2")) == ["a", "b", "c"]

    def test_keeps_what_says_nothing_in_the_order_of_the_catalogue(self) -> None:
        causes = [cause("a", "said"), cause("b", "said"), cause("c", "said")]
        assert ranked(causes, {}, "c") == ["a", "b", "c"]

    @given(st.permutations([("x", "in"), ("y", "out"), ("z", "said"), ("w", "in2")]))
    def test_does_not_depend_on_the_order_of_the_facts(self, order: list[tuple[str, str]]) -> None:
        causes = [cause(name, fact) for name, fact in sorted(order)]
        assert ranked(causes, facts(*(fact for _, fact in order))) == ["w", "x", "y", "z"]


class TestHealthy:
    RULES = ({"out": ("yes",)},)

    def test_is_a_computer_where_a_rule_holds_and_nothing_is_shown(self) -> None:
        fits = Judgement(cause("x", "in"), "fits", ())
        assert judged_healthy([fits], self.RULES, facts("out"))

    def test_is_none_where_a_cause_is_shown(self) -> None:
        assert not judged_healthy([Judgement(cause("x", "in"), "shown_by", ())], self.RULES, facts("out"))

    @pytest.mark.parametrize("found", [{}, {"out": Fact("out", UNKNOWN)}, {"out": Fact("out", "no")}])
    def test_is_none_that_was_not_seen_to_be(self, found: dict[str, Fact]) -> None:
        assert not judged_healthy([], self.RULES, found)
