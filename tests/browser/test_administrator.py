"""The administrator in a real browser: people, computers, lists, and a connection test that is watched."""

import re
from collections.abc import Callable
from threading import Thread
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection as database
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import OpenWindow, Visit
from tests.chain.conftest import MakeLab
from tests.conftest import TESTER, MakePerson
from troubleshoot import connection, hosts, people
from troubleshoot.models import Host, Person, Site

COMPUTERS = "/administration/computers"


@pytest.fixture
def boss(person: MakePerson, north: Site) -> Person:
    """Administers every site."""
    return person("Dora", "administrator")


def listed(content: bytes) -> FilePayload:
    """A file as it is chosen in a browser."""
    return {"name": "list.csv", "mimeType": "text/csv", "buffer": content}


def in_background(work: Callable[[], None]) -> Thread:
    """A worker's hand beside the browser."""

    def run() -> None:
        try:
            work()
        finally:
            database.close()

    thread = Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("scripts", [True, False])
class TestFromNothingToAComputerThatIsTested:
    def test_a_person_gets_an_account_and_a_role(
        self, window: OpenWindow, boss: Person, north: Site, scripts: bool
    ) -> None:
        visit = window(boss, scripts=scripts)
        visit.go("/administration/people")
        visit.page.get_by_role("link", name="New account").click()
        visit.page.get_by_label("E-mail address").fill("ann@corp.example")
        visit.page.get_by_label("Name", exact=True).fill("Ann Archer")
        visit.page.get_by_role("button", name="Make the account").click()
        assert visit.title() == "Ann Archer can sign in"
        password = visit.page.locator("#once").inner_text()
        visit.page.get_by_role("link", name="Next: give a role").click()
        visit.page.get_by_label("Role", exact=True).select_option("helpdesk")
        visit.page.get_by_label("Where", exact=True).select_option("North")
        visit.page.get_by_role("button", name="Give the role").click()
        expect(visit.page.get_by_role("row", name=re.compile("helpdesk.*North"))).to_be_visible()

        visit.page.get_by_label("Role", exact=True).select_option("auditor")
        visit.page.get_by_role("button", name="Give the role").click()
        expect(visit.page.get_by_role("alert")).to_have_text("Ann Archer is helpdesk and cannot be auditor as well.")

        hers = window(scripts=scripts)
        hers.go("/sign-in")
        hers.page.get_by_label("E-mail address").fill("ann@corp.example")
        hers.page.get_by_label("Password").fill(password)
        hers.page.get_by_role("button", name="Sign in").click()
        assert hers.title() == "Choose your own password"
        if scripts:  # axe is one
            is_readable(hers)
        hers.page.get_by_label("Present password").fill(password)
        for label in ("New password", "New password once more"):
            hers.page.get_by_label(label, exact=True).fill("a horse battery staple of hers")
        hers.page.get_by_role("button", name="Change the password").click()
        expect(hers.page.get_by_text("Your password is changed.")).to_be_visible()
        hers.page.get_by_role("link", name="Board").click()
        assert hers.title() == "Board"

    def test_a_computer_is_registered_corrected_and_allowed(
        self, window: OpenWindow, boss: Person, north: Site, scripts: bool
    ) -> None:
        visit = window(boss, scripts=scripts)
        visit.go(f"{COMPUTERS}/new")
        visit.page.get_by_label("Name", exact=True).fill("ACC-99")
        visit.page.get_by_label("Address").fill("127.0.0.1")
        visit.page.get_by_label("Site").select_option("North")
        visit.page.get_by_role("button", name="Register").click()
        expect(visit.page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
        expect(visit.page.locator("#id_address_error")).to_have_text("This address is outside the allowed networks.")
        expect(visit.page.get_by_label("Name", exact=True)).to_have_value("ACC-99")
        visit.page.get_by_label("Address").fill("10.1.2.3")
        visit.page.get_by_role("button", name="Register").click()
        assert visit.title() == "ACC-99"
        visit.page.get_by_role("button", name="Allow changes").click()
        expect(visit.page.get_by_role("status").first).to_contain_text("The portal may change this computer.")
        assert Host.objects.get().mode == "changes_allowed"

    def test_a_list_is_judged_and_then_imported(
        self, window: OpenWindow, boss: Person, north: Site, scripts: bool
    ) -> None:
        visit = window(boss, scripts=scripts)
        visit.go(f"{COMPUTERS}/import")
        chosen = visit.page.get_by_label("CSV file")
        chosen.set_input_files(listed(b"name,site\nACC-01,north\nACC-02,nirth\n"))
        visit.page.get_by_role("button", name="Check the list").click()
        expect(visit.page.get_by_role("row", name=re.compile("3 site .*Did you mean north"))).to_be_visible()
        chosen.set_input_files(listed(b"name,site\nACC-01,north\nACC-02,north\n"))
        visit.page.get_by_role("button", name="Check the list").click()
        visit.page.get_by_role("button", name="Import exactly this list").click()
        expect(visit.page.get_by_role("status").first).to_contain_text("2 registered, 0 changed, 0 unchanged.")
        assert Host.objects.count() == 2


class TestAConnectionTest:
    def test_is_watched_to_its_end(
        self, window: OpenWindow, boss: Person, lab: MakeLab, work: Callable[[], None]
    ) -> None:
        host = lab(name="ACC-07", latency=0.15).row
        visit = window(boss)
        visit.go(f"{COMPUTERS}/{host.pk}/test")
        visit.page.get_by_role("button", name="Start the test").click()
        expect(visit.page.get_by_text("No worker of North has given a sign of life")).to_be_visible()
        thread = in_background(work)
        expect(visit.page.get_by_text("Every stage is passed")).to_be_visible(timeout=20_000)
        thread.join()
        expect(visit.page.locator("#said")).to_have_text("Can Windows be read? 7 of 7 readings")
        expect(visit.page.locator(".checks li.is-ok")).to_have_count(len(connection.STAGES) - 1)  # TLS: not over HTTP
        expect(visit.page.locator("[hx-trigger]")).to_have_count(0)

    def test_says_where_it_stops_and_what_to_do_also_without_scripts(
        self, window: OpenWindow, boss: Person, lab: MakeLab, work: Callable[[], None]
    ) -> None:
        host = lab("credentials-refused", name="ACC-12").row
        visit = window(boss, scripts=False)
        visit.go(f"{COMPUTERS}/{host.pk}/test")
        visit.page.get_by_role("button", name="Start the test").click()
        work()
        visit.page.get_by_role("link", name="Refresh").click()
        expect(visit.page.get_by_text("It stops at: Is the account accepted?")).to_be_visible()
        expect(visit.page.locator(".is-bad")).to_contain_text("Likely cure:")

    def test_is_started_by_keyboard_alone(
        self, window: OpenWindow, boss: Person, lab: MakeLab, work: Callable[[], None]
    ) -> None:
        host = lab(name="ACC-07").row
        visit = window(boss)
        visit.go(COMPUTERS)
        for name, path in (
            ("ACC-07", f"{COMPUTERS}/*"),
            ("Test the connection", "**/test"),
            ("Start the test", "**/test"),
        ):
            press_until(visit, name)
            visit.page.keyboard.press("Enter")
            visit.page.wait_for_url(f"**{path}".replace("****", "**"))
        expect(visit.page.get_by_text("asked for")).to_be_visible()
        assert connection.tests_of(host).count() == 1


def press_until(visit: Visit, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.innerText.trim()") == name:
            return
    raise AssertionError(f"{name} is not reached by Tab on {visit.page.url}")


def test_every_page_is_for_everybody_at_every_width(
    window: OpenWindow, boss: Person, north: Site, person: MakePerson, lab: MakeLab, work: Callable[[], None]
) -> None:
    """axe, no sideways scrolling, light and dark; with names and texts as long as they may be."""
    people.change_site(actor=TESTER, site=north, phone_text="Helpdesk" * 25, banner_text="Wort" * 75)
    long = person("Annabella" * 12, "helpdesk", site=north)
    good, bad = lab(name="ACC-07"), lab("constrained-language", name="ACC-12")
    wide = hosts.register(actor=TESTER, name=f"{'x' * 60}.{'y' * 60}.{'z' * 60}.example", site=north)
    for host in (good, bad):
        connection.request(actor=boss, host=host.row)
    work()
    visit = window(boss)
    for path in (
        *("/administration", "/administration/sites", f"/administration/sites/{north.pk}", "/administration/accounts"),
        *("/administration/people", "/administration/people/new", f"/administration/people/{long.pk}"),
        *(
            COMPUTERS,
            f"{COMPUTERS}/new",
            f"{COMPUTERS}/import",
            f"{COMPUTERS}/{wide.pk}",
            f"{COMPUTERS}/{wide.pk}/test",
        ),
        *(f"{COMPUTERS}/{good.row.pk}/test", f"{COMPUTERS}/{bad.row.pk}/test", "/health"),
    ):
        visit.go(path)
        visit.title()
        is_readable(visit)
    visit.go(f"{COMPUTERS}/new")
    visit.page.get_by_role("button", name="Register").click()
    is_readable(visit)


def is_readable(visit: Visit) -> None:
    """What `Visit.check` asks, for many pages: each size and each colour scheme once."""
    sizes: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 320), ("dark", 390), ("light", 1280))
    for scheme, width in sizes:
        visit.page.emulate_media(color_scheme=scheme)
        visit.page.set_viewport_size({"width": width, "height": 900})
        spare = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert spare <= 0, f"{visit.page.url} is {spare} px too wide at {width}"
        if width > 320:
            found = Axe().run(visit.page)
            assert found.violations_count == 0, f"{visit.page.url}\n{found.generate_report()}"
