"""Reads a host's standard output as it comes: marked lines with the right nonce, everything else is noise."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import replace
from typing import Any, Final, NoReturn, get_args

from troubleshoot.remote.envelope import (
    MAX_INTEGER,
    FlatState,
    Hello,
    ItemError,
    Malformed,
    Outcome,
    VisitProgress,
    VisitResult,
    VisitWork,
    check_state,
)

MARK: Final = b"#mendpoint "
MAX_SHORT: Final = 1024
MAX_LINE: Final = 2 * 1024 * 1024
MAX_NOISE: Final = 4096
MAX_DEPTH: Final = 6
MAX_TEXT: Final = 32 * 1024
MAX_LIST: Final = 1024
MAX_PROGRESS: Final = 1000
OLDEST_POWERSHELL: Final = (5, 1)

_BOM = b"\xef\xbb\xbf"
_VERSION = re.compile(r"\d{1,5}(?:\.\d{1,5}){1,3}")
_WORD = re.compile(r"[A-Za-z]{1,32}")
# A text that never ends is taken to the end of the line: a search that began again at each quote would be quadratic.
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]')
_LONE = re.compile("[\x00\ud800-\udfff]")
_STAGES = frozenset({"read", "write", "check"})
_FAULT_STAGES = frozenset({"read", "write", "record"})
_REASONS = frozenset({"constrained_language", "antimalware", "powershell_too_old"})
_KEYS = frozenset({"outcome", "identity", "before", "after", "written", "errors"})
_IDENTITY = frozenset({"machine_guid", "smbios_uuid", "computer_sid"})


class Reader:
    """Takes standard output in pieces of any size; gives progress as it arrives and, at the end, the visit.

    Only the first result with the nonce of this visit counts; forged and repeated marks are counted in `ignored`.
    """

    def __init__(self, work: VisitWork, nonce: str) -> None:
        self.hello: Hello | None = None
        self.ignored = 0
        self._work = work
        self._nonce = nonce.encode("ascii")
        self._result: bytes | None = None
        self._pending = bytearray()
        self._scanned = 0
        self._skipping = False
        self._noise = bytearray()
        self._progress = 0
        self._heard: set[bytes] = set()  # a host that doubts what arrived may say it again

    @property
    def noise(self) -> str:
        """Return the first 4 KiB of what was neither progress nor result, decoded with replacement."""
        return bytes(self._noise).decode("utf-8", "replace")

    @property
    def started(self) -> bool:
        """Tell whether anything of ours has been heard from the host."""
        return self.hello is not None or self._progress > 0 or self._result is not None

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

    def break_off(self) -> None:
        """Take note that the line broke: output may be missing here, so that no line is put together across the gap."""
        self._keep(bytes(self._pending[:MAX_NOISE]))
        self._pending.clear()
        self._scanned, self._skipping = 0, False

    def visit(self, *, round_trips: int = 0) -> VisitResult | None:
        """Return what the visit brought back, or None when no result has come. Raises Malformed."""
        if self._result is None:
            visit = self._refusal()
        else:
            try:
                visit = _visit(_parse(self._result), self._work)
            except (ValueError, RecursionError) as error:
                raise Malformed(str(error)) from None
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
        if hmac.compare_digest(nonce, self._nonce) and self._result is None and rest not in self._heard:
            self._heard.add(rest)
            if kind == b"result":
                self._result = body
                return None
            if kind == b"progress" and (progress := self._step(body[:MAX_SHORT])):
                return progress
        self.ignored += 1
        return None

    def _greet(self, body: bytes) -> bool:
        try:
            hello = _parse(body)
        except (ValueError, RecursionError):
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
            step = _parse(body)
            item, stage = _index(step.get("item"), self._work), step.get("stage")
        except (ValueError, RecursionError):
            return None
        known = isinstance(stage, str) and stage in _STAGES
        return VisitProgress(item, stage, str(step.get("text"))[:80]) if known and isinstance(stage, str) else None

    def _keep(self, data: bytes) -> None:
        self._noise += data[: MAX_NOISE - len(self._noise)]


def _parse(line: bytes) -> dict[str, Any]:
    """Return one JSON object in ASCII: no floats, no repeated names, bounded depth. Raises Malformed."""
    text = line.decode("ascii")
    depth = 0
    for mark in _MARKS.findall(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark, 0)
        if depth > MAX_DEPTH:
            raise Malformed("nested too deeply")
    found = json.loads(
        text,
        object_pairs_hook=_table,
        parse_int=_integer,
        parse_float=_no_number,
        parse_constant=_no_number,
    )
    if not isinstance(found, dict):
        raise Malformed("not a JSON object")
    return found


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = {name: _clean(value) for name, value in pairs}
    if len(table) != len(pairs):
        raise Malformed("a name is given twice")
    return table


def _clean(value: Any) -> Any:
    """Return text that any store can hold: NUL and lone surrogates become U+FFFD. Raises Malformed beyond a length."""
    if isinstance(value, list):
        if len(value) > MAX_LIST:
            raise Malformed("a list is too long")
        return [_clean(entry) for entry in value]
    if not isinstance(value, str):
        return value
    if len(value) > MAX_TEXT:
        raise Malformed("a text is too long")
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", value)


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) >= MAX_INTEGER:
        raise Malformed("a number is out of range")
    return int(digits)


def _no_number(text: str) -> NoReturn:
    raise Malformed(f"not a number of a state: {text[:20]}")


def _visit(result: dict[str, Any], work: VisitWork) -> VisitResult:
    outcome: Outcome | None = result.get("outcome")
    reason = result.get("reason")
    if outcome is None or outcome not in get_args(Outcome) or (reason is not None and reason not in _REASONS):
        raise Malformed("no such outcome or reason")
    if outcome == "refused":
        if reason is None:
            raise Malformed("refused without a reason")
        return VisitResult(outcome, reason)
    if result.keys() - {"reason"} != _KEYS:
        raise Malformed("a result has other fields")
    visit = VisitResult(
        outcome=outcome,
        reason=reason,
        identity=_identity(result["identity"]),
        before=_states(result["before"], work) or (),
        after=_states(result["after"], work),
        written=tuple(_index(entry, work) for entry in _list(result["written"])),
        errors=tuple(_error(entry, work) for entry in _list(result["errors"])),
    )
    _check_sense(visit, work)
    return visit


def _check_sense(visit: VisitResult, work: VisitWork) -> None:
    """Refuse a result that contradicts itself or the work that was asked for."""
    wishes = [number for number, item in enumerate(work.items) if item.desired is not None]
    if list(visit.written) != wishes[: len(visit.written)]:
        raise Malformed("other items were written than wished, or in another order")
    if visit.written and visit.outcome not in {"done", "failed"}:
        raise Malformed("something was written although the outcome says otherwise")
    if visit.outcome == "done":
        if not visit.before or (work.mode == "apply") != (visit.after is not None):
            raise Malformed("states are missing")
        if work.mode == "apply" and (visit.errors or len(visit.written) != len(wishes)):
            raise Malformed("done, but not all of it")
    if visit.outcome in {"drifted", "duplicate"} and (work.mode == "read" or not visit.before):
        raise Malformed("an outcome that this mode does not have")


def _identity(found: Any) -> dict[str, str]:
    if found == {}:
        return {}
    if not isinstance(found, dict) or found.keys() != _IDENTITY:
        raise Malformed("an identity has other fields")
    if any(not isinstance(value, str) or len(value) > 128 for value in found.values()):
        raise Malformed("an identity is made of short texts")
    return found


def _states(found: Any, work: VisitWork) -> tuple[FlatState | None, ...] | None:
    if found is None:
        return None
    states = _list(found)
    if len(states) != len(work.items):
        raise Malformed("another number of states than of items")
    return tuple(None if state is None else check_state(state) for state in states)


def _list(found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise Malformed("a list is missing")
    return found


def _index(found: Any, work: VisitWork) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < len(work.items):
        raise Malformed("no such item")
    return found


def _error(found: Any, work: VisitWork) -> ItemError:
    if not isinstance(found, dict) or found.keys() != {"index", "stage", "text"}:
        raise Malformed("an error has other fields")
    index = None if found["index"] is None else _index(found["index"], work)
    if found["stage"] not in _FAULT_STAGES or not isinstance(found["text"], str):
        raise Malformed("an error without a stage or a text")
    return ItemError(index, found["stage"], found["text"][:500])
