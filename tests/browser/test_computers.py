"""Computers in the administrator's browser: registered, corrected, allowed, imported from a list."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import OpenWindow
from tests.conftest import TESTER, MakePerson
from tests.fixtures.computers import MakeLab
from troubleshoot import hosts, operations, people
from troubleshoot.models import Host, Person, Site

COMPUTERS = "/administration/computers"


def listed(content: bytes) -> FilePayload:
    """A file as it is chosen in a browser."""
    return {"name": "list.csv", "mimeType": "text/csv", "buffer": content}


@pytest.mark.parametrize("scripts", [True, False])
class TestAComputer:
    def test_is_registered_corrected_and_allowed(
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
        visit.headed("ACC-99")
        visit.page.get_by_role("button", name="Allow changes").click()
        expect(visit.page.get_by_role("status").first).to_contain_text("The portal may change this computer.")
        assert Host.objects.get().mode == "changes_allowed"

    def test_of_a_list_is_judged_and_then_imported(
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


def test_every_page_is_for_everybody_at_every_width(
    window: OpenWindow, boss: Person, north: Site, person: MakePerson, lab: MakeLab, work: Callable[[], None]
) -> None:
    """axe, no sideways scrolling, light and dark; with names and texts as long as they may be."""
    people.change_site(actor=TESTER, site=north, phone_text="Helpdesk" * 25, banner_text="Wort" * 75)
    long = person("Annabella" * 12, "helpdesk", site=north)
    good, bad = lab(name="ACC-07"), lab("constrained-language", name="ACC-12")
    wide = hosts.register_host(actor=TESTER, name=f"{'x' * 60}.{'y' * 60}.{'z' * 60}.example", site=north)
    for host in (good, bad):
        operations.request_connection_test(actor=boss, host=host.row)
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
        visit.check()
    visit.go(f"{COMPUTERS}/new")
    visit.page.get_by_role("button", name="Register").click()
    visit.check()
