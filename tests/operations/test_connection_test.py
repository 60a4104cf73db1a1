"""The connection test: what it says about each way in which a host can fail, through real sockets."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from winrm.protocol import Protocol

from tests.conftest import MakePerson
from tests.fixtures.computers import SECRET, MakeLab, Registered
from troubleshoot import operations, people, remote
from troubleshoot.engine import RefusalCode
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.models import Host, Job, Person, Site
from troubleshoot.operations import connection_test as connection
from troubleshoot.probes import WINDOWS_READINGS


@pytest.fixture
def boss(north: Site, person: MakePerson) -> Person:
    """Administers the site."""
    return person("Dora", "administrator", site=north)


Try = Callable[[Registered], dict[str, connection.ConnectionStage]]


@pytest.fixture
def tried(boss: Person, work: Callable[[], None]) -> Try:
    """Tests a host to the end; its lines by stage."""

    def tried(host: Registered) -> dict[str, connection.ConnectionStage]:
        job = operations.request_connection_test(actor=boss, host=host.row)
        assert {one.state for one in operations.connection_stages(job)} == {"waiting"}
        work()
        job.refresh_from_db()
        assert job.state == "done"
        return {one.name: one for one in operations.connection_stages(job)}

    return tried


@contextmanager
def forgotten_shell(host: Registered) -> Iterator[None]:
    """Another program, under the same account, holds a shell open."""
    own: dict[str, Any] = {"username": "mendpoint", "password": SECRET, "proxy": None, "ca_trust_path": None}
    other = Protocol(f"http://127.0.0.1:{host.row.winrm_port}/wsman", transport="ntlm", **own)
    shell = other.open_shell()
    yield
    other.close_shell(shell)


def states(lines: dict[str, connection.ConnectionStage]) -> dict[str, str]:
    return {name: line.state for name, line in lines.items()}


class TestAHostThatIsRight:
    def test_passes_every_stage(self, lab: MakeLab, tried: Try) -> None:
        host = lab()
        lines = tried(host)
        assert set(states(lines).values()) == {"good", "off"}
        assert states(lines)["tls"] == "off"
        assert lines["name"].detail == "127.0.0.1"
        assert lines["tcp"].detail == f"127.0.0.1 port {host.row.winrm_port}"
        assert lines["powershell"].detail == "5.1.19041.3803"
        assert lines["language"].detail == "FullLanguage"
        assert lines["readings"].detail == f"{len(WINDOWS_READINGS)} of {len(WINDOWS_READINGS)} readings"
        assert not any(line.cure for line in lines.values())

    def test_is_known_from_then_on(self, lab: MakeLab, tried: Try) -> None:
        host = lab()
        tried(host)
        host.row.refresh_from_db()
        assert host.row.identity
        assert host.row.last_contact_at


class TestAHostThatFails:
    @pytest.mark.parametrize(
        ("faults", "stage", "words"),
        [
            (["unreachable"], "tcp", "did not answer"),
            (["credentials-refused"], "sign-in", "tried once only"),
            (["constrained-language"], "language", "ConstrainedLanguage"),
        ],
    )
    def test_names_the_stage_and_the_cure(
        self, lab: MakeLab, tried: Try, faults: list[str], stage: str, words: str
    ) -> None:
        lines = tried(lab(*faults))
        assert [name for name, state in states(lines).items() if state == "bad"] == [stage]
        assert words in lines[stage].detail
        assert lines[stage].cure
        after = list(lines)[list(lines).index(stage) + 1 :]
        assert {lines[name].state for name in after} == {"skipped"}
        before = list(lines)[: list(lines).index(stage)]
        assert {lines[name].state for name in before} <= {"good", "off"}

    def test_an_account_without_rights_has_signed_in(self, lab: MakeLab, tried: Try) -> None:
        host = lab()
        with host.lab.state.changing() as document:
            document["winrm"]["administrator"] = False
        lines = tried(host)
        assert (lines["sign-in"].state, lines["rights"].state, lines["shell"].state) == ("good", "bad", "skipped")
        assert "Administrators" in lines["rights"].cure

    def test_an_account_without_a_shell_left_has_signed_in_with_its_rights(self, lab: MakeLab, tried: Try) -> None:
        host = lab(limits=Limits(shells_per_user=1))
        with forgotten_shell(host):
            lines = tried(host)
        assert [lines[name].state for name in ("sign-in", "rights", "shell")] == ["good", "good", "bad"]
        assert "limit of WinRM shells" in lines["shell"].detail
        assert "winrm get winrm/config/winrs" in lines["shell"].cure
        assert lines["powershell"].state == "skipped"
        assert tried(host)["readings"].state == "good"

    def test_a_secure_connection_that_never_begins_is_named(self, lab: MakeLab, tried: Try, settings: Settings) -> None:
        settings.MENDPOINT_VISIT_SECONDS = 2
        host = lab()  # speaks HTTP where HTTPS is registered
        Host.objects.filter(pk=host.row.pk).update(tls=True)
        host.row.refresh_from_db()
        lines = tried(host)
        assert [name for name, line in lines.items() if line.state == "bad"] == ["tls"]
        assert "certificate" in lines["tls"].cure

    def test_an_old_powershell_is_named(self, lab: MakeLab, tried: Try) -> None:
        host = lab()
        with host.lab.state.changing() as document:
            document["powershell"]["version"] = "4.0"
        lines = tried(host)
        assert (lines["powershell"].state, lines["powershell"].detail) == ("bad", "4.0")
        assert lines["readings"].state == "skipped"

    def test_a_computer_that_is_no_longer_reached_is_not_said_to_lack_powershell(
        self, lab: MakeLab, tried: Try, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def cut(*_: object, on_stage: Callable[[str, str], None], **__: object) -> None:
            for stage in ("name", "tcp", "sign-in", "rights", "shell"):
                on_stage(stage, "seen")
            raise remote.ContactLost(RefusalCode.VISIT_BROKEN_OFF, "receive", mode="read", kind="ConnectionResetError")

        monkeypatch.setattr(remote, "visit_host", cut)
        lines = tried(lab())
        assert [name for name, line in lines.items() if line.state == "bad"] == ["tcp"]
        assert lines["powershell"].state == "skipped"
        assert "Management Framework" not in "".join(line.cure for line in lines.values())

    def test_an_antimalware_program_is_named(self, lab: MakeLab, tried: Try) -> None:
        host = lab()
        with host.lab.state.changing() as document:
            document["powershell"]["antimalware_blocks"] = True
        lines = tried(host)
        assert lines["readings"].state == "bad"
        assert "antimalware" in lines["readings"].detail

    def test_a_clock_that_is_wrong_is_seen_before_anybody_signs_in(self, lab: MakeLab, tried: Try) -> None:
        host = lab("credentials-refused")
        with host.lab.state.changing() as document:
            document["clock_offset_seconds"] = -3600
        lines = tried(host)
        assert lines["clock"].state == "bad"
        assert "behind the worker" in lines["clock"].detail
        assert lines["sign-in"].state == "bad"

    def test_a_clock_alone_does_not_close_the_way(self, lab: MakeLab, tried: Try, boss: Person, client: Client) -> None:
        host = lab()
        with host.lab.state.changing() as document:
            document["clock_offset_seconds"] = 3600
        lines = tried(host)
        assert [name for name, state in states(lines).items() if state == "bad"] == ["clock"]
        assert lines["readings"].state == "good"
        client.force_login(boss)
        page = client.get(f"/administration/computers/{host.row.pk}/test").content.decode()
        assert "The way in is open, but the clocks differ" in page
        assert "It stops at" not in page

    def test_a_registration_that_cannot_be_used_is_named(self, lab: MakeLab, tried: Try) -> None:
        host = lab()
        Host.objects.filter(pk=host.row.pk).update(address="10.1.2.3")  # only loopback is for simulated hosts
        host.row.refresh_from_db()
        lines = tried(host)
        assert (lines["name"].state, lines["tcp"].state) == ("bad", "skipped")
        assert "An administrator can correct how it is registered." in lines["name"].detail

    def test_a_host_without_an_account_is_told_so(self, lab: MakeLab, tried: Try) -> None:
        host = lab()
        Host.objects.filter(pk=host.row.pk).update(credential=None)
        host.row.refresh_from_db()
        lines = tried(host)
        assert "No account is registered" in lines["sign-in"].detail

    def test_a_secret_that_the_worker_lacks_is_named_by_its_reference(
        self, lab: MakeLab, tried: Try, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host = lab()
        monkeypatch.delenv("MENDPOINT_SECRET_LAB")
        lines = tried(host)
        assert lines["sign-in"].state == "bad"
        assert "credential" in lines["sign-in"].detail or "MENDPOINT_SECRET_LAB" in lines["sign-in"].detail

    def test_another_computer_under_the_name_is_refused(self, lab: MakeLab, tried: Try) -> None:
        host = lab()
        known = {"machine_guid": "another", "smbios_uuid": "another", "computer_sid": "S-1-5-21-1-2-3"}
        Host.objects.filter(pk=host.row.pk).update(identity=known)
        host.row.refresh_from_db()
        lines = tried(host)
        assert lines["readings"].state == "bad"
        assert "Another computer" in lines["readings"].detail


class TestAskingForIt:
    def test_twice_is_one_test(self, lab: MakeLab, boss: Person) -> None:
        host = lab().row
        assert operations.request_connection_test(actor=boss, host=host) == operations.request_connection_test(
            actor=boss, host=host
        )
        assert operations.connection_tests(host).count() == 1

    def test_again_after_its_end_is_another(
        self, lab: MakeLab, boss: Person, tried: Try, work: Callable[[], None]
    ) -> None:
        host = lab()
        tried(host)
        tried(host)
        assert operations.connection_tests(host.row).count() == 2

    def test_is_for_administrators_of_the_site(self, lab: MakeLab, helpdesk: Person, employee: Person) -> None:
        host = lab().row
        for who in (helpdesk, employee):
            with pytest.raises(people.PermissionRefused):
                operations.request_connection_test(actor=who, host=host)

    def test_is_no_observation_for_a_case(self, lab: MakeLab, boss: Person) -> None:
        job = operations.request_connection_test(actor=boss, host=lab().row)
        assert (job.kind, job.case, job.action) == (Job.Kind.CONNECTION_TEST, None, "")
