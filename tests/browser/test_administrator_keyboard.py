"""The administrator without a mouse, with and without scripts: from the first sign-in to a computer that is reached."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import expect
from pytest_django import Settings

from tests.browser.conftest import Sit
from tests.browser.hands import Hands
from tests.browser.test_computers import listed
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work
from troubleshoot.models import Credential, Host, Person, Site

OWN = "a horse battery staple of theirs"


def signs_in(hands: Hands, email: str, password: str) -> None:
    """For the first time: the password that somebody else has made is changed at once."""
    hands.visit.go("/sign-in")
    hands.type("E-mail address", email)
    hands.type("Password", password)
    hands.press("Sign in")
    hands.visit.headed("Choose your own password")
    hands.type("Present password", password)
    hands.type("New password", OWN, exact=True)
    hands.type("New password once more", OWN)
    hands.press("Change the password")
    expect(hands.visit.page.get_by_text("Your password is changed.")).to_be_visible()


def kept(hands: Hands, words: str) -> None:
    """Wait for what the page says at its top."""
    expect(hands.visit.page.get_by_role("status").first).to_contain_text(words)


@pytest.mark.django_db(transaction=True)
def test_setup_leads_to_the_first_sign_in_and_on_to_a_site_with_its_times(sit: Sit, settings: Settings) -> None:
    settings.SECRET_KEY = "k" * 50
    out = StringIO()
    with pytest.raises(CommandError):  # worker and keeper are missing here
        call_command("setup", stdout=out, no_color=True, site="north", site_name="North", email="dora@corp.example")
    password = re.search(r"shown now and never again: (\S+)", out.getvalue())
    assert password, out.getvalue()
    dora = sit()
    signs_in(dora, "dora@corp.example", password[1])
    dora.follow("Administration")
    dora.visit.headed("Administration")
    dora.sound()
    dora.follow("Sites")
    dora.visit.headed("Sites")
    dora.type("Short name", "east")
    dora.type("Name", "East", exact=True)
    dora.type("How to reach a person", "Helpdesk, extension 4400")
    dora.press("Make the site")
    dora.follow("East")
    dora.visit.headed("East")
    dora.type("Working hours", "09:00-17:00")
    dora.press("Save")
    kept(dora, "Saved.")
    dora.follow("What cases took before Mendpoint")
    dora.type("Every other cause", "40")
    dora.press("Save")
    kept(dora, "Saved.")
    site = Site.objects.get(slug="east")
    assert (site.phone_text, site.working_hours, site.minutes_before) == (
        *("Helpdesk, extension 4400", "09:00-17:00"),
        {"any": 40},
    )


def test_a_person_gets_an_account_and_a_role_and_signs_in(sit: Sit, boss: Person, north: Site) -> None:
    dora = sit(boss)
    page = dora.visit.page
    dora.visit.go("/administration/people")
    dora.follow("New account")
    dora.visit.headed("New account")
    dora.type("E-mail address", "ann@corp.example")
    dora.type("Name", "Ann Archer", exact=True)
    dora.press("Make the account")
    dora.visit.headed("Ann Archer can sign in")
    password = page.locator("#once").inner_text()
    dora.follow("I have it. Next: give a role")
    dora.visit.headed("Ann Archer")
    dora.type("Role", "helpdesk", exact=True)
    dora.type("Where", "North", exact=True)
    dora.press("Give the role")
    kept(dora, "Ann Archer is helpdesk")
    ann = sit()
    signs_in(ann, "ann@corp.example", password)
    ann.follow("Board")
    ann.visit.headed("Board")
    dora.press("Take back: helpdesk at North")
    expect(page.get_by_text("None: this person can sign in and do nothing.")).to_be_visible()


def test_an_account_and_a_computer_are_registered_and_the_way_in_is_tested(
    sit: Sit, boss: Person, lab: MakeLab, work: Work
) -> None:
    host = lab(name="OLD-01").row
    port, rdp = host.winrm_port, host.rdp_port
    Host.objects.filter(pk=host.pk).update(winrm_port=1, rdp_port=1)  # its place is the new one's now
    dora = sit(boss)
    page = dora.visit.page
    dora.visit.go("/administration/accounts")
    dora.type("Name", "admins", exact=True)
    dora.type("Site", "North", exact=True)
    dora.type("Account", "mendpoint", exact=True)
    dora.type("Where a worker finds the password", "env:MENDPOINT_SECRET_LAB")
    dora.press("Register the account")
    kept(dora, "The account is registered.")
    dora.follow("Computers")
    dora.follow("Register a computer")
    dora.visit.headed("Register a computer")
    dora.type("Name", "ACC-07", exact=True)
    dora.type("Address", "10.1.2.3")
    dora.type("Site", "North", exact=True)
    dora.type("Account on it", "admins")
    dora.press("Register")
    dora.visit.headed("ACC-07")
    dora.press("Allow changes")
    kept(dora, "The portal may change this computer.")
    made = Host.objects.get(name="ACC-07")
    assert (made.credential, made.mode) == (Credential.objects.get(name="admins"), "changes_allowed")
    # Only the lab's own command registers simulated computers, at addresses that no form accepts.
    Host.objects.filter(pk=made.pk).update(
        address="127.0.0.1", lab=True, tls=False, winrm_port=port, rdp_port=rdp, ntlm_over_http=True
    )
    dora.follow("Test the connection")
    dora.visit.headed("Can a worker reach ACC-07? simulated")
    dora.press("Start the test")
    expect(page.get_by_text("asked for")).to_be_visible()
    work()
    if not dora.visit.scripts:
        dora.follow("Refresh")
    expect(page.get_by_text("Every stage is passed")).to_be_visible()
    dora.press("Test again")
    expect(page.get_by_role("button", name="Test again")).to_have_count(0)


def test_a_list_of_computers_is_judged_and_imported(sit: Sit, boss: Person, north: Site) -> None:
    dora = sit(boss)
    page = dora.visit.page
    page.on("filechooser", lambda _: None)  # from now on the browser hands its window for files to us
    dora.visit.go("/administration/computers")
    dora.follow("Import a list")
    dora.visit.headed("Import a list of computers")
    for name in ("nirth", "north"):
        dora.reach(page.get_by_label("CSV file"))
        with page.expect_file_chooser() as asked:  # the system's own window, which is for the system to make usable
            page.keyboard.press("Enter")
        asked.value.set_files(listed(f"name,site\nACC-01,north\nACC-02,{name}\n".encode()))
        dora.press("Check the list")
        expect(page.get_by_role("heading", name="Another file")).to_be_visible()
    dora.press("Import exactly this list")
    kept(dora, "2 registered, 0 changed, 0 unchanged.")
    assert Host.objects.count() == 2
