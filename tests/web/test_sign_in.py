"""Signing in and out: the right password opens a new session, anything else says the same thing."""

import json
import statistics
import time
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.conftest import PASSWORD, TESTER, MakePerson
from troubleshoot import people
from troubleshoot.models import Entry, PersonalPart, Site
from troubleshoot.web.sign_in import ADDRESS_LIMIT

WRONG = "That address and password do not fit together."


def sign_in(client: Client, name: str = "ann@corp.example", password: str = PASSWORD, **extra: str) -> HttpResponse:
    address = extra.pop("address", "192.0.2.1")
    fields = {"username": name, "password": password, **extra}
    response = client.post("/sign-in", fields, REMOTE_ADDR=address)
    assert isinstance(response, HttpResponse)
    return response


def tags() -> list[str]:
    return list(Entry.objects.filter(tag__startswith="people:sign").order_by("seq").values_list("tag", flat=True))


@pytest.mark.django_db
class TestSigningIn:
    def test_opens_a_new_session_and_records_it(self, client: Client, person: MakePerson) -> None:
        ann = person("Ann", "employee")
        client.get("/sign-in")
        session = client.session
        session["left"] = "by somebody before"
        session.save()
        planted = session.session_key
        response = sign_in(client)
        assert (response.status_code, response["Location"]) == (302, "/")
        assert client.session.session_key != planted
        assert not Session.objects.filter(session_key=planted).exists()
        entry = Entry.objects.get(tag="people:sign_in")
        assert entry.actor == str(ann.pk)
        assert json.loads(bytes(PersonalPart.objects.get(entry=entry).payload))["address"] == "192.0.2.1"
        assert str(planted).encode() not in bytes(entry.canonical)

    def test_shows_who_you_are_and_your_roles_until_when(self, client: Client, person: MakePerson, north: Site) -> None:
        until = person("Ann", "helpdesk", site=north).grants.get().until
        sign_in(client)
        page = client.get("/me").content.decode()
        for shown in ("Ann", "ann@corp.example", "helpdesk", "North", f'title="{until:%Y-%m-%d %H:%M:%S} UTC"'):
            assert shown in page

    def test_says_so_when_you_hold_no_role(self, client: Client, person: MakePerson) -> None:
        person("Ann")
        sign_in(client)
        assert "You hold no role yet" in client.get("/me").content.decode()

    @pytest.mark.parametrize(
        "name", [" ann@corp.example ", "ANN@CORP.EXAMPLE", "\uff41nn@corp.example", "ann@corp.example\t"]
    )
    def test_takes_the_address_in_any_spelling(self, client: Client, person: MakePerson, name: str) -> None:
        person("Ann")
        assert sign_in(client, name).status_code == 302

    def test_takes_the_password_exactly_as_typed(self, client: Client, person: MakePerson) -> None:
        person("Ann")
        for close in (PASSWORD + " ", " " + PASSWORD, PASSWORD.upper(), PASSWORD.replace(" ", "\u00a0")):
            assert sign_in(client, password=close).status_code == 422
        assert sign_in(client).status_code == 302

    def test_works_with_a_password_of_4096_characters(self, client: Client) -> None:
        people.create_account(actor=TESTER, email="ann@corp.example", name="Ann", password="pä" * 2048)
        assert sign_in(client, password="pä" * 2048).status_code == 302

    @pytest.mark.parametrize(
        ("name", "password"),
        [
            ("", ""),
            ("ann@corp.example", ""),
            ("ann@corp.example", "wrong"),
            ("ann@corp.example", PASSWORD + "\0"),
            ("ann@corp.example\0", PASSWORD),
            ("\u0430nn@corp.example", PASSWORD),  # a Cyrillic letter that looks like a Latin one
            ("nobody@corp.example", PASSWORD),
            ("off@corp.example", PASSWORD),
            ("ann@corp.example", "x" * 4097),
            ("x" * 100_000, "y" * 100_000),
            ("<script>alert(1)</script>", "x"),
            ("\u202egnp.exe", "\u200b"),
            ("a\u0301" * 2000, "x"),
            ("' OR 1=1 --", "x"),
        ],
    )
    def test_answers_every_wrong_guess_alike(
        self, client: Client, person: MakePerson, name: str, password: str
    ) -> None:
        person("Ann")
        person("Boss", "administrator")
        people.deactivate_account(actor=TESTER, person=person("Off"))
        response = sign_in(client, name, password)
        assert response.status_code == 422
        page = response.content.decode()
        assert WRONG in page
        assert "<script>alert" not in page
        assert password == "" or f'value="{password}"' not in page
        assert "_auth_user_id" not in client.session

    def test_reads_the_last_of_a_field_sent_twice_and_ignores_others(self, client: Client, person: MakePerson) -> None:
        person("Ann")
        client.post("/sign-in", {"username": ["ann@corp.example", "x"], "password": PASSWORD, "is_active": "1"})
        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a" * 1000, b"--x\r\nbroken", b'{"username":1}'])
    @pytest.mark.parametrize(
        "kind", ["application/json", "multipart/form-data; boundary=x", "multipart/form-data", "x"]
    )
    def test_survives_bodies_that_are_no_form(self, client: Client, body: bytes, kind: str) -> None:
        assert client.generic("POST", "/sign-in", body, content_type=kind).status_code in {400, 422}

    def test_refuses_ten_thousand_fields(self, client: Client) -> None:
        assert client.post("/sign-in", {f"f{number}": "x" for number in range(10_000)}).status_code == 400

    def test_records_a_failure_without_what_was_typed(self, client: Client, person: MakePerson) -> None:
        ann = person("Ann")
        sign_in(client, password="canary-one")
        sign_in(client, "canary-two@corp.example", "canary-one")
        known, unknown = Entry.objects.filter(tag="people:sign_in_failed").order_by("seq")
        assert [named.ref for named in known.objects_named.all()] == [str(ann.pk)]
        assert not unknown.objects_named.exists()
        kept = "".join(
            str([bytes(value) if isinstance(value, memoryview) else value for value in row])
            for model in apps.get_models()
            for row in model._default_manager.values_list()
        )
        assert "canary-one" not in kept
        assert "canary-two" not in "".join(str(bytes(entry.canonical)) for entry in (known, unknown))

    def test_sends_you_home_when_you_are_signed_in_already(self, client: Client, person: MakePerson) -> None:
        person("Ann")
        sign_in(client)
        assert client.get("/sign-in")["Location"] == "/"


@pytest.mark.django_db
class TestWhereNext:
    @pytest.mark.parametrize("wanted", ["/", "/sign-out?x=1", "/cases/1042#now"])
    def test_goes_back_to_a_path_of_ours(self, client: Client, person: MakePerson, wanted: str) -> None:
        person("Ann")
        assert sign_in(client, next=wanted)["Location"] == wanted

    @pytest.mark.parametrize(
        "wanted",
        [
            "//evil.example",
            "https://evil.example",
            "https:evil.example",
            "\\\\evil.example",
            "/\\evil.example",
            "///evil.example",
            "javascript:alert(1)",
            "/x\r\nSet-Cookie: a=b",
            " //evil.example",
            "evil",
            "/\u202ex",
            "\0/",
        ],
    )
    def test_goes_nowhere_else(self, client: Client, person: MakePerson, wanted: str) -> None:
        person("Ann")
        assert 'name="next" value="/"' in client.get("/sign-in", {"next": wanted}).content.decode()
        response = sign_in(client, next=wanted)
        assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.django_db
class TestGuessing:
    def test_is_stopped_from_one_address_while_others_still_get_in(
        self, client: Client, person: MakePerson, settings: Settings
    ) -> None:
        person("Ann")
        answers = [sign_in(client, password=f"guess {number}").status_code for number in range(12)]
        assert answers == [422] * (settings.AXES_FAILURE_LIMIT - 1) + [429] * (13 - settings.AXES_FAILURE_LIMIT)
        locked = sign_in(client)
        assert locked.status_code == 429
        assert locked["Retry-After"] == "900"
        assert "The account itself is not locked" in locked.content.decode()
        assert sign_in(client, "ANN@corp.example").status_code == 429
        assert sign_in(Client(), address="198.51.100.9").status_code == 302
        assert tags().count("people:sign_in_failed") == settings.AXES_FAILURE_LIMIT

    def test_ends_when_the_wait_is_over(self, client: Client, person: MakePerson) -> None:
        person("Ann")
        for number in range(9):
            sign_in(client, password=f"guess {number}")
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
        assert sign_in(client).status_code == 302

    def test_cannot_pretend_to_come_from_elsewhere(self, client: Client, person: MakePerson) -> None:
        person("Ann")
        for number in range(9):
            fields = {"username": "ann@corp.example", "password": "wrong"}
            forged = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
            answer = client.post("/sign-in", fields, headers=forged)
        assert answer.status_code == 429

    def test_over_many_accounts_is_stopped_as_well(self, client: Client, person: MakePerson) -> None:
        person("Ann")
        for number in range(ADDRESS_LIMIT):
            sign_in(client, f"guess{number}@corp.example", "wrong")
        assert sign_in(client).status_code == 429
        assert sign_in(Client(), address="198.51.100.9").status_code == 302

    def test_takes_as_long_for_an_unknown_account_as_for_a_wrong_password(
        self, client: Client, person: MakePerson, argon2: None, settings: Settings
    ) -> None:
        settings.AXES_FAILURE_LIMIT = 10_000
        person("Ann")

        def work(name: str) -> float:
            """Processor time, so that a busy machine does not matter."""
            began = time.process_time()
            sign_in(client, name, "wrong")
            return time.process_time() - began

        work("warm@corp.example")
        spent = [(work("ann@corp.example"), work("nobody@corp.example")) for _ in range(5)]
        known, unknown = (statistics.median(times) for times in zip(*spent, strict=True))
        assert max(known, unknown) / min(known, unknown) < 1.5

    def test_passwords_are_kept_as_argon2(self, person: MakePerson, argon2: None) -> None:
        assert person("Ann").password.startswith("argon2$argon2id$")


@pytest.mark.django_db
class TestSigningOut:
    def test_ends_the_session_and_tells_the_browser_to_forget(self, client: Client, person: MakePerson) -> None:
        person("Ann")
        sign_in(client)
        key = client.session.session_key
        response = client.post("/sign-out")
        assert response["Location"] == "/sign-in"
        assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
        assert not Session.objects.filter(session_key=key).exists()
        assert client.get("/me").status_code == 302
        assert tags() == ["people:sign_in", "people:sign_out"]

    def test_happens_by_post_alone(self, client: Client, person: MakePerson) -> None:
        person("Ann")
        sign_in(client)
        assert client.get("/sign-out").status_code == 405
        assert client.get("/me").status_code == 200

    def test_needs_the_forms_token(self, person: MakePerson) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(person("Ann"))
        assert client.post("/sign-out").status_code == 403
        assert client.get("/me").status_code == 200

    def test_a_switched_off_account_is_out_with_its_next_request(self, client: Client, person: MakePerson) -> None:
        person("Boss", "administrator")
        ann = person("Ann")
        sign_in(client)
        people.deactivate_account(actor=TESTER, person=ann)
        assert client.get("/me").status_code == 302

    def test_a_session_with_one_bit_changed_is_nobodys(
        self, client: Client, person: MakePerson, settings: Settings
    ) -> None:
        person("Ann")
        sign_in(client)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        client.cookies[settings.SESSION_COOKIE_NAME] = chr(ord(key[0]) ^ 1) + key[1:]
        assert client.get("/me").status_code == 302


@pytest.mark.django_db
def test_the_cookies_are_closed_to_scripts_and_to_other_sites(client: Client, person: MakePerson) -> None:
    person("Ann")
    response = sign_in(client)
    for cookie in response.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
