"""Makes what a visit brought back of the host's last mark and of the states that came before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, get_args

from troubleshoot.remote.envelope import (
    MAX_ITEMS,
    AttemptName,
    AttemptState,
    FlatState,
    ItemError,
    Malformed,
    Outcome,
    UndoName,
    UndoState,
    VisitResult,
    VisitWork,
    check_state,
)

States = tuple[FlatState | None, ...]

# Tuples where a host's word is looked up: a set would have to hash it, and a list cannot be.
_FAULT_STAGES = ("read", "write", "record", "arm")
#: Ends of a change that has read, and written nothing.
_UNSTARTED = frozenset({"drifted", "duplicate", "cancelled", "not_armed"})
_AFTER_A_TRY = ("disarmed", "lost")
_UNDO_OUTCOMES = ("undone", "left", "failed")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_REASONS = ("constrained_language", "antimalware", "powershell_too_old")
_KEYS = frozenset({"outcome", "identity", "written", "errors"})
_IDENTITY = frozenset({"machine_guid", "smbios_uuid", "computer_sid"})
_ATTEMPT = frozenset({"state", "outcome", "before", "after", "written", "errors", "undo"})
_UNDO = frozenset({"state", "due", "at", "outcome", "left"})


@dataclass
class Seen:
    """The states that have come, by stage and item: read before anything was written, checked afterwards."""

    items: int
    read: dict[int, FlatState | None] = field(default_factory=dict)
    check: dict[int, FlatState | None] = field(default_factory=dict)

    def add(self, stage: Any, item: int, state: FlatState | None) -> bool:
        """Take a state; False when the stage has none, or this one has already come."""
        states = {"read": self.read, "check": self.check}.get(stage) if isinstance(stage, str) else None
        if states is None or item in states:
            return False
        states[item] = state
        return True

    @property
    def before(self) -> States:
        """Return one state for each item as it was read, null where none has come; empty without any."""
        return self._row(self.read)

    @property
    def after(self) -> States | None:
        """Return one state for each item as it was checked, null where none has come; None without any."""
        return self._row(self.check) or None

    def whole(self, states: dict[int, FlatState | None]) -> bool:
        """Tell whether every item has had its say."""
        return len(states) == self.items

    def _row(self, states: dict[int, FlatState | None]) -> States:
        return tuple(map(states.get, range(self.items))) if states else ()


def make_result(result: dict[str, Any], seen: Seen, work: VisitWork) -> VisitResult:
    """Return what a visit brought back. Raises Malformed, where something is missing or contradicts itself."""
    outcome: Outcome | None = result.get("outcome")
    reason = result.get("reason")
    if outcome is None or outcome not in get_args(Outcome) or (reason is not None and reason not in _REASONS):
        raise Malformed("no such outcome or reason")
    if outcome == "refused":
        if reason is None:
            raise Malformed("refused without a reason")
        return VisitResult(outcome, reason)
    if result.keys() - {"reason", "attempt", "undo"} != _KEYS:
        raise Malformed("a result has other fields")
    visit = VisitResult(
        outcome=outcome,
        reason=reason,
        identity=_identity(result["identity"]),
        before=seen.before,
        after=seen.after,
        written=_written(result["written"], work),
        errors=_errors(result["errors"], work),
        attempt=_attempt(result.get("attempt"), work),
        undo=_undo(result.get("undo")),
    )
    _check_sense(visit, work, seen)
    return visit


def _check_sense(visit: VisitResult, work: VisitWork, seen: Seen) -> None:
    """Refuse a result that contradicts itself or the work that was asked for."""
    wishes = [number for number, item in enumerate(work.items) if item.desired is not None]
    if list(visit.written) != wishes[: len(visit.written)]:
        raise Malformed("other items were written than wished, or in another order")
    if visit.written and visit.outcome not in {"done", "failed"}:
        raise Malformed("something was written although the outcome says otherwise")
    if work.mode == "cancel" and seen.read:
        raise Malformed("a cancel reads nothing")
    whole = seen.whole(seen.read) or work.mode == "cancel"
    if (visit.written or visit.outcome in {"done", *_UNSTARTED}) and not whole:
        raise Malformed("states are missing")
    if work.mode != "apply" and (seen.check or visit.outcome in _UNSTARTED):
        raise Malformed("an outcome that this mode does not have")
    everything = not visit.errors and len(visit.written) == len(wishes) and seen.whole(seen.check)
    if work.mode == "apply" and visit.outcome == "done" and not everything:
        raise Malformed("done, but not all of it")
    if (visit.attempt is None) == (work.mode in {"settle", "cancel"} and visit.outcome == "done"):
        raise Malformed("an attempt is what a settle or a cancel finds, and nothing else")
    _check_undo(visit, work)


def _check_undo(visit: VisitResult, work: VisitWork) -> None:
    """Refuse what a computer says of an undo that nobody asked about, and a change without the undo that it needs."""
    armed = visit.undo is not None and visit.undo.state != "none"
    if work.undo and bool(visit.written or visit.outcome == "done") and not armed:
        raise Malformed("something was written before its undo was armed")
    if visit.outcome == "not_armed" and (work.undo is None or not visit.errors):
        raise Malformed("an undo that nobody asked for was not armed, or it was not said why")
    if visit.undo is not None and not (work.undo or work.of or work.mode == "disarm"):
        raise Malformed("nobody asked about an undo")
    if work.mode == "disarm" and visit.outcome == "done" and visit.undo is None:
        raise Malformed("nothing is said of the undo")


def _undo(found: Any) -> UndoState | None:
    if found is None:
        return None
    if not isinstance(found, dict) or found.keys() != _UNDO or found["state"] not in get_args(UndoName):
        raise Malformed("an undo has other fields")
    undo = UndoState(found["state"], found["due"], found["at"], found["outcome"], _left(found["left"]))
    for moment in (undo.due, undo.at):
        if moment is not None and not (isinstance(moment, str) and _MOMENT.fullmatch(moment)):
            raise Malformed("not a moment")
    if (undo.state == "none") != (undo.due is None) or (undo.state == "fired" and undo.at is None):
        raise Malformed("an undo is due once it was armed, and has a time once it has fired")
    if (undo.outcome in _UNDO_OUTCOMES) != (undo.at is not None) or (undo.at is None and undo.outcome is not None):
        raise Malformed("an undo has an outcome once it has fired")
    if undo.at is not None and undo.state != "fired" and (undo.state not in _AFTER_A_TRY or undo.outcome != "failed"):
        raise Malformed("only an undo that failed is taken back or lost after it has fired")
    return undo


def _left(found: Any) -> tuple[int, ...]:
    """Return the items of the change that were left alone; the undo goes through them from the end."""
    if any(type(entry) is not int or not 0 <= entry < MAX_ITEMS for entry in _list(found)):
        raise Malformed("no such item")
    return tuple(sorted(set(found)))


def _attempt(found: Any, work: VisitWork) -> AttemptState | None:
    if found is None:
        return None
    if not isinstance(found, dict) or found.keys() != _ATTEMPT or found["state"] not in get_args(AttemptName):
        raise Malformed("an attempt has other fields")
    attempt = AttemptState(
        state=found["state"],
        outcome=found["outcome"],
        before=_states(found["before"], work) or (),
        after=_states(found["after"], work),
        written=_written(found["written"], work),
        errors=_errors(found["errors"], work),
        undo=_undo(found["undo"]),
    )
    _check_attempt(attempt)
    return attempt


def _check_attempt(attempt: AttemptState) -> None:
    """Refuse an attempt that says more, or less, than one in that state can have left on its host."""
    ended = attempt.state == "ended"
    if (attempt.outcome in ("done", "failed", "not_armed")) != ended or (attempt.outcome is not None) != ended:
        raise Malformed("an attempt has an outcome once it has ended, and not before")
    has_checked = ended and attempt.outcome != "not_armed"
    if (attempt.after is not None) != has_checked or bool(attempt.before) == (attempt.state == "never"):
        raise Malformed("an attempt keeps what was there once it has begun, and what is there once it has ended")
    if attempt.outcome == "not_armed" and attempt.written:
        raise Malformed("what was not armed was not written")
    if not ended and (attempt.written or attempt.errors):
        raise Malformed("an attempt reports when it has ended, and not before")
    if attempt.outcome == "done" and (attempt.errors or None in attempt.before):
        raise Malformed("done, but not all of it")


def _identity(found: Any) -> dict[str, str]:
    if found == {}:
        return {}
    if not isinstance(found, dict) or found.keys() != _IDENTITY:
        raise Malformed("an identity has other fields")
    if any(not isinstance(value, str) or len(value) > 128 for value in found.values()):
        raise Malformed("an identity is made of short texts")
    return found


def _states(found: Any, work: VisitWork) -> States | None:
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


def _written(found: Any, work: VisitWork) -> tuple[int, ...]:
    written = tuple(check_index(entry, work) for entry in _list(found))
    if list(written) != sorted(set(written)):
        raise Malformed("items are written once, in their order")
    return written


def check_index(found: Any, work: VisitWork) -> int:
    """Return the number of an item that the work has. Raises Malformed."""
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < len(work.items):
        raise Malformed("no such item")
    return found


def _errors(found: Any, work: VisitWork) -> tuple[ItemError, ...]:
    return tuple(_error(entry, work) for entry in _list(found))


def _error(found: Any, work: VisitWork) -> ItemError:
    if not isinstance(found, dict) or found.keys() != {"index", "stage", "text"}:
        raise Malformed("an error has other fields")
    index = None if found["index"] is None else check_index(found["index"], work)
    if found["stage"] not in _FAULT_STAGES or not isinstance(found["text"], str):
        raise Malformed("an error without a stage or a text")
    return ItemError(index, found["stage"], found["text"][:500])
