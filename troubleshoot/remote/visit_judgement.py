"""How far a visit has come, and what an end at that point means: nothing can have run, something may have, it ran."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from troubleshoot.engine import RefusalCode
from troubleshoot.remote.dial import DialError, Line
from troubleshoot.remote.envelope import Malformed, Mode, VisitResult
from troubleshoot.remote.failures import (
    ABORTED,
    BUSY,
    ContactLost,
    DoorError,
    HandshakeBroken,
    HostUnreachable,
    Overrun,
    SignInRefused,
    TimedOut,
    VisitRefused,
    WorkerLacks,
    WsmanFault,
    before_start,
)
from troubleshoot.remote.reply import Reader

logger = logging.getLogger(__name__)

MAX_STDERR: Final = 16 * 1024
_BLOCKED: Final = b"ScriptContainedMaliciousContent"
_BREAKS: Final = (OSError, DialError, HandshakeBroken, TimedOut)
_FINAL: Final = (SignInRefused, WorkerLacks, Overrun)


@dataclass
class Standing:
    """How far a visit has come. Nothing of ours can run before the command may have its request."""

    mode: Mode
    reader: Reader
    stage: str = "sign-in"
    shell_asked: bool = False
    command_asked: bool = False
    given: bool = False  # the request has been sent: the command may have it
    taken: bool = False  # the host has answered to that, or its output will
    unread: bool = False  # the command closed its input before it had the request
    ended: bool = False  # the host said that the command is done
    broken: Exception | None = None  # what first broke the line, once the command was asked for
    stderr: bytes = b""

    def interrupted(self) -> DoorError:
        """Return the failure of a visit that somebody ended at our side."""
        return self._lost(ContactLost(RefusalCode.VISIT_INTERRUPTED, self.stage, mode=self.mode))

    def resumable(self, error: Exception, line: Line) -> bool:
        """Tell whether asking on under our own ids may help. Whoever is not signed in again does not try twice."""
        if not self.command_asked or line.expired or line.overrun or self.result() is not None:
            return False
        if isinstance(error, WsmanFault):
            return error.code == ABORTED or (error.code == BUSY and self.given)
        # A host whose answers are strange is given no request; one that has it is asked what became of it.
        return isinstance(error, _BREAKS) or (self.given and not isinstance(error, _FINAL))

    def may_write(self) -> bool:
        """Tell whether to end the command could end a write. Its exit code, its result, or an input that it never took
        say that it cannot."""
        return self.mode == "apply" and self.given and not (self.ended or self.unread or self.result())

    def judge(self, code: int) -> VisitResult | DoorError:
        """Judge what a finished command means. Nothing printed and exit code 0 is a failure too."""
        self.stage = "result"
        try:
            found = self.reader.visit()
        except Malformed as error:
            logger.info("a host's result cannot be used: %s", error)
            return self._lost(ContactLost(RefusalCode.RESULT_UNUSABLE, self.stage, mode=self.mode))
        if found is None:
            return self._without_result(code)
        if code != 0 and found.outcome != "refused":
            return self._lost(ContactLost(RefusalCode.RESULT_CONTRADICTED, self.stage, mode=self.mode, exit=code))
        return found

    def failure(self, error: Exception, line: Line) -> VisitResult | DoorError:
        """Judge what broke the visit off. What broke first counts: the rest may follow from it."""
        first = Overrun() if line.overrun else self.broken or error
        if isinstance(error, SignInRefused):
            first = error
        if not self.given:
            return self._before_request(first, line)
        found = None if line.overrun else self.result()
        if found is not None:  # the result is the last thing that is printed: after it nothing happens
            return found
        if self.unread:
            return self._unstarted()
        if line.expired:
            return self._lost(ContactLost(RefusalCode.VISIT_TIME_OVER, self.stage, mode=self.mode))
        kind = type(first).__name__
        return self._lost(ContactLost(RefusalCode.VISIT_BROKEN_OFF, self.stage, mode=self.mode, kind=kind))

    def result(self) -> VisitResult | None:
        """Return the result that has come, if it is one."""
        try:
            return self.reader.visit()
        except Malformed:
            return None

    def _before_request(self, error: Exception, line: Line) -> DoorError:
        if line.expired and not line.overrun and not isinstance(error, WsmanFault):
            return HostUnreachable(RefusalCode.HOST_SLOW, self.stage)
        return before_start(error, self.stage)

    def _without_result(self, code: int) -> VisitResult | DoorError:
        if not self.reader.started and not self.broken and _BLOCKED in self.stderr:
            return VisitResult("refused", "antimalware")
        if self.unread:
            return self._unstarted()
        return self._lost(ContactLost(RefusalCode.RESULT_MISSING, self.stage, mode=self.mode, exit=code))

    def _unstarted(self) -> DoorError:
        return self._lost(VisitRefused(RefusalCode.POWERSHELL_ENDED, "powershell"))

    def _lost(self, failure: DoorError) -> DoorError:
        """Add what the host printed, and what it had read."""
        if isinstance(failure, ContactLost):
            failure.before = self.reader.read_so_far
        failure.said = (self.stderr.decode("utf-8", "replace") or self.reader.noise)[:500]
        return failure
