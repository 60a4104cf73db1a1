"""Simulated hosts with WinRM for the tests, and the two independent clients that talk to them."""

import base64
import contextlib
import datetime
import http.client
import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xmltodict
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pypsrp.wsman import WSMan
from winrm.protocol import Protocol

from troubleshoot.lab.state import HostState, healthy
from troubleshoot.lab.winrm import soap
from troubleshoot.lab.winrm.server import WinrmServer
from troubleshoot.remote.envelope import ARGUMENTS, BOOTSTRAP_COMMAND

USER = "lab-admin"
PASSWORD = "Correct:Horse pä55"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
BOOTSTRAP_LINE = " ".join((BOOTSTRAP_COMMAND, *ARGUMENTS))


@contextlib.contextmanager
def host(name: str = "LAB-01", *, user: str = USER, password: str = PASSWORD, **options: Any) -> Iterator[WinrmServer]:
    """Run one host for the length of a test; ``state`` may be given, like every option of the server."""
    state = options.pop("state", None) or HostState(healthy(name))
    server = WinrmServer(state, user=user, password=password, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def protocol(server: WinrmServer, **options: Any) -> Protocol:
    """Return pywinrm's client for a host: NTLM over HTTP with message encryption unless told otherwise."""
    scheme = "https" if "ca_trust_path" in options else "http"
    settings: dict[str, Any] = {
        "transport": "ntlm",
        "username": USER,
        "password": PASSWORD,
        "proxy": None,
        "ca_trust_path": None,
    }
    settings |= {"operation_timeout_sec": 5, "read_timeout_sec": 10} | options
    return Protocol(f"{scheme}://127.0.0.1:{server.port}/wsman", **settings)


def wsman(server: WinrmServer, **options: Any) -> WSMan:
    """Return pypsrp's client for a host: SPNEGO over HTTP with message encryption unless told otherwise."""
    settings: dict[str, Any] = {
        "ssl": False,
        "auth": "negotiate",
        "username": USER,
        "password": PASSWORD,
        "no_proxy": True,
    } | options
    return WSMan("127.0.0.1", port=server.port, **settings)


def command(client: Protocol, line: str, *arguments: str, codepage: int = 65001) -> tuple[bytes, bytes, int]:
    """Run one command line in a shell of its own; returns stdout, stderr and exit code."""
    shell = client.open_shell(codepage=codepage)
    try:
        started = client.run_command(shell, line, arguments)
        result: tuple[bytes, bytes, int] = client.get_command_output(shell, started)
        client.cleanup_command(shell, started)
        return result
    finally:
        client.close_shell(shell)


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait for something that no event announces; returns whether it happened."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def is_waiting(server: WinrmServer) -> bool:
    """Tell whether a Receive waits for output in any shell of the host."""
    return any(shell.waiting for shell in server.service.shells._shells.values())


def create(client: Protocol, shell_id: str = "", **shell: Any) -> str:
    """Open a shell with an id of our choice and any content; returns the reply."""
    envelope = client.build_wsman_header(action=soap.TRANSFER + "/Create", resource_uri=soap.CMD)
    content = {"rsp:InputStreams": "stdin", "rsp:OutputStreams": "stdout stderr"} | shell
    envelope["env:Body"] = {"rsp:Shell": content | ({"@ShellId": shell_id} if shell_id else {})}
    return send(client, envelope)


def start(client: Protocol, shell: str, line: str, command_id: str = "") -> str:
    """Start a command line with an id of our choice; returns the reply."""
    envelope = client.build_wsman_header(action=soap.SHELL + "/Command", resource_uri=soap.CMD, shell_id=shell)
    content = {"rsp:Command": line} | ({"@CommandId": command_id} if command_id else {})
    envelope["env:Body"] = {"rsp:CommandLine": content}
    return send(client, envelope)


def send(client: Protocol, envelope: dict[str, Any]) -> str:
    """Send an envelope that may be wrong in any way; raises the client's exceptions."""
    return bytes(client.send_message(xmltodict.unparse({"env:Envelope": envelope}))).decode()


def post(server: WinrmServer, body: bytes, path: str = "/wsman", **headers: str) -> http.client.HTTPResponse:
    """Send one clear request; a TLS host is not verified here."""
    if server.tls is None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    else:
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=5, context=context)
    connection.request("POST", path, body, {"Content-Type": "application/soap+xml;charset=UTF-8"} | headers)
    return connection.getresponse()


def tls(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a server context for 127.0.0.1 and the file of its self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "host.crt", folder / "host.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
