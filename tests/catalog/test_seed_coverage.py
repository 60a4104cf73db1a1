"""Every statement of the text that people find first…"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from troubleshoot import catalog, engine
from troubleshoot.engine import GuideStep

STATEMENTS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent.parent / "seed_coverage.toml").read_text(encoding="utf-8")
)["statement"]
CATALOG = catalog.installed_catalog()


def steps(reference: str) -> Iterator[GuideStep]:
    """The steps that a reference names, as the guides hold them: empty where no guide leads to it."""
    kind, source, name = reference.split("/")
    for guide in CATALOG.guides.values():
        step = guide.steps.get(name)
        if step and (step.part == source if kind == "parts" else guide.name == source and not step.part):
            yield step


def words(reference: str) -> str:
    """All that a reference says to people. Raises KeyError, StopIteration or AssertionError where there is none."""
    kind, name, *rest = reference.split("/")
    match kind:
        case "parts" | "guides":
            step = next(steps(reference))
            how = [*step.how.steps, step.how.different, *(f"{one.text} {one.warning}" for one in step.how.commands)]
            return " ".join([step.title, step.subject, step.text, *step.answers.values(), *how])
        case "actions":
            action = CATALOG.actions[name]
            how = [*action.how.steps, *(f"{one.text} {one.warning}" for one in action.how.commands)]
            told = [*action.risk_reasons, *action.refusals.values(), action.refused, *how]
            return " ".join([action.title, action.explain, *told])
        case "causes":
            return CATALOG.causes[name].sentence
        case _:
            code = engine.code_at_address(name, *rest)
            assert code is not None
            return CATALOG.codes.entries[code].text


class TestEveryStatement:
    @pytest.mark.parametrize(("statement", "reference"), [(one["says"], at) for one in STATEMENTS for at in one["at"]])
    def test_leads_to_what_exists_and_can_be_met(self, statement: str, reference: str) -> None:
        assert words(reference).strip() or next(steps(reference)).kind == "fact"

    @pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one["says"])
    def test_is_answered_word_for_word(self, statement: dict[str, Any]) -> None:
        said = " ".join(words(at) for at in statement["at"])
        assert [text for text in statement["shows"] if text not in said] == []

    @pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one["says"])
    def test_has_a_verdict_that_its_actions_follow(self, statement: dict[str, Any]) -> None:
        assert statement["verdict"] in {"kept", "corrected", "refused"}
        assert statement.get("note") or statement["verdict"] != "corrected"
        actions = [CATALOG.actions[at.split("/")[1]] for at in statement["at"] if at.startswith("actions/")]
        refused = [bool(action.refused) for action in actions]
        assert all(refused) if statement["verdict"] == "refused" else not actions or not all(refused)


def test_each_action_that_is_named_is_offered_by_a_guide_or_beside_a_case_or_refused() -> None:
    offered = {step.subject for guide in CATALOG.guides.values() for step in guide.steps.values() if step.kind == "fix"}
    offered |= {action.name for action in CATALOG.actions.values() if action.beside}
    named = {at.split("/")[1] for one in STATEMENTS for at in one["at"] if at.startswith("actions/")}
    assert {name for name in named - offered if not CATALOG.actions[name].refused} == set()


def test_the_list_is_whole() -> None:
    """All of its advice, one line of it in two halves, and the advice about the folder of keys that goes with it."""
    assert len(STATEMENTS) == 19
    assert all(re.fullmatch(r"[a-z]+/[a-z0-9/_-]+", at, re.IGNORECASE) for one in STATEMENTS for at in one["at"])
