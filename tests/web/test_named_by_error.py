"""Where the error itself names the cause, no page lists others beside it that only fit."""

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work
from tests.web.employee.pages import Reader
from tests.web.helpdesk.conftest import _quick, north
from troubleshoot import cases, diagnosis
from troubleshoot.catalog import installed_catalog
from troubleshoot.models import Person

__all__ = ["_quick", "north"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("error", "named"),
    [
        ("The user account is locked out", "account_locked"),
        ("0xF07: your password has expired", "password_expired"),
    ],
)
def test_only_the_named_cause_is_listed_as_fitting(
    error: str, named: str, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=error, host=lab().row)
    work()
    assert diagnosis.code_hint(case.error).told == named
    fits = [one.cause for one in diagnosis.judged_causes(case) if one.verdict == "fits"]
    assert named in {one.id for one in fits}
    assert len(fits) > 1, "others fit as well, and are not named"
    for person, place in ((employee, "/cases"), (helpdesk, "/desk/cases")):
        page = Reader.of(person).get(f"{place}/{case.pk}").text
        listed = [one.id for one in fits if f"fits {one.title}" in page]
        assert listed == [named]
    desk = Reader.of(helpdesk).get(f"/desk/cases/{case.pk}").text
    assert f"{installed_catalog().causes[named].title} The error itself says so." in desk
