"""E-mail, through a server that is really spoken to: what it refuses, and whom that keeps waiting."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from tests.conftest import TESTER, MakePerson
from tests.notifications.conftest import Later, of
from tests.notifications.smtp import MailServer
from troubleshoot import notifications, people
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Delivery, Person
from troubleshoot.notifications.channels import email

pytestmark = pytest.mark.django_db
Both = tuple[Person, Person]
State, Fault = Delivery.State, Delivery.Fault


def test_carries_one_line_and_a_link(server: MailServer, both: Both) -> None:
    assert notifications.send_due_deliveries() == 2
    assert notifications.send_due_deliveries() == 0
    message = server.taken[0]
    assert (message["To"], message["Subject"]) == ("ann@corp.example", "Mendpoint: Something happened.")
    assert message.get_payload() == "Something happened.\r\n\r\nhttps://help.corp.example/\r\n"
    assert [of(one).state for one in both] == [State.SENT, State.SENT]


def test_has_an_id_made_of_the_delivery_and_the_name_of_the_portal(server: MailServer, both: Both) -> None:
    notifications.send_due_deliveries()
    assert server.ids == [f"<{of(one).pk}@help.corp.example>" for one in both]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", "<key@127.0.0.1>"),
        ("http://[::1]:8000", "<key@[IPv6:::1]>"),
        ("https://hilfe.müller.example/", "<key@hilfe.xn--mller-kva.example>"),
    ],
)
def test_has_an_id_that_mail_can_carry(url: str, expected: str, settings: Settings) -> None:
    settings.MENDPOINT_URL = url
    assert email.message_id("key") == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("550 no such mailbox", (State.FAILED, Fault.REFUSED)),
        ("450 come back later", (State.WAITING, Fault.DEFERRED)),
    ],
)
def test_one_refused_mailbox_keeps_nobody_waiting(
    answer: str, expected: tuple[Delivery.State, Delivery.Fault], server: MailServer, both: Both
) -> None:
    server.recipients["ann@corp.example"] = answer
    assert notifications.send_due_deliveries() == 1
    assert server.readers == ["bob@corp.example"]
    refused = of(both[0])
    assert ((refused.state, refused.fault), refused.last_error) == (expected, answer)
    assert of(both[1]).state == State.SENT


def test_one_at_which_the_server_hangs_up_keeps_nobody_waiting(server: MailServer, both: Both) -> None:
    server.hangs_up_on = {"ann@corp.example"}
    assert notifications.send_due_deliveries() == 1
    assert server.readers == ["bob@corp.example"]
    assert (of(both[0]).state, of(both[0]).fault) == (State.WAITING, Fault.DEFERRED)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("554 no such words here", (State.FAILED, Fault.REFUSED)), ("451 not now", (State.WAITING, Fault.DEFERRED))],
)
def test_what_the_server_says_to_the_text_concerns_this_message(
    answer: str, expected: tuple[Delivery.State, Delivery.Fault], server: MailServer, both: Both
) -> None:
    server.content = answer
    assert notifications.send_due_deliveries() == 0
    assert [(of(one).state, of(one).fault) for one in both] == [expected, expected]


def test_a_refused_sender_concerns_everybody(server: MailServer, both: Both) -> None:
    server.senders = "553 not your address"
    notifications.send_due_deliveries()
    assert (of(both[0]).fault, of(both[0]).last_error) == (Fault.CHANNEL_DOWN, "553 not your address")
    assert of(both[1]).tries == 0


def test_a_silent_server_is_asked_once_a_minute_and_then_everybody_gets_theirs(
    server: MailServer, both: Both, settings: Settings, later: Later
) -> None:
    settings.EMAIL_PORT = 1
    for _ in range(3):
        assert notifications.send_due_deliveries() == 0
    assert sorted(of(one).tries for one in both) == [0, 1]
    later(timedelta(seconds=61))
    notifications.send_due_deliveries()
    assert sum(of(one).tries for one in both) == 2
    settings.EMAIL_PORT = server.port
    later(timedelta(seconds=61))
    notifications.send_due_deliveries()
    notifications.send_due_deliveries()
    assert sorted(server.readers) == ["ann@corp.example", "bob@corp.example"]


def test_a_connection_is_closed_whatever_happened(server: MailServer, both: Both, settings: Settings) -> None:
    settings.EMAIL_USE_TLS = True  # which this server does not know
    notifications.send_due_deliveries()
    assert of(both[0]).fault == Fault.CHANNEL_DOWN
    assert "STARTTLS" in of(both[0]).last_error
    assert server.taken == []


def test_whoever_left_gets_none(server: MailServer, both: Both) -> None:
    people.deactivate_account(actor=TESTER, person=both[0])
    assert notifications.send_due_deliveries() == 1
    assert server.readers == ["bob@corp.example"]
    assert of(both[0]).state == State.CANCELLED


def test_is_kept_as_a_file_without_a_server(person: MakePerson, settings: Settings, tmp_path: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    notifications.notify([person("Ann")], NoticeCode.SENTENCE, {"text": "Something happened."})
    assert notifications.send_due_deliveries() == 1
