"""Accounts on computers: references, never secrets."""

import pytest
from django.test import Client

from tests.conftest import TESTER, MakePerson
from tests.web.administrator.pages import ACCOUNTS, everything_kept, tags, words
from troubleshoot import hosts
from troubleshoot.models import Credential, Notice, Person, Site
from troubleshoot.wording import notice_words

pytestmark = pytest.mark.django_db


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


class TestARegisteredAccount:
    def fields(self, browser: Client, account: Credential, **changed: str) -> dict[str, str]:
        seen = browser.get(f"{ACCOUNTS}/{account.pk}").context["seen"]
        return {"name": account.name, "username": account.username, "reference": "", "seen": seen} | changed

    def test_is_changed_and_an_empty_reference_stays(self, browser: Client, account: Credential) -> None:
        answer = browser.post(f"{ACCOUNTS}/{account.pk}", self.fields(browser, account, username="CORP\\new"))
        assert answer["Location"] == f"{ACCOUNTS}/{account.pk}"
        account.refresh_from_db()
        assert (account.username, account.reference) == ("CORP\\new", "env:MENDPOINT_SECRET_NORTH")
        assert tags()[-1] == "credential:change"

    def test_that_is_saved_unchanged_records_nothing(self, browser: Client, account: Credential) -> None:
        before = len(tags())
        browser.post(f"{ACCOUNTS}/{account.pk}", self.fields(browser, account))
        assert len(tags()) == before

    def test_never_shows_what_was_pasted(self, browser: Client, account: Credential) -> None:
        given = self.fields(browser, account, reference="canary-Passw0rd!")
        answer = browser.post(f"{ACCOUNTS}/{account.pk}", given)
        assert answer.status_code == 422
        assert "canary" not in answer.content.decode()
        assert "canary" not in everything_kept()

    def test_that_leads_to_another_secret_is_told_to_the_other_administrators(
        self, browser: Client, account: Credential, boss: Person, person: MakePerson, north: Site, south: Site
    ) -> None:
        eva, far = person("Eva", "administrator", site=north), person("Fay", "administrator", site=south)
        given = self.fields(browser, account, reference="env:MENDPOINT_SECRET_OTHER")
        browser.post(f"{ACCOUNTS}/{account.pk}", given)
        assert [one.person for one in Notice.objects.all()] == [eva]
        assert "Dora changed the account north-admin" in notice_words(Notice.objects.get())
        assert not {boss, far} & {one.person for one in Notice.objects.all()}
        browser.post(f"{ACCOUNTS}/{account.pk}", self.fields(browser, account, name="north-admin-2"))
        assert Notice.objects.count() == 1, "another name leads nowhere else"

    def test_is_not_overwritten_from_a_page_that_is_out_of_date(self, browser: Client, account: Credential) -> None:
        stale = self.fields(browser, account, username="mine")
        hosts.change_credential(actor=TESTER, credential=account, name="north-admin", username="theirs")
        answer = browser.post(f"{ACCOUNTS}/{account.pk}", stale)
        assert answer.status_code == 422
        assert "This page was out of date" in words(answer)
        account.refresh_from_db()
        assert account.username == "theirs"

    def test_is_removed_only_when_no_computer_uses_it(self, browser: Client, account: Credential, north: Site) -> None:
        host = hosts.register_host(actor=TESTER, name="ACC-07", site=north, credential=account)
        page = browser.post(f"{ACCOUNTS}/{account.pk}/remove", follow=True)
        assert "It is in use: ACC-07." in words(page)
        assert Credential.objects.exists()
        hosts.change_host(actor=TESTER, host=host, credential=None)
        page = browser.post(f"{ACCOUNTS}/{account.pk}/remove", follow=True)
        assert "The account is removed." in words(page)
        assert not Credential.objects.exists()
        assert tags()[-1] == "credential:remove"

    def test_that_is_removed_twice_is_not_there_the_second_time(self, browser: Client, account: Credential) -> None:
        answers = [browser.post(f"{ACCOUNTS}/{account.pk}/remove").status_code for _ in range(2)]
        assert answers == [302, 404]

    def test_of_another_site_is_not_there(self, browser: Client, south: Site) -> None:
        other = hosts.register_credential(
            actor=TESTER, name="south-x", site=south, username="u", reference="env:MENDPOINT_SECRET_S"
        )
        assert browser.get(f"{ACCOUNTS}/{other.pk}").status_code == 404
        for path in ("", "/remove"):
            assert browser.post(f"{ACCOUNTS}/{other.pk}{path}").status_code == 404
        assert Credential.objects.filter(pk=other.pk).exists()
