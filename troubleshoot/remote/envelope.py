"""What is sent to a host and what comes back: the request line, the fixed scripts, and the types of both."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

Value = str | int | bool | None | list[str]
FlatState = dict[str, Value]
Mode = Literal["read", "apply", "settle", "cancel", "disarm"]
Outcome = Literal["done", "drifted", "failed", "identity_changed", "duplicate", "cancelled", "refused", "not_armed"]
UndoName = Literal["none", "armed", "lost", "fired", "disarmed"]
AttemptName = Literal["never", "running", "cut", "ended"]

_HERE = Path(__file__).parent
BOOTSTRAP: Final = _HERE.joinpath("bootstrap.ps1").read_bytes().decode("ascii")
# One text in four files: what the runner works with, the undo on the computer itself in two, and what it does.
RUNNER: Final = "\n".join(
    _HERE.joinpath(name).read_bytes().decode("ascii")
    for name in ("runner_tools.ps1", "runner_undo.ps1", "runner_restore.ps1", "runner.ps1")
)


def script_digest(script: str) -> str:
    """Return the SHA-256 of a script's text, in hex."""
    return hashlib.sha256(script.encode()).hexdigest()


BOOTSTRAP_DIGEST: Final = script_digest(BOOTSTRAP)
RUNNER_DIGEST: Final = script_digest(RUNNER)

BOOTSTRAP_COMMAND: Final = "powershell.exe"
ARGUMENTS: Final = (
    "-NoProfile",
    "-NonInteractive",
    "-EncodedCommand",
    base64.b64encode(BOOTSTRAP.encode("utf-16-le")).decode("ascii"),
)

# The host takes envelopes of 500 KiB (MaxEnvelopeSizekb); base64 makes the line a third longer.
MAX_REQUEST_BYTES: Final = 256 * 1024
MAX_ITEMS: Final = 64
MAX_INTEGER: Final = 2**53
MAX_READ_SECONDS: Final = 600
MAX_UNDO_SECONDS: Final = 30 * 86_400


class Malformed(ValueError):
    """A request, a state or a result that is not in the form agreed."""


_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_NONCE = re.compile(r"[0-9a-f]{32}")
# A hashtable answers these names with its own properties, not with its keys.
_RESERVED = frozenset({"count", "keys", "values", "item", "isreadonly", "isfixedsize", "issynchronized", "syncroot"})


def check_state(state: Any) -> FlatState:
    """Return `state` itself when it is flat: names to strings, integers below 2^53, booleans, null or lists of strings.

    Names are ASCII and differ by more than case, because PowerShell folds it. Raises Malformed.
    """
    if not isinstance(state, dict):
        raise Malformed("a state is a table")
    folded = [check_field(name) for name in state]
    if len(set(folded)) != len(folded):
        raise Malformed("two fields differ only by case")
    for name, value in state.items():
        if not _is_flat(value):
            raise Malformed(f"{name} is not a flat value")
    return state


def check_field(name: Any) -> str:
    """Return the name of a field, in lower case. Raises Malformed."""
    if not isinstance(name, str) or not _FIELD.fullmatch(name) or name.lower() in _RESERVED:
        raise Malformed(f"not a name of a field: {str(name)[:64]!r}")
    return name.lower()


def _is_flat(value: Any) -> bool:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return True
    if isinstance(value, int):
        return abs(value) < MAX_INTEGER
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


@dataclass(frozen=True)
class PassedState:
    """Through which values of a field an event passes: where it was cut, one of them stays."""

    event: str
    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class UndoRule:
    """What the computer itself may put back of an item: fields, with the marks that tell a script that it undoes. An
    event that was cut on its way is made once more."""

    fields: tuple[str, ...]
    marks: tuple[str, ...] = ()
    passes: tuple[PassedState, ...] = ()


@dataclass(frozen=True)
class UndoOrder:
    """When the computer puts a change back by itself: so many seconds after it was told, by its own clock; with
    `at_start` at its next start too, because nobody may be able to come back."""

    after: int
    at_start: bool


@dataclass(frozen=True)
class VisitItem:
    """One resource of a visit: its scripts, and for `apply` what it must be before and what it shall become."""

    resource: str
    params: FlatState
    read: str
    write: str | None = None
    expected: FlatState | None = None
    desired: FlatState | None = None
    undo: UndoRule | None = None

    def __post_init__(self) -> None:
        for state in (self.params, self.expected or {}, self.desired or {}):
            check_state(state)
        if self.desired is not None and not self.write:
            raise Malformed(f"{self.resource} has a wish but no script that writes")


@dataclass(frozen=True)
class VisitWork:
    """What one visit shall do. `identity` None means: not known yet, do not compare. Raises Malformed.

    `attempt` is the one that an `apply` begins, a `settle` asks about, a `cancel` forestalls, and whose undo a `disarm`
    takes back. An `apply` with an `undo` is not written unless the computer is ready to undo it; one that puts back an
    attempt names it in `of`. One reading may take `read_seconds`.
    """

    mode: Mode
    attempt: str
    job: str
    case: str | None
    identity: dict[str, str] | None
    items: tuple[VisitItem, ...]
    read_seconds: int = 20
    undo: UndoOrder | None = None
    of: str | None = None

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise Malformed(f"no such mode: {self.mode}")
        if str(uuid.UUID(self.attempt)) != self.attempt:
            raise Malformed("an attempt is a UUID in its usual form")
        if not 0 < len(self.items) <= MAX_ITEMS:
            raise Malformed(f"a visit has 1 to {MAX_ITEMS} items")
        if self.mode != "apply" and any(item.desired is not None for item in self.items):
            raise Malformed("a read has no wishes, and neither has a settle, a cancel or a disarm")
        if self.mode in {"settle", "cancel", "disarm"} and self.identity is None:
            raise Malformed("what became of an attempt is believed of one computer only")
        if self.mode != "apply" and (self.undo or self.of):
            raise Malformed("only what is changed is undone")
        if self.undo and not 0 < self.undo.after <= MAX_UNDO_SECONDS:
            raise Malformed(f"an undo comes within {MAX_UNDO_SECONDS} seconds")
        if not 0 < self.read_seconds <= MAX_READ_SECONDS:
            raise Malformed(f"a reading may take 1 to {MAX_READ_SECONDS} seconds")


@dataclass(frozen=True)
class VisitProgress:
    """A sign of life: which item, at which stage (read, write, check), and the resource's name."""

    item: int
    stage: str
    text: str


#: Told of each stage that a visit has come through, with what was seen there: name, tcp, tls, clock (the host's HTTP
#: date, said before anybody has signed in), sign-in, rights, shell, powershell (its version), language (its mode).
OnStage = Callable[[str, str], None]


@dataclass(frozen=True)
class Hello:
    """The PowerShell that answered: its version, and its language mode as it spells it."""

    version: str
    language_mode: str


@dataclass(frozen=True)
class ItemError:
    """What failed on the host: at an item (or at none), while it was read, written or recorded."""

    index: int | None
    stage: str
    text: str


@dataclass(frozen=True)
class UndoState:
    """What stands of the undo that a computer was told to make by itself.

    none: it was told nothing. armed: it will, when that is `due`. lost: its task is gone or switched off, by nobody of
    ours. fired: it has, at the time `at`; the outcome says undone, left (somebody else has changed the items in `left`
    since, which stay as they are) or failed. disarmed: its task was taken back. One that was lost or disarmed after a
    try that failed still says when that was.
    """

    state: UndoName = "none"
    due: str | None = None
    at: str | None = None
    outcome: str | None = None
    left: tuple[int, ...] = ()


@dataclass(frozen=True)
class AttemptState:
    """What became of an attempt, by the records on its host.

    never: it did not begin, and no longer can. running: it is at work there. cut: it began, and ended without a
    report; `before` is what it had recorded. ended: it left its report, which has all the rest.
    """

    state: AttemptName
    outcome: Outcome | None = None
    before: tuple[FlatState | None, ...] = ()
    after: tuple[FlatState | None, ...] | None = None
    written: tuple[int, ...] = ()
    errors: tuple[ItemError, ...] = ()
    undo: UndoState | None = None


@dataclass(frozen=True)
class VisitResult:
    """What a visit brought back.

    `before` and `after` hold one state for each item, null where it could not be read. `reason` says why the host
    refused: constrained_language, antimalware or powershell_too_old. `noise` is the start of whatever else the host
    printed, `ignored` the number of marked lines that were not believed. `attempt` is what a settle has found,
    `undo` what stands of the computer's own undo: of the change itself, or of the one that was put back or disarmed.
    """

    outcome: Outcome
    reason: str | None = None
    identity: dict[str, str] = field(default_factory=dict)
    before: tuple[FlatState | None, ...] = ()
    after: tuple[FlatState | None, ...] | None = None
    written: tuple[int, ...] = ()
    errors: tuple[ItemError, ...] = ()
    powershell: Hello | None = None
    round_trips: int = 0
    noise: str = ""
    ignored: int = 0
    attempt: AttemptState | None = None
    undo: UndoState | None = None


def request_line(work: VisitWork, nonce: str) -> bytes:
    """Return the request: one line of ASCII JSON, ended by a line feed. Raises Malformed when it is too long."""
    if not _NONCE.fullmatch(nonce):
        raise Malformed("a nonce is 32 hex digits")
    body = {"v": 1, "nonce": nonce, "runner": RUNNER, **asdict(work)}
    line = json.dumps(body, ensure_ascii=True, allow_nan=False).encode("ascii") + b"\n"
    if len(line) > MAX_REQUEST_BYTES:
        raise Malformed(f"the request has {len(line)} bytes, more than {MAX_REQUEST_BYTES}")
    return line
