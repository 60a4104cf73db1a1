"""How a visit can fail, in four kinds, and the sentence that tells a helpdesk person what to do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Final

import requests
from urllib3.exceptions import TimeoutError as ReadTimedOut

from troubleshoot.remote.dial import DialError
from troubleshoot.remote.soap import SoapError

ACCESS_DENIED: Final = 5
ABORTED: Final = 995
BUSY: Final = 170
GONE: Final = 2150858843
PROFILE_BUSY: Final = 2147943418
LINE_TOO_LONG: Final = 2147942606
QUOTAS: Final = frozenset({2150859173, 2150859174})


class DoorError(Exception):
    """A visit ended without a result.

    `stage` is one of name, tcp, tls, sign-in, rights, shell, command, receive, result; `detail` a sentence with the
    likely cure; `said` what the host printed, capped, untrusted.
    """

    def __init__(self, stage: str, detail: str, said: str = "") -> None:
        super().__init__(f"{stage}: {detail}")
        self.stage = stage
        self.detail = detail
        self.said = said


class HostUnreachable(DoorError):
    """No conversation came about. Nothing started; trying again may help."""


class SignInDenied(DoorError):
    """The host does not accept the account. Nothing started; trying again may lock the account."""


class VisitRefused(DoorError):
    """The host, or a rule of ours, said no. Nothing changed; trying again will not help."""


class ContactLost(DoorError):
    """The command may have started, and how it ended is not known. Never repeat it unasked."""


class TimedOut(Exception):
    """Fault 2150858793: the host had nothing to say within the operation's time. Normal while a command runs."""


class SignInRefused(Exception):
    """HTTP 401 although everything was tried that the way of signing in foresees."""


class WorkerLacks(Exception):
    """This worker lacks something that the way of signing in needs; says what."""


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
    """The host sent more than the limit, or in a form that is not accepted."""


class Redirected(Exception):
    """The host wanted the message sent elsewhere."""


# What ssl raises when the other side is gone, as opposed to when it says something that is not acceptable.
CUT: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, TimeoutError, ConnectionError)

_DIAL: Final = {
    "no_name": (HostUnreachable, "name", "Check the spelling of the name, and DNS as this worker sees it."),
    "refused": (HostUnreachable, "tcp", "Check that WinRM is on (winrm quickconfig) and the port is right."),
    "closed": (
        HostUnreachable,
        "tcp",
        "Something takes connections and ends them: check the way, and what runs on the port.",
    ),
    "timed_out": (
        HostUnreachable,
        "tcp",
        "Check that the computer is on and that a firewall lets this worker reach WinRM.",
    ),
    "no_route": (HostUnreachable, "tcp", "Check the network between this worker and the computer."),
    "not_allowed": (
        VisitRefused,
        "name",
        "An administrator can correct the host's address, ports or allowed networks.",
    ),
}

_CERTIFICATE: Final = (
    "Its certificate is not accepted: {reason}. It must be valid, carry the registered name, and come from the given "
    "authority. Nothing was sent to it."
)
_CUT: Final = (
    "The connection was cut within the TLS handshake. Check that WinRM has a certificate for HTTPS, and that no "
    "firewall or proxy on the way cuts it."
)
_SIGN_IN: Final = (
    "The host did not accept the account. Check the user name and password, then the difference of clocks and whether "
    "this kind of sign-in is allowed on the host. It was tried once only, so that the account is not locked."
)
_RIGHTS: Final = (
    "The account signed in but may not open a command shell. It must be a local administrator of that computer."
)
_QUOTA: Final = (
    "The host's limit of WinRM shells or operations is used up. Close forgotten shells there, or wait: idle ones end "
    "after two hours."
)


def exception_chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything it was made from: pywinrm, requests and urllib3 wrap one another's."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        found = todo.pop(0)
        if isinstance(found, BaseException) and id(found) not in seen:
            seen.add(id(found))
            yield found
            todo += [getattr(found, "reason", None), found.__cause__, found.__context__, *found.args]


def before_start(error: BaseException, stage: str) -> DoorError:
    """The failure of a visit whose command had not been sent: nothing can have started."""
    if isinstance(error, SignInRefused):
        return SignInDenied("sign-in", _SIGN_IN)
    if isinstance(error, WorkerLacks):
        return VisitRefused("sign-in", f"This worker cannot sign in: {error}. An administrator can correct it.")
    if isinstance(error, WsmanFault):
        return by_fault(error.code, stage)
    if isinstance(error, HttpStatus):
        return by_status(error.code, stage)
    stated = (_by_cause(cause, stage) for cause in exception_chain(error))
    return next((failure for failure in stated if failure), None) or _by_kind(error, stage)


def _by_cause(cause: BaseException, stage: str) -> DoorError | None:
    if isinstance(cause, DialError):
        kind, where, cure = _DIAL[cause.reason]
        return kind(where, f"{cause}. {cure}")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return VisitRefused("tls", _CERTIFICATE.format(reason=cause.verify_message))
    if isinstance(cause, HandshakeBroken):
        return HostUnreachable("tls", _CUT)
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, CUT):
        return VisitRefused("tls", f"TLS failed ({cause.reason or 'closed'}). The host must offer TLS 1.2 or later.")
    if isinstance(cause, Overrun | Redirected | SoapError):
        return VisitRefused(stage, f"The host did not answer like WinRM: {cause}.")
    return None


def _by_kind(error: BaseException, stage: str) -> DoorError:
    if isinstance(error, requests.Timeout | ReadTimedOut | TimeoutError | TimedOut):
        return HostUnreachable(stage, "The host accepted the connection and then fell silent. Check its load.")
    if isinstance(error, PermissionError | KeyError):
        return SignInDenied(
            "sign-in", "The host does not offer this kind of sign-in. Check its WinRM service settings."
        )
    if isinstance(error, OSError):
        return HostUnreachable(stage, "The connection broke. A firewall or proxy on the way may close it.")
    return VisitRefused(stage, f"The host's answer could not be understood ({type(error).__name__}).")


def by_status(status: int, stage: str) -> DoorError:
    """The failure of a message, before the command, that an HTTP status without a fault answered."""
    if status in {500, 400}:
        return VisitRefused(
            stage,
            f"WinRM answered {status} without a reason. It may refuse unencrypted messages, or need a restart.",
        )
    if status in {403, 407}:
        return SignInDenied("sign-in", f"HTTP status {status}: a proxy or policy stands in the way.")
    if status in {429, 502, 503, 504}:
        return HostUnreachable(stage, f"HTTP status {status}: the host is busy. Try again later.")
    return VisitRefused(stage, f"HTTP status {status}: no WinRM service answers there. Check the port.")


def by_fault(code: int | None, stage: str) -> DoorError:
    """The failure that a WS-Management fault states: the host understood the message and said no."""
    if code == ACCESS_DENIED:
        return SignInDenied("rights", _RIGHTS)
    if code in QUOTAS:
        return VisitRefused(stage, _QUOTA)
    if code == LINE_TOO_LONG:
        return VisitRefused(stage, "The command line was too long for the host.")
    if code in {BUSY, PROFILE_BUSY}:
        return HostUnreachable(stage, "The host is busy with this account's profile. Try again in a minute.")
    if code == GONE:
        return VisitRefused(stage, "The host closed the shell at once. Check its WinRM limits and event log.")
    return VisitRefused(stage, f"WinRM answered with fault {code or 'without a number'}.")
