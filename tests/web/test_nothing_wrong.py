"""That all is well is said to nobody beside something that is wrong."""

import re

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work
from tests.web.employee.pages import Reader
from tests.web.helpdesk.conftest import _quick, north
from troubleshoot import cases
from troubleshoot.models import Person

__all__ = ["_quick", "north"]
pytestmark = pytest.mark.django_db
CLEAR = r"From our side nothing stands in the way|The computer is in order|No fault was seen"
#: What a person pasted: of the computer, of the gateway, of the account.
ERRORS = ("0x904 / 0x7", "0x3000008", "The user account is locked out")


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(
    ("faults", "wrong"),
    [
        ("", False),
        ("licences-in-order", False),
        ("licence-server-not-named", True),
        ("licence-mode-not-decided", True),
        ("licence-time-left", True),
        ("expired-certificate", True),
    ],
)
def test_all_is_well_is_said_only_where_nothing_is_wrong(
    faults: str, wrong: bool, error: str, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    host = lab(*faults.split()).row
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=error, host=host)
    work()
    own, desk = (
        Reader.of(person).get(f"{place}/cases/{case.pk}") for person, place in ((employee, ""), (helpdesk, "/desk"))
    )
    said = {one for page in (own, desk) for one in re.findall(CLEAR, page.text)}
    assert bool(said) == (not wrong), said
    assert not wrong or "is-bad" in own.source
