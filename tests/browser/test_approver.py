"""The approver before the real page: one screen, one decision, and how it goes on."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from troubleshoot import jobs
from troubleshoot.models import Job, Person


@pytest.fixture
def job(lab: MakeLab, helpdesk: Person, employee: Person, work: Work) -> Job:
    """A dangerous plan that waits."""
    case = opened(helpdesk, lab("nla-required", name="ACC-12").row, work, beneficiary=employee)
    return planned(helpdesk, case, work, why="The trust is broken until noon; the repair needs a local account")


def test_a_plan_is_approved_and_followed_to_its_proof(
    job: Job, helpdesk: Person, approver: Person, window: OpenWindow, work: Work
) -> None:
    second = window(approver)
    second.go("/approvals")
    second.check()
    second.page.get_by_role("link", name="Let people sign in without").click()
    assert second.title().endswith("on ACC-12?")
    second.check()
    cards = second.page.locator("main .card").evaluate_all(
        "all => Math.max(...all.map(one => one.getBoundingClientRect().bottom))"
    )
    assert cards <= 1024, "all that a decision needs stands on one screen"
    second.page.get_by_role("button", name="Approve").click()
    expect(second.page.get_by_role("heading", name="Approved. Hanna can start it now.")).to_be_visible()
    jobs.start_job(actor=helpdesk, job=Job.objects.get(pk=job.pk))
    expect(
        second.page.get_by_role("heading", name="Approved. It waits for its turn and begins by itself.")
    ).to_be_visible()
    work()
    expect(second.page.get_by_role("heading", name="ACC-12: changed as planned, until")).to_be_visible()
    second.check()


def test_a_plan_is_declined_by_keyboard_without_scripts(
    job: Job, approver: Person, helpdesk: Person, window: OpenWindow
) -> None:
    second = window(approver, scripts=False)
    second.go(f"/approvals/{job.pk}")
    second.page.locator("summary", has_text="Decline").focus()
    second.page.keyboard.press("Enter")
    second.page.keyboard.press("Tab")
    second.page.keyboard.type("Use a local account")
    second.page.keyboard.press("Tab")
    second.page.keyboard.press("Enter")
    expect(second.page.get_by_role("heading", name="Not approved")).to_be_visible()
    expect(second.page.get_by_text("Use a local account").first).to_be_visible()


def test_a_plan_that_was_made_anew_is_shown_beside_the_one_before(
    job: Job, helpdesk: Person, approver: Person, window: OpenWindow, work: Work
) -> None:
    second = window(approver)
    second.go(f"/approvals/{job.pk}")
    assert job.case
    planned(helpdesk, job.case, work, why="read again")
    second.page.get_by_role("button", name="Approve").click()
    expect(second.page.get_by_text("The plan changed after you opened it. Nothing was approved.")).to_be_visible()
    second.check()
    second.page.get_by_role("link", name="Look at the new plan").click()
    expect(second.page.get_by_role("button", name="Approve")).to_be_visible()
