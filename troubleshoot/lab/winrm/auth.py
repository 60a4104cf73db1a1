"""Who a connection belongs to: Negotiate with NTLM, which authenticates the TCP connection, and Basic over TLS."""

import base64
import binascii
import struct
from collections.abc import Callable
from dataclasses import dataclass

import spnego
from spnego.exceptions import NegotiateOptions, SpnegoError

from troubleshoot.lab.winrm.credentials import Account, acceptor_knows

Headers = tuple[tuple[str, str], ...]
# What pyspnego raises for tokens that are no tokens: its own errors, and those of its unpacking.
_BAD_TOKEN = (SpnegoError, ValueError, LookupError, TypeError, AttributeError, struct.error)
_LARGEST_TOKEN = 16 * 1024


@dataclass(frozen=True)
class Admission:
    """The answer to one request's credentials: admitted or not, and the headers to send either way."""

    admitted: bool
    headers: Headers = ()


class Gate:
    """The authentication state of one TCP connection."""

    def __init__(self, account: Account, methods: frozenset[str], *, tls: bool, open_door: Callable[[], bool]) -> None:
        """Take the ``methods``, of ``ntlm`` and ``basic``; ``open_door`` tells whether any credentials are accepted
        now."""
        self._account = account
        self._negotiate = "ntlm" in methods
        self._basic = "basic" in methods and tls
        self._open_door = open_door
        self._pending: spnego.ContextProxy | None = None
        self.context: spnego.ContextProxy | None = None

    def admit(self, authorization: str) -> Admission:
        """Judge the Authorization header of a request ("" when it has none)."""
        scheme, _, value = authorization.partition(" ")
        match scheme.lower():
            case "" if self.context is not None:
                return Admission(admitted=True)
            case "negotiate" | "ntlm" if self._negotiate:
                return self._step(scheme, value)
            case "basic" if self._basic and self._open_door() and self._knows(value):
                return Admission(admitted=True)
        return self._refusal()

    def _refusal(self) -> Admission:
        self.context = self._pending = None
        offers = []
        if self._negotiate:
            offers.append(("WWW-Authenticate", "Negotiate"))
        if self._basic:
            offers.append(("WWW-Authenticate", 'Basic realm="WSMAN"'))
        return Admission(admitted=False, headers=tuple(offers))

    def _step(self, scheme: str, value: str) -> Admission:
        """Take the next leg of a login; a token on an authenticated connection starts a new one."""
        context = self._pending or spnego.server(protocol="negotiate", options=NegotiateOptions.use_negotiate)
        self.context = self._pending = None
        try:
            token = base64.b64decode(value[:_LARGEST_TOKEN], validate=True)
            with acceptor_knows(self._account):
                reply = context.step(token)
        except _BAD_TOKEN:
            return self._refusal()
        headers: Headers = ()
        if reply:
            headers = (("WWW-Authenticate", f"{scheme} {base64.b64encode(reply).decode('ascii')}"),)
        if not context.complete:
            self._pending = context
            return Admission(admitted=False, headers=headers)
        if not self._open_door():
            return self._refusal()
        self.context = context
        return Admission(admitted=True, headers=headers)

    def _knows(self, value: str) -> bool:
        try:
            octets = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return False
        user, colon, password = _text(octets).partition(":")
        return bool(colon) and self._account.accepts(user, password)


def _text(octets: bytes) -> str:
    """Decode a Basic login: UTF-8, or Latin-1 as older clients send it (RFC 7617 leaves it open)."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
