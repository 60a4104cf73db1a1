"""The look from the person's own PC and the map of a guide, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.fixtures.own_pc import CLOSED, told
from tests.fixtures.steps import ERROR
from troubleshoot import cases
from troubleshoot.models import Person


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_pastes_what_their_pc_printed(window: OpenWindow, employee: Person, *, scripts: bool) -> None:
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host="ACC-07")
    visit = window(employee, scripts=scripts)
    page = visit.page
    visit.go(f"/cases/{case.pk}")
    page.get_by_role("link", name="Look at your own PC").click()
    visit.headed("What does your own PC show of ACC-07?")
    if scripts:  # axe is one
        visit.check()
    page.get_by_label("The same, but only after 10 seconds or more").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Does it work from another network?")).to_be_visible()
    box = page.get_by_label("What did it print?")
    expect(box).to_be_hidden()
    page.get_by_text("a command to paste").click()
    box.fill(told().replace("udp on", "udp"))
    page.get_by_role("button", name="Send what it printed").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 7")
    expect(box).to_be_focused()
    expect(box).to_be_in_viewport()
    if scripts:
        visit.check()
    box.fill(told(CLOSED))
    page.get_by_role("button", name="Send what it printed").click()
    expect(page.get_by_text("Told by you or by your PC, not measured by us.")).to_be_visible()


def test_a_map_is_readable_for_everybody_and_its_picture_is_reached_by_tab(
    window: OpenWindow, helpdesk: Person
) -> None:
    visit = window(helpdesk)
    for path in ("/guides", "/guides/rdp-name"):
        visit.go(path)
        visit.check()
    visit.page.get_by_role("link", name="Fit the page").focus()
    visit.page.keyboard.press("Tab")  # to the part, which can be folded
    visit.page.keyboard.press("Tab")
    picture = visit.page.get_by_role("region", name="Picture of Where it begins")
    expect(picture).to_be_focused()
    expect(picture.locator("svg")).to_be_visible()
