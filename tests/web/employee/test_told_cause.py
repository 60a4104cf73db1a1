"""An error that itself tells its cause: nothing on the person's page speaks for another one, and all of it to them."""

import re

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work
from tests.support import shipped_catalog
from tests.web.employee.pages import Reader
from troubleshoot.models import Person

pytestmark = pytest.mark.django_db
ERRORS = (
    "Your user account is not listed in the RD Gateway's permission list",
    "The user account is locked out",
    "0x300001B",
)


@pytest.mark.parametrize("error", ERRORS)
def test_another_cause_never_fits_beside_what_the_error_tells(
    error: str, lab: MakeLab, employee: Person, work: Work
) -> None:
    reader = Reader.of(employee)
    page = reader.opens(lab("licence-time-left"), text=error)
    work()
    found = reader.get(page.url)
    excludes = re.search(r"This error does not come from ([^.]*)\.", found.text)
    assert excludes
    assert "The way to the computer, or the program" not in found.text.partition("ruled out")[0]


def test_a_guide_speaks_to_the_person_and_not_of_them() -> None:
    of_them = re.compile(r"\b(let|lets|add|give|gives|gave|tell|tells) (the|this) person\b")
    steps = [step for guide in shipped_catalog().guides.values() for step in guide.steps.values()]
    said = {step.name: f"{step.title} {step.text} {step.not_your}" for step in steps}
    assert {name for name, text in said.items() if of_them.search(text)} == set()
    assert any("you" in text for text in said.values())
