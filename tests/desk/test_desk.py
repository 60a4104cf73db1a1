"""The case page of helpdesk: what it shows, and that each button does its one thing, once, for whoever may."""

from tests.chain.conftest import MakeLab
from tests.chain.steps import Work, opened
from tests.desk.conftest import Sit
from troubleshoot.models import Person


def test_from_the_board_to_a_proved_fix(lab: MakeLab, helpdesk: Person, employee: Person, work: Work, sit: Sit) -> None:
    host = lab("security-layer-rdp")
    case = opened(employee, host.row, work)
    desk = sit(helpdesk)
    assert "Needs you 1" in desk.get("/board")
    page = desk.get(f"/desk/cases/{case.pk}")
    assert "TLS" in page
    page = desk.press("Make the plan")
    assert desk.status == 200, page
    assert "Reading LAB-01" in page
    work()
    page = desk.get(f"/desk/cases/{case.pk}")
    desk.press("Start on LAB-01")
    work()
    page = desk.get(f"/desk/cases/{case.pk}")
    assert "LAB-01 answers properly again" in page
    print(page)
