"""A mail server that is really spoken to, and two people who are told something."""

from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from pytest_django import Settings

from tests.conftest import MakePerson
from tests.notifications.smtp import MailServer
from troubleshoot import notifications
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Delivery, Person
from troubleshoot.notifications import channels
from troubleshoot.notifications.channels import email

SHIPPED = Path(channels.__file__).parent


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[list[str]]:
    """Where channels are looked for: e-mail alone is there, so that these tests stay true when one more is shipped."""
    pinned = tmp_path / "pinned"
    pinned.mkdir()
    (pinned / "email.py").symlink_to(email.__file__)
    looked_into = [str(pinned)]
    monkeypatch.setattr(channels, "__path__", looked_into)
    notifications.installed_channels.cache_clear()
    yield looked_into
    notifications.installed_channels.cache_clear()


@pytest.fixture
def server(settings: Settings) -> Generator[MailServer]:
    """The mail server of the settings."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = "127.0.0.1", False, 5
    settings.MENDPOINT_URL = "https://help.corp.example"
    with MailServer() as made:
        settings.EMAIL_PORT = made.port
        yield made


@pytest.fixture
def both(person: MakePerson) -> tuple[Person, Person]:
    """Two people with a notice each."""
    ann, bob = person("Ann"), person("Bob")
    notifications.notify([ann, bob], NoticeCode.SENTENCE, {"text": "Something happened."})
    return ann, bob


Later = Callable[[timedelta], None]


@pytest.fixture
def later() -> Later:
    """`later(timedelta(minutes=5))`: all that stands in the deliveries lies so much further back."""

    def pass_time(span: timedelta) -> None:
        names = ("next_try_at", "tried_at", "lease_until", "sent_at", "failing_since")
        Delivery.objects.update(**{name: F(name) - span for name in names})

    return pass_time


def of(person: Person) -> Delivery:
    """The only delivery to somebody."""
    return Delivery.objects.get(notice__person=person)
