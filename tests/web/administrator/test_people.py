"""Accounts of people and their roles."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.conftest import MakePerson
from tests.web.administrator.pages import PEOPLE, everything_kept, tags, words
from troubleshoot.models import Grant, Person, Site

pytestmark = pytest.mark.django_db


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
