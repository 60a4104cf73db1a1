"""Computers that are registered: changing them, and the lists."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import TESTER, MakePerson
from tests.web.administrator.pages import ACCOUNTS, HOSTS, PEOPLE, SITES, registration, words
from troubleshoot import hosts
from troubleshoot.models import Credential, Entry, Host, Site

pytestmark = pytest.mark.django_db


class TestARegisteredComputer:
    @pytest.fixture
    def host(self, north: Site, account: Credential) -> Host:
        return hosts.register_host(actor=TESTER, name="ACC-07", site=north, credential=account)

    def fields(self, host: Host, **changed: Any) -> dict[str, Any]:
        given = {"credential": host.credential_id or "", "seen": hosts.host_version(host), "address": host.address}
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
        hosts.change_host(actor=TESTER, host=host, ca_file="/etc/authority.pem")
        answer = browser.post(f"{HOSTS}/{host.pk}", stale)
        assert answer.status_code == 422
        assert "This page was out of date" in words(answer)
        host.refresh_from_db()
        assert (host.critical, host.ca_file) == (False, "/etc/authority.pem")

    def test_of_another_site_is_not_there(self, browser: Client, south: Site) -> None:
        other = hosts.register_host(actor=TESTER, name="SOU-01", site=south)
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
