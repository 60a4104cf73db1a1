"""What a job found: one frozen value for each kind of job, kept as a document with a version number.

A document is read as if a stranger had written it. What it does not say, or says in a form that it cannot have, becomes
None or "unknown"; `malformed` names the fields of the second sort, so that no error passes for a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final, TypeVar

from troubleshoot.engine.facts import UNKNOWN
from troubleshoot.engine.plan import PlanDifference
from troubleshoot.engine.resource import ResourceState, Value

VERSION: Final = 2
#: How far a visit came, as the fact `windows.reached` names it.
REACHED: Final = frozenset({"yes", "no", "denied", "another_computer", "constrained_language", "blocked", UNKNOWN})
#: The stages of a visit at which a computer refuses an account.
_SIGN_IN: Final = frozenset({"sign-in", "rights"})

States = tuple[ResourceState | None, ...]
"""One state for each item of a plan; None where it could not be read."""


class Verdict(StrEnum):
    """What the check of a remedy says."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    WORSE = "worse"
    UNKNOWN = UNKNOWN


@dataclass(frozen=True)
class SignedIn:
    """Somebody who uses a computer, and since when."""

    user: str
    since: str


@dataclass(frozen=True)
class HostError:
    """What failed on the host: at an item of the plan (or at none), at which stage, and what the host said."""

    index: int | None
    stage: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What every kind of job may say; `stage` is where the way into the computer ended, empty where it did not."""

    stage: str = ""
    malformed: tuple[str, ...] = ()

    @property
    def denied(self) -> bool:
        """Tell whether the computer answered and did not accept the account."""
        return self.stage in _SIGN_IN

    def to_json(self) -> dict[str, Any]:
        """Return the document that `from_json` reads."""
        found = asdict(self)
        if not self.malformed:
            del found["malformed"]
        return {"version": VERSION, **found}


@dataclass(frozen=True, kw_only=True)
class ReadResult(Result):
    """What a visit that only reads may say: how far it came."""

    stage: str = UNKNOWN
    reached: str = UNKNOWN

    @property
    def denied(self) -> bool:
        """Tell whether the computer answered and did not accept the account."""
        return self.reached == "denied" or super().denied


@dataclass(frozen=True, kw_only=True)
class DiagnosisResult(ReadResult):
    """How far a diagnosis came; what it read are facts and readings."""


@dataclass(frozen=True, kw_only=True)
class PlanResult(ReadResult):
    """How far the reading for a plan came; the plan is a row of its own."""


@dataclass(frozen=True, kw_only=True)
class HandCheckResult(ReadResult):
    """Whether what a person did by hand has helped; unknown where that could not be observed."""

    verdict: Verdict = Verdict.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class ConnectionTestResult(ReadResult):
    """At which stage the way in ends."""

    @property
    def passed(self) -> bool:
        """Tell whether the way in is good."""
        return not self.stage


@dataclass(frozen=True, kw_only=True)
class SettleResult(Result):
    """What a computer said of a lost change: never, running, cut or ended; empty while it has said nothing."""

    attempt: str = ""


@dataclass(frozen=True, kw_only=True)
class ChangeResult(Result):
    """What a change may say: the computer around it, and what its run brought back. None: not said, or not known."""

    signed_in: tuple[SignedIn, ...] | None = None
    outside_before: Mapping[str, str] | None = None
    outcome: str = ""
    """How the run on the host ended, in the words of its protocol; empty while none has come back."""
    reason: str = ""
    before: States | None = None
    after: States | None = None
    written: tuple[int, ...] | None = None
    errors: tuple[HostError, ...] | None = None
    differences: tuple[PlanDifference, ...] | None = None
    round_trips: int | None = None


@dataclass(frozen=True, kw_only=True)
class ApplyResult(ChangeResult):
    """What a remedy's run brought back, and what the check from outside says of it."""

    verdict: Verdict = Verdict.UNKNOWN
    outside_after: Mapping[str, str] | None = None
    undo_left: tuple[int, ...] | None = None
    """What the computer left when it put this back by itself, as somebody had changed it since; None: it did not."""


@dataclass(frozen=True, kw_only=True)
class RevertResult(ChangeResult):
    """What the run brought back that puts a change back."""


BY_KIND: Final[Mapping[str, type[Result]]] = {
    "diagnose": DiagnosisResult,
    "plan": PlanResult,
    "check_by_hand": HandCheckResult,
    "connection_test": ConnectionTestResult,
    "settle": SettleResult,
    "apply": ApplyResult,
    "revert": RevertResult,
}
"""Kind of job → what it finds."""


def from_json(kind: str, document: object) -> Result:
    """Return what a job of this kind has found, from its document of this version or the one before. Never raises."""
    result = BY_KIND.get(kind, Result)
    if not isinstance(document, dict):
        return result(malformed=("document",))
    if type(document.get("version", 1)) is not int or document.get("version", 1) not in {1, VERSION}:
        return result(malformed=("version",))
    if "version" not in document and "guided" in document:  # what version 1 called the verdict of a check by hand
        document = {**document, "verdict": document["guided"] or UNKNOWN}
    return _read(document, result)


def as_change(found: Result) -> ChangeResult:
    """Return what a change found, as such. Raises TypeError for what a job found that only reads."""
    if not isinstance(found, ChangeResult):
        raise TypeError("a reading changes nothing")
    return found


class _Malformed(ValueError):
    """A value in a form that its field cannot have."""


def _read(document: Mapping[Any, Any], result: type[Result]) -> Result:
    """Return the value of a class whose fields a document holds, each read by itself."""
    malformed: set[str] = set()
    values: dict[str, Any] = {}
    for name in [one.name for one in fields(result)]:
        given = document.get(name)
        if given is None:
            continue  # not said: the default of the field
        try:
            values[name] = _READERS[name](given)
        except _Malformed:
            malformed.add(name)
            values |= _ON_ERROR.get(name, {})
    return result(**{**values, "malformed": tuple(sorted({*malformed, *values.get("malformed", ())}))})


T = TypeVar("T")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Malformed
    return value


def _number(value: object) -> int:
    if type(value) is not int:  # True is an integer to Python, and no number to anybody
        raise _Malformed
    return value


def _word(value: object) -> str:
    if _text(value) not in REACHED:
        raise _Malformed
    return _text(value)


def _verdict(value: object) -> Verdict:
    try:
        return Verdict(_text(value))
    except ValueError:
        raise _Malformed from None


def _each(read: Callable[[object], T]) -> Callable[[object], tuple[T, ...]]:
    def many(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise _Malformed
        return tuple(read(one) for one in value)

    return many


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise _Malformed
    return value


def _facts(value: object) -> dict[str, str]:
    return {name: _text(said) for name, said in _table(value).items()}


def _value(value: object) -> Value:
    if value is None or isinstance(value, str | bool) or type(value) is int:
        return value
    return list(_each(_text)(value))


def _state(value: object) -> ResourceState | None:
    return None if value is None else {name: _value(one) for name, one in _table(value).items()}


def _signed_in(value: object) -> SignedIn:
    given = _table(value)
    return SignedIn(_text(given.get("user")), _text(given.get("since")))


def _error(value: object) -> HostError:
    given = _table(value)
    index = given.get("index")
    return HostError(None if index is None else _number(index), _text(given.get("stage")), _text(given.get("text")))


def _difference(value: object) -> PlanDifference:
    given = _table(value)
    names = (_text(given.get("resource")), _text(given.get("field")))
    return PlanDifference(_number(given.get("item")), *names, _value(given.get("planned")), _value(given.get("found")))


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "stage": _text,
    "malformed": _each(_text),
    "reached": _word,
    "verdict": _verdict,
    "signed_in": _each(_signed_in),
    "outside_before": _facts,
    "outside_after": _facts,
    "attempt": _text,
    "outcome": _text,
    "reason": _text,
    "before": _each(_state),
    "after": _each(_state),
    **dict.fromkeys(("written", "undo_left"), _each(_number)),
    "errors": _each(_error),
    "differences": _each(_difference),
    "round_trips": _number,
}
"""Field → how its value is read. Raises _Malformed."""
_ON_ERROR: Final[Mapping[str, Mapping[str, str]]] = {
    name: {name: UNKNOWN} for name in ("stage", "attempt", "outcome", "reason")
}
"""Fields whose default says something: what they say when their value is malformed."""
