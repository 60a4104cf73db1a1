"""The simulated Remote Desktop listener…"""

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lab.hosts import listening, seen
from troubleshoot.lab import FAULTS
from troubleshoot.lab.negotiation import Request, Terms, answer_to
from troubleshoot.lab.service_reactions import service_started, service_stopped
from troubleshoot.lab.state import POLICY, RDP_TCP, TERMINAL_SERVER, HostState, moment
from troubleshoot.lab.tcp_port import Port

CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def outcome(offer: int | None, layer: int, *, nla: bool, certificate: bool = True) -> str:
    """rsp N, fail N, plain (a confirm without negotiation) or closed."""
    data = answer_to(Request(offer), Terms(layer, nla, CONTEXT if certificate else None)).data
    if len(data) <= 11:
        return "plain" if data else "closed"
    kind, _, length, value = struct.unpack("<BBHI", data[11:])
    assert (len(data), data[:6], length) == (19, b"\x03\x00\x00\x13\x0e\xd0", 8)
    return f"{ {2: 'rsp', 3: 'fail'}[kind] } {value}".replace("  ", " ").strip()


@pytest.mark.parametrize(
    ("layer", "nla", "certificate", "answers"),
    [
        # offers:                   0         1         3         11        legacy
        (0, False, True, ("rsp 0", "fail 2", "fail 2", "fail 2", "plain")),
        (0, True, True, ("rsp 0", "fail 2", "fail 2", "fail 2", "plain")),
        (1, False, True, ("rsp 0", "rsp 1", "rsp 2", "rsp 8", "plain")),
        (1, True, True, ("fail 5", "fail 5", "rsp 2", "rsp 8", "closed")),
        (2, False, True, ("fail 1", "rsp 1", "rsp 2", "rsp 8", "closed")),
        (2, True, True, ("fail 5", "fail 5", "rsp 2", "rsp 8", "closed")),
        (1, False, False, ("rsp 0", "fail 3", "fail 3", "fail 3", "plain")),
        (2, False, False, ("fail 1", "fail 3", "fail 3", "fail 3", "closed")),
        (2, True, False, ("fail 5", "fail 3", "fail 3", "fail 3", "closed")),
    ],
)
def test_answers_each_offer_by_its_settings(layer: int, nla: bool, certificate: bool, answers: tuple[str, ...]) -> None:
    offers = (0, 1, 3, 11, None)
    assert tuple(outcome(offer, layer, nla=nla, certificate=certificate) for offer in offers) == answers


@given(st.integers(0, 2**32 - 1), st.integers(0, 2), st.booleans(), st.booleans())
def test_never_chooses_what_was_not_offered(offer: int, layer: int, nla: bool, certificate: bool) -> None:
    kind, _, value = outcome(offer, layer, nla=nla, certificate=certificate).partition(" ")
    if kind == "rsp":
        assert int(value) & ~offer == 0


def stage(server_port: int) -> str:
    return seen(server_port, seconds=1).verdict


def set_value(state: HostState, key: str, name: str, value: int) -> None:
    with state.changing() as document:
        document["registry"][key][name] = {"kind": "DWord", "value": value}


class TestLive:
    """…follows its state at once:"""

    def test_the_port_closes_and_opens_with_the_service_on_the_same_number(self) -> None:
        with listening() as (state, server):
            port = server.port
            for _ in range(3):
                service_stopped(state, "TermService")
                assert stage(port) == "refused"
                service_started(state, "TermService")
                assert stage(port) == "ok"
            assert server.port == port

    def test_open_connections_end_with_the_service(self) -> None:
        with listening() as (state, server), socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"\x03\x00")
            service_stopped(state, "TermService")
            client.settimeout(5)
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(1) == b""

    def test_the_network_comes_and_goes(self) -> None:
        with listening() as (state, server):
            for mode, expected in [
                ("silent", "timed_out"),
                ("open", "ok"),
                ("closed_before_confirm", "closed_before_confirm"),
                ("refused", "refused"),
                ("silent", "timed_out"),
                ("open", "ok"),
            ]:
                with state.changing() as document:
                    document["network"]["rdp"] = mode
                assert stage(server.port) == expected

    def test_remote_desktop_can_be_switched_off_locally_or_by_policy(self) -> None:
        with listening() as (state, server):
            set_value(state, TERMINAL_SERVER, "fDenyTSConnections", 1)
            assert stage(server.port) == "refused"
            set_value(state, POLICY, "fDenyTSConnections", 0)
            assert stage(server.port) == "ok"
            set_value(state, RDP_TCP, "fEnableWinStation", 0)
            assert stage(server.port) == "refused"

    def test_policy_wins_over_the_local_security_layer(self) -> None:
        with listening() as (state, server):
            set_value(state, RDP_TCP, "SecurityLayer", 0)
            assert seen(server.port).facts["rdp.negotiation_failure"] == "2"
            set_value(state, POLICY, "SecurityLayer", 2)
            assert stage(server.port) == "ok"

    def test_nla_can_be_lifted_and_required_again(self) -> None:
        with listening() as (state, server):
            for value, expected in [(0, "not_required"), (1, "required"), (0, "not_required")]:
                set_value(state, RDP_TCP, "UserAuthentication", value)
                assert seen(server.port).facts["rdp.nla"] == expected

    def test_a_restart_of_sessionenv_renews_an_expired_certificate(self) -> None:
        with listening("certificate-service-stopped") as (state, server):
            assert seen(server.port).facts["rdp.negotiation_failure"] == "3"
            service_started(state, "SessionEnv")
            report = seen(server.port)
            (entry,) = state.document["certificates"]["Remote Desktop"]
        assert report.facts["rdp.certificate"] == "valid"
        assert report.certificate["thumbprint"] == entry["thumbprint"]

    def test_a_readable_key_brings_the_certificate_back(self) -> None:
        with listening("key-unreadable") as (state, server):
            assert stage(server.port) == "negotiation_refused"
            with state.changing() as document:
                document["key_store"]["rdp_key"] = "readable"
            assert stage(server.port) == "ok"


class TestCertificate:
    """…presents…"""

    def test_the_certificate_of_its_state(self) -> None:
        with listening() as (state, server):
            report = seen(server.port)
            (entry,) = state.document["certificates"]["Remote Desktop"]
        for field in ("thumbprint", "subject", "issuer", "not_before", "not_after"):
            assert report.certificate[field] == entry[field]
        assert int(report.certificate["serial"], 16) == entry["serial"]

    def test_the_bound_certificate_of_the_my_store(self) -> None:
        with listening() as (state, server):
            with state.changing() as document:
                own = document["certificates"]["Remote Desktop"][0]
                mine = own | {"issuer": "CN=Corp CA", "thumbprint": "C" * 40}
                document["certificates"]["My"].append(mine)
                binding = {"kind": "Binary", "value": "c" * 40}
                document["registry"][RDP_TCP]["SSLCertificateSHA1Hash"] = binding
            assert seen(server.port).certificate["issuer"] == "CN=Corp CA"
            with state.changing() as document:
                document["certificates"]["My"].clear()
            assert seen(server.port).facts["rdp.negotiation_failure"] == "3"

    def test_the_valid_one_of_several(self) -> None:
        with listening() as (state, server):
            with state.changing() as document:
                entries = document["certificates"]["Remote Desktop"]
                entries.append(entries[0] | {"serial": 77, "thumbprint": "D" * 40})
                entries[0].update(not_before="2020-01-01T00:00:00Z", not_after="2020-02-01T00:00:00Z")
            assert seen(server.port).certificate["serial"] == f"{77:X}"

    def test_none_before_its_date_by_the_clock_of_the_host(self) -> None:
        with listening() as (state, server):
            service_stopped(state, "SessionEnv")
            with state.changing() as document:
                begins = moment(document["certificates"]["Remote Desktop"][0]["not_before"])
                document["clock_offset_seconds"] = int((begins - state.now()).total_seconds()) - 3600
            assert seen(server.port).facts["rdp.negotiation_failure"] == "3"

    def test_a_reset_in_tls_where_the_state_says_so(self) -> None:
        with listening("key-unreadable", network__key_failure="reset") as (_, server):
            report = seen(server.port)
        assert (report.verdict, report.facts["rdp.tls_failure"]) == ("tls_failed", "reset")

    def test_failure_3_all_the_same_where_no_certificate_exists(self) -> None:
        with listening("key-unreadable", network__key_failure="reset") as (state, server):
            with state.changing() as document:
                document["certificates"]["Remote Desktop"].clear()
            assert seen(server.port).facts["rdp.negotiation_failure"] == "3"


@contextlib.contextmanager
def client(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        yield connection


def reply_to(port: int, data: bytes) -> bytes:
    with client(port) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            return connection.recv(100)
    return b""


class TestRequests:
    """…reads requests…"""

    NEGOTIATION = b"\x01\x00\x08\x00\x03\x00\x00\x00"

    def packet(self, variable: bytes) -> bytes:
        return struct.pack(">BBHBB", 3, 0, 11 + len(variable), 6 + len(variable), 0xE0) + bytes(5) + variable

    @pytest.mark.parametrize("cookie", [b"", b"Cookie: mstshash=bob\r\n", b"tsv://MS.1\r\n"])
    def test_with_or_without_a_cookie(self, cookie: bytes) -> None:
        with listening() as (_, server):
            assert reply_to(server.port, self.packet(cookie + self.NEGOTIATION))[11] == 2

    def test_without_negotiation_like_an_old_client(self) -> None:
        with listening("security-layer-rdp") as (_, server):
            assert reply_to(server.port, self.packet(b"")) == bytes.fromhex("0300000b06d00000123400")

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\x03",
            b"GET / HTTP/1.1\r\n\r\n",
            b"\x03\x00\x00\x05\x00",
            b"\x03\x00\xff\xff" + b"A" * 70000,
            b"\x16\x03\x01",
        ],
    )
    def test_and_closes_on_anything_else(self, data: bytes) -> None:
        with listening() as (_, server):
            with contextlib.suppress(OSError):  # it may have closed before we have said all
                assert reply_to(server.port, data) == b""
            assert stage(server.port) == "ok"

    def test_and_survives_random_bytes(self) -> None:
        with listening() as (_, server):

            @settings(max_examples=30, deadline=None)
            @given(st.binary(max_size=60))
            def survives(data: bytes) -> None:
                with contextlib.suppress(OSError):
                    reply_to(server.port, data)
                assert stage(server.port) == "ok"

            survives()


class TestLimits:
    """…holds its limits:"""

    def test_more_connections_than_allowed_are_closed(self) -> None:
        port = Port("127.0.0.1", 0, lambda connection: connection.recv(1), connections=2)
        port.set("open")
        try:
            with client(port.number), client(port.number), client(port.number) as third:
                assert third.recv(1) == b""
        finally:
            port.close()

    def test_a_connection_ends_after_its_time(self) -> None:
        port = Port("127.0.0.1", 0, lambda connection: connection.recv(1), seconds=0.3)
        port.set("open")
        try:
            begin = time.monotonic()
            with client(port.number) as idle:
                assert idle.recv(1) == b""
            assert 0.2 < time.monotonic() - begin < 3
        finally:
            port.close()

    def test_a_taken_port_is_an_error(self) -> None:
        with listening() as (_, server), pytest.raises(OSError, match="in use"):
            Port("127.0.0.1", server.port, lambda connection: None)

    def test_the_number_of_a_closed_port_is_given_to_nobody_else(self) -> None:
        port = Port("127.0.0.1", 0, lambda connection: connection.recv(1))
        try:
            for mode in ("refused", "open", "refused", "silent", "refused"):
                port.set(mode)
                with pytest.raises(OSError, match="in use"):
                    socket.create_server(("127.0.0.1", port.number))
        finally:
            port.close()

    def test_a_stopped_listener_gives_its_port_back(self) -> None:
        with listening() as (state, server):
            port = server.port
            server.stop()
            server.stop()
            FAULTS["service-stopped"](state.document)
            again = Port("127.0.0.1", port, lambda connection: None)
            again.close()

    def test_ipv6_works_too(self) -> None:
        with listening(listen="::1") as (_, server):
            assert seen(server.port, address="::1").verdict == "ok"
