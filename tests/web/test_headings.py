"""What stands over a step: every step that a person answers has words of its own, for each reader."""

import pytest

from troubleshoot import catalog
from troubleshoot.web.case_parts import step_heading

GUIDES = catalog.installed_catalog().guides


@pytest.mark.parametrize("name", sorted(GUIDES))
def test_every_step_that_a_person_answers_has_a_heading(name: str) -> None:
    steps = GUIDES[name].steps.values()
    assert [step.name for step in steps if step.kind in {"ask", "try", "end"} and not step_heading(step)] == []
