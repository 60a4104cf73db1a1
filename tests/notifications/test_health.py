"""What administrators see of messages that do not reach people."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import Settings

from tests.conftest import MakePerson
from tests.notifications.conftest import Later, of
from tests.notifications.smtp import MailServer
from tests.web.administrator.pages import words
from troubleshoot import notifications
from troubleshoot.models import Delivery, Person, Site
from troubleshoot.notifications import deliveries
from troubleshoot.templatetags.moments import moment

Both = tuple[Person, Person]
Page = Callable[[], str]


@pytest.mark.django_db
class TestTheHealthPage:
    @pytest.fixture
    def page(self, person: MakePerson, north: Site) -> Page:
        client = Client()
        client.force_login(person("Dora", "administrator", site=north))
        return lambda: words(client.get("/health"))

    def test_says_nothing_while_all_arrives(self, page: Page, server: MailServer, both: Both) -> None:
        notifications.send_due_deliveries()
        assert "E-mail" not in page()

    def test_says_that_mail_cannot_be_delivered_and_since_when_until_it_can(
        self, page: Page, server: MailServer, both: Both, settings: Settings, later: Later
    ) -> None:
        settings.EMAIL_PORT = 1
        notifications.send_due_deliveries()
        later(timedelta(hours=3))
        notifications.send_due_deliveries()
        since = Delivery.objects.order_by("failing_since").exclude(failing_since=None)[0].failing_since
        text = page()
        shown = strip_tags(moment(since))
        assert f"E-mail cannot be delivered. Nothing has got through since {shown} : ConnectionRefusedError" in text
        assert "2 messages wait; the keeper goes on trying." in text
        settings.EMAIL_PORT = server.port
        later(timedelta(hours=1))
        notifications.send_due_deliveries()
        assert "cannot be delivered" not in page()

    def test_still_says_so_when_everything_that_waited_was_given_up(self, page: Page, both: Both) -> None:
        for one in both:
            claimed = Delivery.objects.claim(of(one).pk, "email", lease=deliveries.LEASE)
            assert claimed is not None
            claimed.mark_failed(Delivery.Fault.CHANNEL_DOWN, "no answer", again_after=None)
        assert "E-mail cannot be delivered" in page()
        assert "0 messages wait" in page()

    def test_names_whom_nothing_reaches_and_why(self, page: Page, server: MailServer, both: Both) -> None:
        server.recipients["ann@corp.example"] = "550 no such mailbox"
        notifications.send_due_deliveries()
        text = page()
        assert "E-mail to Ann was given up" in text
        assert "550 no such mailbox" in text
        assert "cannot be delivered" not in text
        assert "E-mail to Bob" not in text
