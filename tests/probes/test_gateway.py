"""The leg to a Remote Desktop gateway…"""

import contextlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lab.hosts import NETWORKS
from tests.probes.hostile import KEY, Handler, certificate, drain, reset, serving, tls_record, weak_context
from tests.probes.rdp_servers.servers import free_port, listens
from tests.support import need
from troubleshoot.probes import Gateway, ProbeReport, gateway
from troubleshoot.probes.gateway import is_gateway
from troubleshoot.remote import RegisteredHost

ASKS = (
    b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"
)
OURS = certificate(common_name="127.0.0.1")
NOW = datetime.now(UTC)


def probe_port(port: int, *, address: str = "127.0.0.1", seconds: float = 3) -> ProbeReport:
    report = ProbeReport("acc-07:3389", "here")
    there = Gateway(RegisteredHost(address, address, frozenset({port}), NETWORKS), port)
    gateway.observe(there, report, seconds=seconds)
    return report


def probe_served(handler: Handler, **options: float) -> ProbeReport:
    with serving(handler) as port:
        return probe_port(port, **options)  # type: ignore[arg-type]  # seconds


def saying(
    *parts: bytes,
    issued: x509.Certificate = OURS,
    forever: bytes = b"",
    heard: list[bytes] | None = None,
    change: Callable[[ssl.SSLContext], None] = lambda _: None,
) -> Handler:
    """Do TLS, hear the request, answer in these parts, and perhaps go on for ever."""
    context = weak_context(issued, KEY)
    change(context)

    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection.dup(), server_side=True) as protected:
            asked = protected.recv(4096)
            for part in parts:
                protected.sendall(part)
            while forever:
                protected.sendall(forever)
            if heard is not None:
                heard.append(asked + drain(protected))

    return handler


def stage(report: ProbeReport) -> str:
    return report.facts["gateway.stage"]


class TestAnswers:
    """…says of an answer…"""

    def test_that_asks_to_sign_in_that_it_is_a_gateways_and_signs_in_nowhere(self) -> None:
        heard: list[bytes] = []
        report = probe_served(saying(ASKS, heard=heard))
        assert (stage(report), report.facts["gateway.certificate"]) == ("ok", "valid")
        (request,) = heard
        assert re.match(rb"RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n", request)
        assert request.endswith(b"\r\n\r\n")
        assert b"Authorization" not in request

    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 404 Not Found\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nWWW-Authenticate: NTLM\r\n\r\n",
            b"HTTP/1.1 401 Unauthorized\r\n\r\n",
            b"HTTP/2 401\r\nWWW-Authenticate: NTLM\r\n\r\n",
            b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
            b"\x00" * 100,
            ASKS[:-2],
            ASKS[:12],
            b"HTTP/1.1 302 Found\r\nLocation: https://192.0.2.1/\r\n\r\n",
        ],
    )
    def test_of_something_else_that_it_is_no_gateways(self, answer: bytes) -> None:
        assert stage(probe_served(saying(answer))) == "not_gateway"

    def test_is_asked_for_at_an_ipv6_address_in_brackets(self) -> None:
        heard: list[bytes] = []
        with serving(saying(ASKS, heard=heard), listen="::1") as port:
            assert stage(probe_port(port, address="::1")) == "ok"
        assert f"\r\nHost: [::1]:{port}\r\n".encode() in heard[0]

    @pytest.mark.parametrize("cut", range(1, len(ASKS), 9))
    def test_in_two_halves_the_same(self, cut: int) -> None:
        assert stage(probe_served(saying(ASKS[:cut], ASKS[cut:]))) == "ok"

    def test_with_scripts_in_it_only_what_can_be_shown(self) -> None:
        report = probe_served(saying(b"HTTP/1.1 200 <script>\x1b[2J\xe2\x80\xae\r\n\r\n"))
        assert "\x1b" not in report.stages[-1].detail
        assert len(report.stages[-1].detail) < 400

    def test_without_end_that_it_is_no_gateways_and_stops_reading(self) -> None:
        begin = time.monotonic()
        report = probe_served(saying(b"HTTP/1.1 401 x\r\n", forever=b"X-Header: x\r\n" * 100), seconds=4)
        assert stage(report) == "not_gateway"
        assert time.monotonic() - begin < 3

    def test_dripped_ends_at_the_deadline(self) -> None:
        def drip(protected: ssl.SSLSocket) -> None:
            for byte in ASKS:
                protected.sendall(bytes([byte]))
                time.sleep(0.3)

        context = weak_context(OURS, KEY)

        def handler(connection: socket.socket) -> None:
            with context.wrap_socket(connection.dup(), server_side=True) as protected:
                protected.recv(4096)
                drip(protected)

        begin = time.monotonic()
        assert stage(probe_served(handler, seconds=1)) == "not_gateway"
        assert time.monotonic() - begin < 3


class TestCertificates:
    """…judges a certificate…"""

    @pytest.mark.parametrize(
        ("issued", "fact"),
        [
            (OURS, "valid"),
            (
                certificate(common_name="127.0.0.1", ends=NOW - timedelta(days=2), begins=NOW - timedelta(days=9)),
                "expired",
            ),
            (certificate(common_name="127.0.0.1", begins=NOW + timedelta(days=1)), "not_yet_valid"),
            (certificate(common_name="127.0.0.2"), "mismatch"),
        ],
    )
    def test_and_asks_whoever_shows_it(self, issued: x509.Certificate, fact: str) -> None:
        report = probe_served(saying(ASKS, issued=issued))
        assert (stage(report), report.facts["gateway.certificate"]) == ("ok", fact)

    def test_sends_the_name_that_it_wants(self, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted: list[str | None] = []

        def change(context: ssl.SSLContext) -> None:
            context.sni_callback = lambda _sock, name, _context: wanted.append(name)

        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("127.0.0.1", 0))])
        with serving(saying(ASKS, issued=certificate(common_name="gw.example"), change=change)) as port:
            report = probe_port(port, address="gw.example")
        assert wanted == ["gw.example"]
        assert report.facts["gateway.certificate"] == "valid"

    def test_with_html_and_ten_thousand_names_without_harm(self) -> None:
        names = [f"{number:x}.<b>" for number in range(9_000)]
        report = probe_served(saying(ASKS, issued=certificate(common_name="<script>\0", names=names)))
        assert (stage(report), report.facts["gateway.certificate"]) == ("ok", "valid")  # it names no address


def _alert(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(tls_record(21, b"\x02\x28"))


def _plain(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(ASKS)


class TestBeforeTls:
    """…finds the right stage of a connection that…"""

    @pytest.mark.parametrize("handler", [lambda _: None, reset, _alert, _plain, drain])
    def test_never_comes_to_tls(self, handler: Handler) -> None:
        report = probe_served(handler, seconds=1)
        assert (stage(report), report.facts["gateway.certificate"]) == ("tls_failed", "unknown")

    def test_breaks_off_within_tls(self) -> None:
        def handler(connection: socket.socket) -> None:
            connection.recv(4096)
            with contextlib.suppress(OSError):
                while True:
                    connection.sendall(tls_record(22, b"\0" * 4) * 512)

        begin = time.monotonic()
        assert stage(probe_served(handler)) == "tls_failed"
        assert time.monotonic() - begin < 3

    def test_is_refused(self) -> None:
        with serving(drain) as port:
            pass
        assert stage(probe_port(port)) == "refused"

    def test_has_no_name(self) -> None:
        assert stage(probe_port(443, address="no-such-gateway.invalid")) == "no_name"

    def test_lies_outside_the_allowed_networks(self) -> None:
        report = probe_port(443, address="192.0.2.1")
        assert stage(report) == "unknown"
        assert "allowed networks" in report.stages[-1].detail

    def test_nobody_asked_for(self) -> None:
        report = ProbeReport("acc-07:3389", "here")
        gateway.observe(None, report, seconds=1)
        assert (stage(report), report.facts["gateway.certificate"], report.stages) == ("not_asked", "none", [])

    def test_has_no_time_left(self) -> None:
        report = probe_port(443, seconds=0)
        assert (stage(report), report.stages[-1].detail) == ("unknown", "skipped: no time left")


def test_is_not_led_into_negotiating_again(tmp_path: Path) -> None:
    """OpenSSL's own server asks for a new handshake as soon as it has heard us; it gets none."""
    need(shutil.which("openssl"), "openssl is not installed (make system-deps)")
    private = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "server.pem").write_bytes(OURS.public_bytes(Encoding.PEM) + private)
    port = free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-tls1_2", "-cert", str(tmp_path / "server.pem")]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        listens(port)
        asking = threading.Thread(target=_ask_again, args=(server,))
        asking.start()
        begin = time.monotonic()
        assert stage(probe_port(port, seconds=5)) == "not_gateway"
        assert time.monotonic() - begin < 4
        asking.join(5)
    finally:
        server.kill()
        server.communicate()


def _ask_again(server: "subprocess.Popen[bytes]") -> None:
    assert server.stdin is not None
    assert server.stdout is not None
    for line in server.stdout:
        if line.startswith(b"RDG_OUT_DATA"):
            server.stdin.write(b"R\n")  # the server's command for a new handshake
            server.stdin.flush()
            return


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_random_headers_never_raise(headers: bytes) -> None:
    assert is_gateway(headers) in {True, False}
