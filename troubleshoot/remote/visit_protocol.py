"""The course of one visit: sign in, start, listen, judge, leave. What has been sent decides what a failure means."""

from __future__ import annotations

import logging
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, Final, Protocol

from troubleshoot.engine import RefusalCode
from troubleshoot.remote import envelope, soap
from troubleshoot.remote.dial import Line
from troubleshoot.remote.envelope import Malformed, OnStage, VisitProgress, VisitResult, VisitWork
from troubleshoot.remote.failures import (
    ABORTED,
    ACCESS_DENIED,
    ContactLost,
    DoorError,
    HostUnreachable,
    Overrun,
    TimedOut,
    WsmanFault,
    before_start,
    by_fault,
)
from troubleshoot.remote.reply import Reader

logger = logging.getLogger(__name__)

GRACE_SECONDS: Final = 1.2
HURRY_SECONDS: Final = 0.05
MAX_STDERR: Final = 16 * 1024

_SILENT = frozenset(
    {"name", "tcp", "tls", "sign-in"}
)  # a failure there: no shell exists, and signing in again may lock
_BLOCKED = b"ScriptContainedMaliciousContent"

Make = Callable[[dict[str, Any]], dict[str, Any]]


class Conversation(Protocol):
    """What a visit needs of a signed-in session. Its methods raise the exceptions of failures.py, and others."""

    @property
    def round_trips(self) -> int:
        """Return how many HTTP requests were sent so far."""

    def sign_in(self) -> None:
        """Sign in where the connection does so by itself; otherwise the first message does."""

    def ask(self, action: str, make: Make, shell_id: str | None) -> ET.Element:
        """Send one message and return its answer."""

    def close(self) -> None:
        """Close the connection and drop every copy of the secret."""


class Course:
    """The course of one visit: what has been sent decides what a failure means."""

    def __init__(
        self,
        talk_over: Callable[[Line], Conversation],
        work: VisitWork,
        reader: Reader,
        stdin: bytes,
        on_progress: Callable[[VisitProgress], None],
        *,
        on_stage: OnStage,
    ) -> None:
        self.round_trips = 0
        self._talk_over = talk_over
        self._mode = work.mode
        self._reader = reader
        self._stdin = stdin
        self._on_progress = on_progress
        self._on_stage = on_stage
        self._passed: set[str] = set()
        self._shell_id = str(uuid.uuid4())
        self._command_id = str(uuid.uuid4())
        self._stage = "sign-in"
        self._shell_asked = self._command_asked = self._running = False
        self._stderr = b""

    def go(self, line: Line) -> VisitResult | DoorError:
        """Make the visit; return the result, or the failure as a value."""
        talk: Conversation | None = None
        outcome: VisitResult | DoorError = self._lost(
            ContactLost(RefusalCode.VISIT_INTERRUPTED, self._stage, mode=self._mode)
        )
        try:
            talk = self._talk_over(line)
            talk.sign_in()
            self._open(talk)
            self._start(talk)
            outcome = self._judge(self._listen(talk, line))
        except Exception as error:  # noqa: BLE001  # the libraries raise anything; nothing may escape unjudged
            outcome = self._failure(error, line)
        finally:
            if talk is not None:
                self._leave(talk, line, outcome)
        return outcome

    def passed(self, stage: str, seen: str) -> None:
        """Tell the listener of a stage that lies behind us, the first time only."""
        if stage in self._passed:
            return
        self._passed.add(stage)
        try:
            self._on_stage(stage, seen)
        except Exception:  # as with progress: the listener's trouble must not end a visit
            logger.exception("a listener to stages failed")

    def _open(self, talk: Conversation) -> None:
        self._stage, self._shell_asked = "shell", True
        root = talk.ask(f"{soap.TRANSFER}/Create", lambda head: soap.create(head, self._shell_id), None)
        if soap.created_shell(root) != self._shell_id:
            raise soap.SoapError("it opened another shell than the one asked for")
        for stage in ("sign-in", "rights", "shell"):  # all three are answered by this one message
            self.passed(stage, "")

    def _start(self, talk: Conversation) -> None:
        self._stage, self._command_asked = "command", True
        root = talk.ask(
            f"{soap.SHELL}/Command",
            lambda head: soap.command(head, self._command_id, envelope.BOOTSTRAP_COMMAND, envelope.ARGUMENTS),
            self._shell_id,
        )
        if soap.started_command(root) != self._command_id:
            raise soap.SoapError("it started another command than the one asked for")
        self._running = True
        talk.ask(
            f"{soap.SHELL}/Send",
            lambda head: soap.send(head, self._command_id, self._stdin),
            self._shell_id,
        )

    def _listen(self, talk: Conversation, line: Line) -> int:
        """Take the output until the command is done; its exit code."""
        self._stage = "receive"
        while not line.expired:
            began = time.monotonic()
            try:
                root = talk.ask(
                    f"{soap.SHELL}/Receive",
                    lambda head: soap.receive(head, self._command_id),
                    self._shell_id,
                )
                output = soap.output(root, self._command_id)
            except TimedOut:  # fault 2150858793: nothing was printed in that time
                output = soap.Output(b"", b"", None)
            self._take(output)
            if output.exit_code is not None:
                return output.exit_code
            # Output comes in small pieces: a short wait gathers them, and holds back a host that answers at once.
            if time.monotonic() - began < HURRY_SECONDS:
                time.sleep(min(HURRY_SECONDS, line.remaining))
        raise TimeoutError

    def _take(self, output: soap.Output) -> None:
        self._stderr = (self._stderr + output.stderr)[:MAX_STDERR]
        for progress in self._reader.feed(output.stdout):
            try:
                self._on_progress(progress)
            except Exception:  # the listener's trouble must not end a visit half-way
                logger.exception("a listener to progress failed")
        if hello := self._reader.hello:
            self.passed("powershell", hello.version)
            self.passed("language", hello.language_mode)

    def _judge(self, code: int) -> VisitResult | DoorError:
        """Judge what a finished command means. Nothing printed and exit code 0 is a failure too."""
        self._stage = "result"
        try:
            found = self._reader.visit()
        except Malformed as error:
            logger.info("a host's result cannot be used: %s", error)
            return self._lost(ContactLost(RefusalCode.RESULT_UNUSABLE, self._stage, mode=self._mode))
        if found is None and not self._reader.started and _BLOCKED in self._stderr:
            return VisitResult("refused", "antimalware")
        if found is None:
            return self._lost(ContactLost(RefusalCode.RESULT_MISSING, self._stage, mode=self._mode, exit=code))
        if code != 0 and found.outcome != "refused":
            return self._lost(ContactLost(RefusalCode.RESULT_CONTRADICTED, self._stage, mode=self._mode, exit=code))
        return found

    def _failure(self, error: Exception, line: Line) -> VisitResult | DoorError:
        if line.overrun:
            error = Overrun()
        if self._command_asked:
            return self._after_start(error, line)
        if line.expired:
            return HostUnreachable(RefusalCode.HOST_SLOW, self._stage)
        if isinstance(
            error, WsmanFault
        ):  # is said to an account that has signed in, and but for one code may open a shell
            for stage in ("sign-in",) if error.code == ACCESS_DENIED else ("sign-in", "rights"):
                self.passed(stage, "")
        return before_start(error, self._stage)

    def _after_start(self, error: Exception, line: Line) -> VisitResult | DoorError:
        if isinstance(error, WsmanFault) and not self._running and error.code != ABORTED:
            return by_fault(error.code, self._stage)
        if isinstance(error, OSError) and not line.overrun:
            found = self._result()  # the result is the last thing that is printed: after it nothing happens
            if found is not None:
                return found
        if line.expired:
            return self._lost(ContactLost(RefusalCode.VISIT_TIME_OVER, self._stage, mode=self._mode))
        kind = type(error).__name__
        return self._lost(ContactLost(RefusalCode.VISIT_BROKEN_OFF, self._stage, mode=self._mode, kind=kind))

    def _result(self) -> VisitResult | None:
        try:
            return self._reader.visit()
        except Malformed:
            return None

    def _lost(self, failure: ContactLost) -> ContactLost:
        """Add what the host printed."""
        failure.said = (self._stderr.decode("utf-8", "replace") or self._reader.noise)[:500]
        return failure

    def _leave(self, talk: Conversation, line: Line, outcome: VisitResult | DoorError) -> None:
        """End the command and remove the shell, on a fresh connection when this one is in doubt."""
        silent = isinstance(outcome, DoorError) and outcome.stage in _SILENT
        clean = not self._shell_asked or silent or (self._stage == "result" and self._end(talk))
        talk.close()
        self.round_trips += talk.round_trips
        if not clean:
            with line.again(max(GRACE_SECONDS, min(10.0, line.remaining))) as spare:
                if not self._return(spare):
                    logger.warning("a shell may be left on %s", line.registered.name)

    def _return(self, line: Line) -> bool:
        try:
            talk = self._talk_over(line)
        except Exception:  # noqa: BLE001  # as in _end
            return False
        done = self._end(talk)
        talk.close()
        self.round_trips += talk.round_trips
        return done

    def _end(self, talk: Conversation) -> bool:
        try:
            if self._command_asked:
                self._quietly(talk, f"{soap.SHELL}/Signal", lambda h: soap.terminate(h, self._command_id))
            self._quietly(talk, f"{soap.TRANSFER}/Delete", soap.delete)
        except Exception:  # noqa: BLE001  # tidying up never changes what the visit found
            return False
        return True

    def _quietly(self, talk: Conversation, action: str, make: Callable[[Any], dict[str, Any]]) -> None:
        try:
            talk.ask(action, make, self._shell_id)
        except WsmanFault:
            logger.debug("the host had already ended it")  # that is what was wanted
