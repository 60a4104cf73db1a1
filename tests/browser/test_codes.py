"""The book of codes in a real browser: without scripts and for strangers too, readable for everybody."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from troubleshoot.models import Person


@pytest.mark.parametrize("path", ["/codes", "/codes?q=certificate", "/codes/mstsc/0x904/0x7", "/codes/event/1058"])
def test_axe_finds_nothing(window: OpenWindow, db: None, path: str) -> None:
    visit = window()
    visit.go(path)
    visit.check()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_stranger_comes_from_a_number_to_the_computer(window: OpenWindow, employee: Person, *, scripts: bool) -> None:
    visit = window(scripts=scripts)
    page = visit.page
    visit.go("/codes")
    page.get_by_label("Search").fill("2308")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="The connection was made").first.click()
    visit.headed("What does 0x904 mean?")
    page.get_by_text(re.compile(r"^\s*\d+ more\s*$")).click()
    expect(page.get_by_text("The way to the computer, or the program that connects")).to_be_visible()
    page.get_by_role("button", name="Check a computer for this").click()
    visit.headed("Sign in")
