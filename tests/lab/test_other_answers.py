"""What answers in the place of a simulated host, seen from outside and from inside…"""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.hosts import NETWORKS, inside, listening, seen
from troubleshoot import hosts
from troubleshoot.lab import BadStateError, LabHost, LabOptions, build_state
from troubleshoot.lab.behind_port import OTHER_NAME
from troubleshoot.lab.powershell import run
from troubleshoot.lab.renewal import provide_certificate
from troubleshoot.lab.service_reactions import service_stopped
from troubleshoot.lab.state import HostState, healthy
from troubleshoot.models import Credential, Host
from troubleshoot.probes import ProbeReport, probe_network
from troubleshoot.remote import RegisteredHost

NAME = "param()\n$system = Get-CimInstance -ClassName Win32_ComputerSystem -ErrorAction Stop\n$system.Name"


def whole(port: int) -> ProbeReport:
    """What the probe reports of all its connections."""
    return probe_network(RegisteredHost("acc-07", "127.0.0.1", frozenset({port}), NETWORKS), port)


class TestThePort:
    """…at the port of Remote Desktop…"""

    @pytest.mark.parametrize(("who", "says"), [("web_server", "HTTP/1.1 400"), ("ssh", "SSH-")])
    def test_is_something_else_that_says_so(self, who: str, says: str) -> None:
        with listening(network__rdp=who) as (_, server):
            report = whole(server.port)
        assert (report.verdict, report.facts["rdp.steady"]) == ("not_rdp", "steady")
        assert says[:4] in next(stage.detail for stage in report.stages if stage.name == "x224")

    def test_is_ssh_that_speaks_first(self) -> None:
        with (
            listening(network__rdp="ssh") as (_, server),
            socket.create_connection(("127.0.0.1", server.port), timeout=5) as client,
        ):
            assert client.recv(100).startswith(b"SSH-2.0-")

    @pytest.mark.parametrize("who", ["web_server", "ssh", "linux"])
    def test_answers_whatever_the_computer_itself_does(self, who: str) -> None:
        with listening("firewall-closed", network__rdp=who) as (state, server):
            service_stopped(state, "TermService")
            assert seen(server.port).verdict == ("ok" if who == "linux" else "not_rdp")

    def test_is_xrdp_with_tls_and_without_nla(self) -> None:
        with listening("linux-host") as (state, server):
            report = whole(server.port)
            assert state.document["network"]["winrm"] == "refused"
        facts = report.facts
        assert (facts["rdp.security"], facts["rdp.nla"], facts["rdp.plain"]) == ("tls", "not_required", "refused")
        assert (facts["rdp.steady"], facts["rdp.certificate_issuer"]) == ("steady", "self")
        assert "xrdp" in report.certificate["subject"]
        assert report.certificate["tls_version"] == "TLSv1.3"

    def test_is_one_of_two_computers_in_turn(self) -> None:
        with listening("alternating-certificates") as (state, server):
            report = whole(server.port)
            with state.changing() as document:
                document["network"]["rdp"] = "open"
            assert whole(server.port).facts["rdp.steady"] == "steady"
        assert (report.verdict, report.facts["rdp.steady"]) == ("ok", "flapping")
        assert any("something else: ok" in stage.detail for stage in report.stages)

    def test_shows_of_the_other_computer_the_certificate_that_the_state_describes(self) -> None:
        other = {"subject": "CN=ACC-08", "issuer": "CN=ACC-08", "key_bits": 1024}
        entry = {"address": "::1", "answers": "other"}
        with listening(network__elsewhere=[entry], network__other_certificate=other) as (_, server):
            found = seen(server.port, address="::1").certificate
        assert (found["subject"], found["key"]) == ("CN=ACC-08", "RSA 1024")

    def test_closes_every_second_connection_as_before(self) -> None:
        with listening("flapping") as (_, server):
            assert whole(server.port).facts["rdp.steady"] == "flapping"

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("network.rdp", "mail_server"),
            ("network.other_certificate", "CN=ACC-08"),
            ("network.other_certificate", {"colour": "red"}),
            ("network.other_certificate", {"subject": "no name"}),
            ("network.elsewhere", [{"address": "::1", "answers": "mail_server"}]),
        ],
    )
    def test_is_nothing_that_nobody_knows(self, path: str, value: object) -> None:
        with pytest.raises(BadStateError, match=r"network|certificates"):
            build_state(name="ACC-07", file=None, settings={path: value})


class TestTheComputer:
    """…inside, a computer…"""

    def test_calls_itself_by_its_own_name(self) -> None:
        for fault, name in (
            ("healthy", "ACC-07"),
            ("another-computer", OTHER_NAME),
            ("renamed-computer", "ACC-07-NEW"),
        ):
            state = HostState(build_state(name="ACC-07", file=None, faults=[fault]))
            assert run(NAME, {}, state) == [name]
            assert state.document["name"] == "ACC-07"

    def test_that_is_another_has_another_identity_and_one_that_was_renamed_has_not(self) -> None:
        known = healthy("ACC-07")["identity"]
        other, renamed = (
            build_state(name="ACC-07", file=None, faults=[fault])["identity"]
            for fault in ("another-computer", "renamed-computer")
        )
        assert renamed == known
        assert not set(other.values()) & set(known.values())

    def test_that_is_another_is_in_order_by_itself(self) -> None:
        found = inside(build_state(name="ACC-07", file=None, faults=["another-computer"]))
        assert (found["windows.key_file"], found["windows.certificate"]) == ("right", "valid")

    def test_makes_certificates_for_its_own_name(self) -> None:
        document = build_state(name="ACC-07", file=None, faults=["renamed-computer", "expired-certificate"])
        provide_certificate(document)
        assert document["certificates"]["Remote Desktop"][0]["subject"] == "CN=ACC-07-NEW"


class TestByName:
    """…at the addresses that its name leads to…"""

    @pytest.fixture
    def reached(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, dict[str, str]]]:
        """How a visit went to a host whose name leads to ::1 first, and who answered there."""
        monkeypatch.setenv("MENDPOINT_SECRET_BY_NAME", "p")
        answers = [(0, 0, 0, "", (address, 0)) for address in ("::1", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)

        def visit(**settings: Any) -> tuple[str, dict[str, str]]:
            places = {path.replace("__", "."): value for path, value in settings.items()}
            options = LabOptions(user="u", password="p", auth=frozenset({"ntlm"}))
            lab = LabHost(build_state(name="ACC-07", file=None, settings=places), options)
            lab.start()
            try:
                found = hosts.observe(self.registered(lab))
            finally:
                lab.stop()
            return found.reached, found.identity

        return visit

    def registered(self, lab: LabHost) -> Host:
        ready = lab.ready()
        return Host(
            name="ACC-07",
            address="acc-07.example",
            lab=True,
            rdp_port=ready["rdp_port"],
            winrm_port=ready["winrm_port"],
            transport="ntlm",
            tls=False,
            credential=Credential(name="lab", username="u", reference="env:MENDPOINT_SECRET_BY_NAME"),
        )

    @pytest.mark.parametrize(
        ("answers", "who"), [("same", "ACC-07"), ("other", OTHER_NAME), ("refused", "ACC-07"), ("linux", "ACC-07")]
    )
    def test_is_whoever_answers_first_inside(
        self, reached: Callable[..., tuple[str, dict[str, str]]], answers: str, who: str
    ) -> None:
        entry = {"address": "::1", "answers": answers}
        assert reached(network__elsewhere=[entry]) == ("yes", healthy(who)["identity"])

    def test_is_the_same_closed_door_at_each_of_them(self, reached: Callable[..., tuple[str, dict[str, str]]]) -> None:
        entry = {"address": "::1", "answers": "same"}
        assert reached(network__elsewhere=[entry], network__winrm="refused") == ("no", {})
