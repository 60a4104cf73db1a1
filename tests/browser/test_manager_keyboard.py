"""The manager without a mouse, with and without scripts: numbers, rows, filters, pages, one case, files, the mail."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.bench_pages import bulk
from tests.browser.conftest import Sit
from tests.browser.hands import Hands
from tests.conftest import MakePerson
from troubleshoot.models import Case, Site


@pytest.fixture
def mona(north: Site, person: MakePerson, sit: Sit) -> Hands:
    """A manager's hands, and 120 cases to look at."""
    world = bulk.world([person("Emil", "employee", site=north), person("Hanna"), person("Abel")], [north], hosts=5)
    bulk.cases(world, 120, days=20)
    return sit(person("Mona", "manager", site=north))


def rows(mona: Hands) -> list[str]:
    """The sentences on the page."""
    return mona.visit.page.locator(".events li").all_inner_texts()


def saved(mona: Hands, link: str) -> list[list[str]]:
    """The lines of the file behind a link."""
    with mona.visit.page.expect_download() as waiting:
        mona.follow(link)
    with waiting.value.path().open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_number_leads_to_its_rows_and_a_row_to_its_case(mona: Hands) -> None:
    page = mona.visit.page
    mona.visit.go("/summary")
    mona.reach(page.locator(".tile summary").nth(1))
    page.keyboard.press("Enter")
    expect(page.get_by_text("no other word came for 24 hours")).to_be_visible()
    words = re.compile(r"^\d+ not verified$")
    number = int(page.get_by_role("link", name=words).inner_text().split()[0])
    mona.follow(words)
    mona.visit.headed("History")
    assert page.get_by_label("Outcome").input_value() == "not_verified"
    assert len(rows(mona)) == number
    link = page.get_by_role("link", name=re.compile(r"^Case \d+$")).first
    name = link.inner_text()
    mona.follow(name)
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator(".timeline li").first).to_be_visible()
    mona.sound()
    mona.follow("History")
    mona.visit.headed("History")


def test_what_is_asked_for_stands_in_the_address_and_can_be_kept_as_a_link(mona: Hands) -> None:
    page, host = mona.visit.page, Case.objects.exclude(host=None).earliest("pk").host
    assert host
    mona.visit.go("/history")
    mona.type("Show", "Cases", exact=True)
    mona.type("Computer", host.name, exact=True)
    mona.type("From", "01012026", exact=True)
    mona.press("Show")
    page.wait_for_url(re.compile(r"show=cases.*host=PC-\d{5}.*since=2026-01-01"))
    assert len(rows(mona)) == Case.objects.filter(host=host).count()
    assert all(host.name in row for row in rows(mona))
    mona.sound()
    kept, seen = page.url, rows(mona)
    mona.follow("Clear")
    page.wait_for_url("**/history")
    page.goto(kept)
    assert rows(mona) == seen
    expect(page.get_by_label("Computer", exact=True)).to_have_value(host.name)


def test_pages_lead_on_and_back_and_the_rows_come_as_a_file(mona: Hands) -> None:
    page = mona.visit.page
    mona.visit.go("/history?show=cases")
    pages = [rows(mona)]
    for direction, place in (("Older", "after="), ("Older", "after="), ("Newer", "before=")):
        before = page.url
        mona.follow(direction)
        expect(page).not_to_have_url(before)
        assert place in page.url
        pages.append(rows(mona))
    assert [len(one) for one in pages] == [50, 50, 20, 50]
    assert pages[3] == pages[1]
    head, *lines = saved(mona, "Download these rows (CSV)")
    assert "case" in head[0].lower()
    assert len(lines) == 120


def test_the_period_is_changed_the_numbers_are_saved_and_the_mail_is_asked_for(mona: Hands) -> None:
    page = mona.visit.page
    mona.visit.go("/summary")
    mona.type("Period", "Last 7")
    mona.press("Show")
    page.wait_for_url("**days=7**")
    assert ["cases", re.findall(r"\d+", mona.visit.title())[0]] in [line[:2] for line in saved(mona, "Numbers (CSV)")]
    mona.press("Send me this monthly")
    expect(page.get_by_text("It comes on the first day of each month, under Notices.")).to_be_visible()
    mona.press("Stop sending me this monthly")
    expect(page.get_by_text("It is not sent any more.")).to_be_visible()
