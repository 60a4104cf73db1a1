"""The course of one visit: sign in, start, listen, judge, leave. What has been sent decides what a failure means.

Before the request is given to the command nothing of ours can run; from then on a change is in nobody's hands but the
host's. A line that breaks after the command was asked for is taken up again on a fresh connection, under the same ids.
WinRM numbers no output: what was in flight when the line broke is gone, and the reader trusts no line across the gap.
"""

from __future__ import annotations

import logging
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, Final, Protocol

from troubleshoot.remote import envelope, soap
from troubleshoot.remote.dial import Line
from troubleshoot.remote.envelope import OnStage, VisitProgress, VisitResult, VisitWork
from troubleshoot.remote.failpoints import Failpoint, failpoint
from troubleshoot.remote.failures import (
    ACCESS_DENIED,
    BUSY,
    PIPE_ENDED,
    UNTAKEN,
    DoorError,
    TimedOut,
    WsmanFault,
)
from troubleshoot.remote.reply import Reader
from troubleshoot.remote.visit_judgement import MAX_STDERR, Standing

logger = logging.getLogger(__name__)

GRACE_SECONDS: Final = 1.2
HURRY_SECONDS: Final = 0.05
#: Before each fresh connection in the place of one that broke; together about as long as a network needs to come back.
PAUSES: Final = (0.2, 1.0, 3.0, 6.0, 10.0)
#: A shell that nobody has asked anything for this long is removed by its host, with what runs in it.
IDLE_SECONDS: Final = 300
LONGEST_WRITE_SECONDS: Final = 3600

_SILENT = frozenset(
    {"name", "tcp", "tls", "sign-in"}
)  # a failure there: no shell exists, and signing in again may lock

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
        self._at = Standing(work.mode, reader)
        self._reader = reader
        self._stdin = stdin
        self._on_progress = on_progress
        self._on_stage = on_stage
        self._passed: set[str] = set()
        self._talk: Conversation | None = None
        self._shell_id = str(uuid.uuid4())
        self._command_id = str(uuid.uuid4())

    def go(self, line: Line) -> VisitResult | DoorError:
        """Make the visit; return the result, or the failure as a value."""
        outcome: VisitResult | DoorError = self._at.interrupted()
        try:
            outcome = self._at.judge(self._converse(line))
        except Exception as error:  # noqa: BLE001  # the libraries raise anything; nothing may escape unjudged
            outcome = self._failure(error, line)
        finally:
            self._leave(line, outcome)
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

    def _converse(self, line: Line) -> int:
        """Go through the visit; where the line breaks, go on over a fresh one, a few times. Return the exit code."""
        pauses = iter(PAUSES)
        while True:
            try:
                self._talk = self._talk_over(line)
                self._talk.sign_in()
                return self._go_on(self._talk, line)
            except Exception as error:
                pause = next(pauses, None)
                if pause is None or not self._at.resumable(error, line):
                    raise
                self._at.broken = self._at.broken or error
                logger.info("the line to %s broke (%s)", line.registered.name, type(error).__name__)
            self._hang_up()
            self._reader.break_off()
            time.sleep(min(pause, line.remaining))

    def _go_on(self, talk: Conversation, line: Line) -> int:
        if not self._at.command_asked:
            self._open(talk)
            self._start(talk)
        if not self._at.taken:
            self._give(talk)
        return self._listen(talk, line)

    def _open(self, talk: Conversation) -> None:
        self._at.stage, self._at.shell_asked = "shell", True
        idle = IDLE_SECONDS + (LONGEST_WRITE_SECONDS if self._at.mode == "apply" else 0)
        root = talk.ask(f"{soap.TRANSFER}/Create", lambda head: soap.create(head, self._shell_id, idle), None)
        self._shell_id = soap.created_shell(root)
        for stage in ("sign-in", "rights", "shell"):  # all three are answered by this one message
            self.passed(stage, "")

    def _start(self, talk: Conversation) -> None:
        failpoint(Failpoint.BEFORE_COMMAND)
        self._at.stage, self._at.command_asked = "command", True
        root = talk.ask(
            f"{soap.SHELL}/Command",
            lambda head: soap.command(head, self._command_id, envelope.BOOTSTRAP_COMMAND, envelope.ARGUMENTS),
            self._shell_id,
        )
        self._command_id = soap.started_command(root)

    def _give(self, talk: Conversation) -> None:
        """Give the request and close the input. To give it again is harmless: the first time closed the input."""
        self._at.stage = "command"
        failpoint(Failpoint.BEFORE_SEND)
        again, self._at.given = self._at.given, True
        try:
            talk.ask(f"{soap.SHELL}/Send", lambda head: soap.send(head, self._command_id, self._stdin), self._shell_id)
        except TimedOut:
            logger.info("the host did not say in time that it took the request: its output will tell")
        except WsmanFault as fault:
            if fault.code == BUSY or (fault.code not in PIPE_ENDED and not again):
                self._at.given = again or fault.code not in UNTAKEN
                raise
            self._at.unread = not again
        self._at.taken = True
        failpoint(Failpoint.AFTER_SEND)

    def _listen(self, talk: Conversation, line: Line) -> int:
        """Take the output until the command is done; its exit code."""
        self._at.stage = "receive"
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
            failpoint(Failpoint.BETWEEN_RECEIVES)
            if output.exit_code is not None:
                self._at.ended = True
                return output.exit_code
            # Output comes in small pieces: a short wait gathers them, and holds back a host that answers at once.
            if time.monotonic() - began < HURRY_SECONDS:
                time.sleep(min(HURRY_SECONDS, line.remaining))
        raise TimeoutError

    def _take(self, output: soap.Output) -> None:
        self._at.stderr = (self._at.stderr + output.stderr)[:MAX_STDERR]
        for progress in self._reader.feed(output.stdout):
            try:
                self._on_progress(progress)
            except Exception:  # the listener's trouble must not end a visit half-way
                logger.exception("a listener to progress failed")
        if hello := self._reader.hello:
            self.passed("powershell", hello.version)
            self.passed("language", hello.language_mode)

    def _failure(self, error: Exception, line: Line) -> VisitResult | DoorError:
        if isinstance(error, WsmanFault) and not self._at.command_asked:
            # It is said to an account that has signed in, and but for one code may open a shell.
            for stage in ("sign-in",) if error.code == ACCESS_DENIED else ("sign-in", "rights"):
                self.passed(stage, "")
        return self._at.failure(error, line)

    def _leave(self, line: Line, outcome: VisitResult | DoorError) -> None:
        """End the command and remove the shell, on a fresh connection when this one is in doubt.

        A change that may be under way is left alone: it goes on without a listener, and the host removes the shell when
        it has been idle.
        """
        silent = isinstance(outcome, DoorError) and outcome.stage in _SILENT
        clean = not self._at.shell_asked or silent or self._at.may_write()
        if self._talk is not None and not clean and self._at.stage == "result":
            clean = self._end(self._talk)
        self._hang_up()
        if not clean:
            with line.again(max(GRACE_SECONDS, min(10.0, line.remaining))) as spare:
                if not self._return(spare):
                    logger.warning("a shell may be left on %s", line.registered.name)

    def _hang_up(self) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            talk.close()
            self.round_trips += talk.round_trips

    def _return(self, line: Line) -> bool:
        try:
            self._talk = self._talk_over(line)
        except Exception:  # noqa: BLE001  # as in _end
            return False
        done = self._end(self._talk)
        self._hang_up()
        return done

    def _end(self, talk: Conversation) -> bool:
        try:
            if self._at.command_asked:
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
