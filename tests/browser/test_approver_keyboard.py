"""The approver without a mouse, with and without scripts: asking, declining, what is not theirs, and being away."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Sit
from tests.conftest import TESTER, MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from troubleshoot import cases, people
from troubleshoot.models import Case, Job, Person, Site


@pytest.fixture
def case(lab: MakeLab, helpdesk: Person, employee: Person, work: Work) -> Case:
    """A computer that has lost the trust of its domain."""
    return opened(helpdesk, lab("nla-required", name="ACC-12").row, work, beneficiary=employee)


@pytest.fixture
def job(case: Case, helpdesk: Person, work: Work) -> Job:
    """A dangerous plan that waits."""
    return planned(helpdesk, case, work, why="The trust is broken until noon")


def test_a_question_is_asked_answered_and_the_plan_approved(
    job: Job, helpdesk: Person, approver: Person, sit: Sit
) -> None:
    abel = sit(approver)
    page = abel.visit.page
    abel.visit.go("/approvals")
    abel.follow("Let people sign in without")
    abel.unfold("Ask")
    abel.type("Question to Hanna; the time goes on", "Why not at noon?")
    abel.press("Send the question")
    expect(page.locator(".talk")).to_contain_text("Why not at noon?")
    assert job.case
    cases.send_message(actor=helpdesk, case=job.case, text="He needs it now", internal=True)
    abel.visit.go("/notices")
    abel.follow("Hanna wrote about ACC-12")
    expect(page.locator(".talk")).to_contain_text("He needs it now")
    abel.sound()
    abel.press("Approve")
    expect(page.get_by_role("heading", name="Approved. Hanna can start it now.")).to_be_visible()
    expect(page.get_by_text("Nothing else waits for you.")).to_be_visible()


def test_a_plan_is_declined_with_a_reason_and_the_next_one_waits(
    job: Job, lab: MakeLab, helpdesk: Person, approver: Person, work: Work, sit: Sit
) -> None:
    planned(helpdesk, opened(helpdesk, lab("nla-required", name="ACC-13").row, work), work, why="The same there")
    abel = sit(approver)
    page = abel.visit.page
    abel.visit.go(f"/approvals/{job.pk}")
    abel.unfold("Decline")
    abel.press("Decline")
    expect(page.get_by_role("heading", name="Not approved")).to_have_count(0)
    abel.type("Why not? The person who asked reads it.", "Use a local account")
    abel.press("Decline")
    expect(page.get_by_role("heading", name="Not approved")).to_be_visible()
    abel.sound()
    abel.follow("Next waiting (1)")
    expect(page.locator("h1")).to_contain_text("on ACC-13?")


def test_a_plan_that_was_edited_meanwhile_is_not_approved(
    job: Job, case: Case, helpdesk: Person, approver: Person, work: Work, sit: Sit
) -> None:
    abel = sit(approver)
    abel.visit.go(f"/approvals/{job.pk}")
    planned(helpdesk, case, work, why="read again")
    abel.press("Approve")
    expect(abel.visit.page.get_by_text("The plan changed after you opened it. Nothing was approved.")).to_be_visible()
    abel.follow("Look at the new plan")
    abel.press("Approve")
    expect(abel.visit.page.get_by_role("heading", name="Approved. Hanna can start it now.")).to_be_visible()


def test_what_one_asked_for_is_somebody_elses_to_decide(
    job: Job, helpdesk: Person, approver: Person, north: Site, sit: Sit
) -> None:
    for grant in helpdesk.grants.all():
        people.revoke_grant(actor=TESTER, grant=grant)
    until = timezone.now() + timedelta(days=1)
    people.grant_role(actor=TESTER, person=helpdesk, role="approver", site=north, until=until)
    hanna = sit(helpdesk)
    hanna.visit.go("/approvals")
    hanna.follow("Let people sign in without")
    expect(hanna.visit.page.get_by_text("You asked for this yourself, or it is for you.")).to_be_visible()
    expect(hanna.visit.page.get_by_text("One person can decide: Abel")).to_be_visible()
    expect(hanna.visit.page.get_by_role("button", name="Approve")).to_have_count(0)
    hanna.sound()


def test_somebody_who_is_away_names_a_deputy_and_comes_back(
    approver: Person, north: Site, person: MakePerson, sit: Sit
) -> None:
    person("Ada", "approver", site=north)
    abel = sit(approver)
    page = abel.visit.page
    abel.visit.go("/approvals")
    abel.press("Save")
    day = timezone.localdate() + timedelta(days=3)
    abel.type("I am away until", f"{day:%m%d%Y}")
    abel.type("Deputy", "Ada")
    abel.sound()
    abel.press("Save")
    expect(page.get_by_text("Ada stands in for you.")).to_be_visible()
    abel.press("I am back")
    expect(page.get_by_role("button", name="Save")).to_be_visible()
