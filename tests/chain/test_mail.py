"""E-mail about notices: one address that a mail server refuses keeps nobody else waiting; who left gets none."""

import smtplib
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from tests.conftest import TESTER, MakePerson
from troubleshoot import notifications, people
from troubleshoot.models import Notice, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(person: MakePerson) -> tuple[Person, Person]:
    ann, bob = person("Ann", "employee"), person("Bob", "employee")
    notifications.notify([ann, bob], Notice.Kind.MESSAGE, "Something happened.")
    return ann, bob


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """`refuse(error)`: the mail server takes nothing for Ann."""
    send = EmailMessage.send

    def make(error: Exception) -> None:
        def picky(message: EmailMessage, fail_silently: bool = False) -> int:
            if message.to == ["ann@corp.example"]:
                raise error
            return send(message, fail_silently)

        monkeypatch.setattr(EmailMessage, "send", picky)

    return make


def waits(one: Person) -> bool:
    return Notice.objects.filter(person=one, mailed_at=None).exists()


@pytest.mark.parametrize(("code", "again"), [(550, False), (450, True)], ids=["for ever", "for now"])
def test_one_refused_address_keeps_nobody_waiting(
    code: int, again: bool, both: tuple[Person, Person], refuse: Callable[[Exception], None]
) -> None:
    refuse(smtplib.SMTPRecipientsRefused({"ann@corp.example": (code, b"no such mailbox")}))
    assert notifications.send_waiting_mail() == 1
    assert [message.to for message in mail.outbox] == [["bob@corp.example"]]
    assert [waits(one) for one in both] == [again, False]


def test_a_silent_server_is_tried_again_for_everybody(
    both: tuple[Person, Person], refuse: Callable[[Exception], None]
) -> None:
    refuse(ConnectionRefusedError())
    with pytest.raises(ConnectionRefusedError):
        notifications.send_waiting_mail()
    assert [waits(one) for one in both] == [True, True]


def test_whoever_left_gets_none(both: tuple[Person, Person]) -> None:
    people.deactivate_account(actor=TESTER, person=both[0])
    assert notifications.send_waiting_mail() == 1
    assert [message.to for message in mail.outbox] == [["bob@corp.example"]]
    assert [waits(one) for one in both] == [False, False]
