"""How a visit can fail: in four kinds, each with a code that `wording` has a sentence for, cure included."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from typing import Final

import requests
from urllib3.exceptions import TimeoutError as ReadTimedOut

from troubleshoot.engine import Json, Refusal, RefusalCode
from troubleshoot.remote.dial import DialError
from troubleshoot.remote.envelope import FlatState
from troubleshoot.remote.soap import SoapError

logger = logging.getLogger(__name__)

ACCESS_DENIED: Final = 5
ABORTED: Final = 995
BUSY: Final = 170
GONE: Final = 2150858843
PROFILE_BUSY: Final = 2147943418
LINE_TOO_LONG: Final = 2147942606
#: Numbers of a pipe whose reader has closed it, plain and as a result of COM.
PIPE_ENDED: Final = frozenset({109, 232, 2147942509, 2147942632})
#: What a host says to input that it has not taken: no such command, or not from this account.
UNTAKEN: Final = frozenset({GONE, ACCESS_DENIED})
QUOTAS: Final = frozenset({2150859173, 2150859174})


class DoorError(Refusal):
    """A visit ended without a result.

    `stage` is one of name, tcp, tls, sign-in, rights, shell, command, powershell, receive, result, and settings
    before all of them; `said` is what the host printed, capped, untrusted.
    """

    def __init__(self, code: RefusalCode, stage: str, **params: Json) -> None:
        super().__init__(code, **params)
        self.stage = stage
        self.said = ""

    def __str__(self) -> str:
        return f"{self.stage}: {super().__str__()}"


class HostUnreachable(DoorError):
    """No conversation came about. Nothing started; trying again may help."""


class SignInDenied(DoorError):
    """The host does not accept the account. Nothing started; trying again may lock the account."""


class VisitRefused(DoorError):
    """The host, or a rule of ours, said no. Nothing changed; trying again will not help."""


class ContactLost(DoorError):
    """The command may have started, and how it ended is not known. Never repeat it unasked.

    `before` holds what had been read until then, null where nothing has come; it is empty where nothing has.
    """

    before: tuple[FlatState | None, ...] = ()


class TimedOut(Exception):
    """Fault 2150858793: the host had nothing to say within the operation's time. Normal while a command runs."""


class SignInRefused(Exception):
    """HTTP 401 although everything was tried that the way of signing in foresees."""


class WorkerLacks(Exception):
    """This worker lacks something that the way of signing in needs; `failure` says what."""

    def __init__(self, failure: DoorError) -> None:
        super().__init__(failure)
        self.failure = failure


class WsmanFault(Exception):
    """Another WS-Management fault; `code` is its number, if it has one."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"fault {code}")
        self.code = code


class HttpStatus(Exception):
    """An HTTP status without a fault."""

    def __init__(self, code: int) -> None:
        super().__init__(f"HTTP {code}")
        self.code = code


class HandshakeBroken(Exception):
    """The connection ended within the TLS handshake, without a word."""


class Overrun(Exception):
    """The host sent more than the limit."""


class Compressed(Exception):
    """The host compressed its answer although it was told not to."""


class Unsealed(Exception):
    """The host answered a sealed message in clear."""


class Redirected(Exception):
    """The host wanted the message sent elsewhere; `status` is that of HTTP."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


# What ssl raises when the other side is gone, as opposed to when it says something that is not acceptable.
CUT: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, TimeoutError, ConnectionError)


def exception_chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and everything it was made from: pywinrm, requests and urllib3 wrap one another's."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        found = todo.pop(0)
        if isinstance(found, BaseException) and id(found) not in seen:
            seen.add(id(found))
            yield found
            todo += [getattr(found, "reason", None), found.__cause__, found.__context__, *found.args]


def before_start(error: BaseException, stage: str) -> DoorError:
    """Return the failure of a visit whose command had not been sent: nothing can have started."""
    if isinstance(error, SignInRefused):
        return SignInDenied(RefusalCode.SIGN_IN_DENIED, "sign-in")
    if isinstance(error, WorkerLacks):
        return error.failure
    if isinstance(error, WsmanFault):
        return by_fault(error.code, stage)
    if isinstance(error, HttpStatus):
        return by_status(error.code, stage)
    stated = (_by_cause(cause, stage) for cause in exception_chain(error))
    return next((failure for failure in stated if failure), None) or _by_kind(error, stage)


def _by_cause(cause: BaseException, stage: str) -> DoorError | None:
    if isinstance(cause, DialError):
        return _by_dialling(cause)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return VisitRefused(RefusalCode.CERTIFICATE_UNFIT, "tls", reason=cause.verify_message)
    if isinstance(cause, HandshakeBroken):
        return HostUnreachable(RefusalCode.HANDSHAKE_CUT, "tls")
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, CUT):
        return VisitRefused(RefusalCode.TLS_FAILED, "tls", reason=cause.reason or "closed")
    return _by_answer(cause, stage)


def _by_dialling(error: DialError) -> DoorError:
    cause = error.to_json()
    match error.reason:
        case "no_name":
            return HostUnreachable(RefusalCode.WINRM_NAME, "name", cause=cause)
        case "refused":
            return HostUnreachable(RefusalCode.WINRM_REFUSED, "tcp", cause=cause)
        case "closed":
            return HostUnreachable(RefusalCode.WINRM_CLOSED, "tcp", cause=cause)
        case "timed_out":
            return HostUnreachable(RefusalCode.WINRM_UNANSWERED, "tcp", cause=cause)
        case "no_route":
            return HostUnreachable(RefusalCode.WINRM_NO_ROUTE, "tcp", cause=cause)
        case _:
            return VisitRefused(RefusalCode.WINRM_NOT_ALLOWED, "name", cause=cause)


def _by_answer(cause: BaseException, stage: str) -> DoorError | None:
    """Return the failure where something answered, but not as WinRM does."""
    if isinstance(cause, Overrun):
        return VisitRefused(RefusalCode.ANSWER_TOO_LONG, stage)
    if isinstance(cause, Redirected):
        return VisitRefused(RefusalCode.ANSWER_REDIRECTED, stage, status=cause.status)
    if isinstance(cause, Compressed):
        return VisitRefused(RefusalCode.ANSWER_COMPRESSED, stage)
    if isinstance(cause, Unsealed):
        return VisitRefused(RefusalCode.ANSWER_UNSEALED, stage)
    if isinstance(cause, SoapError):
        logger.info("a host did not answer like WinRM: %s", cause)
        return VisitRefused(RefusalCode.NOT_LIKE_WINRM, stage)
    return None


def _by_kind(error: BaseException, stage: str) -> DoorError:
    if isinstance(error, requests.Timeout | ReadTimedOut | TimeoutError | TimedOut):
        return HostUnreachable(RefusalCode.HOST_SILENT, stage)
    if isinstance(error, PermissionError | KeyError):
        return SignInDenied(RefusalCode.SIGN_IN_NOT_OFFERED, "sign-in")
    if isinstance(error, OSError):
        return HostUnreachable(RefusalCode.CONVERSATION_CUT, stage)
    return VisitRefused(RefusalCode.ANSWER_UNCLEAR, stage, kind=type(error).__name__)


def by_status(status: int, stage: str) -> DoorError:
    """Return the failure of a message, before the command, that an HTTP status without a fault answered."""
    if status in {500, 400}:
        return VisitRefused(RefusalCode.WINRM_UNEXPLAINED, stage, status=status)
    if status in {403, 407}:
        return SignInDenied(RefusalCode.PROXY_IN_BETWEEN, "sign-in", status=status)
    if status in {429, 502, 503, 504}:
        return HostUnreachable(RefusalCode.WINRM_BUSY, stage, status=status)
    return VisitRefused(RefusalCode.NO_WINRM, stage, status=status)


def by_fault(code: int | None, stage: str) -> DoorError:
    """Return the failure that a WS-Management fault states: the host understood the message and said no."""
    if code == ACCESS_DENIED:
        return SignInDenied(RefusalCode.SHELL_DENIED, "rights")
    if code in QUOTAS:
        return HostUnreachable(RefusalCode.WINRM_QUOTA, stage)  # what others hold there is given back some time
    if code == LINE_TOO_LONG:
        return VisitRefused(RefusalCode.COMMAND_TOO_LONG, stage)
    if code in {BUSY, PROFILE_BUSY}:
        return HostUnreachable(RefusalCode.PROFILE_BUSY, stage)
    if code == GONE:
        return VisitRefused(RefusalCode.SHELL_CLOSED, stage)
    return VisitRefused(RefusalCode.WINRM_FAULT, stage, number=code)
