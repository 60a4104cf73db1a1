"""What lies around a simulated host, seen by the network probe…"""

import socket
from collections.abc import Iterator

import pytest

from tests.lab.hosts import NETWORKS, listening
from troubleshoot.lab import FAULTS, BadStateError, LabHost, LabOptions, build_state
from troubleshoot.lab.state import healthy
from troubleshoot.probes import Gateway, ProbeReport, probe_network
from troubleshoot.remote import RegisteredHost

OPTIONS = LabOptions(user="u", password="p")


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to both loopback addresses."""
    answers = [(0, 0, 0, "", (address, 0)) for address in ("127.0.0.1", "::1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)


def probe_port(port: int) -> ProbeReport:
    return probe_network(RegisteredHost("acc-07", "acc-07.example", frozenset({port}), NETWORKS), port, seconds=5)


@pytest.mark.usefixtures("both")
class TestElsewhere:
    """…a name that leads to two addresses…"""

    @pytest.mark.parametrize(
        ("fault", "families", "computer"),
        [
            ("other-computer-on-ipv6", "differ", "differs"),
            ("ipv6-refused", "one_fails", "unknown"),
        ],
    )
    def test_of_which_one_is_wrong(self, fault: str, families: str, computer: str) -> None:
        with listening(fault) as (_, server):
            report = probe_port(server.port)
        assert (report.verdict, report.facts["rdp.families"]) == ("ok", families)
        assert report.facts["rdp.same_computer"] == computer

    def test_of_the_same_computer_and_then_of_another(self) -> None:
        with listening(network__elsewhere=[{"address": "::1", "answers": "same"}]) as (state, server):
            assert probe_port(server.port).facts["rdp.families"] == "same"
            with state.changing() as document:
                document["network"]["elsewhere"][0]["answers"] = "other"
            assert probe_port(server.port).facts["rdp.same_computer"] == "differs"
            with state.changing() as document:
                document["network"]["elsewhere"] = []
            assert probe_port(server.port).facts["rdp.families"] == "one_fails"


def test_a_host_that_answers_every_second_time_is_flapping() -> None:
    with listening("flapping") as (state, server):
        registered = RegisteredHost("acc-07", "127.0.0.1", frozenset({server.port}), NETWORKS)
        assert probe_network(registered, server.port).facts["rdp.steady"] == "flapping"
        with state.changing() as document:
            document["network"]["rdp"] = "open"
        assert probe_network(registered, server.port).facts["rdp.steady"] == "steady"


class TestGateway:
    """…a Remote Desktop gateway…"""

    @pytest.fixture
    def host(self) -> Iterator[LabHost]:
        made = LabHost(build_state(name="ACC-07", file=None, settings={"network.gateway": "open"}), OPTIONS)
        made.start()
        yield made
        made.stop()

    def probe_port(self, host: LabHost) -> tuple[str, str]:
        ready = host.ready()
        port, gateway = ready["rdp_port"], ready["gateway_port"]
        there = Gateway(RegisteredHost("127.0.0.1", "127.0.0.1", frozenset({gateway}), NETWORKS), gateway)
        registered = RegisteredHost("acc-07", "127.0.0.1", frozenset({port}), NETWORKS)
        report = probe_network(registered, port, seconds=3, gateway=there)
        assert report.verdict == "ok"
        return report.facts["gateway.stage"], report.facts["gateway.certificate"]

    @pytest.mark.parametrize(
        ("behaviour", "expected"),
        [
            ("open", ("ok", "valid")),
            ("expired", ("ok", "expired")),
            ("other_name", ("ok", "mismatch")),
            ("web_server", ("not_gateway", "valid")),
            ("closed", ("tls_failed", "unknown")),
            ("refused", ("refused", "unknown")),
        ],
    )
    def test_is_what_its_state_says(self, behaviour: str, expected: tuple[str, str], host: LabHost) -> None:
        with host.state.changing() as document:
            document["network"]["gateway"] = behaviour
        assert self.probe_port(host) == expected

    def test_that_is_silent_times_out(self, host: LabHost) -> None:
        with host.state.changing() as document:
            document["network"]["gateway"] = "silent"
        assert self.probe_port(host) == ("timed_out", "unknown")

    def test_is_named_only_where_there_is_one(self) -> None:
        plain = LabHost(healthy("ACC-08"), OPTIONS)
        plain.start()
        try:
            assert "gateway_port" not in plain.ready()
        finally:
            plain.stop()

    @pytest.mark.parametrize("fault", [name for name in FAULTS if name.startswith("gateway-")])
    def test_comes_with_a_fault_that_names_it(self, fault: str) -> None:
        document = healthy()
        FAULTS[fault](document)
        assert document["network"]["gateway"] != "absent"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("network.gateway", "friendly"),
        ("network.elsewhere", [{"address": "::1"}]),
        ("network.elsewhere", [{"address": "::1", "answers": "maybe"}]),
        ("network.elsewhere", {}),
    ],
)
def test_what_nobody_can_be_is_refused(path: str, value: object) -> None:
    with pytest.raises(BadStateError, match="network"):
        build_state(name="ACC-07", file=None, settings={path: value})
