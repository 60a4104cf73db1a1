"""Deliveries: at least once and under one id, whoever is killed; by one keeper at a time; with an end that is shown."""

import multiprocessing
import os
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import MakePerson
from tests.notifications.conftest import Later, of
from tests.notifications.smtp import MailServer
from troubleshoot import notifications
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Delivery, Person
from troubleshoot.notifications import channels, deliveries
from troubleshoot.notifications.channels import OutgoingMessage

Both = tuple[Person, Person]
State, Fault = Delivery.State, Delivery.Fault
LEASE_IS_OVER = deliveries.LEASE + timedelta(seconds=1)


def another_keeper() -> multiprocessing.process.BaseProcess:
    """Sends once, in a process of its own that can be killed."""
    connections.close_all()
    return multiprocessing.get_context("fork").Process(target=notifications.send_due_deliveries)


def send_in_threads(number: int) -> None:
    """So many keepers at once."""

    def work() -> None:
        notifications.send_due_deliveries()
        connection.close()

    keepers = [threading.Thread(target=work) for _ in range(number)]
    for one in keepers:
        one.start()
    for one in keepers:
        one.join()


@pytest.mark.django_db(transaction=True)
class TestADelivery:
    def test_is_sent_again_under_the_same_id_when_its_keeper_is_killed_before_it_says_so(
        self, server: MailServer, person: MakePerson, later: Later
    ) -> None:
        ann = person("Ann")
        notifications.notify([ann], NoticeCode.SENTENCE, {"text": "Something happened."})
        child, started = another_keeper(), threading.Event()

        def kill() -> None:
            assert started.wait(10)
            os.kill(child.pid or 0, signal.SIGKILL)

        server.on_taken = kill
        child.start()
        started.set()
        child.join(timeout=30)
        assert child.exitcode == -signal.SIGKILL
        assert (of(ann).state, of(ann).tries) == (State.WAITING, 1)
        server.on_taken = lambda: None
        assert notifications.send_due_deliveries() == 0, "the dead keeper's lease is not over"
        later(LEASE_IS_OVER)
        assert notifications.send_due_deliveries() == 1
        assert of(ann).state == State.SENT
        assert len(server.ids) == 2
        assert len(set(server.ids)) == 1

    def test_is_never_sent_by_two_keepers_at_once(self, server: MailServer, person: MakePerson) -> None:
        notifications.notify(
            [person(f"Ann{number}") for number in range(6)], NoticeCode.SENTENCE, {"text": "Something happened."}
        )
        server.on_taken = lambda: time.sleep(0.05)
        send_in_threads(4)
        assert len(server.ids) == 6
        assert len(set(server.ids)) == 6
        assert set(Delivery.objects.values_list("state", "tries")) == {(State.SENT, 1)}

    def test_whose_lease_was_lost_is_not_touched_by_who_lost_it(self, both: Both, later: Later) -> None:
        key = of(both[0]).pk
        slow = Delivery.objects.claim(key, "email", lease=deliveries.LEASE)
        assert slow is not None
        assert Delivery.objects.claim(key, "email", lease=deliveries.LEASE) is None
        later(LEASE_IS_OVER)
        other = Delivery.objects.claim(key, "email", lease=deliveries.LEASE)
        assert other is not None
        slow.mark_failed(Fault.REFUSED, "gone", again_after=None)
        assert (of(both[0]).state, of(both[0]).fault) == (State.WAITING, "")
        slow.mark_sent()
        other.mark_failed(Fault.REFUSED, "gone", again_after=None)
        assert of(both[0]).state == State.SENT, "that it was sent is a fact, whoever says so"


class Recorder:
    """A channel that takes everything."""

    TITLE = "Recorder"

    def __init__(self) -> None:
        self.sent: list[Person] = []

    def reaches(self, person: Person) -> bool:
        return True

    def send(self, message: OutgoingMessage) -> None:
        self.sent.append(message.person)


@pytest.mark.django_db
class TestWhatIsNotTaken:
    def test_is_tried_again_after_longer_and_longer_waits_and_then_given_up(
        self, server: MailServer, both: Both, later: Later
    ) -> None:
        server.recipients["ann@corp.example"] = "450 come back later"
        ann = both[0]
        for tries in range(1, deliveries.MOST_TRIES):
            notifications.send_due_deliveries()
            assert (of(ann).state, of(ann).tries) == (State.WAITING, tries)
            wait = deliveries.wait_after(tries)
            assert wait is not None
            later(wait - timedelta(seconds=5))
            assert notifications.send_due_deliveries() == 0
            assert of(ann).tries == tries
            later(timedelta(seconds=6))
        notifications.send_due_deliveries()
        assert (of(ann).state, of(ann).last_error) == (State.FAILED, "450 come back later")
        later(timedelta(days=1))
        notifications.send_due_deliveries()
        assert of(ann).tries == deliveries.MOST_TRIES

    def test_is_given_up_too_when_every_keeper_that_took_it_was_gone(
        self, server: MailServer, both: Both, later: Later
    ) -> None:
        for _ in range(deliveries.MOST_TRIES):
            assert Delivery.objects.claim(of(both[0]).pk, "email", lease=deliveries.LEASE)
            later(LEASE_IS_OVER)
        assert notifications.send_due_deliveries() == 1
        assert (of(both[0]).state, server.readers) == (State.FAILED, ["bob@corp.example"])

    def test_keeps_nobody_waiting_when_the_channel_has_a_defect(
        self, both: Both, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Faulty(Recorder):
            def send(self, message: OutgoingMessage) -> None:
                if message.person == both[0]:
                    raise ZeroDivisionError
                super().send(message)

        channel = Faulty()
        monkeypatch.setattr(channels, "installed_channels", lambda: {"email": channel})
        assert notifications.send_due_deliveries() == 1
        assert channel.sent == [both[1]]
        assert (of(both[0]).state, of(both[0]).last_error) == (State.WAITING, "ZeroDivisionError")
        assert "met a defect" in caplog.text

    @given(st.integers(1, deliveries.MOST_TRIES - 2))
    def test_waits_no_shorter_each_time_and_never_longer_than_an_hour(self, tries: int) -> None:
        first, second = deliveries.wait_after(tries), deliveries.wait_after(tries + 1)
        assert first is not None
        assert second is not None
        assert deliveries.FIRST_WAIT <= first <= second <= deliveries.LONGEST_WAIT

    def test_is_tried_for_about_two_days(self) -> None:
        waits = [deliveries.wait_after(tries) for tries in range(1, deliveries.MOST_TRIES)]
        over = sum((wait for wait in waits if wait), timedelta()) - deliveries.GIVEN_UP_AFTER
        assert timedelta() <= over < deliveries.LONGEST_WAIT
        assert deliveries.wait_after(deliveries.MOST_TRIES) is None

    def test_leaves_the_keeper_time_for_its_other_duties(self, both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
        channel = Recorder()
        monkeypatch.setattr(channels, "installed_channels", lambda: {"email": channel})
        monkeypatch.setattr(deliveries, "ROUND_SECONDS", -1)
        assert [notifications.send_due_deliveries() for _ in range(3)] == [1, 1, 0]
