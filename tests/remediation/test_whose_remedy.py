"""Whose a remedy is: what the person asks for alone, and what helpdesk asks for, with the ticket of their site."""

import pytest

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, at, opened
from tests.web.helpdesk.conftest import Browser
from troubleshoot import diagnosis
from troubleshoot.models import Case, Host, Notice, Person, Site


def test_an_employee_has_no_plan_made_that_is_helpdesks(
    lab: MakeLab, employee: Person, approver: Person, work: Work
) -> None:
    case = opened(employee, lab("security-layer-rdp").row, work)
    Host.objects.update(critical=True)
    mine = Browser(employee)
    assert "Helpdesk" in mine.post(f"/cases/{case.pk}/plan")
    work()
    assert not case.jobs.filter(kind__in=["plan", "apply"]).exists()
    assert not Notice.objects.filter(person=approver).exists()


def test_an_employee_still_has_a_plan_made_that_is_theirs(lab: MakeLab, employee: Person, work: Work) -> None:
    case = opened(employee, lab("expired-certificate").row, work)
    Browser(employee).post(f"/cases/{case.pk}/plan")
    work()
    assert case.jobs.filter(kind="apply", state="planned").exists()


@pytest.fixture
def _wants_tickets(north: Site) -> None:
    Site.objects.filter(pk=north.pk).update(ticket_required=True)


def plan(browser: Browser, case: Case) -> str:
    step = diagnosis.replay_case(case).at
    return browser.post(f"/desk/cases/{case.pk}/plan", step=step.name, why="It is needed")


@pytest.mark.usefixtures("_wants_tickets")
def test_a_ticket_is_wanted_for_another_persons_computer_in_ones_own_name_too(
    lab: MakeLab, helpdesk: Person, work: Work
) -> None:
    host, desk = lab("security-layer-rdp").row, Browser(helpdesk)
    desk.post("/desk/new", person=helpdesk.email, host=host.name, error="0x904 0x7", urgency="2")
    work()
    case = Case.objects.get()
    assert (case.beneficiary, host.owner == helpdesk) == (helpdesk, False)
    plan(desk, case)
    assert (desk.status, case.jobs.filter(kind="plan").count()) == (422, 0)


@pytest.mark.usefixtures("_wants_tickets")
def test_no_ticket_is_wanted_for_an_own_computer(
    lab: MakeLab, helpdesk: Person, work: Work, person: MakePerson
) -> None:
    host, desk = lab("security-layer-rdp").row, Browser(helpdesk)
    Host.objects.update(owner=helpdesk)
    case = opened(helpdesk, Host.objects.get(pk=host.pk), work)
    assert at(case)
    plan(desk, case)
    assert (desk.status, case.jobs.filter(kind="plan").count()) == (200, 1)
