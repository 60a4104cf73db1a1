"""The approver's pages: one plan on one screen, decided once, by a second person, for exactly what was shown."""

import pytest

from tests.chain.conftest import MakeLab
from tests.chain.steps import Work, opened, planned
from tests.desk.conftest import Sit
from troubleshoot.models import Job, Person


@pytest.fixture
def job(lab: MakeLab, helpdesk: Person, employee: Person, work: Work) -> Job:
    host = lab("nla-required")
    case = opened(helpdesk, host.row, work, beneficiary=employee)
    return planned(helpdesk, case, work, why="The trust is broken until noon")


def test_a_plan_is_approved_started_and_proved(
    job: Job, helpdesk: Person, approver: Person, work: Work, sit: Sit
) -> None:
    second = sit(approver)
    assert "Let people sign in without Network Level Authentication" in second.get("/approvals")
    page = second.get(f"/approvals/{job.pk}")
    print(page)
    page = second.press("Approve")
    assert "Approved. Hanna can start it now." in page
    desk = sit(helpdesk)
    assert "Start the fix" in desk.get("/board")
    print(desk.get(f"/desk/cases/{job.case_id}"))
    print(desk.press(f"Start on {job.host}"))
    work()
    print(second.get(f"/approvals/{job.pk}"))
    assert "answers properly again" in second.get(f"/approvals/{job.pk}")
