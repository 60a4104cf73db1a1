"""Manager and auditor in a real browser: from a number to its rows to one case, also without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.bench_pages import bulk
from tests.browser.conftest import OpenWindow
from tests.conftest import MakePerson
from troubleshoot.models import Person, Site


@pytest.fixture
def manager(north: Site, person: MakePerson) -> Person:
    return person("Mona", "manager", site=north)


@pytest.fixture
def _rows(north: Site, person: MakePerson) -> None:
    world = bulk.world([person("Emil", "employee", site=north), person("Hanna"), person("Abel")], [north], hosts=5)
    bulk.cases(world, 120, days=20)


@pytest.mark.usefixtures("_rows")
@pytest.mark.parametrize("scripts", [True, False])
def test_from_a_number_to_its_rows_to_one_case(window: OpenWindow, manager: Person, scripts: bool) -> None:
    visit = window(manager, scripts=scripts)
    visit.go("/summary")
    assert re.match(r"120 cases, \d+ solved", visit.title())
    visit.page.get_by_role("link", name=re.compile(r"\d+ not verified")).click()
    visit.headed("History")
    assert visit.page.get_by_label("Outcome").input_value() == "not_verified"
    visit.page.locator(".events a").first.click()
    assert visit.title().startswith("Case ")
    assert visit.page.locator("main form").count() == 0


@pytest.mark.usefixtures("_rows")
@pytest.mark.parametrize("scripts", [True, False])
def test_the_summary_is_asked_for_by_mail_and_stopped(window: OpenWindow, manager: Person, scripts: bool) -> None:
    visit = window(manager, scripts=scripts)
    visit.go("/summary")
    visit.page.get_by_role("button", name="Send me this monthly").click()
    expect(visit.page.get_by_text("It comes on the first day of each month, under Notices.")).to_be_visible()
    visit.page.get_by_role("button", name="Stop sending me this monthly").click()
    expect(visit.page.get_by_text("It is not sent any more.")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Print")).to_be_visible(visible=scripts)


@pytest.mark.usefixtures("_rows")
def test_filters_go_into_the_address_and_pages_lead_on(window: OpenWindow, manager: Person) -> None:
    visit = window(manager)
    visit.go("/history")
    visit.page.get_by_label("Show", exact=True).select_option("cases")
    visit.page.get_by_role("button", name="Show", exact=True).click()
    assert "show=cases" in visit.page.url
    first = visit.page.locator(".events a").first.inner_text()
    visit.page.get_by_role("link", name="Older").click()
    assert visit.page.locator(".events a").first.inner_text() != first
    visit.page.get_by_role("link", name="Newer").click()
    assert visit.page.locator(".events a").first.inner_text() == first


@pytest.mark.usefixtures("_rows")
def test_the_rows_come_as_a_file(window: OpenWindow, manager: Person) -> None:
    visit = window(manager)
    visit.go("/history?show=cases")
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("link", name="Download").click()
    assert re.fullmatch(r"mendpoint-cases-\d{4}-\d\d-\d\d\.csv", waiting.value.suggested_filename)
    assert len(waiting.value.path().read_text().splitlines()) == 121


@pytest.mark.usefixtures("_rows")
@pytest.mark.parametrize("path", ["/summary", "/history", "/history?show=cases", "/history?x=1", "/history?host=none"])
def test_no_page_has_a_fault_that_axe_finds(path: str, window: OpenWindow, manager: Person) -> None:
    visit = window(manager)
    visit.go(path)
    visit.check()


@pytest.mark.usefixtures("_rows")
def test_a_timeline_has_none_either(window: OpenWindow, north: Site, person: MakePerson) -> None:
    visit = window(person("Uta", "auditor", site=north))
    visit.go("/history?show=cases")
    visit.page.locator(".events a").first.click()
    visit.check()
