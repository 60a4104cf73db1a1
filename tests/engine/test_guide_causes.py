"""A guide that judges: where causes lead, what comes back to be judged anew, and what is asked first…"""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sample import FILES, WORDS, sample
from troubleshoot.engine import (
    UNKNOWN,
    AnswerRefused,
    CatalogError,
    Fact,
    FactList,
    FactWords,
    Guide,
    Health,
    Judgement,
    answer_guide,
    cause_answer,
    causes_document,
    encode_canonical,
    parse_catalog,
    parse_guide,
    question_before,
    values_by_name,
    walk_guide,
)
from troubleshoot.engine.cause import Cause
from troubleshoot.engine.guide import MOST_VISITS, GuideStep, GuideSteps

GUIDE = """\
format = 2
title = "The lamp is dark"
start = "why"

[steps.why]
cause = "What do we see?"
asks = ["since"]
to = { healthy = "fine", none = "fine", other = "call" }

[steps.since]
ask = "Since when?"
tells = "told.since"
answers = { today = "Today", long = "Long ago" }
to = { today = "why", long = "why" }

[steps.confirm]
try = "Look at it."
to = { worked = "fine", no_change = "why" }

[steps.fine]
end = "solved"
title = "It shines"
text = "Leave it on."

[steps.call]
end = "escalate"
title = "Somebody comes"
text = "They look."

[steps.fix_failed]
end = "escalate"
title = "It is still dark"
text = "They look."

[steps.fix_declined]
end = "escalate"
title = "It stays dark"
text = "Nobody wants light."

[steps.fix_unavailable]
end = "escalate"
title = "It cannot be switched on"
text = "They look."

[[example]]
name = "It shines, or nobody knows"
answers = { why = ["healthy", "none"] }
end = "fine"

[[example]]
name = "Something else"
answers = { why = "other" }
end = "call"

[[example]]
name = "It was asked, and it helped after all"
end = "fine"
[example.answers]
why = "since"
since = ["today", "long"]
"why~2" = "dark"
"cause-dark~2" = "verified"
"confirm~2" = "worked"

[[example]]
name = "It came back"
answers = { why = "dark", cause-dark = "verified", confirm = "no_change", "why~2" = "healthy" }
end = "fine"
"""
#: Without the steps that are made, and what only they lead to.
MADE = (GUIDE[GUIDE.index("[steps.fix_failed]") : GUIDE.index("[[example]]")], "")
EXAMPLES = (GUIDE[GUIDE.index("[[example]]") :], "")
SINCE = FactWords("told.since", "Since when", "told", {"today": "today", "long": "long"})
TELLING = FactList(values_by_name((*WORDS, SINCE)), words=(*WORDS, SINCE))


def judging(text: str = GUIDE) -> Guide:
    """The guide of a catalogue in which the dark lamp is a cause with a remedy."""
    files = FILES | {"guides/lamp-dark.toml": text}
    return parse_catalog({name: data.encode() for name, data in files.items()}, TELLING).guides["lamp-dark"]


class TestACauseWithoutABranch:
    def test_leads_to_the_remedy_that_its_file_names(self) -> None:
        step = judging().steps["cause-dark"]
        assert (step.kind, step.subject, judging().steps["why"].to["dark"]) == ("fix", "switch-on", "cause-dark")

    def test_is_kept_in_the_stored_text_so_that_a_case_finishes_on_it(self) -> None:
        made = judging()
        again = parse_guide("lamp-dark", made.source.encode(), None)
        assert (again.steps["why"].to, again.digest) == (made.steps["why"].to, made.digest)

    def test_is_left_to_the_author_where_the_guide_names_it(self) -> None:
        own = judging(
            GUIDE.replace('other = "call" }', 'other = "call", dark = "confirm" }').replace(*MADE).replace(*EXAMPLES)
        )
        assert own.steps["why"].to["dark"] == "confirm"
        assert "cause-dark" not in own.steps

    @pytest.mark.parametrize("name", ["healthy", "none", "other"])
    def test_a_judgement_says_where_everything_else_leads(self, name: str) -> None:
        with pytest.raises(CatalogError, match=f"the value {name} leads nowhere"):
            judging(GUIDE.replace(f"{name} =", "dark ="))

    def test_a_cause_that_there_is_not_is_no_answer(self) -> None:
        with pytest.raises(CatalogError, match="there is no cause bright"):
            judging(GUIDE.replace('other = "call" }', 'other = "call", bright = "call" }'))


class TestComingBack:
    def test_judges_anew_by_another_number(self) -> None:
        found = walk_guide(judging(), {"why": "dark", "cause-dark": "verified", "confirm": "no_change"})
        assert (found.at.name, found.at.plain, found.at.visit, found.waiting_for) == ("why~2", "why", 2, "fact")

    def test_numbers_what_follows_alike(self) -> None:
        answers = {"why": "dark", "cause-dark": "verified", "confirm": "no_change", "why~2": "dark"}
        assert walk_guide(judging(), answers).at.name == "cause-dark~2"

    def test_is_no_circle_while_every_other_way_back_is(self) -> None:
        judging()
        with pytest.raises(CatalogError, match="comes back to here"):
            judging(
                GUIDE.replace(
                    'to = { worked = "fine", no_change = "why" }', 'to = { worked = "confirm", no_change = "why" }'
                )
            )

    @pytest.mark.parametrize("number", ["1", "0", "02", "10", "x", ""])
    def test_knows_no_other_numbers(self, number: str) -> None:
        assert f"why~{number}" not in judging().steps

    def test_may_be_changed_until_its_own_remedy_has_begun(self) -> None:
        answers = {"why": "dark", "cause-dark": "verified", "confirm": "no_change", "why~2": "dark"}
        changed = answer_guide(judging(), answers, "confirm", "worked", started={"cause-dark"})
        assert changed == {"why": "dark", "cause-dark": "verified", "confirm": "worked"}
        with pytest.raises(AnswerRefused, match="remedy_started step='cause-dark~2'"):
            answer_guide(judging(), answers, "confirm", "worked", started={"cause-dark", "cause-dark~2"})

    @given(st.data())
    def test_ends_whatever_is_answered(self, data: st.DataObject) -> None:
        guide, answers = judging(), dict[str, str]()
        while (at := walk_guide(guide, answers).at).kind != "end":
            answers[at.name] = data.draw(st.sampled_from(sorted(at.to)))
            assert len(answers) <= 4 * MOST_VISITS
        assert at.visit <= MOST_VISITS

    def test_hands_over_after_the_last_visit(self) -> None:
        guide, answers = judging(), dict[str, str]()
        while (at := walk_guide(guide, answers).at).kind != "end":
            answers[at.name] = {"why": "dark", "cause-dark": "verified", "confirm": "no_change"}[at.plain]
        assert (at.plain, at.visit) == ("call", MOST_VISITS)


STEP = GuideStep("why", "cause", "?", {"a": "x", "healthy": "x", "none": "x", "other": "x"}, asks=("when", "where"))
STEPS = GuideSteps(
    {
        "why": STEP,
        "when": GuideStep("when", "ask", "?", {"early": "why", "late": "why"}, tells="told.when"),
        "where": GuideStep("where", "ask", "?", {"in": "why", "out": "why", "on": "why"}, tells="told.where"),
    }
)


def judged(*causes: tuple[str, str]) -> list[Judgement]:
    return [Judgement(Cause(name, name, name, (), (), ()), verdict, ()) for name, verdict in causes]


class TestTheAnswer:
    @pytest.mark.parametrize(
        ("causes", "health", "answer"),
        [
            ([("a", "shown_by"), ("b", "shown_by")], "not_healthy", "a"),
            ([("b", "shown_by"), ("a", "shown_by")], "not_healthy", "other"),
            ([("a", "fits")], "not_healthy", "none"),
            ([("a", "also_found")], "not_healthy", "none"),
            ([("a", "ruled_out")], "healthy", "healthy"),
            ([], "no_fault_seen", "none"),
        ],
    )
    def test_is_the_first_cause_that_is_shown(self, causes: list[tuple[str, str]], health: str, answer: str) -> None:
        assert cause_answer(STEP, judged(*causes), Health(health)) == answer


class TestTheQuestion:
    def ask(self, first: Mapping[tuple[str, str], str], **told: str) -> str:
        """The question before a judgement that goes by what is told: (when, where) → the first cause."""
        facts = {f"told.{name}": Fact(f"told.{name}", value) for name, value in told.items()}

        def judge(known: dict[str, Fact]) -> str:
            said = [known.get(f"told.{name}", Fact("", UNKNOWN)).value for name in ("when", "where")]
            return first.get((said[0], said[1]), "a")

        return question_before(STEP, STEPS, facts, judge)

    def test_is_the_one_that_tells_most_causes_apart(self) -> None:
        assert self.ask({("late", UNKNOWN): "b", (UNKNOWN, "out"): "b", (UNKNOWN, "on"): "c"}) == "where"

    def test_is_asked_only_where_an_answer_changes_which_cause_stands_first(self) -> None:
        assert self.ask({}) == ""
        assert self.ask({("late", UNKNOWN): "b"}) == "when"

    def test_is_not_asked_again(self) -> None:
        assert self.ask({("late", UNKNOWN): "b"}, when="early") == ""


def test_causes_are_kept_as_one_text_whatever_read_them() -> None:
    catalog, other = sample(), sample()
    text = encode_canonical(causes_document(catalog.causes.values(), catalog.terms))
    assert text == encode_canonical(causes_document(other.causes.values(), other.terms))
    assert b'"id":"dark"' in text
