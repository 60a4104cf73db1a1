"""Hostile servers on loopback, and the probe pointed at them."""

import contextlib
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from troubleshoot.lab.tcp_port import Port
from troubleshoot.probes import ProbeReport, probe_network
from troubleshoot.remote import RegisteredHost

LOOPBACK = (ip_network("127.0.0.0/8"),)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Handler = Callable[[socket.socket], object]


def packet(pdu: bytes) -> bytes:
    """A TPKT packet around an X.224 PDU."""
    return struct.pack(">BBH", 3, 0, 4 + len(pdu)) + pdu


def confirm(negotiation: bytes = b"") -> bytes:
    return packet(bytes([6 + len(negotiation)]) + b"\xd0\x00\x00\x12\x34\x00" + negotiation)


def selected(protocol: int, flags: int = 0) -> bytes:
    return confirm(struct.pack("<BBHI", 2, flags, 8, protocol))


def failure(code: int, flags: int = 0) -> bytes:
    return confirm(struct.pack("<BBHI", 3, flags, 8, code))


@contextlib.contextmanager
def serving(handler: Handler, *, listen: str = "127.0.0.1", number: int = 0) -> Iterator[int]:
    """A server on a loopback port (0: a free one) that gives every connection to ``handler``; yields the port.

    At the end the handlers that still run may finish (the client has left): what they saw is then complete.
    """
    running: list[threading.Event] = []

    def quietly(connection: socket.socket) -> None:
        done = threading.Event()
        running.append(done)
        try:
            with contextlib.suppress(OSError):
                handler(connection)
        finally:
            done.set()

    port = Port(listen, number, quietly, seconds=30)
    port.set("open")
    try:
        yield port.number
        for done in running:
            done.wait(5)
    finally:
        port.close()


def probe_port(port: int, *, seconds: float = 5, name: str = "acc-07") -> ProbeReport:
    return probe_network(
        RegisteredHost(name, "127.0.0.1", frozenset({port}), LOOPBACK), port, seconds=seconds, versions=True
    )


def probe_served(handler: Handler, *, seconds: float = 5, name: str = "acc-07") -> ProbeReport:
    with serving(handler) as port:
        return probe_port(port, seconds=seconds, name=name)


def answering(reply: bytes, *, linger: bool = False) -> Handler:
    """Read the request, send these bytes, and close (or wait for the client to leave)."""

    def handler(connection: socket.socket) -> None:
        connection.recv(19)
        connection.sendall(reply)
        if linger:
            drain(connection)

    return handler


def reset(connection: socket.socket) -> None:
    """Close with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drain(connection: socket.socket) -> bytes:
    """Everything that the client sends until it closes or resets."""
    data = b""
    with contextlib.suppress(OSError):
        while chunk := connection.recv(4096):
            data += chunk
    return data


def certificate(
    *,
    common_name: str = "ACC-07",
    names: list[str] | None = None,
    begins: datetime | None = None,
    ends: datetime | None = None,
    key: rsa.RSAPrivateKey = KEY,
    usages: list[x509.ObjectIdentifier] | None = None,
) -> x509.Certificate:
    """A self-signed server certificate."""
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name, _validate=False)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begins or now - timedelta(days=1))
        .not_valid_after(ends or now + timedelta(days=90))
    )
    if names is not None:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    if usages is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return builder.sign(key, hashes.SHA256())


def weak_context(issued: x509.Certificate, key: rsa.RSAPrivateKey) -> ssl.SSLContext:
    """A server context that accepts keys and signatures which OpenSSL refuses by default."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.num_tickets = 0  # nothing is written after the handshake: a probe that leaves at once breaks no write
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with tempfile.NamedTemporaryFile() as file:
        file.write(issued.public_bytes(Encoding.PEM) + private)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def presenting(
    issued: x509.Certificate,
    *,
    key: rsa.RSAPrivateKey = KEY,
    protocol: int = 2,
    after: Callable[[ssl.SSLSocket], object] | None = None,
    change: Callable[[ssl.SSLContext], None] | None = None,
) -> Handler:
    """Agree to TLS, present a certificate, then do ``after`` (default: wait for the client to leave)."""
    context = weak_context(issued, key)
    if change is not None:
        change(context)

    def handler(connection: socket.socket) -> None:
        connection.recv(19)
        connection.sendall(selected(protocol))
        with context.wrap_socket(connection.dup(), server_side=True) as protected:
            (after or drain)(protected)

    return handler


def tls_record(kind: int, body: bytes) -> bytes:
    """A plain TLS record: 21 alert, 22 handshake."""
    return struct.pack(">BHH", kind, 0x0303, len(body)) + body


def server_hello() -> bytes:
    """A TLS 1.2 ServerHello that chooses RSA key exchange, so that a certificate must follow."""
    body = b"\x03\x03" + bytes(range(32)) + b"\x00" + b"\x00\x2f" + b"\x00"
    return tls_record(22, b"\x02" + len(body).to_bytes(3, "big") + body)


def in_tls(first: bytes, again: bytes = b"") -> Handler:
    """Agree to TLS, wait for the ClientHello, send raw bytes once, then others for ever."""

    def handler(connection: socket.socket) -> None:
        connection.recv(19)
        connection.sendall(selected(2))
        connection.recv(4096)
        connection.sendall(first)
        while again:
            connection.sendall(again)
        drain(connection)

    return handler
