"""Helpdesk before the real pages: with and without scripts, by keyboard, at every width, in light and dark."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, asked, planned
from troubleshoot import cases, jobs
from troubleshoot.cases import ask_for_help, send_message
from troubleshoot.models import Case, Person

#: Milliseconds after which a page that is only watched asks again.
POLL = 5_000


@pytest.fixture
def case(lab: MakeLab, employee: Person, work: Work) -> Case:
    """A case that needs helpdesk to start a mild fix."""
    return asked(employee, lab("security-layer-rdp", name="ACC-07").row, work)


def test_a_fix_is_planned_started_and_proved_on_a_page_that_follows_by_itself(
    case: Case, helpdesk: Person, window: OpenWindow, work: Work
) -> None:
    desk = window(helpdesk)
    desk.go("/board")
    desk.page.get_by_role("link", name="The two sides want different protection").click()
    desk.headed("The computer only offers an old, unprotected connection")
    desk.check()
    desk.page.get_by_role("button", name="Make the plan").click()
    expect(desk.page.get_by_role("heading", name="Reading ACC-07")).to_be_visible()
    desk.check()
    work()
    desk.page.get_by_role("button", name="Start on ACC-07").click()
    expect(desk.page.get_by_role("heading", name="A change waits for its turn on ACC-07")).to_be_visible()
    work()
    expect(desk.page.get_by_role("heading", name="ACC-07 answers properly again")).to_be_visible()
    expect(desk.page.locator("#head")).to_contain_text("Waiting for the person")
    desk.check()


def test_the_same_works_without_scripts(case: Case, helpdesk: Person, window: OpenWindow, work: Work) -> None:
    desk = window(helpdesk, scripts=False)
    desk.go("/board")
    expect(desk.page.get_by_role("link", name="Refresh")).to_be_visible()
    desk.page.get_by_role("link", name="The two sides want different protection").click()
    desk.page.get_by_role("button", name="Make the plan").click()
    work()
    desk.page.get_by_role("link", name="Refresh").click()
    desk.page.get_by_role("button", name="Start on ACC-07").click()
    work()
    desk.page.get_by_role("link", name="Refresh").click()
    expect(desk.page.get_by_role("heading", name="ACC-07 answers properly again")).to_be_visible()


def test_the_board_is_read_by_keyboard_alone_and_follows_by_itself(
    case: Case, employee: Person, helpdesk: Person, window: OpenWindow
) -> None:
    desk = window(helpdesk)
    desk.page.clock.install()
    desk.go("/board")
    desk.check()
    rows = desk.page.locator(".board th a")
    expect(rows).to_have_count(1)
    other = cases.open_case(actor=employee, beneficiary=employee, error_text="0x904", host=None)
    ask_for_help(actor=employee, case=other)
    desk.page.clock.fast_forward(POLL)
    expect(rows).to_have_count(2)
    expect(desk.page).to_have_title("(2) Board · Mendpoint")
    desk.page.keyboard.press("j")
    expect(desk.page.locator("body")).to_be_focused()
    desk.page.get_by_role("link", name="Skip to content").focus()
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    desk.page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    desk.page.keyboard.press("k")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(f"**/desk/cases/{case.pk}")


def test_nothing_that_is_typed_is_lost_while_the_case_moves_on(
    case: Case, employee: Person, helpdesk: Person, window: OpenWindow, work: Work
) -> None:
    job = planned(helpdesk, case, work)
    desk = window(helpdesk)
    desk.page.clock.install()
    desk.go(f"/desk/cases/{case.pk}")
    box = desk.page.get_by_label("Message to Emil")
    box.fill("Please wait a moment")
    send_message(actor=employee, case=case, text="Are you there?")
    desk.page.clock.fast_forward(POLL)
    expect(desk.page.locator("#talk")).to_contain_text("Are you there?")
    jobs.start_job(actor=helpdesk, job=job)
    desk.page.clock.fast_forward(POLL)
    expect(desk.page.get_by_text("This case has moved on")).to_be_visible()
    expect(box).to_have_value("Please wait a moment")
    box.focus()
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#talk")).to_contain_text("Please wait a moment")


def test_a_case_for_a_caller_is_opened_and_every_page_is_sound(
    lab: MakeLab, employee: Person, helpdesk: Person, window: OpenWindow, work: Work
) -> None:
    lab("closed-before-confirm", name="ACC-03")
    desk = window(helpdesk)
    desk.go("/board")
    desk.page.get_by_role("link", name="New case for a caller").click()
    desk.check()
    desk.page.get_by_role("button", name="Open the case").click()
    expect(desk.page.get_by_text("Say who is calling.")).to_be_visible()
    desk.check()
    desk.page.get_by_label("Who is calling?").fill("Emil")
    desk.page.get_by_label("Which computer do they want to reach?").fill("ACC-03")
    desk.page.get_by_label("What does the error say?").fill("Error code: 0x904, extended error code: 0x7")
    desk.page.get_by_role("button", name="Open the case").click()
    expect(desk.page.get_by_role("heading", name="Reading ACC-03")).to_be_visible()
    work()
    expect(desk.page.get_by_role("heading", name="What stands between you and this computer?")).to_be_visible()
    desk.check()
    desk.page.get_by_text("A VPN").click()
    desk.page.get_by_role("button", name="Answer for them").click()
    expect(desk.page.locator(".timeline")).to_contain_text("Hanna")
    desk.page.get_by_text("Not solved, sent on").click()
    desk.page.get_by_label("Sent to").fill("Network team")
    desk.page.get_by_role("button", name="Close the case").click()
    expect(desk.page.get_by_role("heading", name="Nothing: this case is closed")).to_be_visible()
    desk.check()
