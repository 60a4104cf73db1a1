"""Whether Mendpoint is well: what strangers learn, what administrators see, and how processes show that they live."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from pytest_mock import MockerFixture

from tests.conftest import TESTER, MakePerson
from tests.support import replace_everywhere
from tests.web.administrator.pages import words
from troubleshoot import hosts, operations
from troubleshoot.jobs import dispatch as queue
from troubleshoot.management import processes
from troubleshoot.management.process_context import machine
from troubleshoot.models import Heartbeat, Host, Job, Plan, Site
from troubleshoot.operations import health


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def alive(db: None, north: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that a case needs."""
    health.note_heartbeat("worker", "here:1", ["north"])
    health.note_heartbeat("keeper", "here:2")
    replace_everywhere(monkeypatch, queue, "broker_reachable", lambda *_: True)


def silent(kind: str) -> None:
    Heartbeat.objects.filter(kind=kind).update(beaten_at=timezone.now() - dt.timedelta(seconds=60))


class TestHealthz:
    def test_finds_the_picture_that_a_browser_looks_for_beside_plain_text(self, client: Client) -> None:
        answer = client.get("/favicon.ico")
        assert (answer.status_code, answer["Location"][-8:]) == (302, "icon.svg")

    def test_is_one_word_for_anybody(self, client: Client, alive: None) -> None:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (200, b"ok\n")

    @pytest.mark.parametrize("kind", ["worker", "keeper"])
    def test_is_503_without_detail_when_a_process_is_silent(self, client: Client, alive: None, kind: str) -> None:
        silent(kind)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (503, b"not well\n")

    def test_is_503_without_the_broker(self, client: Client, alive: None, monkeypatch: pytest.MonkeyPatch) -> None:
        replace_everywhere(monkeypatch, queue, "broker_reachable", lambda *_: False)
        assert client.get("/healthz").status_code == 503

    def test_is_503_without_the_database(self, client: Client, alive: None, mocker: MockerFixture) -> None:
        mocker.patch.object(health, "live_processes", side_effect=DatabaseError("the password is canary"))
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert b"canary" not in answer.content

    def test_costs_one_check_however_often_it_is_asked(
        self, client: Client, alive: None, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        client.get("/healthz")
        with django_assert_num_queries(0):
            for _ in range(20):
                client.get("/healthz")

    def test_is_answered_without_tls_beside_the_process(self, client: Client, alive: None, settings: Settings) -> None:
        settings.SECURE_SSL_REDIRECT = True
        assert client.get("/healthz").status_code == 200
        assert client.get("/sign-in").status_code == 301


@pytest.mark.django_db
class TestTheHealthPage:
    @pytest.fixture
    def page(self, person: MakePerson, north: Site) -> Callable[[], str]:
        client = Client()
        client.force_login(person("Dora", "administrator", site=north))
        return lambda: words(client.get("/health"))

    def test_says_that_all_is_well(self, alive: None, page: Callable[[], str]) -> None:
        assert "Mendpoint is well" in page()

    def test_names_a_site_of_the_readers_that_no_worker_serves_and_counts_the_others(
        self, alive: None, page: Callable[[], str], south: Site, person: MakePerson
    ) -> None:
        assert "No worker serves" not in page()
        assert "At sites that are not yours: without a worker 1" in page()
        client = Client()
        client.force_login(person("Ada", "administrator"))
        assert "No worker serves South" in words(client.get("/health"))
        silent("worker")
        assert "No worker serves North" in page()

    def test_names_hosts_that_are_signed_in_to_in_the_clear(self, page: Callable[[], str], north: Site) -> None:
        hosts.register_host(
            actor=TESTER,
            name="ACC-01",
            site=north,
            address="10.0.0.1",
            tls=False,
            ntlm_over_http=True,
            transport="ntlm",
        )
        hosts.register_host(actor=TESTER, name="ACC-02", site=north, address="10.0.0.2")
        assert "ACC-01 is signed in to with NTLM over HTTP" in page()
        assert "ACC-02" not in page()

    def test_names_simulated_hosts_solo_mode_and_missing_mail(
        self, page: Callable[[], str], north: Site, settings: Settings
    ) -> None:
        hosts.register_host(actor=TESTER, name="LAB-01", site=north, lab=True, tls=False)
        settings.MENDPOINT_SOLO_MODE = True
        text = page()
        assert "Simulated, a lab and not Windows: LAB-01" in text
        assert "Solo mode is on" in text
        assert "No mail server is set" in text

    def test_names_a_temporary_change_that_is_overdue(
        self, page: Callable[[], str], north: Site, person: MakePerson
    ) -> None:
        host = Host.objects.create(name="ACC-09", address="acc-09", site=north)
        Job.objects.create(
            kind="apply",
            host=host,
            action="lift-nla",
            requester=person("Hanna"),
            plan=Plan.objects.create(host=host, action="lift-nla", document={}, digest="d" * 64),
            state="verified",
            undo_at=timezone.now() - dt.timedelta(hours=1),
        )
        assert "Overdue: lift-nla on ACC-09 should have been undone" in page()


@pytest.mark.django_db
class TestASignOfLife:
    def test_of_a_process_that_is_long_gone_is_forgotten(self) -> None:
        health.note_heartbeat("worker", "gone:1")
        Heartbeat.objects.update(beaten_at=timezone.now() - dt.timedelta(days=2))
        health.note_heartbeat("worker", "here:1")
        assert [one.name for one in Heartbeat.objects.all()] == ["here:1"]

    def test_is_looked_for_on_this_machine_by_the_health_check(self) -> None:
        health.note_heartbeat("keeper", "elsewhere:1")
        with pytest.raises(CommandError, match="no sign of life"):
            call_command("alive", "keeper")
        health.note_heartbeat("keeper", machine("keeper").name)
        call_command("alive", "keeper")

    def test_of_the_web_is_any_answer_of_its_own(self, live_server: LiveServer) -> None:
        call_command("alive", "web", "--port", live_server.url.rpartition(":")[2])

    def test_of_a_web_that_does_not_answer_is_missed(self) -> None:
        with pytest.raises(CommandError, match="does not answer"):
            call_command("alive", "web", "--port", str(processes.free_port()))


@pytest.mark.django_db(transaction=True)
class TestAHeart:
    def test_beats_at_once_and_stops_with_its_process(self, north: Site) -> None:
        with operations.keep_beating("worker", "here:1", lambda: ["north"]):
            end = time.monotonic() + 10
            while not operations.site_workers(north) and time.monotonic() < end:
                time.sleep(0.05)
            assert [one.name for one in operations.site_workers(north)] == ["here:1"]
