"""The administrator in a real browser: from nothing to a site, people with roles, and an account on computers."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import expect
from pytest_django import Settings

from tests.browser.conftest import OpenWindow, Visit
from tests.conftest import TESTER
from troubleshoot import hosts
from troubleshoot.models import Credential, Grant, Person, Site


def signs_in(visit: Visit, email: str, password: str) -> None:
    """For the first time: the password that somebody else has made is changed at once."""
    visit.go("/sign-in")
    visit.page.get_by_label("E-mail address").fill(email)
    visit.page.get_by_label("Password").fill(password)
    visit.page.get_by_role("button", name="Sign in").click()
    visit.headed("Choose your own password")
    visit.page.get_by_label("Present password").fill(password)
    for label in ("New password", "New password once more"):
        visit.page.get_by_label(label, exact=True).fill("a horse battery staple of theirs")
    visit.page.get_by_role("button", name="Change the password").click()
    expect(visit.page.get_by_text("Your password is changed.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
class TestFromNothing:
    @pytest.mark.django_db(transaction=True)
    def test_setup_leads_to_the_first_sign_in_and_to_what_is_missing(
        self, window: OpenWindow, scripts: bool, settings: Settings
    ) -> None:
        settings.SECRET_KEY = "k" * 50
        out = StringIO()
        with pytest.raises(CommandError):  # worker and keeper are missing here
            call_command("setup", stdout=out, no_color=True, site="north", site_name="North", email="dora@corp.example")
        password = re.search(r"shown now and never again: (\S+)", out.getvalue())
        assert password, out.getvalue()
        visit = window(scripts=scripts)
        signs_in(visit, "dora@corp.example", password[1])
        visit.page.get_by_role("link", name="Administration").click()
        visit.headed("Administration")
        expect(visit.page.get_by_text("From nothing to the first case")).to_be_visible()
        visit.page.get_by_role("link", name="An account on computers: missing").click()
        visit.headed("Accounts on computers")
        assert Grant.objects.active().get().role == "administrator"

    def test_a_site_is_made_and_tells_its_people_what_they_need(
        self, window: OpenWindow, boss: Person, scripts: bool
    ) -> None:
        visit = window(boss, scripts=scripts)
        visit.go("/administration/sites")
        visit.page.get_by_label("Short name").fill("East")
        visit.page.get_by_label("Name", exact=True).fill("East")
        visit.page.get_by_label("Working hours").fill("9 to 5")
        visit.page.get_by_role("button", name="Make the site").click()
        expect(visit.page.get_by_text("such as 08:00-17:30.").last).to_be_visible()
        visit.page.get_by_label("Short name").fill("east")
        visit.page.get_by_label("Working hours").fill("09:00-17:00")
        visit.page.get_by_role("button", name="Make the site").click()
        visit.page.get_by_role("link", name="East").click()
        visit.page.get_by_label("How to reach a person").fill("Helpdesk, extension 4400")
        visit.page.get_by_label("Until it works").fill("Use the web client")
        visit.page.get_by_label("Banner").fill("We know of it")
        visit.page.get_by_role("button", name="Save").click()
        visit.page.get_by_role("link", name="What cases took before Mendpoint").click()
        visit.page.get_by_label("Every other cause").fill("40")
        visit.page.get_by_role("button", name="Save").click()
        expect(visit.page.get_by_role("status").first).to_contain_text("Saved.")
        site = Site.objects.get(slug="east")
        assert (site.phone_text, site.workaround_text, site.banner_text) == (
            *("Helpdesk, extension 4400", "Use the web client"),
            "We know of it",
        )
        assert (site.working_hours, site.minutes_before) == ("09:00-17:00", {"any": 40})

    def test_an_account_on_computers_is_registered_changed_and_removed(
        self, window: OpenWindow, boss: Person, north: Site, scripts: bool
    ) -> None:
        visit = window(boss, scripts=scripts)
        visit.go("/administration/accounts")
        visit.page.get_by_label("Name", exact=True).fill("admins")
        visit.page.get_by_label("Site").select_option("North")
        visit.page.get_by_label("Account", exact=True).fill("CORP\\mendpoint")
        place = visit.page.get_by_label("Where a worker finds the password")
        place.fill("Passw0rd!")
        visit.page.get_by_role("button", name="Register the account").click()
        expect(visit.page.get_by_text("if a password was pasted here, change it")).to_be_visible()
        expect(place).to_have_value("")
        place.fill("env:MENDPOINT_SECRET_NORTH")
        visit.page.get_by_role("button", name="Register the account").click()
        account = Credential.objects.get()
        host = hosts.register_host(actor=TESTER, name="ACC-07", site=north, credential=account)
        visit.page.get_by_role("link", name="admins").click()
        visit.page.get_by_label("Account", exact=True).fill("CORP\\other")
        visit.page.get_by_role("button", name="Save").click()
        expect(visit.page.get_by_role("status").first).to_contain_text("Saved.")
        visit.page.get_by_role("button", name="Remove the account").click()
        expect(visit.page.get_by_text("It is in use: ACC-07.")).to_be_visible()
        hosts.change_host(actor=TESTER, host=host, credential=None)
        visit.page.get_by_role("button", name="Remove the account").click()
        expect(visit.page.get_by_text("The account is removed.")).to_be_visible()
        assert not Credential.objects.exists()

    def test_a_person_gets_an_account_and_a_role(
        self, window: OpenWindow, boss: Person, north: Site, scripts: bool
    ) -> None:
        visit = window(boss, scripts=scripts)
        visit.go("/administration/people")
        visit.page.get_by_role("link", name="New account").click()
        visit.page.get_by_label("E-mail address").fill("ann@corp.example")
        visit.page.get_by_label("Name", exact=True).fill("Ann Archer")
        visit.page.get_by_role("button", name="Make the account").click()
        visit.headed("Ann Archer can sign in")
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
        hers.headed("Choose your own password")
        if scripts:  # axe is one
            hers.check()
        hers.page.get_by_label("Present password").fill(password)
        for label in ("New password", "New password once more"):
            hers.page.get_by_label(label, exact=True).fill("a horse battery staple of hers")
        hers.page.get_by_role("button", name="Change the password").click()
        expect(hers.page.get_by_text("Your password is changed.")).to_be_visible()
        hers.page.get_by_role("link", name="Board").click()
        hers.headed("Board")
