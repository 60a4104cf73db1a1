"""The simulated WinRM service lets nobody in, and does not fall over, when ..."""

import base64
import contextlib
import http.client
import os
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import spnego
from pypsrp.shell import WinRS
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

from tests.lab.winrm_hosts import BASIC, PASSWORD, USER, command, host, post, protocol, tls, wsman
from troubleshoot.lab.winrm.credentials import Account, acceptor_knows
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.lab.winrm.server import WinrmServer

IDENTIFY = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    b"<s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>"
)


@pytest.fixture
def server() -> Iterator[WinrmServer]:
    with host() as running:
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def protected(certificate: tuple[ssl.SSLContext, Path]) -> Iterator[WinrmServer]:
    with host(tls=certificate[0]) as running:
        yield running


def raw(server: WinrmServer, data: bytes, seconds: float = 5) -> bytes:
    """Send octets and return everything up to the end of the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as line:
        line.sendall(data)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while part := line.recv(65536):
                received += part
    return received


class TestAuthentication:
    def test_nobody_has_signed_in(self, server: WinrmServer) -> None:
        answer = post(server, IDENTIFY)
        assert (answer.status, answer.read()) == (401, b"")
        assert answer.headers.get_all("WWW-Authenticate") == ["Negotiate"]
        assert answer.headers["Server"] == "Microsoft-HTTPAPI/2.0"

    def test_nobody_has_signed_in_over_tls_where_basic_is_offered_too(self, protected: WinrmServer) -> None:
        offered = post(protected, IDENTIFY).headers.get_all("WWW-Authenticate")
        assert offered == ["Negotiate", 'Basic realm="WSMAN"']

    @pytest.mark.parametrize("transport", ["ntlm", "basic"])
    def test_the_password_is_wrong(
        self, protected: WinrmServer, certificate: tuple[ssl.SSLContext, Path], transport: str
    ) -> None:
        client = protocol(protected, transport=transport, password="wrong", ca_trust_path=str(certificate[1]))
        with pytest.raises(InvalidCredentialsError):
            client.open_shell()

    @pytest.mark.parametrize("user", ["somebody", "OTHER\\lab-admin", "lab-admin@corp.example"])
    def test_the_user_is_another(self, server: WinrmServer, user: str) -> None:
        with pytest.raises(InvalidCredentialsError):
            protocol(server, username=user).open_shell()

    @pytest.mark.parametrize("user", ["LAB-ADMIN", "lab-01\\lab-admin", "CORP\\lab-admin", ".\\lab-admin"])
    def test_unless_the_name_is_spelt_in_another_way(self, server: WinrmServer, user: str) -> None:
        assert command(protocol(server, username=user), "hostname")[2] == 0

    def test_the_password_is_right_but_the_host_refuses_credentials(self, protected: WinrmServer) -> None:
        with protected.state.changing() as document:
            document["winrm"]["credentials"] = "refused"
        assert post(protected, IDENTIFY, Authorization=BASIC).status == 401
        client = protocol(protected, transport="ntlm", ca_trust_path=None, server_cert_validation="ignore")
        client.transport.endpoint = f"https://127.0.0.1:{protected.port}/wsman"
        with pytest.raises(InvalidCredentialsError):
            client.open_shell()

    def test_basic_arrives_over_clear_http(self, server: WinrmServer) -> None:
        answer = post(server, IDENTIFY, Authorization=BASIC)
        assert (answer.status, answer.read()) == (401, b"")

    @pytest.mark.parametrize("spoilt", ["Basic", "Basic !", "Basic bm8gY29sb24=", "Basic 9999", "Bearer x", "x"])
    def test_basic_is_malformed(self, protected: WinrmServer, spoilt: str) -> None:
        assert post(protected, IDENTIFY, Authorization=spoilt).status == 401

    @pytest.mark.parametrize("token", [b"", b"NTLMSSP\0", b"NTLMSSP\0\3\0\0\0" + b"\xff" * 80, b"\x60\x84\xff", b"{}"])
    def test_a_negotiate_token_is_nonsense(self, server: WinrmServer, token: bytes) -> None:
        assert post(server, IDENTIFY, Authorization="Negotiate " + base64.b64encode(token).decode()).status == 401

    def test_another_connection_has_signed_in(self, server: WinrmServer) -> None:
        command(protocol(server), "hostname")
        assert post(server, IDENTIFY).status == 401

    def test_the_account_file_is_read_by_others(self, server: WinrmServer) -> None:
        account = Account(USER, PASSWORD)
        with acceptor_knows(account):
            path = Path(os.environ["NTLM_USER_FILE"])
            assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
            assert PASSWORD not in path.read_text()
        command(protocol(server), "hostname")
        assert list(path.parent.iterdir()) == []
        assert PASSWORD not in repr(account)

    @pytest.mark.parametrize("user", ["", "CORP\\", "a:b", "a\nb"])
    def test_a_host_is_given_a_user_that_cannot_be_one(self, user: str) -> None:
        with pytest.raises(ValueError, match="user name"):
            Account(user, PASSWORD)

    def test_a_host_is_given_a_method_it_does_not_know(self) -> None:
        with pytest.raises(ValueError, match="among basic, ntlm"), host(auth=frozenset({"digest"})):
            pass

    def test_identify_is_asked_without_signing_in_and_the_version_stays_hidden(self, server: WinrmServer) -> None:
        for answer in (
            post(server, IDENTIFY, path="/wsman-anon/identify"),
            post(server, IDENTIFY, WSMANIDENTIFY="unauthenticated"),
        ):
            assert answer.status == 200
            assert b"<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 3.0<" in answer.read()

    def test_unless_identify_is_asked_after_signing_in(self, server: WinrmServer) -> None:
        reply = protocol(server).transport.send_message(IDENTIFY.decode())
        assert b"<wsmid:ProductVendor>Microsoft Corporation<" in reply
        assert b"OS: 10.0" in reply


class TestEncryption:
    def test_soap_is_sent_in_clear_over_http(self, server: WinrmServer) -> None:
        with pytest.raises(WinRMTransportError) as refused:
            protocol(server, message_encryption="never").open_shell()
        assert refused.value.code == 500
        assert "ProductVendor" not in str(refused.value)

    def test_unless_the_channel_is_tls(self, protected: WinrmServer, certificate: tuple[ssl.SSLContext, Path]) -> None:
        for options in ({"transport": "ntlm"}, {"transport": "basic"}, {"message_encryption": "always"}):
            client = protocol(protected, ca_trust_path=str(certificate[1]), **options)
            assert command(client, "hostname") == (b"LAB-01\r\n", b"", 0)

    @pytest.mark.parametrize("auth", ["negotiate", "ntlm", "basic"])
    def test_unless_the_other_client_uses_tls(self, protected: WinrmServer, auth: str) -> None:
        with wsman(protected, ssl=True, cert_validation=False, auth=auth) as connection, WinRS(connection) as shell:
            assert shell.id

    def test_a_body_was_sealed_for_a_connection_that_is_gone(self) -> None:
        with host(limits=Limits(connection_idle_seconds=0.2)) as server:
            client = protocol(server)
            shell = client.open_shell()
            time.sleep(0.6)  # an idle time-out is what is tested
            for _ in range(2):
                with pytest.raises(WinRMTransportError) as stale:
                    client.run_command(shell, "hostname")
                assert stale.value.code == 400
            client.transport.close_session()
            started = client.run_command(shell, "hostname")
            assert client.get_command_output(shell, started)[2] == 0

    def test_a_sealed_body_is_changed_on_the_way(self, server: WinrmServer) -> None:
        client = protocol(server)
        client.open_shell()
        session: Any = client.transport.session
        encryption: Any = client.transport.encryption
        request = encryption.prepare_encrypted_request(session, client.transport.endpoint, b"<x/>")
        body = bytearray(request.body)
        body[-40] ^= 1
        request.body = bytes(body)
        answer = session.send(request)
        assert (answer.status_code, answer.content, answer.headers.get("Connection")) == (400, b"", "close")

    @pytest.mark.parametrize(
        "body",
        [b"", b"--Encrypted Boundary\r\n", b"x" * 500, b"--Encrypted Boundary--\r\n"],
    )
    def test_a_sealed_body_is_none(self, protected: WinrmServer, body: bytes) -> None:
        answer = post(protected, body or b"x", Authorization=BASIC, **{"Content-Type": "multipart/encrypted"})
        assert answer.status == 400


class TestHostileInput:
    @pytest.mark.parametrize(
        "body",
        [
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
            b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
            b"<x>" * 100 + b"</x>" * 100,
            b"<x>" * 100_000,
            b"<x>" + b"<y/>" * 30_000 + b"</x>",
            b"\x00\xff\xfe<",
            b"<x",
            b"not xml",
            b'<?xml version="1.0" encoding="no-such"?><x/>',
            b"<x/>",
            b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/></s:Envelope>',
            b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
        ],
    )
    def test_xml_is_hostile_or_broken(self, protected: WinrmServer, body: bytes) -> None:
        answer = post(protected, body, Authorization=BASIC)
        assert answer.status == 500
        assert b'Code="2150858817"' in answer.read()
        assert post(protected, IDENTIFY, Authorization=BASIC).status == 200

    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (b"nonsense\r\n\r\n", 400),
            (b"POST /wsman HTTP/2\r\n\r\n", 400),
            (b"POST /wsman HTTP/1.1\r\nno colon\r\n\r\n", 400),
            (b"POST /wsman HTTP/1.1\r\n folded: x\r\n\r\n", 400),
            (b"POST /wsman HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
            (b"POST /wsman HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            (b"POST /wsman HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 400),
            (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
            (b"POST /wsman HTTP/1.1\r\nX: " + b"a" * 65_600, 400),
        ],
    )
    def test_a_request_is_no_http(self, server: WinrmServer, data: bytes, status: int) -> None:
        answer = raw(server, data)
        assert answer.startswith(f"HTTP/1.1 {status} ".encode())
        assert b"\r\nConnection: close\r\n" in answer

    @pytest.mark.parametrize(("method", "path", "status"), [("GET", "/wsman", 405), ("POST", "/", 404)])
    def test_it_is_asked_for_something_else(self, server: WinrmServer, method: str, path: str, status: int) -> None:
        assert requests.request(method, f"http://127.0.0.1:{server.port}{path}", timeout=5).status_code == status

    def test_a_request_is_dripped(self) -> None:
        with host(limits=Limits(request_seconds=0.5)) as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
                begun = time.monotonic()
                line.sendall(b"POST ")
                assert line.recv(1) == b""
            assert 0.4 < time.monotonic() - begun < 4

    def test_a_connection_says_nothing(self) -> None:
        with (
            host(limits=Limits(connection_idle_seconds=0.3)) as server,
            socket.create_connection(("127.0.0.1", server.port), timeout=5) as line,
        ):
            assert line.recv(1) == b""

    def test_a_tls_client_says_nothing_that_is_tls(self, protected: WinrmServer) -> None:
        assert raw(protected, b"POST /wsman HTTP/1.1\r\n\r\n")[:1] in {b"", b"\x15"}
        assert post(protected, IDENTIFY).status == 401

    def test_too_many_connections_are_open(self) -> None:
        with host(limits=Limits(connections=2)) as server:
            lines = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(2)]
            for line in lines:
                line.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert line.recv(4)
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as third:
                assert third.recv(1) == b""
            for line in lines:
                line.close()


def test_a_login_starts_over_on_the_same_connection(server: WinrmServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)

    def leg(token: bytes | None) -> http.client.HTTPResponse:
        header = {"Authorization": "Negotiate " + base64.b64encode(token or b"").decode()}
        connection.request("POST", "/wsman", b"", header)
        answer = connection.getresponse()
        answer.read()
        return answer

    statuses = []
    for password in ("wrong", PASSWORD, PASSWORD):
        context: Any = spnego.client(USER, password, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        challenge = leg(context.step())
        token = base64.b64decode(challenge.headers["WWW-Authenticate"].partition(" ")[2])
        statuses.append((challenge.status, leg(context.step(token)).status))
    connection.close()
    assert statuses == [(401, 401), (401, 200), (401, 200)]
