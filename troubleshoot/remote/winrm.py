"""A visit to a Windows host over WinRM: one shell, one powershell.exe, one deadline. The only importer of winrm."""

from __future__ import annotations

import contextlib
import secrets
import ssl
import tempfile
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import requests
import xmltodict
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol
from winrm.transport import HAVE_KERBEROS, Transport

from troubleshoot.engine import RefusalCode
from troubleshoot.remote import envelope, soap
from troubleshoot.remote.dial import Line
from troubleshoot.remote.door import Door
from troubleshoot.remote.ending import Ending
from troubleshoot.remote.envelope import OnStage, VisitProgress, VisitResult, VisitWork
from troubleshoot.remote.failures import (
    ContactLost,
    DoorError,
    HostUnreachable,
    HttpStatus,
    SignInDenied,
    SignInRefused,
    TimedOut,
    Unsealed,
    VisitRefused,
    WorkerLacks,
    WsmanFault,
)
from troubleshoot.remote.reply import Reader
from troubleshoot.remote.transport import LineAdapter, tls_context
from troubleshoot.remote.visit_protocol import Course, Make

__all__ = ["ContactLost", "Door", "DoorError", "HostUnreachable", "SignInDenied", "VisitRefused", "visit_host"]

OPERATION_SECONDS: Final = 20
PATIENCE_SECONDS: Final = 10


def visit_host(
    door: Door,
    work: VisitWork,
    *,
    seconds: float,
    on_progress: Callable[[VisitProgress], None],
    on_stage: OnStage = lambda *_: None,
    ending: Ending | None = None,
) -> VisitResult:
    """Go to the host, do the work, come back within `seconds` (and 2 more to leave the host clean). `on_stage` hears
    of each stage of the way once, when it has been passed; `ending` lets another thread end it before its time.

    Raises HostUnreachable or SignInDenied (nothing started), VisitRefused (nothing changed) or ContactLost (something
    may have started);
    Malformed, before anything is sent, when the work does not fit into one request.
    """
    nonce = secrets.token_hex(16)
    stdin = envelope.request_line(work, nonce)
    course = Course(
        lambda line: _Conversation(door, line, course.passed),
        work,
        Reader(work, nonce),
        stdin,
        on_progress,
        on_stage=on_stage,
    )
    with Line(door.registered, seconds=seconds) as line, (ending or Ending()).of(line):
        outcome = course.go(line)
    if isinstance(outcome, DoorError):
        # Raised here, outside every except: requests' exceptions carry the headers, and those the password.
        raise outcome
    return replace(outcome, round_trips=course.round_trips)


class _Transport(Transport):
    """pywinrm's transport, with its session on our line before the first byte."""

    def __init__(self, adapter: LineAdapter, **options: Any) -> None:
        super().__init__(**options)
        self._adapter = adapter

    def build_session(self) -> requests.Session:
        return self._bind(super().build_session())

    def setup_encryption(self, session: requests.Session) -> None:
        super().setup_encryption(self._bind(session))

    def _bind(self, session: requests.Session) -> requests.Session:
        session.trust_env = False
        session.proxies = {}
        session.headers["Accept-Encoding"] = "identity"
        session.adapters.clear()
        session.mount("http", self._adapter)
        return session

    def _get_message_response_text(self, response: requests.Response) -> bytes:
        sealed = response.headers.get("Content-Type", "").startswith("multipart/")
        if self.encryption and not sealed:
            raise Unsealed
        return soap.check(super()._get_message_response_text(response))


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Give pywinrm's own exceptions as ours, which hold nothing but a number."""
    try:
        yield
    except WinRMOperationTimeoutError:
        raise TimedOut from None
    except InvalidCredentialsError:
        raise SignInRefused from None
    except WSManFaultError as error:
        raise WsmanFault(error.wsman_fault_code or error.wmierror_code) from None
    except WinRMTransportError as error:
        raise HttpStatus(error.code) from None
    except WinRMError as error:  # a sealed message that does not open
        raise soap.SoapError(str(error)) from None


def _reveal(door: Door) -> str:
    try:
        return door.secret.reveal()
    except Exception:  # noqa: BLE001  # a source may fail in its own way, and its words may hold the secret
        raise WorkerLacks(VisitRefused(RefusalCode.CREDENTIAL_UNFETCHED, "sign-in")) from None


def _context(door: Door, client: Path | None) -> ssl.SSLContext | None:
    try:
        return tls_context(door.ca_file, client) if door.tls else None
    except OSError:
        raise WorkerLacks(VisitRefused(RefusalCode.CERTIFICATE_FILE_UNFIT, "sign-in")) from None


class _Conversation:
    """One signed-in session with the host: asks one thing at a time, and forgets the secret when closed."""

    def __init__(self, door: Door, line: Line, on_stage: OnStage) -> None:
        self._line = line
        if door.transport == "kerberos" and not HAVE_KERBEROS:
            raise WorkerLacks(VisitRefused(RefusalCode.KERBEROS_MISSING, "sign-in"))
        secret = _reveal(door)
        options: dict[str, Any] = {
            "endpoint": door.endpoint,
            "username": door.username,
            "password": secret,
            "ca_trust_path": None,
            "proxy": None,
            "message_encryption": "auto" if door.tls else "always",
            "kerberos_hostname_override": door.registered.name,
        }
        with tempfile.TemporaryDirectory() as folder, _translated():
            client = None
            if door.transport == "certificate":
                client = Path(folder, "client.pem")
                client.touch(mode=0o600)
                client.write_text(secret)
                options |= {"cert_pem": str(client), "cert_key_pem": str(client)}
            self._adapter = LineAdapter(
                line,
                door.port,
                _context(door, client),
                on_stage,
                patience=OPERATION_SECONDS + PATIENCE_SECONDS,
                one_connection=door.transport in {"ntlm", "kerberos"},
            )
            self._protocol = Protocol(transport=door.transport, **options)
            self._protocol.transport = _Transport(
                self._adapter,
                auth_method=door.transport,
                service="HTTP",
                read_timeout_sec=OPERATION_SECONDS,
                server_cert_validation="validate",
                **options,
            )

    @property
    def round_trips(self) -> int:
        """Return how many HTTP requests were sent so far."""
        return self._adapter.round_trips

    def sign_in(self) -> None:
        """Sign in where the connection does so by itself (sealed HTTP); otherwise the first message does."""
        with _translated():
            self._protocol.transport.build_session()

    def ask(self, action: str, make: Make, shell_id: str | None) -> ET.Element:
        """Send one message and return its answer."""
        message_id = str(uuid.uuid4())
        seconds = max(1, min(OPERATION_SECONDS, int(self._line.remaining)))
        self._protocol.operation_timeout_sec = seconds
        header = self._protocol.build_wsman_header(action, soap.RESOURCE, shell_id, message_id)
        with _translated():
            answer = self._protocol.send_message(xmltodict.unparse(make(header)))
        return soap.parse(answer, message_id)

    def close(self) -> None:
        """Close the connection and drop every copy of the secret."""
        transport = self._protocol.transport
        if transport.session:
            transport.session.auth = None
        transport.close_session()
        transport.encryption = transport.password = self._protocol.password = None
