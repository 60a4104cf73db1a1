"""Lab hosts, doors and certificates for the tests of the remote door; everything listens on 127.0.0.1 only."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from troubleshoot.lab import runner
from troubleshoot.lab.state import HostState, healthy
from troubleshoot.lab.winrm.server import WinrmServer
from troubleshoot.remote import Door, RegisteredHost, Secret, VisitItem, VisitWork

CANARY = "canary-3f9a-Passw0rd"
USER = "LAB\\operator"
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)

READ_SERVICE = """param([string] $Name)
$service = Get-Service -Name $Name -ErrorAction Stop
@{ status = "$($service.Status)" }"""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that broke is taken up again at once."""
    monkeypatch.setattr("troubleshoot.remote.visit_protocol.PAUSES", (0.0, 0.05, 0.1))


def registered(*ports: int, name: str = "localhost", address: str = "127.0.0.1") -> RegisteredHost:
    return RegisteredHost(name, address, frozenset(ports), LOOPBACK)


def work(
    *items: VisitItem, mode: str = "read", identity: dict[str, str] | None = None, attempt: str | None = None
) -> VisitWork:
    chosen = items or (VisitItem("echo", {"Name": "x"}, "param([string] $Name)\n@{ name = $Name }"),)
    return VisitWork(mode, attempt or str(uuid.uuid4()), "job-1", "case-1", identity, chosen)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Tls:
    """A certificate for `localhost`, as a server context and as the file that a client trusts."""

    server: ssl.SSLContext
    ca_file: Path


def make_tls(folder: Path, *, name: str = "localhost", days: int = 30) -> Tls:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=60))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{name}{days}.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return Tls(context, pem)


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return make_tls(tmp_path_factory.mktemp("tls"))


@dataclass
class Lab:
    """A lab host with its WinRM port, and doors to it (or to whatever stands before it)."""

    state: HostState
    server: WinrmServer
    tls: Tls | None

    def door(self, port: int | None = None, *, secret: str = CANARY, user: str = USER) -> Door:
        number = port or self.server.port
        return Door(
            registered(number),
            number,
            "basic" if self.tls else "ntlm",
            self.tls is not None,
            user,
            Secret(lambda: secret),
            self.tls.ca_file if self.tls else None,
            lab=True,
        )

    def shells(self) -> int:
        return len(self.server.service.shells)


MakeLab = Callable[..., Lab]


@pytest.fixture
def make_lab(tls: Tls) -> Iterator[MakeLab]:
    """Starts lab hosts: make_lab(over="ntlm"|"basic", **options of the server)."""
    servers = []

    def make(over: str = "ntlm", state: HostState | None = None, **options: object) -> Lab:
        host = state or HostState(healthy())
        chosen = tls if over == "basic" else None
        server = WinrmServer(
            host,
            tls=chosen.server if chosen else None,
            auth=frozenset({over}),
            user=USER,
            password=CANARY,
            runner=runner.run,
            **options,  # type: ignore[arg-type]
        )
        server.start()
        servers.append(server)
        return Lab(host, server, chosen)

    yield make
    for server in servers:
        server.stop()


@pytest.fixture(params=["ntlm", "basic"])
def lab(request: pytest.FixtureRequest, make_lab: MakeLab) -> Lab:
    """A healthy lab host, over NTLM with sealed messages on HTTP, and over Basic on HTTPS."""
    return make_lab(request.param)
