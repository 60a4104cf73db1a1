"""What strangers send to the administration that no form of ours asked for: refused in words, never a fault."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from tests.conftest import TESTER, MakePerson
from tests.web.administrator.pages import ACCOUNTS, HOSTS, PEOPLE, SITES, registration, words
from troubleshoot import hosts
from troubleshoot.models import Credential, Grant, Host, Person, Site

STRANGE = {
    "empty": "",
    "blanks": " \t ",
    "invisible": "\u200b\u2060\ufeff",
    "nul": "a\0b",
    "long": "x" * 900_000,
    "zalgo": "a" + "e\u0301" * 5000,
    "bidi": "\u202egnp.exe \u0430cc-07",
    "script": "<script>alert(1)</script><svg onload=alert(1)> javascript:alert(1)",
    "htmx": '"><b hx-get="/sign-out" hx-trigger="load" hx-on:click="x()">x</b></textarea>',
    "emoji": "\U0001f600\U0001f469\u200d\U0001f4bb",
    "sql": "x'; DROP TABLE y; --%00\r\n",
    "template": "{{ request.user.password }}{% csrf_token %}${7*7}",
}


@dataclass
class Sent:
    """A form of the administration: where it goes, and what it sends when everything is right."""

    path: str
    fields: dict[str, Any]


@pytest.fixture
def forms(north: Site, account: Credential, person: MakePerson, browser: Client) -> dict[str, Sent]:
    """Every form with text in it."""
    host = hosts.register_host(actor=TESTER, name="ACC-01", site=north, credential=account)
    ann, until = person("Ann"), timezone.localdate().isoformat()
    shown = registration(north, name="ACC-01", credential=account.pk, seen=hosts.host_version(host))

    def seen(path: str) -> str:
        return str(browser.get(path).context["seen"])

    site, times, one = f"{SITES}/{north.pk}", f"{SITES}/{north.pk}/times", f"{ACCOUNTS}/{account.pk}"
    reference = "env:MENDPOINT_SECRET_X"
    return {
        "site": Sent(site, {"name": "North", "phone_text": "", "working_hours": "", "seen": seen(site)}),
        "times": Sent(times, {"cause_0": "40", "seen": seen(times)}),
        "account": Sent(ACCOUNTS, {"name": "x", "site": north.pk, "username": "u", "reference": reference}),
        "change": Sent(one, {"name": "x", "username": "u", "reference": "", "seen": seen(one)}),
        "person": Sent(f"{PEOPLE}/new", {"email": "b@corp.example", "name": "B", "phone": "", "department": ""}),
        "grant": Sent(f"{PEOPLE}/{ann.pk}/grant", {"role": "helpdesk", "site": north.pk, "until": until}),
        "host": Sent(f"{HOSTS}/{host.pk}", shown),
        "new host": Sent(f"{HOSTS}/new", registration(north, name="ACC-02", owner="", assigned="", ca_file="")),
        "list": Sent(f"{HOSTS}/import", {"judged": "x"}),
    }


FORMS = ("site", "times", "account", "change", "person", "grant", "host", "new host", "list")


def harmless(answer: Any) -> bool:
    """Whether nothing that was typed became markup, and nothing went wrong inside."""
    page = answer.content.decode()
    return answer.status_code in {200, 302, 400, 403, 404, 422} and not any(
        sign in page for sign in ("<script>alert", "<svg onload", '<b hx-get="/sign-out"')
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", FORMS)
class TestAForm:
    @pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
    def test_with_strange_text_in_any_field_is_refused_or_kept_as_text(
        self, name: str, text: str, forms: dict[str, Sent], browser: Client
    ) -> None:
        sent = forms[name]
        for field in sent.fields:
            answer = browser.post(sent.path, {**sent.fields, field: text})
            assert harmless(answer), field
            if text in {STRANGE["nul"], STRANGE["long"]} and name != "list" and field != "tls":
                assert answer.status_code in {400, 422}, field

    def test_with_bytes_that_are_no_text_is_harmless(self, name: str, forms: dict[str, Sent], browser: Client) -> None:
        for body in (b"name=%ED%A0%80&until=%ff%fe", b"name=\xed\xa0\x80", b"&&&==&%", b"name"):
            answer = browser.post(forms[name].path, body, content_type="application/x-www-form-urlencoded")
            assert harmless(answer)

    def test_that_is_no_form_is_refused(self, name: str, forms: dict[str, Sent], browser: Client) -> None:
        before = (Host.objects.count(), Person.objects.count(), Credential.objects.count(), Grant.objects.count())
        kinds = ("application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "", "x/y")
        for kind in kinds:
            answer = browser.post(forms[name].path, b'--x\r\n{"name": "x"}', content_type=kind)
            assert harmless(answer)
            assert answer.status_code != 200
        now = (Host.objects.count(), Person.objects.count(), Credential.objects.count(), Grant.objects.count())
        assert now == before

    def test_with_ten_thousand_fields_is_refused(self, name: str, forms: dict[str, Sent], browser: Client) -> None:
        answer = browser.post(forms[name].path, {f"x{number}": "1" for number in range(10_000)})
        assert answer.status_code == 400

    def test_with_lists_for_texts_is_missing_them(self, name: str, forms: dict[str, Sent], browser: Client) -> None:
        sent = forms[name]
        answer = browser.post(sent.path, {f"{field}[]": value for field, value in sent.fields.items()})
        assert answer.status_code == 422

    def test_with_a_key_twice_takes_one_of_them(self, name: str, forms: dict[str, Sent], browser: Client) -> None:
        sent = forms[name]
        answer = browser.post(sent.path, {field: [value, value] for field, value in sent.fields.items()})
        assert harmless(answer)

    def test_with_forged_fragment_headers_is_a_form_like_any_other(
        self, name: str, forms: dict[str, Sent], browser: Client
    ) -> None:
        for forged in ("<script>alert(1)</script>", "x" * 10_000, "live", "../../live"):
            headers = dict.fromkeys(("HX-Target", "HX-Trigger", "HX-Prompt", "HX-Current-URL"), forged)
            answer = browser.post(forms[name].path, {}, headers={"HX-Request": "true", **headers})
            assert harmless(answer)


@pytest.mark.django_db
class TestWhatIsHidden:
    @pytest.mark.parametrize(
        "field",
        ["actor", "granted_by", "granted_at", "revoked_at", "is_active", "is_superuser", "site_id", "lab", "pk"],
    )
    def test_cannot_be_set(self, field: str, forms: dict[str, Sent], browser: Client, boss: Person) -> None:
        for name in ("grant", "new host", "account"):
            browser.post(forms[name].path, {**forms[name].fields, field: "1"})
        given = Grant.objects.latest("granted_at")
        assert (given.granted_by, given.revoked_at) == (boss, None)
        assert not Host.objects.filter(lab=True).exists()
        assert Credential.objects.latest("pk").site.slug == "north"

    @pytest.mark.parametrize(
        "hours", ["8-17", "17:00-08:00", "08:00-24:00", "08:00\u201317:00", "\uff10\uff18:00-17:00"]
    )
    def test_working_hours_are_one_span_of_a_day(self, hours: str, forms: dict[str, Sent], browser: Client) -> None:
        sent = forms["site"]
        answer = browser.post(sent.path, {**sent.fields, "working_hours": hours})
        assert answer.status_code == 422
        assert "Write the beginning and the end, such as 08:00-17:30." in words(answer)

    @pytest.mark.parametrize("minutes", ["0", "-1", "1e3", "40.5", "99999999999", "\u0664\u0660x", "nan"])
    def test_minutes_are_whole_and_some(
        self, minutes: str, forms: dict[str, Sent], browser: Client, north: Site
    ) -> None:
        sent = forms["times"]
        assert browser.post(sent.path, {**sent.fields, "cause_0": minutes}).status_code == 422
        north.refresh_from_db()
        assert north.minutes_before == {}


def at_once(boss: Person, act: Callable[[Client], Any], times: int = 20) -> list[int]:
    """The same POST from many tabs at the same moment; how each was answered."""

    def post(_number: int) -> int:
        client = Client()
        client.force_login(boss)
        try:
            return int(act(client).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(post, range(times)))


@pytest.mark.django_db(transaction=True)
class TestTwentyClicksAtOnce:
    def test_register_one_account(self, north: Site, boss: Person) -> None:
        fields = {"name": "x", "site": north.pk, "username": "u", "reference": "env:MENDPOINT_SECRET_X"}
        answers = at_once(boss, lambda client: client.post(ACCOUNTS, fields))
        assert Credential.objects.count() == 1
        assert sorted(set(answers)) == [302, 422]

    def test_register_one_computer(self, north: Site, boss: Person) -> None:
        answers = at_once(boss, lambda client: client.post(f"{HOSTS}/new", registration(north)))
        assert Host.objects.count() == 1
        assert sorted(set(answers)) == [302, 422]

    def test_give_one_role(self, north: Site, boss: Person, person: MakePerson) -> None:
        ann = person("Ann")
        fields = {"role": "helpdesk", "site": str(north.pk), "until": timezone.localdate().isoformat()}
        answers = at_once(boss, lambda client: client.post(f"{PEOPLE}/{ann.pk}/grant", fields))
        assert set(answers) == {302}
        assert Grant.objects.active().filter(person=ann).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", [HOSTS, PEOPLE, ACCOUNTS])
@pytest.mark.parametrize("part", ["q", "after"])
def test_an_address_with_what_no_database_holds_is_answered(path: str, part: str, browser: Client) -> None:
    assert browser.get(path, {part: "a\0b"}).status_code == 200
