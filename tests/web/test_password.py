"""Passwords: one's own is changed, one that somebody else made opens nothing else, and a forgotten one is replaced."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import PASSWORD, MakePerson
from tests.web.administrator.pages import everything_kept, tags, words
from troubleshoot.models import Entry, Notice, Person, Site
from troubleshoot.wording import notice_words

NEW = "another horse battery staple"


@pytest.fixture
def ann(person: MakePerson, north: Site) -> Person:
    return person("Ann", "helpdesk", site=north)


def signed_in(password: str) -> Client:
    """A browser in which Ann has signed in through the form."""
    client = Client()
    assert client.post("/sign-in", {"username": "ann@corp.example", "password": password}).status_code == 302
    return client


def change(client: Client, current: str = PASSWORD, new: str = NEW, again: str | None = None) -> Any:
    return client.post("/me/password", {"current": current, "new": new, "again": new if again is None else again})


@pytest.mark.django_db
class TestOnesOwn:
    def test_is_changed_and_ends_every_other_session(self, ann: Person) -> None:
        here, elsewhere = signed_in(PASSWORD), signed_in(PASSWORD)
        assert change(here)["Location"] == "/me"
        page = here.get("/me")
        assert page.status_code == 200
        assert b'class="note ok"' in page.content
        assert elsewhere.get("/me").status_code == 302
        assert signed_in(NEW).get("/me").status_code == 200
        assert "people:password" in tags()

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"current": "wrong"}, "This is not your present password."),
            ({"new": PASSWORD}, "Choose another password than the present one."),
            ({"new": "short"}, "too short"),
            ({"new": "password1234"}, "too common"),
            ({"new": "ann@corp.example"}, "too similar"),
            ({"again": "something else entirely"}, "The two new passwords differ."),
            ({"new": "x" * 4097}, "at most 4096 characters"),
        ],
    )
    def test_stays_when_it_is_not_right_and_nothing_typed_comes_back(
        self, ann: Person, fields: dict[str, str], said: str
    ) -> None:
        answer = change(signed_in(PASSWORD), **fields)
        assert answer.status_code == 422
        assert said in words(answer)
        for typed in (PASSWORD, NEW, *fields.values()):
            assert f'value="{typed}"' not in answer.content.decode()
        ann.refresh_from_db()
        assert ann.check_password(PASSWORD)

    def test_is_not_guessed_at_an_open_session(self, ann: Person) -> None:
        client = signed_in(PASSWORD)
        for number in range(9):
            answer = change(client, current=f"guess number {number}")
        assert "Too many tries. Wait a minute, then try again." in words(answer)
        assert "Too many tries" in words(change(client))
        ann.refresh_from_db()
        assert ann.check_password(PASSWORD)


@pytest.mark.django_db
class TestOneThatSomebodyElseMade:
    @pytest.fixture
    def boss(self, person: MakePerson) -> Client:
        client = Client()
        client.force_login(person("Dora", "administrator"))
        return client

    def made(self, boss: Client, ann: Person) -> str:
        answer = boss.post(f"/administration/people/{ann.pk}/password")
        found = re.search(r'id="once">([^<]+)<', answer.content.decode())
        assert found, answer.content
        return found[1]

    def test_opens_nothing_but_the_page_on_which_it_is_changed(self, boss: Client, ann: Person) -> None:
        password = self.made(boss, ann)
        client = signed_in(password)
        for path in ("/board", "/me", "/", "/notices"):
            assert client.get(path)["Location"] == "/me/password"
        fragment = client.get("/board", headers={"HX-Request": "true"})
        assert (fragment.status_code, fragment["HX-Redirect"], fragment.content) == (401, "/me/password", b"")
        assert client.post("/notices/read").status_code == 302
        assert "Choose your own password" in words(client.get("/me/password"))
        assert change(client, current=password)["Location"] == "/"
        assert client.get("/board").status_code == 200
        assert signed_in(NEW).get("/board").status_code == 200

    def test_ends_every_session_and_the_person_is_told(self, boss: Client, ann: Person) -> None:
        before = signed_in(PASSWORD)
        password = self.made(boss, ann)
        assert before.get("/me").status_code == 302
        assert "Dora gave you a new password" in notice_words(Notice.objects.get(person=ann))
        assert password not in everything_kept()
        entry = Entry.objects.filter(tag="people:password").get()
        assert str(entry.on_behalf) == str(ann.pk)

    def test_is_what_a_new_account_begins_with(self, boss: Client) -> None:
        boss.post("/administration/people/new", {"email": "new@corp.example", "name": "New"})
        assert Person.objects.get(email="new@corp.example").must_change_password

    def test_is_not_made_for_oneself(self, boss: Client) -> None:
        dora = Person.objects.get(email="dora@corp.example")
        answer = boss.post(f"/administration/people/{dora.pk}/password", follow=True)
        assert "Change your own password on your own page." in words(answer)
        dora.refresh_from_db()
        assert not dora.must_change_password

    def test_is_made_by_administrators_alone(self, ann: Person, person: MakePerson) -> None:
        client = Client()
        client.force_login(person("Eva", "auditor"))
        assert client.post(f"/administration/people/{ann.pk}/password").status_code == 403

    def test_is_not_made_by_an_administrator_of_a_site_for_whoever_reaches_further(
        self, person: MakePerson, north: Site
    ) -> None:
        chief, client = person("Chief", "administrator"), Client()
        client.force_login(person("Local", "administrator", site=north))
        page = words(client.get(f"/administration/people/{chief.pk}"))
        assert "Make a new password" not in page
        assert "Switch the account off" not in page
        for path in ("password", "deactivate"):
            assert client.post(f"/administration/people/{chief.pk}/{path}").status_code == 403
        chief.refresh_from_db()
        assert chief.is_active
        assert chief.check_password(PASSWORD)
