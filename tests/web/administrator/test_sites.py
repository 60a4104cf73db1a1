"""Sites and the first steps."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.conftest import TESTER, MakePerson
from tests.web.administrator.pages import SITES, tags, words
from troubleshoot import catalog, hosts, people
from troubleshoot.models import Entry, Person, Site

pytestmark = pytest.mark.django_db


class TestASite:
    def test_is_made_and_changed_and_each_is_recorded(self, client: Client, chief: Person) -> None:
        client.force_login(chief)
        made = client.post(SITES, {"slug": "north", "name": "North", "banner_text": "Outage in Accounts"}, follow=True)
        site = Site.objects.get()
        assert (site.slug, site.banner_text) == ("north", "Outage in Accounts")
        assert "The site is made" in words(made)
        seen = client.get(f"{SITES}/{site.pk}").context["seen"]
        changed = client.post(
            f"{SITES}/{site.pk}", {"name": "Nord", "phone_text": "4400", "ticket_required": "on", "seen": seen}
        )
        assert changed["Location"] == f"{SITES}/{site.pk}"
        site.refresh_from_db()
        assert (site.name, site.phone_text, site.banner_text, site.ticket_required) == ("Nord", "4400", "", True)
        assert tags()[-3:] == ["site:create", "site:change", "site:change"]

    @pytest.mark.parametrize("written", ["gw.example.com", "gw:8443", "192.0.2.7", "[2001:db8::7]:443"])
    def test_may_have_a_gateway_and_its_change_is_recorded(self, written: str, browser: Client, north: Site) -> None:
        seen = browser.get(f"{SITES}/{north.pk}").context["seen"]
        assert (
            browser.post(f"{SITES}/{north.pk}", {"name": "North", "gateway": written, "seen": seen}).status_code == 302
        )
        north.refresh_from_db()
        assert north.gateway == written
        entry = Entry.objects.latest("pk")
        assert f'"gateway":["","{written}"]' in bytes(entry.canonical).decode()

    @pytest.mark.parametrize(
        "written",
        ["https://gw.example.com", "gw:0", "gw:65536", "gw:", "a b", "0x7f.1", "[gw]:443", "::1]:443", "gw/x"],
    )
    def test_has_no_gateway_that_cannot_be_one(self, written: str, browser: Client, north: Site) -> None:
        seen = browser.get(f"{SITES}/{north.pk}").context["seen"]
        answer = browser.post(f"{SITES}/{north.pk}", {"name": "North", "gateway": written, "seen": seen})
        assert answer.status_code == 422
        assert "Write a name or address" in words(answer)
        north.refresh_from_db()
        assert north.gateway == ""

    def test_may_take_away_the_command_for_peoples_own_pcs(self, browser: Client, north: Site) -> None:
        page = browser.get(f"{SITES}/{north.pk}")
        assert "People are offered no command to paste on their own PC" in words(page)
        fields = {"name": "North", "no_pc_command": "on", "seen": page.context["seen"]}
        assert browser.post(f"{SITES}/{north.pk}", fields).status_code == 302
        north.refresh_from_db()
        assert north.no_pc_command
        assert '"no_pc_command":[false,true]' in bytes(Entry.objects.latest("pk").canonical).decode()

    def test_that_is_saved_unchanged_records_nothing(self, browser: Client, north: Site) -> None:
        before = Entry.objects.count()
        seen = browser.get(f"{SITES}/{north.pk}").context["seen"]
        assert browser.post(f"{SITES}/{north.pk}", {"name": "North", "seen": seen}).status_code == 302
        assert Entry.objects.count() == before

    def test_keeps_what_was_typed_when_it_is_refused(self, client: Client, chief: Person, north: Site) -> None:
        client.force_login(chief)
        answer = client.post(SITES, {"slug": "north", "name": "Other <b>name</b>", "phone_text": "4400"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "Other &lt;b&gt;name&lt;/b&gt;" in page
        assert 'value="4400"' in page
        assert "already exists" in page
        assert Site.objects.count() == 1

    def test_with_a_fault_in_any_field_is_not_made_at_all(self, client: Client, chief: Person) -> None:
        client.force_login(chief)
        good = {"slug": "north", "name": "North", "working_hours": ""}
        for bad in ({"working_hours": "nine"}, {"slug": "North"}, {"name": ""}):
            assert client.post(SITES, good | bad).status_code == 422
        assert not Site.objects.exists()
        assert client.post(SITES, good).status_code == 302

    def test_is_made_by_an_administrator_of_every_site_alone(self, browser: Client) -> None:
        assert browser.post(SITES, {"slug": "east", "name": "East"}).status_code == 403
        assert "A new site is made by an administrator of every site" in words(browser.get(SITES))

    def test_of_somebody_else_is_not_there(self, browser: Client, south: Site) -> None:
        assert browser.get(f"{SITES}/{south.pk}").status_code == 404
        assert "South" not in words(browser.get(SITES))


class TestTheFirstSteps:
    def test_say_what_is_missing_and_what_is_there(self, browser: Client, north: Site, boss: Person) -> None:
        page = words(browser.get("/administration"))
        assert "A site North there" in page
        assert "An administrator Dora there" in page
        assert "Register a computer, or import a list." in page
        assert "the keeper (manage.py keeper)" in page


class TestASitesTimes:
    def fields(self, browser: Client, path: str, **changed: str) -> dict[str, str]:
        return {"seen": browser.get(path).context["seen"]} | changed

    def test_are_entered_for_a_cause_or_for_all_others(self, browser: Client, north: Site) -> None:
        path = f"{SITES}/{north.pk}/times"
        page = browser.get(path)
        title = catalog.installed_catalog().causes["certificate_expired"].title
        name = next(name for name, one in page.context["form"].fields.items() if one.label == title)
        assert [*page.context["form"].fields][-1] == "cause_0"
        assert f"{title} (minutes)" in words(page)
        answer = browser.post(path, self.fields(browser, path, cause_0="40", **{name: "55"}))
        assert answer["Location"] == path
        north.refresh_from_db()
        assert north.minutes_before == {"any": 40, "certificate_expired": 55}
        assert tags()[-1] == "site:change"
        browser.post(path, self.fields(browser, path, cause_0="", **{name: "55"}))
        north.refresh_from_db()
        assert north.minutes_before == {"certificate_expired": 55}

    def test_are_not_overwritten_from_a_page_that_is_out_of_date(self, browser: Client, north: Site) -> None:
        path = f"{SITES}/{north.pk}/times"
        stale = self.fields(browser, path, cause_0="40")
        people.change_site(actor=TESTER, site=north, minutes_before={"any": 7})
        assert "This page was out of date" in words(browser.post(path, stale))
        north.refresh_from_db()
        assert north.minutes_before == {"any": 7}

    def test_of_another_site_are_not_there(self, browser: Client, south: Site) -> None:
        assert browser.get(f"{SITES}/{south.pk}/times").status_code == 404


class TestTheirLinks:
    def test_of_a_fresh_install_lead_to_where_each_is_made(self, client: Client, chief: Person) -> None:
        client.force_login(chief)
        page = client.get("/administration").content.decode()
        links = dict(re.findall(r'<a href="([^"]+)"\s+aria-label="([^"]+): missing"', page))
        led = {title: address for address, title in links.items()}
        assert led["A site"] == "/administration/sites#new"
        assert led["An account on computers"] == "/administration/accounts#new"
        assert led["Broker, worker and keeper"] == "/health"
        assert set(re.findall(r'href="(/administration/people/new)"\s+aria-label="(?:Helpdesk|An approver)', page))
        assert set(re.findall(r'href="(/administration/computers/new)"\s+aria-label="A computer', page))
        for address in links:
            path, _, place = address.partition("#")
            there = client.get(path)
            assert there.status_code in {200, 503}
            assert not place or f'id="{place}"' in there.content.decode()

    def test_lead_to_the_computer_that_has_to_be_tested(self, browser: Client, north: Site) -> None:
        host = hosts.register_host(actor=TESTER, name="ACC-33", site=north)
        page = browser.get("/administration").content.decode()
        assert re.search(rf'href="/administration/computers/{host.pk}"\s+aria-label="A connection test', page)

    def test_have_a_way_to_one_more_site(self, client: Client, chief: Person, north: Site) -> None:
        client.force_login(chief)
        page = client.get(SITES).content.decode()
        assert '<a class="btn btn-primary" href="#new">New site</a>' in page
        assert page.index('href="#new"') < page.index("North") < page.index('id="new"')


class TestSoloMode:
    def test_is_said_where_roles_are_given(self, browser: Client, person: MakePerson, settings: Settings) -> None:
        settings.MENDPOINT_SOLO_MODE = True
        assert "Solo mode is on" in words(browser.get("/administration"))
        page = words(browser.get(f"/administration/people/{person('Ann').pk}"))
        assert "Solo mode is on, so one person may hold every role." in page
        assert "An administrator is neither helpdesk" not in page

    def test_lets_one_person_hold_what_otherwise_conflicts(
        self, browser: Client, person: MakePerson, north: Site, settings: Settings
    ) -> None:
        ann = person("Ann", "auditor", site=north)
        fields = {"role": "helpdesk", "site": str(north.pk), "until": timezone.localdate().isoformat()}
        assert browser.post(f"/administration/people/{ann.pk}/grant", fields).status_code == 422
        settings.MENDPOINT_SOLO_MODE = True
        assert browser.post(f"/administration/people/{ann.pk}/grant", fields).status_code == 302
