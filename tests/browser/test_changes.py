"""Manager and auditor before a change that was really made: what it was, before and after, and who approved it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, agreed, opened, planned
from troubleshoot.cases import open_case
from troubleshoot.models import Host, Job, Person, Site


@pytest.fixture
def job(lab: MakeLab, helpdesk: Person, employee: Person, approver: Person, work: Work) -> Job:
    """A change of a critical computer that a second person approved, and that was verified."""
    case = opened(helpdesk, lab("certificate-service-stopped", name="ACC-07").row, work, beneficiary=employee)
    Host.objects.update(critical=True)
    job = planned(helpdesk, case, work, why="They cannot work")
    agreed(approver, job)
    work()
    return job


@pytest.mark.parametrize(("role", "scripts"), [("manager", True), ("auditor", False)])
def test_is_read_from_the_history(
    job: Job, window: OpenWindow, person: MakePerson, north: Site, role: str, scripts: bool
) -> None:
    visit = window(person("Rita", role, site=north), scripts=scripts)
    visit.go("/history")
    visit.page.get_by_role("link", name="See the change").click()
    visit.headed("Renew the Remote Desktop certificate · ACC-07")
    row = visit.page.get_by_role("row", name=re.compile("Windows service SessionEnv: state"))
    assert row.get_by_role("cell").all_inner_texts() == ["stopped", "running", "running"]
    expect(visit.page.locator("dt", has_text="Approved by").locator("xpath=../dd")).to_contain_text("Abel")
    expect(visit.page.locator("dt", has_text="Why").locator("xpath=../dd")).to_have_text("They cannot work")
    if scripts:
        visit.check()
    visit.page.get_by_role("link", name=f"Case {job.case_id}").click()
    expect(visit.page.get_by_role("row", name=re.compile("SessionEnv: state"))).to_be_visible()
    if scripts:
        visit.check()


@pytest.mark.parametrize("scripts", [True, False])
def test_unfolds_beside_another_case_of_its_computer(
    job: Job, window: OpenWindow, helpdesk: Person, employee: Person, scripts: bool
) -> None:
    later = open_case(actor=helpdesk, beneficiary=employee, error_text="0x904", host=job.host)
    visit = window(helpdesk, scripts=scripts)
    visit.go(f"/desk/cases/{later.pk}")
    visit.page.locator("summary", has_text="What was changed").first.click()
    if not scripts:
        visit.page.get_by_role("link", name="Open the record of this change").click()
    expect(visit.page.get_by_role("row", name=re.compile("SessionEnv: state"))).to_contain_text("running")
