"""Which cause explains what was seen, and which comes first…"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sample import sample
from troubleshoot.engine import (
    UNKNOWN,
    Cause,
    CodeHint,
    Fact,
    FactWords,
    Health,
    Judge,
    Judgement,
    SeenTerm,
    judge_health,
)
from troubleshoot.engine.action import Rule

CATALOG = sample()
DARK = CATALOG.causes["dark"]
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
WORDS = {
    name: FactWords(name, name, seen, {})
    for name, seen in {
        "in": "inside",
        "in2": "inside",
        "out": "outside",
        "out2": "outside",
        "said": "told",
        "stage": "outside",
        "own": "told",
        "moment": "told",
    }.items()
}
TERMS = (
    SeenTerm("stage", "stage", through=("ok",)),
    SeenTerm("own_stage", "own", nothing=("not_told",), like="stage", through=("ok",)),
    SeenTerm("moment", "moment", nothing=("dont_know",), unless={"stage": ("refused",)}),
)
JUDGE = Judge(TERMS, WORDS)


def rules(*names: str) -> tuple[Rule, ...]:
    """One rule that holds when all of these facts are "yes"; none for no facts."""
    return (dict.fromkeys(names, ("yes",)),) if names else ()


def cause(
    name: str,
    *fits: str,
    shown: tuple[str, ...] = (),
    against: tuple[str, ...] = (),
    before: tuple[str, ...] = (),
    **produces: tuple[str, ...],
) -> Cause:
    """A cause that fits, is shown or excluded, when all of the facts are "yes"."""
    return Cause(name, name, name, rules(*shown), rules(*against), rules(*fits), "", produces, before)


def facts(*yes: str, **more: str) -> dict[str, Fact]:
    return {name: Fact(name, value) for name, value in {**dict.fromkeys(yes, "yes"), **more}.items()}


def ranked(causes: list[Cause], found: dict[str, Fact], *named: str) -> list[str]:
    return [one.cause.id for one in JUDGE.rank(causes, found, CodeHint(named))]


def verdict(one: Cause, found: dict[str, Fact], code: CodeHint | None = None) -> str:
    return JUDGE.weigh(one, found, code).verdict


class TestReadings:
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
    def test_give_the_verdict(self, found: list[Fact], expected: str, readings: tuple[str, ...]) -> None:
        judged = CATALOG.judge.weigh(DARK, {fact.name: fact for fact in found})
        assert (judged.verdict, judged.readings) == (expected, readings)

    def test_are_named_for_every_rule_that_speaks(self) -> None:
        two = Cause("two", "t", "s", ({"in": ("yes",)}, {"out": ("yes",), "in": ("yes",)}, {"said": ("yes",)}), (), ())
        judged = JUDGE.weigh(two, facts("in", "out"))
        assert (judged.verdict, judged.facts) == ("shown_by", ("in", "out"))
        assert judged.readings == ("in = yes", "out = yes")


class TestWhatExcludes:
    """…a cause beats what speaks for it…"""

    @pytest.mark.parametrize(
        ("speaks", "against", "stands"),
        [
            ("out", "in", False),
            ("in", "out", True),
            ("in", "said", True),
            ("out", "said", False),
            ("said", "said2", False),
            ("said", "out", False),
            ("in", "in2", True),
            ("out", "out2", True),
        ],
    )
    def test_where_it_was_taken_closer_to_the_thing(self, speaks: str, against: str, stands: bool) -> None:
        one = cause("one", shown=(speaks,), against=(against,))
        assert verdict(one, facts(speaks, against)) == ("shown_by" if stands else "ruled_out")

    def test_where_it_was_taken_later(self) -> None:
        one = cause("one", shown=("in",), against=("in2",))
        found = {"in": Fact("in", "yes", at=NOW), "in2": Fact("in2", "yes", at=NOW + timedelta(minutes=1))}
        assert verdict(one, found) == "ruled_out"
        assert verdict(one, {**found, "in2": Fact("in2", "yes", at=NOW)}) == "shown_by"

    @pytest.mark.parametrize(("against", "expected"), [("in2", "ruled_out"), ("out", "fits"), ("said", "fits")])
    def test_already_where_both_are_as_close_when_it_only_fits(self, against: str, expected: str) -> None:
        assert verdict(cause("one", "in", against=(against,)), facts("in", against)) == expected


class TestWhatWasSeen:
    def test_keeps_a_cause_that_cannot_produce_it_from_standing_first(self) -> None:
        expired, path = cause("expired", shown=("in",), stage=("ok",)), cause("path", stage=("refused",))
        stopped = cause("stopped", "out", stage=("refused",))
        found = facts("in", "out", stage="refused")
        assert ranked([expired, path, stopped], found) == ["stopped", "expired", "path"]
        assert verdict(expired, found) == "also_found"

    def test_takes_what_only_fits_for_no_reason_and_rules_nothing_out(self) -> None:
        judged = JUDGE.weigh(cause("fits", "in", stage=("ok",)), facts("in", stage="refused"))
        assert (judged.verdict, judged.facts) == ("does_not_explain", ("stage",))

    @pytest.mark.parametrize("known", [{}, {"in": UNKNOWN}, {"said": "no"}])
    def test_leaves_open_what_the_end_hides_and_nothing_measured_tells(self, known: dict[str, str]) -> None:
        one = cause("silent", "in", "said", stage=("ok",))
        assert verdict(one, facts(stage="refused", **known)) == "not_checked"
        assert verdict(one, facts(stage="refused", **known, own="refused")) == "not_checked"

    def test_hides_nothing_where_the_connection_comes_through(self) -> None:
        assert verdict(cause("closed", "in", stage=("refused",)), facts(stage="ok")) == "does_not_explain"

    def test_makes_what_was_only_told_no_reason_while_the_measured_end_is_another(self) -> None:
        told, read = cause("told", shown=("said",)), cause("read", shown=("in",), stage=("refused",))
        found = facts("said", "in", stage="refused")
        assert ranked([told, read], found) == ["read", "told"]
        assert (verdict(told, found), verdict(told, facts("said", stage="ok"))) == ("also_found", "shown_by")
        assert verdict(told, facts("said", stage=UNKNOWN)) == "shown_by"

    def test_never_calls_shown_or_found_what_was_only_told(self) -> None:
        told = cause("told", shown=("said",))
        assert {JUDGE.weigh(told, facts("said", stage=stage)).said for stage in ("ok", "refused")} == {"told"}
        assert JUDGE.weigh(cause("read", shown=("out",)), facts("out")).said == "shown_by"

    def test_says_nothing_where_nothing_was_seen(self) -> None:
        one = cause("one", "in", stage=("ok",), moment=("later",))
        assert verdict(one, facts("in", moment="dont_know")) == "fits"
        assert verdict(one, facts("in", stage=UNKNOWN)) == "fits"

    def test_of_one_side_is_what_a_cause_produces_on_a_like_one(self) -> None:
        one = cause("one", "in", stage=("ok",))
        assert verdict(one, facts("in", own="refused")) == "does_not_explain"
        assert verdict(one, facts("in", own="not_told")) == "fits"
        assert verdict(cause("two", "in", stage=("ok",), own_stage=("refused",)), facts("in", own="refused")) == "fits"

    def test_by_the_person_gives_way_to_what_is_measured_now(self) -> None:
        one = cause("one", shown=("in",), moment=("at_once",))
        assert verdict(one, facts("in", moment="later", stage="ok")) == "also_found"
        assert verdict(one, facts("in", moment="later", stage="refused")) == "shown_by"


class TestRank:
    def test_goes_by_verdict_first(self) -> None:
        causes = [
            cause("fits", "in", "in2", "out"),
            cause("not_checked", "said"),
            cause("also", shown=("in",), stage=("refused",)),
            cause("shown", shown=("out",)),
            cause("ruled_out", against=("in",)),
        ]
        found = facts("in", "in2", "out", stage="ok")
        assert ranked(causes, found) == ["shown", "fits", "also", "not_checked", "ruled_out"]

    def test_puts_the_closer_evidence_first_whatever_the_code_names(self) -> None:
        causes = [cause("told", "said"), cause("outside", "out"), cause("inside", "in")]
        assert ranked(causes, facts("in", "out", "said"), "told", "outside") == ["inside", "outside", "told"]

    def test_takes_what_was_seen_for_no_evidence_of_what_only_could_bring_it_about(self) -> None:
        causes = [cause("could", "stage"), cause("speaks", "said")]
        assert ranked(causes, facts("said", stage="yes")) == ["speaks", "could"]

    def test_puts_the_one_cause_of_a_documented_code_before_all_that_only_fits(self) -> None:
        causes = [cause("inside", "in"), cause("coded", "said")]
        found = JUDGE.rank(causes, facts("in", "said"), CodeHint(("coded",), documented=True))
        assert [one.cause.id for one in found] == ["coded", "inside"]

    def test_puts_first_what_explains_more_of_what_was_seen(self) -> None:
        causes = [cause("less", "in", stage=("ok",)), cause("more", "in", stage=("ok",), moment=("later",))]
        assert ranked(causes, facts("in", stage="ok", moment="later"), "less") == ["more", "less"]

    def test_follows_the_code_then_the_catalogue_where_all_else_is_equal(self) -> None:
        causes = [cause("a", "in"), cause("b", "in2"), cause("c", "in")]
        assert ranked(causes, facts("in", "in2"), "c", "b", "a") == ["c", "b", "a"]
        assert ranked(causes, facts("in", "in2")) == ["a", "b", "c"]

    def test_puts_what_brings_another_about_before_it(self) -> None:
        causes = [
            cause("expired", shown=("in", "in2"), stage=("ok",)),
            cause("key", shown=("out",), before=("expired",)),
            cause("folder", shown=("out2",), before=("key",)),
        ]
        assert ranked(causes, facts("in", "in2", "out", "out2", stage="ok")) == ["folder", "key", "expired"]

    def test_ends_where_two_bring_each_other_about(self) -> None:
        causes = [cause("a", shown=("in",), before=("b",)), cause("b", shown=("in",), before=("a",))]
        assert ranked(causes, facts("in")) == ["a", "b"]

    def test_keeps_what_says_nothing_in_the_order_of_the_catalogue(self) -> None:
        causes = [cause("a", "said"), cause("b", "said"), cause("c", "said")]
        assert ranked(causes, {}, "c") == ["a", "b", "c"]

    @given(st.permutations([("x", "in"), ("y", "out"), ("z", "said"), ("w", "in2")]))
    def test_does_not_depend_on_the_order_of_the_facts(self, order: list[tuple[str, str]]) -> None:
        causes = [cause(name, fact) for name, fact in sorted(order)]
        assert ranked(causes, facts(*(fact for _, fact in order))) == ["w", "x", "y", "z"]

    NAMES = st.sampled_from(["in", "in2", "out", "out2", "said"])
    DRAWN = st.builds(
        lambda fits, shown, against, stage: (fits, shown, against, stage),
        st.sets(NAMES),
        st.sets(NAMES),
        st.sets(NAMES),
        st.sets(st.sampled_from(["ok", "refused"])),
    )

    @given(st.lists(DRAWN, max_size=6), st.sets(NAMES), st.sampled_from(["ok", "refused", UNKNOWN]))
    def test_never_puts_first_what_cannot_produce_what_was_seen(
        self, drawn: list[tuple[set[str], set[str], set[str], set[str]]], yes: set[str], stage: str
    ) -> None:
        causes = [
            cause(str(number), *fits, shown=tuple(shown), against=tuple(against), stage=tuple(stages))
            for number, (fits, shown, against, stages) in enumerate(drawn)
        ]
        judged = JUDGE.rank(causes, facts(*yes, stage=stage))
        assert sorted(one.cause.id for one in judged) == sorted(one.id for one in causes)
        for one in judged:
            made = one.cause.produces["stage"]
            if one.verdict in {"shown_by", "fits"}:
                assert stage == UNKNOWN or not made or stage in made


class TestTheCode:
    def test_counts_as_told_where_a_document_lets_it_mean_one_cause(self) -> None:
        locked = cause("locked", stage=("ok",))
        assert verdict(locked, facts(stage="ok"), CodeHint(("locked",), documented=True)) == "fits"
        assert verdict(locked, facts(stage="refused"), CodeHint(("locked",), documented=True)) == "not_checked"

    @pytest.mark.parametrize("hint", [CodeHint(("locked",)), CodeHint(("locked", "other"), documented=True)])
    def test_is_only_a_hint_otherwise(self, hint: CodeHint) -> None:
        assert verdict(cause("locked"), {}, hint) == "not_checked"


class TestHealth:
    """…of a computer…"""

    RULES = ({"out": ("yes",), "in": ("yes",)},)

    def test_needs_everything_that_belongs_to_it(self) -> None:
        assert judge_health([], self.RULES, facts("out", "in")) == Health("healthy")

    def test_is_not_seen_where_something_was_not_looked_at(self) -> None:
        assert judge_health([], self.RULES, facts("out")) == Health("no_fault_seen", ("in",))

    @pytest.mark.parametrize("found", [{}, {"out": Fact("out", UNKNOWN)}, facts("in", out="no"), facts(out="no")])
    def test_is_none_where_nothing_was_looked_at_or_something_is_wrong(self, found: dict[str, Fact]) -> None:
        assert judge_health([], self.RULES, found) == Health("not_healthy")

    @pytest.mark.parametrize("of", ["shown_by", "also_found"])
    def test_is_none_where_a_reading_shows_a_cause(self, of: str) -> None:
        assert judge_health([Judgement(cause("x"), of, ())], self.RULES, facts("out", "in")).state == "not_healthy"

    def test_is_not_touched_by_what_only_fits(self) -> None:
        assert judge_health([Judgement(cause("x"), "fits", ())], self.RULES, facts("out", "in")).state == "healthy"
