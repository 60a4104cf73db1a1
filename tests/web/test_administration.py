"""The administration pages: sites, people and roles, computers, lists, accounts; who may, and what bad input gets."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from tests.conftest import TESTER, MakePerson
from troubleshoot import hosts
from troubleshoot.models import Credential, Entry, Grant, Host, Person, Site

HOSTS = "/administration/computers"
PEOPLE = "/administration/people"
SITES = "/administration/sites"
ACCOUNTS = "/administration/accounts"


@pytest.fixture
def boss(north: Site, person: MakePerson) -> Person:
    """Administers North."""
    return person("Dora", "administrator", site=north)


@pytest.fixture
def chief(person: MakePerson) -> Person:
    """Administers every site."""
    return person("Carla", "administrator")


@pytest.fixture
def browser(boss: Person) -> Client:
    """A browser in which the administrator of North is signed in."""
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def account(north: Site) -> Credential:
    """An account of North's computers."""
    return hosts.register_credential(
        actor=TESTER, name="north-admin", site=north, username="CORP\\svc", reference="env:MENDPOINT_SECRET_NORTH"
    )


def words(response: Any) -> str:
    """What a person reads on a page, in one line."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(text).split())


def tags() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("tag", flat=True))


def registration(site: Site, /, **changed: Any) -> dict[str, Any]:
    """A computer as the form sends it."""
    return {"name": "ACC-07", "site": str(site.pk), "transport": "ntlm", "tls": "on"} | changed


@pytest.mark.django_db
class TestASite:
    def test_is_made_and_changed_and_each_is_recorded(self, client: Client, chief: Person) -> None:
        client.force_login(chief)
        made = client.post(SITES, {"slug": "north", "name": "North", "banner_text": "Outage in Accounts"}, follow=True)
        site = Site.objects.get()
        assert (site.slug, site.banner_text) == ("north", "Outage in Accounts")
        assert "The site is made" in words(made)
        changed = client.post(f"{SITES}/{site.pk}", {"name": "Nord", "phone_text": "4400", "ticket_required": "on"})
        assert changed["Location"] == f"{SITES}/{site.pk}"
        site.refresh_from_db()
        assert (site.name, site.phone_text, site.banner_text, site.ticket_required) == ("Nord", "4400", "", True)
        assert tags()[-3:] == ["site:create", "site:change", "site:change"]

    def test_that_is_saved_unchanged_records_nothing(self, browser: Client, north: Site) -> None:
        before = Entry.objects.count()
        browser.post(f"{SITES}/{north.pk}", {"name": "North"})
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

    def test_is_made_by_an_administrator_of_every_site_alone(self, browser: Client) -> None:
        assert browser.post(SITES, {"slug": "east", "name": "East"}).status_code == 403
        assert "A new site is made by an administrator of every site" in words(browser.get(SITES))

    def test_of_somebody_else_is_not_there(self, browser: Client, south: Site) -> None:
        assert browser.get(f"{SITES}/{south.pk}").status_code == 404
        assert "South" not in words(browser.get(SITES))


@pytest.mark.django_db
class TestAnAccountOfAPerson:
    def test_gets_a_password_that_is_shown_once_and_kept_nowhere(self, browser: Client, settings: Settings) -> None:
        made = browser.post(f"{PEOPLE}/new", {"email": "Ann@corp.example", "name": "Ann Archer"})
        assert made.status_code == 200
        assert made["Cache-Control"] == "no-store"
        found = re.search(r'id="once">([^<]+)<', made.content.decode())
        assert found
        password = found[1]
        assert re.fullmatch(r"(?:[a-z2-9]{5}-){3}[a-z2-9]{5}", password)
        ann = Person.objects.get(email="ann@corp.example")
        assert ann.check_password(password)
        assert password not in words(browser.get(f"{PEOPLE}/{ann.pk}"))
        assert password not in everything_kept()
        assert not ann.grants.exists()

    def test_that_exists_is_refused_and_what_was_typed_stays(self, browser: Client, person: MakePerson) -> None:
        person("Ann")
        answer = browser.post(f"{PEOPLE}/new", {"email": "ANN@corp.example", "name": "Another Ann", "phone": "77"})
        assert answer.status_code == 422
        assert 'value="Another Ann"' in answer.content.decode()
        assert 'id="once"' not in answer.content.decode()
        assert Person.objects.filter(email="ann@corp.example").count() == 1

    @pytest.mark.parametrize(
        ("email", "name"),
        [
            ("", "Ann"),
            ("ann", "Ann"),
            ("ann@corp.example", ""),
            ("ann@corp.example", " \u200b "[:1]),
            ("a\0@b.example", "x"),
        ],
    )
    def test_needs_an_address_and_a_name(self, browser: Client, email: str, name: str) -> None:
        before = Person.objects.count()
        assert browser.post(f"{PEOPLE}/new", {"email": email, "name": name}).status_code == 422
        assert Person.objects.count() == before

    def test_is_switched_off_and_never_deleted(self, browser: Client, person: MakePerson) -> None:
        ann = person("Ann")
        page = browser.post(f"{PEOPLE}/{ann.pk}/deactivate", follow=True)
        ann.refresh_from_db()
        assert not ann.is_active
        assert "switched off" in words(page)

    def test_of_the_last_administrator_stays(self, client: Client, chief: Person, person: MakePerson) -> None:
        client.force_login(chief)
        page = client.post(f"{PEOPLE}/{chief.pk}/deactivate", follow=True)
        assert "The last administrator stays" in words(page)
        chief.refresh_from_db()
        assert chief.is_active

    def test_is_found_by_a_part_of_its_name_or_address(self, browser: Client, person: MakePerson) -> None:
        person("Ann")
        person("Bert")
        found = words(browser.get(PEOPLE, {"q": "BER"}))
        assert "bert@corp.example" in found
        assert "ann@corp.example" not in found


@pytest.mark.django_db
class TestARole:
    def give(self, browser: Client, who: Person, role: str, site: Site | None, days: int = 30) -> Any:
        until = (timezone.localdate() + timedelta(days=days)).isoformat()
        fields = {"role": role, "site": str(site.pk) if site else "", "until": until}
        return browser.post(f"{PEOPLE}/{who.pk}/grant", fields)

    def test_is_given_until_the_end_of_a_day_and_taken_back(
        self, browser: Client, person: MakePerson, north: Site
    ) -> None:
        ann = person("Ann")
        assert self.give(browser, ann, "helpdesk", north).status_code == 302
        given = ann.grants.get()
        assert timezone.localtime(given.until).strftime("%H:%M:%S") == "23:59:59"
        assert "helpdesk" in words(browser.get(f"{PEOPLE}/{ann.pk}"))
        browser.post(f"{PEOPLE}/{ann.pk}/revoke/{given.pk}")
        assert not Grant.objects.active().filter(person=ann).exists()
        assert "Earlier roles" in words(browser.get(f"{PEOPLE}/{ann.pk}"))
        assert tags()[-2:] == ["people:grant", "people:revoke"]

    def test_that_conflicts_is_refused_in_words(self, browser: Client, person: MakePerson, north: Site) -> None:
        ann = person("Ann", "auditor", site=north)
        answer = self.give(browser, ann, "helpdesk", north)
        assert answer.status_code == 422
        assert "Ann is auditor and cannot be helpdesk as well." in words(answer)
        assert ann.grants.count() == 1

    def test_for_oneself_is_refused(self, browser: Client, boss: Person, north: Site) -> None:
        answer = self.give(browser, boss, "manager", north)
        assert answer.status_code == 422
        assert "This is you" in words(browser.get(f"{PEOPLE}/{boss.pk}"))
        assert boss.grants.count() == 1

    def test_at_another_site_or_every_site_is_not_offered(
        self, browser: Client, person: MakePerson, south: Site
    ) -> None:
        ann = person("Ann")
        assert self.give(browser, ann, "helpdesk", south).status_code == 422
        assert self.give(browser, ann, "helpdesk", None).status_code == 422
        assert not ann.grants.exists()

    @pytest.mark.parametrize("until", ["", "yesterday", "0000-00-00", "9999-12-31", "2020-01-01", "2026-13-40"])
    def test_needs_an_end_within_a_year(self, browser: Client, person: MakePerson, north: Site, until: str) -> None:
        ann = person("Ann")
        fields = {"role": "helpdesk", "site": str(north.pk), "until": until}
        assert browser.post(f"{PEOPLE}/{ann.pk}/grant", fields).status_code == 422
        assert not ann.grants.exists()

    def test_that_is_none_is_refused(self, browser: Client, person: MakePerson, north: Site) -> None:
        assert self.give(browser, person("Ann"), "root", north).status_code == 422

    def test_of_another_person_cannot_be_taken_through_this_page(
        self, browser: Client, person: MakePerson, north: Site
    ) -> None:
        ann, bert = person("Ann", "helpdesk", site=north), person("Bert")
        assert browser.post(f"{PEOPLE}/{bert.pk}/revoke/{ann.grants.get().pk}").status_code == 404
        assert Grant.objects.active().filter(person=ann).exists()

    def test_at_another_site_cannot_be_taken(self, browser: Client, person: MakePerson, south: Site) -> None:
        ann = person("Ann", "helpdesk", site=south)
        assert browser.post(f"{PEOPLE}/{ann.pk}/revoke/{ann.grants.get().pk}").status_code == 403
        assert Grant.objects.active().filter(person=ann).exists()

    def test_given_twice_by_a_double_click_is_one(self, browser: Client, person: MakePerson, north: Site) -> None:
        ann = person("Ann")
        for _ in range(2):
            self.give(browser, ann, "helpdesk", north)
        assert Grant.objects.active().filter(person=ann).count() == 1


@pytest.mark.django_db
class TestRegisteringAComputer:
    def test_begins_as_diagnose_only(
        self, browser: Client, north: Site, account: Credential, person: MakePerson
    ) -> None:
        ann, bert = person("Ann", "employee", site=north), person("Bert", "employee", site=north)
        fields = registration(
            north, owner="ANN@corp.example", assigned="bert@corp.example, ann@corp.example", credential=account.pk
        )
        answer = browser.post(f"{HOSTS}/new", fields)
        host = Host.objects.get()
        assert answer["Location"] == f"{HOSTS}/{host.pk}"
        assert (host.name, host.address, host.mode, host.winrm_port, host.rdp_port) == (
            "ACC-07",
            "ACC-07",
            "diagnose_only",
            5986,
            3389,
        )
        assert (host.owner, set(host.assigned.all()), host.credential) == (ann, {ann, bert}, account)
        assert tags()[-1] == "host:register"

    @pytest.mark.parametrize(
        "address",
        [
            *(
                "host@evil",
                "host#x",
                "host;calc",
                "host:22@x",
                "ho\r\nst",
                "ho st",
                "-oProxyCommand",
                ".host",
                "a" * 64,
            ),
            *("a." * 140 + "x", "127.0.0.1", "::1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255"),
            *("2130706433", "0x7f000001", "0177.0.0.1", "::ffff:127.0.0.1", "localhost", "a.localhost", "8.8.8.8"),
            *("\u0430cc-07", "acc-07.", "<script>alert(1)</script>", "\u202egnp.exe"),
        ],
    )
    @pytest.mark.parametrize("field", ["name", "address"])
    def test_refuses_what_must_never_be_dialled(self, browser: Client, north: Site, field: str, address: str) -> None:
        answer = browser.post(f"{HOSTS}/new", registration(north, **{field: address}))
        assert answer.status_code == 422
        assert not Host.objects.exists()
        assert "<script>alert" not in answer.content.decode()

    @pytest.mark.parametrize(
        "port", ["0", "65536", "22", "5986 ", "\uff15\uff19\uff18\uff16", "-1", "5986.0", "1e3", "0x16", "99999999999"]
    )
    @pytest.mark.parametrize("field", ["winrm_port", "rdp_port"])
    def test_refuses_ports_that_are_none_or_belong_to_others(
        self, browser: Client, north: Site, field: str, port: str
    ) -> None:
        answer = browser.post(f"{HOSTS}/new", registration(north, **{field: port}))
        assert answer.status_code == 422
        assert f'aria-describedby="id_{field}_helptext id_{field}_error"' in answer.content.decode()
        assert not Host.objects.exists()

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"transport": "basic", "tls": ""}, "Basic and client certificates need HTTPS."),
            ({"tls": ""}, "NTLM needs HTTPS, unless NTLM over HTTP is allowed"),
            ({"owner": "nobody@corp.example"}, "Nobody has an active account with the address nobody@corp.example."),
            ({"assigned": "x@corp.example y"}, "Nobody has an active account with the address x@corp.example."),
            ({"ca_file": "relative.pem"}, "Write an absolute path"),
            ({"transport": "telnet"}, "Select a valid choice"),
            ({"site": "x"}, "is not a valid UUID"),
            ({"name": ""}, "This field is required"),
        ],
    )
    def test_says_what_is_wrong(self, browser: Client, north: Site, changed: dict[str, str], said: str) -> None:
        answer = browser.post(f"{HOSTS}/new", registration(north, **changed))
        assert answer.status_code == 422
        assert said in words(answer)
        assert not Host.objects.exists()

    def test_refuses_a_name_that_is_taken(self, browser: Client, north: Site) -> None:
        browser.post(f"{HOSTS}/new", registration(north))
        answer = browser.post(f"{HOSTS}/new", registration(north, name="acc-07"))
        assert "A computer of this name is registered already." in words(answer)
        assert Host.objects.count() == 1

    def test_at_another_site_is_not_offered(self, browser: Client, south: Site) -> None:
        answer = browser.post(f"{HOSTS}/new", registration(south))
        assert answer.status_code == 422
        assert not Host.objects.exists()
        assert "South" not in words(answer)

    def test_cannot_be_smuggled_more_than_the_form_has(self, browser: Client, north: Site) -> None:
        browser.post(f"{HOSTS}/new", registration(north, lab="on", mode="changes_allowed", identity="{}"))
        host = Host.objects.get()
        assert (host.lab, host.mode, host.identity) == (False, "diagnose_only", None)


@pytest.mark.django_db
class TestARegisteredComputer:
    @pytest.fixture
    def host(self, north: Site, account: Credential) -> Host:
        return hosts.register(actor=TESTER, name="ACC-07", site=north, credential=account)

    def fields(self, host: Host, **changed: Any) -> dict[str, Any]:
        given = {"credential": host.credential_id or "", "seen": hosts.version(host), "address": host.address}
        return registration(host.site, **given | changed)

    def test_is_changed_and_what_differs_is_recorded(self, browser: Client, host: Host) -> None:
        answer = browser.post(f"{HOSTS}/{host.pk}", self.fields(host, critical="on"))
        assert answer["Location"] == f"{HOSTS}/{host.pk}"
        host.refresh_from_db()
        assert host.critical
        entry = Entry.objects.filter(tag="host:change").get()
        assert '"after":{"critical":true}' in bytes(entry.canonical).decode()

    def test_may_be_changed_by_the_portal_when_somebody_says_so(self, browser: Client, host: Host) -> None:
        page = browser.post(f"{HOSTS}/{host.pk}/mode", {"changes": "yes"}, follow=True)
        host.refresh_from_db()
        assert host.mode == "changes_allowed"
        assert "Only look from now on" in words(page)
        browser.post(f"{HOSTS}/{host.pk}/mode", {"changes": "maybe"})
        host.refresh_from_db()
        assert host.mode == "diagnose_only"

    def test_that_was_replaced_is_forgotten_and_only_looked_at(self, browser: Client, host: Host) -> None:
        Host.objects.filter(pk=host.pk).update(identity={"machine_guid": "x"}, mode="changes_allowed")
        assert "forget its identity" in words(browser.get(f"{HOSTS}/{host.pk}"))
        browser.post(f"{HOSTS}/{host.pk}/forget")
        host.refresh_from_db()
        assert (host.identity, host.mode) == (None, "diagnose_only")

    def test_does_not_take_its_account_to_another_place_by_itself(
        self, browser: Client, host: Host, account: Credential
    ) -> None:
        answer = browser.post(f"{HOSTS}/{host.pk}", self.fields(host, address="10.1.2.3"))
        assert answer.status_code == 422
        assert "The account would be used at another place" in words(answer)
        assert 'name="again"' in answer.content.decode()
        host.refresh_from_db()
        assert host.address == "ACC-07"
        browser.post(f"{HOSTS}/{host.pk}", self.fields(host, address="10.1.2.3", again="on"))
        host.refresh_from_db()
        assert (host.address, host.credential) == ("10.1.2.3", account)

    def test_is_not_overwritten_from_a_page_that_is_out_of_date(self, browser: Client, host: Host) -> None:
        stale = self.fields(host, critical="on")
        hosts.change(actor=TESTER, host=host, ca_file="/etc/authority.pem")
        answer = browser.post(f"{HOSTS}/{host.pk}", stale)
        assert answer.status_code == 422
        assert "This page was out of date" in words(answer)
        host.refresh_from_db()
        assert (host.critical, host.ca_file) == (False, "/etc/authority.pem")

    def test_of_another_site_is_not_there(self, browser: Client, south: Site) -> None:
        other = hosts.register(actor=TESTER, name="SOU-01", site=south)
        for path in ("", "/test"):
            assert browser.get(f"{HOSTS}/{other.pk}{path}").status_code == 404
        for path in ("/mode", "/forget", "/test", ""):
            assert browser.post(f"{HOSTS}/{other.pk}{path}").status_code == 404
        assert "SOU-01" not in words(browser.get(HOSTS))

    def test_has_a_connection_test_that_waits_and_says_why(self, browser: Client, host: Host) -> None:
        before = words(browser.get(f"{HOSTS}/{host.pk}/test"))
        assert "Start the test" in before
        assert browser.post(f"{HOSTS}/{host.pk}/test")["Location"] == f"{HOSTS}/{host.pk}/test"
        page = browser.get(f"{HOSTS}/{host.pk}/test")
        assert "No worker of North has given a sign of life" in words(page)
        assert 'hx-trigger="every 1s"' in page.content.decode()
        browser.post(f"{HOSTS}/{host.pk}/test")
        assert host.jobs.count() == 1

    def test_shows_the_live_part_alone_when_it_is_asked_for(self, browser: Client, host: Host) -> None:
        browser.post(f"{HOSTS}/{host.pk}/test")
        part = browser.get(f"{HOSTS}/{host.pk}/test", headers={"HX-Request": "true", "HX-Target": "live"})
        text = part.content.decode()
        assert "<html" not in text
        assert 'id="said"' in text


@pytest.mark.django_db
class TestAList:
    def send(self, browser: Client, data: bytes | str) -> Any:
        content = data.encode() if isinstance(data, str) else data
        return browser.post(f"{HOSTS}/import", {"file": SimpleUploadedFile("list.csv", content, "text/csv")})

    def judged(self, page: Any) -> str:
        found = re.search(r'name="judged" value="([^"]+)"', page.content.decode())
        assert found
        return found[1]

    def test_is_judged_first_and_imported_exactly_as_judged(self, browser: Client, north: Site) -> None:
        page = self.send(browser, "name,site\nACC-01,north\nACC-02,north\n")
        assert page.status_code == 200
        assert "2 to register, 0 to change, 0 unchanged." in words(page)
        assert not Host.objects.exists()
        done = browser.post(f"{HOSTS}/import", {"judged": self.judged(page)}, follow=True)
        assert "2 registered, 0 changed, 0 unchanged." in words(done)
        assert set(Host.objects.values_list("name", flat=True)) == {"ACC-01", "ACC-02"}
        again = self.send(browser, "name,site\nACC-01,north\nACC-02,north\n")
        assert "Import exactly this list" not in words(again)

    def test_with_faults_is_shown_by_row_and_column_and_nothing_is_imported(self, browser: Client, north: Site) -> None:
        page = self.send(browser, "name,site,rdp_port\nACC-01,north,3389\n<b>x</b>,north,0\n")
        assert page.status_code == 422
        assert "2 problems. Nothing was imported." in words(page)
        assert "<b>x" not in page.content.decode()
        assert not Host.objects.exists()

    @pytest.mark.parametrize(
        "data", [b"", b"\0", b"PK\x03\x04zip", b"\xff\xfen\0a\0", b"name\nx\n", b'name,site\n"x,north\n']
    )
    def test_that_is_none_is_refused(self, browser: Client, north: Site, data: bytes) -> None:
        assert self.send(browser, data).status_code == 422
        assert not Host.objects.exists()

    def test_that_somebody_else_judged_or_that_was_changed_is_not_imported(
        self, browser: Client, north: Site, person: MakePerson
    ) -> None:
        judged = self.judged(self.send(browser, "name,site\nACC-01,north\n"))
        other = Client()
        other.force_login(person("Eva", "administrator", site=north))
        for client, text in ((other, judged), (browser, judged[:-1]), (browser, "x"), (browser, "")):
            page = client.post(f"{HOSTS}/import", {"judged": text}, follow=True)
            assert "This page was out of date" in words(page)
        assert not Host.objects.exists()

    def test_that_reaches_into_another_site_is_recorded_as_a_refusal(
        self, browser: Client, north: Site, south: Site
    ) -> None:
        page = self.send(browser, "name,site\nACC-01,south\n")
        assert page.status_code == 422
        assert "There is no such site." in words(page)
        assert tags()[-1] == "access:refuse"


@pytest.mark.django_db
class TestAnAccountOnComputers:
    def test_is_registered_by_a_reference(self, browser: Client, north: Site) -> None:
        fields = {"name": "lab", "site": str(north.pk), "username": "CORP\\x", "reference": "env:MENDPOINT_SECRET_LAB"}
        assert browser.post(ACCOUNTS, fields).status_code == 302
        page = words(browser.get(ACCOUNTS))
        assert "env:MENDPOINT_SECRET_LAB" in page
        assert "Mendpoint keeps no passwords of computers" in page

    @pytest.mark.parametrize(
        "reference",
        [
            "canary-Passw0rd!",
            "env:PATH",
            "file:relative",
            "file:/proc/self/environ",
            "file:/a/../etc/shadow",
            "env:mendpoint",
        ],
    )
    def test_is_refused_without_repeating_what_may_be_the_password(
        self, browser: Client, north: Site, reference: str
    ) -> None:
        fields = {"name": "lab", "site": str(north.pk), "username": "CORP\\x", "reference": reference}
        answer = browser.post(ACCOUNTS, fields)
        assert answer.status_code == 422
        assert reference not in answer.content.decode()
        assert reference not in everything_kept()
        assert "if a password was pasted here, change it" in words(answer)
        assert 'value="CORP\\x"' in answer.content.decode()
        assert not Credential.objects.exists()

    def test_of_another_site_is_neither_shown_nor_made(self, browser: Client, south: Site) -> None:
        hosts.register_credential(
            actor=TESTER, name="south-x", site=south, username="u", reference="env:MENDPOINT_SECRET_S"
        )
        fields = {"name": "y", "site": str(south.pk), "username": "u", "reference": "env:MENDPOINT_SECRET_S"}
        assert browser.post(ACCOUNTS, fields).status_code == 422
        assert "south-x" not in words(browser.get(ACCOUNTS))


@pytest.mark.django_db
class TestTheFirstSteps:
    def test_say_what_is_missing_and_what_is_there(self, browser: Client, north: Site, boss: Person) -> None:
        page = words(browser.get("/administration"))
        assert "A site North there" in page
        assert "An administrator Dora there" in page
        assert "Register a computer, or import a list." in page
        assert "the keeper (manage.py keeper)" in page


@pytest.mark.django_db
class TestTheListsStayCheap:
    def test_however_long_they_are(self, browser: Client, north: Site, account: Credential, person: MakePerson) -> None:
        found: dict[str, list[int]] = {}
        for round_ in range(2):
            for number in range(60):
                name = f"ACC-{round_}{number:03}"
                Host.objects.create(name=name, address=name, site=north, credential=account, owner=person(f"p{name}"))
            for path in (HOSTS, PEOPLE, ACCOUNTS, SITES, f"{HOSTS}?q=acc&after=ACC-0001"):
                with CaptureQueriesContext(
                    connection,
                ) as asked:
                    assert browser.get(path).status_code == 200
                found.setdefault(path, []).append(len(asked))
        assert all(first == second for first, second in found.values()), found
        assert max(count for counts in found.values() for count in counts) <= 12, found

    def test_page_by_page_they_show_everything_once(self, browser: Client, north: Site) -> None:
        names = [f"ACC-{number:03}" for number in range(120)]
        Host.objects.bulk_create(Host(name=name, address=name, site=north) for name in names)
        seen, path = [], HOSTS
        while path:
            page = browser.get(path).content.decode()
            seen += re.findall(r"<strong>(ACC-\d+)</strong>", page)
            more = re.search(r'href="(\?[^"]*after=[^"]+)">More', page)
            path = HOSTS + html.unescape(more[1]) if more else ""
        assert seen == names


def everything_kept() -> str:
    """Every value of every row."""
    return "".join(
        str([bytes(value) if isinstance(value, memoryview) else value for value in row])
        for model in apps.get_models()
        for row in model._default_manager.values_list()
    )
