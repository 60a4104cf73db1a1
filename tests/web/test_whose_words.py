"""What a guide says to the person of a case is nobody else's: helpdesk reads for whom it is written."""

import re

import pytest

from tests.support import shipped_catalog
from troubleshoot import wording
from troubleshoot.engine import GuideStep, Reader, Statement
from troubleshoot.web.case_parts import heading_for_helpdesk, question_for_helpdesk

CATALOG = shipped_catalog()
STEPS = {f"{guide.name}: {step.name}": step for guide in CATALOG.guides.values() for step in guide.steps.values()}
TO_THE_PERSON = re.compile(r"\b[Yy]ou(rs?|rself)?\b")
WHO = "Emil"


def read_by_helpdesk(said: Statement | None) -> str:
    return wording.statement_words(said, Reader.HELPDESK) if said else ""


def test_every_heading_that_addresses_the_person_is_told_as_written_for_them() -> None:
    told = {name: read_by_helpdesk(heading_for_helpdesk(step, WHO)) for name, step in STEPS.items()}
    addressed = {name: text for name, text in told.items() if TO_THE_PERSON.search(text)}
    assert len(addressed) > 40
    assert {name: text for name, text in addressed.items() if not text.startswith(f"Written for {WHO}: ")} == {}
    assert not any(text.startswith("Written for") for name, text in told.items() if name not in addressed)


def test_every_question_that_addresses_the_person_is_told_as_written_for_them() -> None:
    asked = {name: step for name, step in STEPS.items() if step.kind in {"ask", "try"}}
    told = {name: read_by_helpdesk(question_for_helpdesk(step, WHO)) for name, step in asked.items()}
    assert all(text.startswith("Written for") for text in told.values() if TO_THE_PERSON.search(text))
    assert any(not text.startswith("Written for") for text in told.values())


@pytest.mark.parametrize("kind", ["causes", "actions"])
def test_what_every_reader_is_shown_addresses_nobody(kind: str) -> None:
    assert [name for name, one in getattr(CATALOG, kind).items() if TO_THE_PERSON.search(one.title)] == []


def test_a_step_that_says_nothing_has_no_heading() -> None:
    assert heading_for_helpdesk(GuideStep("why", "cause", "Why?", {}), WHO) is None
