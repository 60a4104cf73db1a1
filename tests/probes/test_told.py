"""What people say, as facts."""

from troubleshoot import catalog, probes
from troubleshoot.engine import Fact, Guide, GuideStep, GuideSteps
from troubleshoot.probes import user_answers as told

WHEN = GuideStep(
    "when",
    "ask",
    "When?",
    {"at_once": "where", "dont_know": "where"},
    answers={"at_once": "At once"},
    tells="told.when",
)
WHERE = GuideStep("where", "ask", "Where?", {"office": "end", "home": "end"}, tells="told.where")
COLOUR = GuideStep("colour", "ask", "Which colour?", {"red": "when"})
STEPS = GuideSteps({step.name: step for step in (COLOUR, WHEN, WHERE)})
GUIDE = Guide("g", "G", "colour", STEPS, (), "digest", "")


def values(found: dict[str, Fact]) -> dict[str, str]:
    return {name: fact.value for name, fact in found.items()}


class TestAnswers:
    def test_that_nobody_gave_are_unknown(self) -> None:
        assert values(probes.answer_facts(GUIDE, [])) == {
            "told.when": "unknown",
            "told.where": "unknown",
            "told.account": "unknown",
        }

    def test_become_facts_with_the_question_as_their_reading(self) -> None:
        found = probes.answer_facts(GUIDE, [("colour", "red"), ("when", "at_once")])
        assert found["told.when"] == Fact("told.when", "at_once", ("told by the person: When? At once",))
        assert found["told.where"].value == "unknown"

    def test_that_were_given_ahead_count_until_the_walk_has_its_own(self) -> None:
        ahead = {"when": "at_once", "colour": "red", "another": "office"}
        assert values(probes.answer_facts(GUIDE, [], ahead)) == {
            "told.when": "at_once",
            "told.where": "unknown",
            "told.account": "unknown",
        }
        assert probes.answer_facts(GUIDE, [("when", "dont_know")], ahead)["told.when"].value == "dont_know"

    def test_of_the_beginning_count_until_the_question_is_answered(self) -> None:
        assert probes.answer_facts(GUIDE, [], where="gateway")["told.where"] == Fact(
            "told.where", "gateway", (told.AT_FIRST,)
        )
        assert probes.answer_facts(GUIDE, [("where", "home")], where="gateway")["told.where"].value == "home"
        assert probes.answer_facts(GUIDE, [], where="the moon")["told.where"].value == "unknown"

    def test_that_the_question_does_not_have_say_nothing(self) -> None:
        assert probes.answer_facts(GUIDE, [], {"when": "<b>"})["told.when"].value == "unknown"


def test_the_shipped_questions_tell_every_fact_of_the_list() -> None:
    steps = [step for guide in catalog.installed_catalog().guides.values() for step in guide.steps.values()]
    assert {step.tells for step in steps if step.tells} == set(told.FACTS)
