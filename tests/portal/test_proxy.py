"""Behind a proxy: its word about address and scheme counts, nobody else's."""

from ipaddress import ip_network

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from troubleshoot.web.middleware import behind_proxy


@pytest.fixture(autouse=True)
def _one_proxy(settings: Settings) -> None:
    settings.MENDPOINT_PROXIES = (ip_network("172.16.0.0/12"), ip_network("fd00::/8"))
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def seen(address: str, **headers: str) -> tuple[str, bool]:
    """The address and whether it is secure, as the portal sees a request."""
    found: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        found.append(request)
        return HttpResponse()

    behind_proxy(view)(RequestFactory().get("/", REMOTE_ADDR=address, headers=headers))
    return found[0].META["REMOTE_ADDR"], found[0].is_secure()


@pytest.mark.parametrize("proxy", ["172.18.0.5", "fd00::5"])
def test_the_visitor_is_the_one_that_the_proxy_names(proxy: str) -> None:
    assert seen(proxy, **{"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}) == ("203.0.113.9", True)


def test_what_a_visitor_wrote_himself_stands_left_and_does_not_count() -> None:
    forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 172.18.0.9", "X-Forwarded-Proto": "http"}
    assert seen("172.18.0.5", **forged) == ("203.0.113.9", False)


@pytest.mark.parametrize("text", ["", "x", "203.0.113.9\n", "<b>", "172.18.0.9"])
def test_without_a_usable_address_it_is_the_proxy(text: str) -> None:
    assert seen("172.18.0.5", **{"X-Forwarded-For": text})[0] in {"172.18.0.5", "203.0.113.9"}


def test_nobody_else_can_pretend() -> None:
    forged = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https"}
    assert seen("203.0.113.9", **forged) == ("203.0.113.9", False)
