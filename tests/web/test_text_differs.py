"""Where readings show another cause than the error's text names, pages say so; where they agree, none does."""

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened
from tests.web.employee.pages import Reader
from tests.web.helpdesk.conftest import _quick, north
from troubleshoot import cases
from troubleshoot.models import Person

__all__ = ["_quick", "north"]
pytestmark = pytest.mark.django_db
DIFFERS = "The text of the error gives another reason."


@pytest.mark.parametrize(
    ("error", "fault", "differs"),
    [
        ("Error code: 0x1b07. The certificate has expired.", "service-stopped", True),
        ("Error code: 0x1b07. The certificate has expired.", "firewall-closed", True),
        ("The user account is locked out", "service-stopped", True),
        ("Error code: 0x1b07. The certificate has expired.", "expired-certificate", False),
        ("Error code: 0x904 Extended error code: 0x7", "service-stopped", False),
        ("It does not work", "service-stopped", False),
    ],
)
def test_is_told_on_both_pages(
    error: str, fault: str, differs: bool, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=error, host=lab(fault).row)
    work()
    for person, place in ((employee, "/cases"), (helpdesk, "/desk/cases")):
        assert (DIFFERS in Reader.of(person).get(f"{place}/{case.pk}").text) is differs, place


def test_is_not_told_of_a_computer_in_order(lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> None:
    case = opened(employee, lab().row, work)
    for person, place in ((employee, "/cases"), (helpdesk, "/desk/cases")):
        assert DIFFERS not in Reader.of(person).get(f"{place}/{case.pk}").text
