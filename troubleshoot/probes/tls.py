"""A TLS handshake that reads a host's certificate without trusting it: bounded in bytes, alerts decoded."""

import functools
import re
import socket
import ssl
import warnings
from dataclasses import dataclass

# Alert numbers of RFC 8446 section 6 and the older RFCs it names, by the words that OpenSSL uses for them.
ALERTS = {
    "unexpected message": 10,
    "bad record mac": 20,
    "decryption failed": 21,
    "record overflow": 22,
    "decompression failure": 30,
    "handshake failure": 40,
    "no certificate": 41,
    "bad certificate": 42,
    "unsupported certificate": 43,
    "certificate revoked": 44,
    "certificate expired": 45,
    "certificate unknown": 46,
    "illegal parameter": 47,
    "unknown ca": 48,
    "access denied": 49,
    "decode error": 50,
    "decrypt error": 51,
    "export restriction": 60,
    "protocol version": 70,
    "insufficient security": 71,
    "internal error": 80,
    "inappropriate fallback": 86,
    "user cancelled": 90,
    "no renegotiation": 100,
    "missing extension": 109,
    "unsupported extension": 110,
    "certificate unobtainable": 111,
    "unrecognized name": 112,
    "bad certificate status response": 113,
    "bad certificate hash value": 114,
    "unknown psk identity": 115,
    "certificate required": 116,
    "no application protocol": 120,
}
# "tlsv1 alert internal error": received from the host. Errors found on our side have no such prefix.
_ALERT = re.compile(r"\b(?:sslv3|tlsv1|tlsv13) (?:alert )?([a-z0-9 ]+?) \(")
_CHUNK = 16384
# Talk to Windows before its 2010 renegotiation update too; the name exists in Python 3.12 only.
_OP_LEGACY_SERVER_CONNECT = 0x4


@dataclass(frozen=True)
class Handshake:
    """The end of a handshake: ``failure`` is none, reset, timeout, alert_NN or other (a value of the fact)."""

    failure: str
    detail: str
    version: str = ""
    cipher: str = ""
    certificate: bytes | None = None  # DER, as sent


@functools.cache
def lenient_context(only: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """Return a client context that completes a handshake with expired, weak and very old hosts.

    We read what the host presents in order to say what is wrong with it, and send nothing that trust would
    protect. A strict context would end at the first fault, and every old host would look as if its TLS were
    broken. ``only`` offers one version alone; else every version that this computer's OpenSSL speaks is offered.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():  # Python warns of old versions; to meet them is the purpose here
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = only or ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = only or ssl.TLSVersion.MAXIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= _OP_LEGACY_SERVER_CONNECT | ssl.OP_NO_RENEGOTIATION
    return context


@functools.cache
def speaks(version: ssl.TLSVersion) -> bool:
    """Tell whether this computer's own OpenSSL can offer a version: a distribution may have switched old ones off."""
    tls = lenient_context(version).wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())
    try:
        return not _advance(tls)  # a greeting was made, and waits for its answer
    except ssl.SSLError:
        return False


def handshake(sock: socket.socket, *, only: ssl.TLSVersion | None = None) -> Handshake:
    """Do a TLS handshake on a connected socket, without SNI; the limits are the socket's. Never raises."""
    return Client(sock, only=only).handshake()


class Client:
    """The client's end of TLS on a connected socket; the limits are the socket's.

    The bytes pass through our own hands, so that a host which never finishes meets the limits of the socket
    in every single read. ``name`` is sent as SNI: gateways stand behind servers with many names.
    """

    def __init__(self, sock: socket.socket, *, only: ssl.TLSVersion | None = None, name: str | None = None) -> None:
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = lenient_context(only).wrap_bio(self._incoming, self._outgoing, server_hostname=name)

    def handshake(self) -> Handshake:
        """Come to the end of the handshake, good or bad. Never raises."""
        try:
            while not _advance(self._tls):
                if not self._transfer():
                    return Handshake("reset", "the host closed the connection within the TLS handshake")
            self._sock.sendall(self._outgoing.read())
        except ssl.SSLError as error:
            return _failed(error)
        except TimeoutError:
            return Handshake("timeout", "the TLS handshake did not end in time")
        except ConnectionAbortedError as error:  # more bytes than the line allows
            return Handshake("other", str(error))
        except OSError:
            return Handshake("reset", "the host reset the connection within the TLS handshake")
        name, _, _ = self._tls.cipher() or ("", "", 0)
        version = self._tls.version() or ""
        return Handshake("none", f"{version} with {name}", version, name, self._tls.getpeercert(binary_form=True))

    def send(self, data: bytes) -> None:
        """Send data after the handshake. Raises OSError (ssl.SSLError is one)."""
        self._tls.write(data)
        self._sock.sendall(self._outgoing.read())

    def receive(self) -> bytes:
        """Return the next data, or nothing when the host has ended. Raises OSError (ssl.SSLError is one)."""
        while True:
            try:
                return self._tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                if not self._transfer():
                    return b""
            except ssl.SSLZeroReturnError:
                return b""

    def _transfer(self) -> bool:
        """Send what is due and take in what comes; False when the host has closed."""
        self._sock.sendall(self._outgoing.read())
        received = self._sock.recv(_CHUNK)
        self._incoming.write(received)
        return bool(received)


def _advance(tls: ssl.SSLObject) -> bool:
    """Take the handshake as far as the bytes at hand allow; tell whether it is complete."""
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _failed(error: ssl.SSLError) -> Handshake:
    found = _ALERT.search(str(error))
    number = ALERTS.get(found.group(1)) if found else None
    if number is None:
        return Handshake("other", f"the TLS handshake failed: {error.reason or error}")
    return Handshake(f"alert_{number}", f"the host ended the TLS handshake with alert {number}")
