"""A guide and the walk through it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sample import FACTS, FILES, sample
from troubleshoot.engine import (
    AnswerRefused,
    CatalogError,
    Guide,
    GuideStep,
    GuideSteps,
    answer_guide,
    parse_guide,
    tries_ahead,
    walk_guide,
)
from troubleshoot.engine.guide import GuideExample
from troubleshoot.engine.guide_examples import broken_examples, uncovered

LAMP = sample().guides["lamp-dark"]


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    """Random guides without circles: every step leads only to later ones, and the last ones are ends."""
    size = draw(st.integers(1, 12))
    names = [f"s{n}" for n in range(size)]
    steps = {}
    for place, name in enumerate(names):
        later = names[place + 1 :]
        if not later or (place and draw(st.booleans()) and draw(st.booleans())):
            steps[name] = GuideStep(name, "end", "solved", {})
        else:
            values = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
            steps[name] = GuideStep(name, "ask", "?", {value: draw(st.sampled_from(later)) for value in values})
    return Guide("random", "Random", "s0", GuideSteps(steps), (), "digest", "")


def play(guide: Guide, data: st.DataObject) -> dict[str, str]:
    """Answer from the start, at random, until an end or earlier."""
    answers: dict[str, str] = {}
    for _ in range(data.draw(st.integers(0, len(guide.steps)))):
        at = walk_guide(guide, answers).at
        if at.kind == "end":
            break
        answers = answer_guide(guide, answers, at.name, data.draw(st.sampled_from(sorted(at.to))))
    return answers


class TestWalk:
    def test_starts_at_the_start(self) -> None:
        found = walk_guide(LAMP, {})
        assert (found.path, found.at.name, found.waiting_for) == ((), "light", "fact")

    def test_follows_the_answers(self) -> None:
        found = walk_guide(LAMP, {"light": "off", "where": "hall"})
        assert found.path == (("light", "off"), ("where", "hall"))
        assert (found.at.subject, found.waiting_for) == ("switch-on", "fix")

    def test_waits_for_nothing_at_an_end(self) -> None:
        assert walk_guide(LAMP, {"light": "on"}).waiting_for is None

    @pytest.mark.parametrize(
        ("answers", "text"),
        [
            ({"light": "green"}, r"step='light' value='green' known=\['on', 'off', 'unknown'\]"),
            ({"nowhere": "on"}, "step_unknown step='nowhere'"),
            ({"solved": "on"}, r"value='on' known=\[\]"),
            ({"light": "ON"}, "answer_unknown step='light' value='ON'"),
            ({"light": ""}, "answer_unknown step='light' value=''"),
        ],
    )
    def test_refuses_answers_the_guide_does_not_know(self, answers: dict[str, str], text: str) -> None:
        with pytest.raises(AnswerRefused, match=text):
            walk_guide(LAMP, answers)

    def test_leaves_out_answers_it_does_not_reach(self) -> None:
        assert walk_guide(LAMP, {"light": "on", "where": "hall"}).path == (("light", "on"),)

    @given(guides(), st.data())
    def test_is_the_same_each_time_and_in_any_order(self, guide: Guide, data: st.DataObject) -> None:
        answers = play(guide, data)
        shuffled = dict(data.draw(st.permutations(list(answers.items()))))
        assert walk_guide(guide, answers) == walk_guide(guide, shuffled) == walk_guide(guide, dict(answers))
        assert dict(walk_guide(guide, answers).path) == answers

    @given(guides(), st.data())
    def test_always_ends_when_all_is_answered(self, guide: Guide, data: st.DataObject) -> None:
        everything = {s.name: data.draw(st.sampled_from(sorted(s.to))) for s in guide.steps.values() if s.to}
        assert walk_guide(guide, everything).at.kind == "end"


class TestChangedAnswer:
    def test_supersedes_what_follows(self) -> None:
        answers = {"light": "off", "where": "attic", "shake": "no_change"}
        assert answer_guide(LAMP, answers, "where", "hall") == {"light": "off", "where": "hall"}

    def test_supersedes_nothing_when_it_stays_the_same(self) -> None:
        answers = {"light": "off", "where": "attic", "shake": "no_change"}
        assert answer_guide(LAMP, answers, "where", "attic") == answers

    def test_is_refused_before_it_was_reached(self) -> None:
        with pytest.raises(AnswerRefused, match="step_not_reached step='switch'"):
            answer_guide(LAMP, {"light": "off"}, "switch", "verified")

    def test_is_refused_once_its_remedy_has_started(self) -> None:
        answers = {"light": "off", "where": "hall", "switch": "not_verified"}
        for step, value in (("where", "dont_know"), ("switch", "verified"), ("light", "on")):
            with pytest.raises(AnswerRefused, match="remedy_started step='switch'"):
                answer_guide(LAMP, answers, step, value, started={"switch"})
        assert answer_guide(LAMP, answers, "switch", "verified")["switch"] == "verified"

    def test_is_refused_while_its_remedy_is_still_running(self) -> None:
        with pytest.raises(AnswerRefused, match="remedy_started step='switch'"):
            answer_guide(LAMP, {"light": "off", "where": "hall"}, "where", "dont_know", started={"switch"})

    @given(guides(), st.data())
    def test_keeps_exactly_what_came_before(self, guide: Guide, data: st.DataObject) -> None:
        answers = play(guide, data)
        if not answers:
            return
        before = walk_guide(guide, answers)
        step = data.draw(st.sampled_from(before.steps))
        value = data.draw(st.sampled_from(sorted(guide.steps[step].to)))
        after = walk_guide(guide, answer_guide(guide, answers, step, value))
        place = before.steps.index(step)
        if value == answers[step]:
            assert after == before
        else:
            assert after.path == (*before.path[:place], (step, value))


class TestExamples:
    def test_stand_for_one_journey_for_each_value(self) -> None:
        example = GuideExample("both", {"light": ("off", "unknown"), "where": ("hall",)}, "switch")
        assert list(example.journeys()) == [{"light": "off", "where": "hall"}, {"light": "unknown", "where": "hall"}]

    def test_show_which_branches_they_leave_out(self) -> None:
        assert list(uncovered([LAMP])) == []
        fewer = replace(LAMP, examples=LAMP.examples[:2])
        left_out = [(step.name, value) for _, step, value in uncovered([fewer])]
        assert ("light", "on") not in left_out
        assert ("where", "hall") not in left_out
        assert set(left_out) >= {
            ("where", "attic"),
            ("where", "dont_know"),
            ("shake", "worked"),
            ("switch", "declined"),
        }

    @pytest.mark.parametrize(
        ("answers", "end", "text"),
        [
            ({"light": ("on",)}, "solved", "stops at explained, not at solved"),
            ({"light": ("off",)}, "solved", "stops at where, not at solved"),
            ({"light": ("on",), "where": ("hall",)}, "explained", "never comes to where"),
            ({"light": ("green",)}, "solved", "not 'green'"),
        ],
    )
    def test_are_checked(self, answers: dict[str, tuple[str, ...]], end: str, text: str) -> None:
        guide = Guide("x", "X", LAMP.start, LAMP.steps, (GuideExample("bad", answers, end),), "", "")
        assert [text in reason for _, reason in broken_examples(guide)] == [True]


class TestStoredGuide:
    def test_is_read_back_from_its_text_with_the_same_digest(self) -> None:
        again = parse_guide("lamp-dark", LAMP.source.encode(), FACTS)
        assert again == LAMP
        assert again.source == FILES["guides/lamp-dark.toml"]

    def test_knows_its_facts_and_the_words_of_its_answers(self) -> None:
        assert LAMP.facts == ("lamp.light",)
        assert LAMP.steps["where"].words("hall") == "In the hall"
        assert LAMP.steps["shake"].words("no_change") == "No change"

    def test_is_checked_like_a_shipped_one(self) -> None:
        broken = LAMP.source.replace('off = "where", ', "")
        with pytest.raises(CatalogError, match=r"steps\.light\.to: the value off leads nowhere"):
            parse_guide("x", broken.encode(), FACTS)
        with pytest.raises(CatalogError, match="not valid TOML"):
            parse_guide("x", b"a = = 1", FACTS)


class TestTriesAhead:
    STEPS = (
        GuideStep("found", "fix", "mend", {"verified": "check", "declined": "end"}),
        GuideStep("check", "try", "Connect now.", {"worked": "end", "no_change": "seen"}),
        GuideStep("seen", "fact", "lamp.light", {"on": "where", "off": "bulb"}),
        GuideStep("where", "ask", "Where?", {"hall": "cable", "attic": "end"}),
        GuideStep("cable", "try", "Push the plug in.", {"worked": "end", "no_change": "bulb"}),
        GuideStep("bulb", "try", "Turn the bulb.", {"worked": "end", "no_change": "end"}),
        GuideStep("end", "end", "solved", {}),
    )
    GUIDE = Guide("g", "G", "found", GuideSteps({step.name: step for step in STEPS}), (), "digest", "")

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ({}, ["bulb", "cable"]),
            ({"seen": "on"}, ["cable", "bulb"]),
            ({"seen": "on", "where": "attic"}, []),
            ({"seen": "off", "where": "hall"}, ["bulb"]),
            ({"found": "declined"}, []),
        ],
    )
    def test_are_those_to_which_what_is_known_may_lead(self, said: dict[str, str], expected: list[str]) -> None:
        found = tries_ahead(self.GUIDE, self.GUIDE.steps["found"], lambda step: said.get(step.name, ""))
        assert [step.name for step in found] == expected

    @given(guides(), st.data())
    def test_come_to_an_end_in_any_guide(self, guide: Guide, data: st.DataObject) -> None:
        start = guide.steps[data.draw(st.sampled_from(sorted(guide.steps)))]
        assert all(step.kind == "try" for step in tries_ahead(guide, start, lambda _step: ""))
