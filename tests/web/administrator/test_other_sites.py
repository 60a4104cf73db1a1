"""What an administrator of one site is shown of another: how much there is, and no name of a computer or a person."""

import pytest
from django.utils import timezone

from tests.conftest import TESTER, MakePerson
from tests.fixtures.computers import computer
from tests.web.helpdesk.conftest import Browser
from troubleshoot import hosts
from troubleshoot.models import Delivery, Host, Notice, Person, Site

pytestmark = pytest.mark.django_db
REFERENCE = "env:MENDPOINT_SECRET_NORTH"


@pytest.fixture(autouse=True)
def _north(north: Site, south: Site, employee: Person) -> None:
    """A computer of North, its account, and mail to its owner that was given up."""
    computer("NORTH-PC", north, employee)
    Host.objects.create(
        name="NORTH-CLEAR",
        address="10.0.0.1",
        site=north,
        owner=employee,
        ntlm_over_http=True,
        transport="ntlm",
        tls=False,
    )
    hosts.register_credential(actor=TESTER, name="a-north", site=north, username="CORP\\n", reference=REFERENCE)
    notice = Notice.objects.create(person=employee, kind="message", text="x")
    failed = {"state": "failed", "tried_at": timezone.now(), "fault": "refused", "last_error": "550 emil@corp.example"}
    Delivery.objects.create(notice=notice, channel="email", **failed)


NAMES = ("NORTH-PC", "NORTH-CLEAR", "a-north", REFERENCE, "Emil", "emil@corp.example")


def shown(person: Person) -> tuple[str, str]:
    browser = Browser(person)
    return browser.get("/health"), browser.get("/administration")


def test_an_administrator_of_another_site_reads_no_names(person: MakePerson, south: Site) -> None:
    health, first = shown(person("Sam", "administrator", site=south))
    assert [name for name in NAMES if name in health + first] == []
    assert "At sites that are not yours: without a worker 1, overdue changes 0, computers" in health
    assert "NTLM over HTTP 1." in health
    assert "to 1 person of other sites was given up." in health


def test_an_administrator_of_the_site_reads_them(person: MakePerson, north: Site) -> None:
    health, first = shown(person("Nell", "administrator", site=north))
    assert [name for name in ("NORTH-PC", "NORTH-CLEAR", "Emil") if name not in health] == []
    assert REFERENCE in first
    assert "of other sites" not in health
