"""The probe of a host that is hostile before TLS…"""

import socket
import struct
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.probes.hostile import (
    LOOPBACK,
    answering,
    confirm,
    drain,
    failure,
    packet,
    probe_port,
    probe_served,
    reset,
    selected,
    serving,
)
from troubleshoot.probes import FACTS, ProbeReport, network, probe_network
from troubleshoot.remote import DialError, RegisteredHost


def facts(report: ProbeReport, *names: str) -> tuple[str, ...]:
    return tuple(report.facts[f"rdp.{name}"] for name in names)


def elapsed(begin: float) -> float:
    return time.monotonic() - begin


def test_ends_in_time_when_the_host_says_nothing() -> None:
    begin = time.monotonic()
    report = probe_served(drain, seconds=1)
    assert elapsed(begin) < 3
    assert report.verdict == "closed_before_confirm"
    assert "in time" in next(stage for stage in report.stages if stage.name == "x224").detail
    assert "skipped: no time left" in report.stages[-1].detail


def test_ends_at_the_deadline_when_the_answer_is_dripped() -> None:
    def drip(connection: socket.socket) -> None:
        for byte in selected(2):
            connection.sendall(bytes([byte]))
            time.sleep(1)

    begin = time.monotonic()
    report = probe_served(drip, seconds=2)
    assert elapsed(begin) < 4
    assert report.verdict == "closed_before_confirm"


def test_does_not_wait_for_an_impossible_length() -> None:
    begin = time.monotonic()
    report = probe_served(answering(b"\x03\x00\xff\xff", linger=True))
    assert elapsed(begin) < 2
    assert report.verdict == "not_rdp"


@pytest.mark.parametrize("sent", range(19))
def test_takes_a_close_within_the_answer_for_one_before_it(sent: int) -> None:
    assert probe_served(answering(selected(2)[:sent])).verdict == "closed_before_confirm"


@pytest.mark.parametrize("sent", [0, 1, 10])
def test_takes_a_reset_for_a_close(sent: int) -> None:
    def handler(connection: socket.socket) -> None:
        connection.recv(19)
        connection.sendall(selected(2)[:sent])
        reset(connection)

    assert probe_served(handler).verdict == "closed_before_confirm"


def test_survives_a_close_at_accept() -> None:
    assert probe_served(lambda connection: None).verdict == "closed_before_confirm"


def test_takes_a_reset_at_accept_for_a_close_however_soon_it_comes() -> None:
    with serving(reset) as port:  # it overtakes the end of our own connecting now and then
        assert {probe_port(port).verdict for _ in range(30)} == {"closed_before_confirm"}


@pytest.mark.parametrize(
    "banner", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"220 mail ESMTP\r\n", b"\n"]
)
def test_knows_another_protocol(banner: bytes) -> None:
    begin = time.monotonic()
    assert probe_served(answering(banner, linger=True)).verdict == "not_rdp"
    assert elapsed(begin) < 2


@pytest.mark.parametrize(
    "reply",
    [
        b"\x02" + selected(2)[1:],
        packet(b"\x0e\xe0\0\0\0\0\0" + struct.pack("<BBHI", 1, 0, 8, 3)),
        packet(b"\x06\x80\0\0\0\0\0"),
        packet(b"\x02\xf0\x80"),
        selected(3),
        selected(4),
        selected(8),
        selected(16),
    ],
)
def test_calls_a_wrong_answer_not_rdp(reply: bytes) -> None:
    report = probe_served(answering(reply, linger=True))
    assert facts(report, "stage", "certificate", "nla") == ("not_rdp", "unknown", "unknown")


@pytest.mark.parametrize(
    ("code", "failed", "security"),
    [
        (1, "1", "tls"),
        (2, "2", "rdp_only"),
        (3, "3", "unknown"),
        (4, "4", "unknown"),
        (5, "5", "tls"),
        (6, "6", "tls"),
        (0, "other", "unknown"),
        (0xFFFFFFFF, "other", "unknown"),
    ],
)
def test_decodes_a_refusal(code: int, failed: str, security: str) -> None:
    report = probe_served(answering(failure(code)))
    assert facts(report, "stage", "negotiation_failure", "security") == ("negotiation_refused", failed, security)
    assert report.stages[2].detail.startswith(f"offer 3: refused: {code} ")


@pytest.mark.parametrize("reply", [confirm(), selected(0), selected(0, 0xFF)])
def test_finds_standard_security_only(reply: bytes) -> None:
    report = probe_served(answering(reply))
    seen = facts(report, "stage", "negotiation_failure", "tls_failure", "certificate", "nla", "security")
    assert seen == ("ok", "none", "none", "none", "not_required", "rdp_only")


def test_takes_garbage_after_the_confirm_for_broken_tls() -> None:
    report = probe_served(answering(selected(2) + selected(2), linger=True))
    assert facts(report, "stage", "tls_failure") == ("tls_failed", "other")


def test_sends_nothing_but_its_offers() -> None:
    offers: list[bytes] = []
    more: list[bytes] = []

    def handler(connection: socket.socket) -> None:
        offers.append(connection.recv(4096))
        connection.sendall(failure(2))
        more.append(drain(connection))  # connections end in any order

    probe_served(handler)
    assert {len(request) for request in offers} == {19}
    # The offer of mstsc, the two lesser ones, that of mstsc twice again, and the newest.
    assert [request[15] for request in offers] == [3, 1, 0, 3, 3, 11]
    assert more == [b""] * 6


class TestDialling:
    """…and of one that cannot be reached."""

    def test_says_refused_for_a_closed_port(self) -> None:
        with serving(drain) as port:
            pass
        assert probe_port(port).verdict == "refused"

    def test_says_no_name_for_a_name_that_does_not_resolve(self) -> None:
        registered = RegisteredHost("acc-07", "no-such-host.invalid", frozenset({3389}), LOOPBACK)
        report = probe_network(registered, 3389, seconds=5)
        assert report.verdict == "no_name"
        assert set(report.facts.values()) == {"no_name", "unknown", "not_asked", "none"}

    def test_refuses_a_port_that_is_not_registered(self) -> None:
        with pytest.raises(DialError) as error:
            probe_network(RegisteredHost("acc-07", "127.0.0.1", frozenset({3389}), LOOPBACK), 22, seconds=1)
        assert error.value.reason == "not_allowed"

    def test_refuses_an_address_outside_the_networks(self) -> None:
        with pytest.raises(DialError) as error:
            probe_network(RegisteredHost("acc-07", "192.0.2.1", frozenset({3389}), LOOPBACK), 3389, seconds=1)
        assert error.value.reason == "not_allowed"


class TestManyAtOnce:
    """The number of probes at the same time…"""

    def test_is_limited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(network, "_slots", threading.BoundedSemaphore(3))
        lock, now, peak = threading.Lock(), 0, 0

        def handler(connection: socket.socket) -> None:
            nonlocal now, peak
            with lock:
                now += 1
                peak = max(peak, now)
            connection.recv(19)
            time.sleep(0.02)
            with lock:
                now -= 1
            connection.sendall(b"no")

        with serving(handler) as port:
            threads = [threading.Thread(target=probe_port, args=(port,)) for _ in range(24)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert 1 <= peak <= 3

    def test_leaves_a_probe_without_verdict_when_no_place_is_free(self, monkeypatch: pytest.MonkeyPatch) -> None:
        busy = threading.BoundedSemaphore(1)
        busy.acquire()
        monkeypatch.setattr(network, "_slots", busy)
        report = probe_port(3389, seconds=0.1)
        assert report.verdict == "unknown"
        assert "too many" in report.stages[0].detail


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=64), st.builds(packet, st.binary(max_size=40))))
def test_never_raises_and_never_leaves_its_fact_lists(reply: bytes) -> None:
    report = probe_served(answering(reply), seconds=3)
    assert all(value in FACTS[name] for name, value in report.facts.items())
    assert report.facts.keys() == FACTS.keys()
