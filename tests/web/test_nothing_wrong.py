"""That all is well is said to nobody beside something that is wrong."""

import re

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from tests.web.employee.pages import Reader
from tests.web.helpdesk.conftest import _quick, north
from troubleshoot import cases, engine, jobs
from troubleshoot.engine import Verdict
from troubleshoot.models import JobState, Person

__all__ = ["_quick", "north"]
pytestmark = pytest.mark.django_db
CLEAR = r"From here the computer answers all the way to the sign-in|The computer is in order|No fault was seen"
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


@pytest.mark.parametrize(("error", "offered"), [("0x904 / 0x7", True), ("0x3000008", True), (ERRORS[2], False)])
def test_nobody_looks_at_their_own_pc_for_what_the_error_says_of_the_account(
    error: str, offered: bool, lab: MakeLab, employee: Person, work: Work
) -> None:
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=error, host=lab().row)
    work()
    page = Reader.of(employee).get(f"/cases/{case.pk}")
    assert ("Look at your own PC" in page.text) is offered
    assert offered or not re.findall(CLEAR, page.text)


@pytest.mark.parametrize("faults", ["expired-certificate", "certificate-service-stopped"])
def test_nothing_is_said_to_come_through_after_a_change_whose_check_did_not_hold(
    faults: str, lab: MakeLab, employee: Person, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(employee, lab(*faults.split()).row, work)
    job = planned(helpdesk, case, work)
    monkeypatch.setattr(engine, "judge_run", lambda *_: Verdict.NOT_VERIFIED)
    jobs.start_job(actor=helpdesk, job=job)
    work()
    job.refresh_from_db()
    assert (job.state, job.facts["rdp.stage"]["value"]) == (JobState.NOT_VERIFIED, "ok"), (
        "it comes through all the same"
    )
    for person, place in ((employee, ""), (helpdesk, "/desk")):
        assert re.findall(CLEAR, Reader.of(person).get(f"{place}/cases/{case.pk}").text) == []
