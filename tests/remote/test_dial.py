"""A line opens sockets to registered places only, and ends every one of them at its deadline."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.remote.conftest import Tls, registered
from troubleshoot.engine import RefusalCode
from troubleshoot.remote import DialError, Line, RegisteredHost, is_host_name, literal_address
from troubleshoot.remote.dial import _FAILURES
from troubleshoot.remote.transport import tls_context


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])


@pytest.mark.parametrize(
    "text",
    [
        "web1@evil.example",
        "pc-1;calc",
        "-oProxyCommand=x",
        "pc-",
        "a..b",
        "",
        "pc 1",
        "pc\n",
        "pc.",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "127.1",
        "127.0.0.01",
        "host.0x10",
        "::ffff:10.0.0.1",
        "fe80::1%eth0",
        "FE80::1",
        "[::1]",
        "host:5985",
        "http://host",
        "höst",
        "a" * 64,
        ".".join(["a" * 60] * 5),
    ],
)
def test_a_host_is_not_registered_under_a_name_that_could_be_read_as_something_else(text: str) -> None:
    with pytest.raises(ValueError, match="host_name_unfit"):
        RegisteredHost(text, "10.0.0.1", frozenset({5985}), ())
    with pytest.raises(ValueError, match="host_name_unfit"):
        RegisteredHost("pc", text, frozenset({5985}), ())


@pytest.mark.parametrize("text", ["pc", "ACC-07", "a_b.corp.example", "1pc", "3com.example", "10.0.0.1", "fe80::1"])
def test_a_plain_name_or_a_canonical_address_is_accepted(text: str) -> None:
    assert RegisteredHost(text, text, frozenset({5985}), ()).name == text


@given(st.text(max_size=40))
def test_no_accepted_name_is_an_address_to_the_resolver(text: str) -> None:
    if is_host_name(text):
        assert literal_address(text) is None
        with pytest.raises(OSError, match=r".*"):
            socket.inet_aton(text)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_does_not_exist_is_not_registered(port: int) -> None:
    with pytest.raises(ValueError, match="port_unfit"):
        registered(port)


@pytest.mark.parametrize(
    ("address", "networks", "allowed"),
    [
        ("10.1.2.3", ["10.0.0.0/8"], True),
        ("11.1.2.3", ["10.0.0.0/8"], False),
        ("10.1.2.3", [], False),
        ("127.0.0.1", ["0.0.0.0/0"], False),
        ("127.0.0.1", ["127.0.0.0/8"], True),
        ("169.254.169.254", ["0.0.0.0/0"], False),
        ("0.0.0.0", ["0.0.0.0/0"], False),
        ("224.0.0.1", ["0.0.0.0/0"], False),
        ("::1", ["::/0"], False),
        ("2001:db8::1", ["2001:db8::/32"], True),
    ],
)
def test_an_address_is_dialled_only_inside_an_allowed_network(address: str, networks: list[str], allowed: bool) -> None:
    nets = tuple(ipaddress.ip_network(network) for network in networks)
    entry = RegisteredHost("pc", "pc", frozenset({1}), nets)
    assert entry.allows(ipaddress.ip_address(address)) is allowed


def test_a_mapped_answer_of_the_resolver_is_judged_as_the_address_that_it_hides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [("::ffff:169.254.169.254", 0, 0, 0), ("127.0.0.1", 0), ("127.0.0.1", 0)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", answer) for answer in answers])
    with Line(registered(1, address="pc.example"), seconds=5) as line:
        assert line.addresses() == ("127.0.0.1",)


def test_a_name_is_resolved_once_and_pinned(monkeypatch: pytest.MonkeyPatch, listener: socket.socket) -> None:
    calls = []

    def answer(*args: object, **_: object) -> list[object]:
        calls.append(args)
        return [(0, 0, 0, "", ("127.0.0.1" if len(calls) == 1 else "127.0.0.99", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with Line(registered(port_of(listener), address="pc.example"), seconds=5) as line:
        line.connect(port_of(listener)).close()
        line.connect(port_of(listener)).close()
        assert line.again(1).addresses() == ("127.0.0.1",)
    assert len(calls) == 1


def test_a_resolver_that_never_answers_costs_no_more_than_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(10) and [])
    began = time.monotonic()
    with Line(registered(1, address="pc.example"), seconds=0.2) as line, pytest.raises(DialError) as caught:
        line.addresses()
    release.set()
    assert caught.value.reason == "timed_out"
    assert time.monotonic() - began < 1


def test_an_unknown_name_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with Line(registered(1, address="pc.invalid"), seconds=2) as line, pytest.raises(DialError) as caught:
        line.connect(1)
    assert caught.value.reason == "no_name"


def test_a_port_or_address_that_is_not_registered_is_not_dialled(listener: socket.socket) -> None:
    port = port_of(listener)
    with Line(registered(1), seconds=2) as line, pytest.raises(DialError) as caught:
        line.connect(port)
    assert caught.value.reason == "not_allowed"
    with Line(registered(port), seconds=2) as line, pytest.raises(DialError) as caught:
        line.connect(port, address="127.0.0.2")
    assert caught.value.reason == "not_allowed"
    outside = RegisteredHost("pc", "127.0.0.1", frozenset({port}), ())
    with Line(outside, seconds=2) as line, pytest.raises(DialError) as caught:
        line.connect(port)
    assert caught.value.reason == "not_allowed"


def test_a_closed_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = port_of(server)
    with Line(registered(port), seconds=2) as line, pytest.raises(DialError) as caught:
        line.connect(port)
    assert caught.value.reason == "refused"


def test_a_full_backlog_times_out_after_the_time_for_one_connection() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = port_of(server)
        with Line(registered(port), seconds=5) as line:
            began = time.monotonic()
            with pytest.raises(DialError) as caught:  # the first connection fills the backlog
                assert [line.connect(port, timeout=0.3) for _ in range(5)] == []
            assert caught.value.reason == "timed_out"
            assert time.monotonic() - began < 2


def test_a_read_ends_at_the_deadline_although_a_byte_comes_again_and_again(listener: socket.socket) -> None:
    stop = threading.Event()

    def drip() -> None:
        peer, _ = listener.accept()
        with peer:
            while not stop.wait(0.05):
                try:
                    peer.sendall(b".")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    with Line(registered(port_of(listener)), seconds=0.5) as line:
        sock = line.connect(port_of(listener))
        reader = sock.makefile("rb")
        try:
            assert len(reader.read(1000)) < 1000
        except OSError:
            assert line.expired
    stop.set()
    thread.join()
    assert 0.4 < time.monotonic() - began < 1.5


def test_a_tls_handshake_ends_at_the_deadline(listener: socket.socket, tls: Tls) -> None:
    began = time.monotonic()
    with Line(registered(port_of(listener)), seconds=0.4) as line:
        sock = line.connect(port_of(listener))
        with pytest.raises(OSError, match=r".*"):
            line.secure(sock, tls_context(tls.ca_file), server_hostname="localhost")
    assert time.monotonic() - began < 1.5


def test_a_socket_cannot_be_taken_off_its_line(listener: socket.socket, tls: Tls) -> None:
    with Line(registered(port_of(listener)), seconds=2) as line:
        sock = line.connect(port_of(listener))
        with pytest.raises(RuntimeError, match=r"Line\.secure"):
            tls_context(tls.ca_file).wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False)


def test_reading_beyond_the_limit_fails(listener: socket.socket) -> None:
    with Line(registered(port_of(listener)), seconds=2) as line:
        sock = line.connect(port_of(listener))
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"x" * 100)
            line.limit(50)
            assert len(sock.recv(40)) == 40
            with pytest.raises(OSError, match="limit"):
                sock.recv(40)
            assert line.overrun


def test_leaving_the_line_closes_every_socket(listener: socket.socket) -> None:
    with Line(registered(port_of(listener)), seconds=5) as line:
        line.connect(port_of(listener))
        peer, _ = listener.accept()
    with peer:
        peer.settimeout(2)
        assert peer.recv(1) == b""
    with pytest.raises(DialError):
        line.connect(port_of(listener))


def test_closing_a_socket_is_seen_by_the_other_side_at_once(listener: socket.socket) -> None:
    with Line(registered(port_of(listener)), seconds=5) as line:
        line.connect(port_of(listener)).close()
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(2)
            assert peer.recv(1) == b""


def test_nothing_is_dialled_after_the_deadline(listener: socket.socket) -> None:
    with Line(registered(port_of(listener)), seconds=0) as line, pytest.raises(DialError) as caught:
        line.connect(port_of(listener))
    assert caught.value.reason == "timed_out"


class TestTheOwnName:
    """The host's own name, when it is registered under another address…"""

    NETWORKS = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("192.0.2.0/24"))

    def line(self, port: int, name: str = "pc") -> Line:
        return Line(RegisteredHost(name, "127.0.0.1", frozenset({port}), self.NETWORKS), seconds=5)

    def test_may_be_dialled_where_it_leads_into_an_allowed_network(
        self, monkeypatch: pytest.MonkeyPatch, listener: socket.socket
    ) -> None:
        answers = [(0, 0, 0, "", (address, 0)) for address in ("127.0.0.1", "198.51.100.9")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
        with self.line(port_of(listener)) as line:
            assert line.named() == (("127.0.0.1", "198.51.100.9"), ("127.0.0.1",))
            line.connect(port_of(listener), address="127.0.0.1").close()
            with pytest.raises(DialError) as caught:
                line.connect(port_of(listener), address="198.51.100.9")
        assert caught.value.reason == "not_allowed"

    def test_may_lead_nowhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> None:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", fail)
        with self.line(1) as line:
            assert line.named() == ((), ())

    def test_is_not_asked_for_where_it_is_an_address_or_loopback_alone_is_allowed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("asked"))
        with self.line(1, name="192.0.2.7") as line, Line(registered(1), seconds=5) as local:
            assert line.named() == local.named() == ((), ())


@pytest.mark.parametrize(("code", "raw"), [(code, raw) for code, (_reason, raw) in _FAILURES.items()])
def test_a_failure_says_all_it_knows_to_whoever_keeps_the_reading(code: RefusalCode, raw: str) -> None:
    named = re.findall(r"{(\w+)}", raw)
    said = str(DialError(code, **{name: f"<{name}>" for name in named}))
    assert all(f"<{name}>" in said for name in named)
