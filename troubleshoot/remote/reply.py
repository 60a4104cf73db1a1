"""Reads a host's standard output as it comes: marked lines with the right nonce, everything else is noise."""

from __future__ import annotations

import hmac
import re
from dataclasses import replace
from typing import Final

from troubleshoot.remote.envelope import FlatState, Hello, Malformed, VisitProgress, VisitResult, VisitWork, check_state
from troubleshoot.remote.result import Seen, check_index, make_result
from troubleshoot.remote.strict_json import parse_object

MARK: Final = b"#mendpoint "
MAX_SHORT: Final = 1024
MAX_LINE: Final = 2 * 1024 * 1024
MAX_NOISE: Final = 4096
MAX_PROGRESS: Final = 1000
OLDEST_POWERSHELL: Final = (5, 1)

_BOM = b"\xef\xbb\xbf"
_VERSION = re.compile(r"\d{1,5}(?:\.\d{1,5}){1,3}")
_WORD = re.compile(r"[A-Za-z]{1,32}")
_STAGES = frozenset({"read", "write", "check"})


class Reader:
    """Takes standard output in pieces of any size; gives progress as it arrives and, at the end, the visit.

    Only the first result with the nonce of this visit counts, and the first state of each item and stage; forged,
    repeated and unusable marks are counted in `ignored`.
    """

    def __init__(self, work: VisitWork, nonce: str) -> None:
        self.hello: Hello | None = None
        self.ignored = 0
        self._work = work
        self._nonce = nonce.encode("ascii")
        self._result: bytes | None = None
        self._seen = Seen(len(work.items))
        self._room = MAX_LINE
        self._pending = bytearray()
        self._scanned = 0
        self._skipping = False
        self._noise = bytearray()
        self._progress = 0

    @property
    def noise(self) -> str:
        """Return the first 4 KiB of what was neither progress nor result, decoded with replacement."""
        return bytes(self._noise).decode("utf-8", "replace")

    @property
    def started(self) -> bool:
        """Tell whether anything of ours has been heard from the host."""
        return self.hello is not None or self._progress > 0 or bool(self._seen.read) or self._result is not None

    @property
    def read_so_far(self) -> tuple[FlatState | None, ...]:
        """Return the states that have been read before any writing, null where none has come; empty without any."""
        return self._seen.before

    def feed(self, data: bytes) -> list[VisitProgress]:
        """Take the next piece of output; the progress lines that it completed. Never raises."""
        self._pending += data
        found = []
        while (end := self._pending.find(b"\n", self._scanned)) >= 0:
            line = bytes(self._pending[:end])
            del self._pending[: end + 1]
            self._scanned = 0
            if not self._skipping:
                progress = self._line(line.rstrip(b"\r").removeprefix(_BOM))
                found += [progress] if progress else []
            self._skipping = False
        self._scanned = len(self._pending)
        if self._scanned > MAX_LINE:
            self._keep(bytes(self._pending[:MAX_NOISE]))
            self._pending.clear()
            self._scanned, self._skipping = 0, True
        return found

    def visit(self, *, round_trips: int = 0) -> VisitResult | None:
        """Return what the visit brought back, or None when no result has come. Raises Malformed."""
        if self._result is None:
            visit = self._refusal()
        else:
            visit = make_result(parse_object(self._result), self._seen, self._work)
        return visit and replace(
            visit, powershell=self.hello, round_trips=round_trips, noise=self.noise, ignored=self.ignored
        )

    def _refusal(self) -> VisitResult | None:
        """Return what the bootstrap says by its greeting alone: it stops before it reads its input."""
        if self.hello is None:
            return None
        if self.hello.language_mode != "FullLanguage":
            return VisitResult("refused", "constrained_language")
        version = tuple(int(part) for part in self.hello.version.split("."))
        return VisitResult("refused", "powershell_too_old") if version < OLDEST_POWERSHELL else None

    def _line(self, line: bytes) -> VisitProgress | None:
        if not line.startswith(MARK):
            self._keep(line + b"\n")
            return None
        nonce, _, rest = line[len(MARK) :].partition(b" ")
        kind, _, body = rest.partition(b" ")
        if kind == b"hello" and nonce == b"-" and not self.started and self._greet(body[:MAX_SHORT]):
            return None
        if hmac.compare_digest(nonce, self._nonce) and self._result is None:
            if kind == b"result":
                self._result = body
                return None
            if kind == b"progress" and (progress := self._step(body[:MAX_SHORT])):
                return progress
            if kind == b"state" and self._state(body):
                return None
        self.ignored += 1
        return None

    def _greet(self, body: bytes) -> bool:
        try:
            hello = parse_object(body)
        except Malformed:
            return False
        version, mode = hello.get("ps"), hello.get("mode")
        if not (isinstance(version, str) and isinstance(mode, str)):
            return False
        if not (_VERSION.fullmatch(version) and _WORD.fullmatch(mode)):
            return False
        self.hello = Hello(version, mode)
        return True

    def _step(self, body: bytes) -> VisitProgress | None:
        self._progress += 1
        if self._progress > MAX_PROGRESS:
            return None
        try:
            step = parse_object(body)
            item, stage = check_index(step.get("item"), self._work), step.get("stage")
        except Malformed:
            return None
        known = isinstance(stage, str) and stage in _STAGES
        return VisitProgress(item, stage, str(step.get("text"))[:80]) if known and isinstance(stage, str) else None

    def _state(self, body: bytes) -> bool:
        """Take the state of one item; False when it cannot be believed or there is no room for it."""
        self._room -= len(body)
        if self._room < 0:
            return False
        try:
            mark = parse_object(body)
            item, state = check_index(mark.get("item"), self._work), mark.get("state")
            known = None if state is None else check_state(state)
        except Malformed:
            return False
        return mark.keys() == {"item", "stage", "state"} and self._seen.add(mark["stage"], item, known)

    def _keep(self, data: bytes) -> None:
        self._noise += data[: MAX_NOISE - len(self._noise)]
