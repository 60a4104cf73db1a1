"""A host that answers the first connections well and is hostile afterwards…"""

import itertools
import socket
import time

import pytest

from tests.probes.hostile import (
    Handler,
    answering,
    certificate,
    drain,
    failure,
    in_tls,
    presenting,
    probe_port,
    reset,
    selected,
    server_hello,
    serving,
    tls_record,
)
from troubleshoot.probes import FACTS, ProbeReport

GOOD = presenting(certificate())
FIRST = 3  # the verdict, and the two lesser offers


def after_the_verdict(hostile: Handler) -> Handler:
    turns = itertools.count()

    def handler(connection: socket.socket) -> None:
        (GOOD if next(turns) < FIRST else hostile)(connection)

    return handler


def probe_served(hostile: Handler, *, seconds: float = 2) -> ProbeReport:
    begin = time.monotonic()
    with serving(after_the_verdict(hostile)) as port:
        report = probe_port(port, seconds=seconds)
        assert time.monotonic() - begin < seconds + 2
    assert (report.verdict, report.facts["rdp.certificate"]) == ("ok", "valid")
    assert all(value in FACTS[name] for name, value in report.facts.items())
    return report


def drip(connection: socket.socket) -> None:
    connection.recv(19)
    for byte in selected(2):
        connection.sendall(bytes([byte]))
        time.sleep(0.3)


def flood(connection: socket.socket) -> None:
    connection.recv(19)
    while True:
        connection.sendall(b"\x03\x00\x00\x13" * 4096)


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(lambda _: None, id="closes at once"),
        pytest.param(reset, id="resets at once"),
        pytest.param(answering(selected(2)[:7]), id="half a frame"),
        pytest.param(answering(b"\x03\x00\xff\xff", linger=True), id="wrong length"),
        pytest.param(answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"), id="another language"),
        pytest.param(answering(failure(0xFFFFFFFF)), id="unknown refusal"),
        pytest.param(answering(selected(4)), id="not offered"),
        pytest.param(flood, id="endless"),
        pytest.param(in_tls(tls_record(21, b"\x02\x28")), id="alert"),
        pytest.param(in_tls(b"\x16\x03\x03\xff\xff"), id="huge record"),
        pytest.param(in_tls(server_hello(), again=tls_record(22, b"\0" * 4) * 64), id="endless handshake"),
        pytest.param(in_tls(server_hello() + tls_record(22, b"\x0b\xff\xff\xff"), again=b"A" * 16384), id="16 MB"),
        pytest.param(presenting(certificate(common_name="<script>\0", names=["x"] * 5000)), id="odd certificate"),
    ],
)
def test_changes_no_verdict_and_is_called_flapping(hostile: Handler) -> None:
    assert probe_served(hostile).facts["rdp.steady"] == "flapping"


@pytest.mark.parametrize("hostile", [pytest.param(drain, id="silent"), pytest.param(drip, id="drips")])
def test_holds_us_no_longer_than_the_deadline(hostile: Handler) -> None:
    report = probe_served(hostile, seconds=1)
    assert "skipped: no time left" in {stage.detail for stage in report.stages}


@pytest.mark.parametrize("sent", range(0, 19, 3))
def test_may_close_at_any_byte(sent: int) -> None:
    assert probe_served(answering(selected(2)[:sent])).facts["rdp.steady"] == "flapping"
