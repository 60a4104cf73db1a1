"""What a door answers: 404 for what is not yours to know, 403 with rule and helper, headers on everything."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.conftest import MakePerson
from troubleshoot import people
from troubleshoot.models import Entry, Site


@pytest.fixture(autouse=True)
def _doors(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.web.doors"


def refusals() -> list[str]:
    return [bytes(entry.canonical).decode() for entry in Entry.objects.filter(tag="access:refuse").order_by("seq")]


@pytest.mark.django_db
class TestHiding:
    def test_hidden_absent_and_malformed_look_the_same(
        self, client: Client, person: MakePerson, north: Site, south: Site
    ) -> None:
        client.force_login(person("Ann", "helpdesk", site=north))
        assert client.get(f"/sites/{north.pk}").content == b"North"
        asked = [str(south.pk), str(uuid4()), "x", "-1", f"{{{south.pk}}}", "%00", "..%2e", "9" * 400, "\U0001f600"]
        answers = [client.get(f"/sites/{pk}") for pk in asked]
        assert {answer.status_code for answer in answers} == {404}
        assert len({re.sub(rb'value="\w{64}"', b"", answer.content) for answer in answers}) == 1
        assert len(refusals()) == len(asked)

    def test_a_refused_change_names_the_rule_and_who_can_help(
        self, client: Client, person: MakePerson, north: Site
    ) -> None:
        ann = person("Ann", "helpdesk", site=north)
        client.force_login(ann)
        response = client.get(f"/sites/{north.pk}/change")
        assert response.status_code == 403
        page = response.content.decode()
        assert "host.change:no_role" in page
        assert "administrator of North" in page
        assert not Site.objects.filter(slug="undone").exists()
        (entry,) = refusals()
        assert f'"id":"{ann.pk}"' in entry
        assert f'["site","{north.pk}"]' in entry
        assert '"door":"web"' in entry

    def test_a_door_that_no_role_of_yours_opens_is_refused_once(self, client: Client, person: MakePerson) -> None:
        client.force_login(person("Ann", "helpdesk"))
        assert client.get("/export").status_code == 403
        assert len(refusals()) == 1

    def test_strangers_are_counted_not_written_down(self, client: Client) -> None:
        cache.clear()
        for _ in range(3):
            assert client.get("/export").status_code == 302
        assert people.anonymous_refusals() == 3
        assert not Entry.objects.exists()


@pytest.mark.django_db
class TestSigningInFirst:
    def test_a_page_sends_you_to_sign_in_and_back(self, client: Client) -> None:
        assert client.get("/export?a=1&b=2")["Location"] == "/sign-in?next=%2Fexport%3Fa%3D1%26b%3D2"
        assert client.post("/export")["Location"] == "/sign-in"

    def test_a_fragment_never_gets_a_sign_in_form(self, client: Client) -> None:
        response = client.get("/export", headers={"HX-Request": "true"})
        assert (response.status_code, response["HX-Redirect"], response.content) == (401, "/sign-in", b"")


@pytest.mark.django_db
class TestErrorPages:
    def test_a_bug_shows_nothing_of_itself(self, client: Client) -> None:
        client.raise_request_exception = False
        response = client.get("/broken")
        assert response.status_code == 500
        assert b"fault in Mendpoint" in response.content
        assert b"hunter2" not in response.content

    def test_a_forged_form_is_explained(self) -> None:
        response = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "a", "password": "b"})
        assert response.status_code == 403
        assert b"This form was out of date" in response.content

    def test_a_forged_host_is_refused(self, client: Client) -> None:
        response = client.get("/sign-in", headers={"Host": "evil.example"})
        assert response.status_code == 400

    def test_an_unknown_page_is_explained(self, client: Client) -> None:
        response = client.get("/nowhere")
        assert response.status_code == 404
        assert b"There is nothing here for you" in response.content


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/broken", "/export", "/sites/x"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_every_answer_carries_the_strict_headers(
    client: Client, person: MakePerson, path: str, signed_in: bool
) -> None:
    client.raise_request_exception = False
    if signed_in:
        client.force_login(person("Ann", "helpdesk"))
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_no_page_holds_what_the_policy_would_block(client: Client, person: MakePerson) -> None:
    pages = [client.get("/sign-in"), client.post("/sign-in"), client.get("/nowhere")]
    client.force_login(person("Ann", "helpdesk"))
    pages += [client.get("/"), client.get("/export")]
    for page in pages:
        html = page.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:|https?://", html)
