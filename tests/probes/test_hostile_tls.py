"""The probe of a host that is hostile within or after TLS…"""

import contextlib
import socket
import ssl
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.probes.hostile import (
    certificate,
    drain,
    in_tls,
    presenting,
    probe_served,
    selected,
    server_hello,
    tls_record,
)
from troubleshoot.probes import FACTS
from troubleshoot.probes.tls import ALERTS, handshake


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


@pytest.mark.parametrize("number", [*ALERTS.values(), 0, 121, 255])
def test_decodes_an_alert(number: int) -> None:
    report = probe_served(in_tls(tls_record(21, bytes([2, number]))))
    expected = f"alert_{number}" if number in ALERTS.values() else "other"
    assert report.verdict == "tls_failed"
    assert report.facts["rdp.tls_failure"] == expected
    assert expected in FACTS["rdp.tls_failure"]


def test_says_reset_when_the_host_closes_within_the_handshake() -> None:
    def handler(connection: socket.socket) -> None:
        connection.recv(19)
        connection.sendall(selected(1))
        connection.recv(10)

    report = probe_served(handler)
    assert (report.verdict, report.facts["rdp.tls_failure"]) == ("tls_failed", "reset")


def test_says_timeout_when_the_host_falls_silent() -> None:
    begin = time.monotonic()
    report = probe_served(in_tls(server_hello()), seconds=1)
    assert time.monotonic() - begin < 3
    assert report.facts["rdp.tls_failure"] == "timeout"


def test_stops_reading_endless_handshake_records() -> None:
    begin = time.monotonic()
    report = probe_served(in_tls(server_hello(), again=tls_record(22, message(0, b"")) * 64), seconds=4)
    assert time.monotonic() - begin < 6
    assert report.verdict == "tls_failed"


def test_ends_a_dripped_handshake_at_the_deadline() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(19)
        connection.sendall(selected(2))
        for byte in server_hello():
            connection.sendall(bytes([byte]))
            time.sleep(0.5)

    begin = time.monotonic()
    report = probe_served(drip, seconds=2)
    assert time.monotonic() - begin < 4
    assert report.facts["rdp.tls_failure"] == "timeout"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\x00\x00\x00", id="empty list"),
        pytest.param((11).to_bytes(3, "big") + (8).to_bytes(3, "big") + b"not DER!", id="not DER"),
        pytest.param(b"\xff" * 40, id="lengths beyond the message"),
    ],
)
def test_reports_a_certificate_message_that_cannot_be_read(body: bytes) -> None:
    report = probe_served(in_tls(server_hello() + tls_record(22, message(11, body))))
    assert (report.verdict, report.facts["rdp.certificate"]) == ("tls_failed", "unknown")


def test_does_not_swallow_16_megabytes_of_certificate() -> None:
    begin = time.monotonic()
    announced = tls_record(22, b"\x0b\xff\xff\xff" + b"\xff\xff\xfc" + b"\xff\xff\xf9")
    report = probe_served(in_tls(server_hello() + announced, again=tls_record(22, b"A" * 16384)), seconds=5)
    assert report.verdict == "tls_failed"
    assert time.monotonic() - begin < 3


def test_reads_ten_thousand_names() -> None:
    names = [f"{number:x}.a" for number in range(10_000)]
    report = probe_served(presenting(certificate(names=[*names, "acc-07"])))
    assert report.facts["rdp.certificate"] == "valid"
    assert report.certificate["name_count"] == 10_002
    assert len(report.certificate["names"]) == 20


def test_survives_more_names_than_tls_accepts() -> None:
    names = [f"host-{number:05}.corp.example" for number in range(10_000)]
    assert probe_served(presenting(certificate(names=names))).verdict == "tls_failed"


class TestAfterTls:
    """After the handshake the probe…"""

    def test_sends_nothing(self) -> None:
        seen: list[bytes] = []

        def after(protected: ssl.SSLSocket) -> None:
            with contextlib.suppress(OSError):  # the probe may have left: it has seen what it came for
                protected.sendall(b"\x30\x23\xa0\x03\x02\x01\x06")  # the host begins CredSSP by itself
            seen.append(drain(protected))

        assert probe_served(presenting(certificate(), after=after)).verdict == "ok"
        assert set(seen) == {b""}

    def test_sends_no_certificate_of_its_own(self) -> None:
        presented: list[object] = []

        def ask(context: ssl.SSLContext) -> None:
            context.verify_mode = ssl.CERT_OPTIONAL

        def after(protected: ssl.SSLSocket) -> None:
            presented.append(protected.getpeercert(binary_form=True))
            presented.append(drain(protected))

        report = probe_served(presenting(certificate(), after=after, change=ask))
        assert report.verdict == "ok"
        assert set(presented) == {None, b""}

    def test_survives_a_host_that_insists_on_a_client_certificate(self) -> None:
        def insist(context: ssl.SSLContext) -> None:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.verify_mode = ssl.CERT_REQUIRED

        report = probe_served(presenting(certificate(), change=insist))
        assert (report.verdict, report.facts["rdp.tls_failure"]) == ("tls_failed", "alert_40")


class _Answers:
    """A socket that answers with fixed bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def sendall(self, data: bytes) -> None:
        """Take anything."""

    def recv(self, size: int) -> bytes:
        part, self.data = self.data[:size], self.data[size:]
        return part


@settings(max_examples=150, deadline=None)
@given(st.lists(st.builds(tls_record, st.sampled_from([20, 21, 22, 23, 99]), st.binary(max_size=60)), max_size=4))
def test_random_records_never_raise(records: list[bytes]) -> None:
    ended = handshake(_Answers(b"".join(records)))  # type: ignore[arg-type]
    assert ended.failure in FACTS["rdp.tls_failure"]
    assert ended.failure != "none"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_in_a_certificate_message_never_raise(body: bytes) -> None:
    answer = server_hello() + tls_record(22, message(11, body))
    assert handshake(_Answers(answer)).failure != "none"  # type: ignore[arg-type]
