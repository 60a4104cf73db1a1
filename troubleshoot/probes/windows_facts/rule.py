"""What a fact follows from: a resource that is read on the host, the fields that decide, and how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from troubleshoot.engine import UNKNOWN

State = Mapping[str, object]
Judge = Callable[[State], str]
#: What Windows says of where a setting comes from (PolicySource* of Win32_TSGeneralSetting).
SOURCES: Mapping[bool | int, str] = {0: "local", 1: "policy", 2: "default"}
#: Those, in words.
DECIDED: Mapping[str, str] = {
    "local": "set on the computer",
    "policy": "set by group policy",
    "default": "as Windows ships it",
}


@dataclass(frozen=True, eq=False)
class RuleReading:
    """A resource to read, with its parameters, and how a person calls it."""

    words: str
    resource: str
    params: Mapping[str, str | list[str]]
    unfold: Callable[[State], State] = lambda state: state
    """What names the fields by which the rules judge, where the resource does not name them itself."""


@dataclass(frozen=True)
class Rule:
    """One fact: its words, its values but `unknown` with theirs, its reading, the fields shown with it, the judge.

    A judge never raises, whatever a host put into the fields.
    """

    fact: str
    words: str
    values: Mapping[str, str]
    reading: RuleReading
    fields: tuple[str, ...]
    judge: Judge


def same(state: State, field: str, wanted: object) -> bool:
    """Compare strictly by type: 1 is not True."""
    value = state.get(field)
    return type(value) is type(wanted) and value == wanted


def one_of(field: str, table: Mapping[bool | int, str]) -> Judge:
    """Return the judge that reads one field by a table; what the table does not hold is unknown."""

    def judge(state: State) -> str:
        return next((value for found, value in table.items() if same(state, field, found)), UNKNOWN)

    return judge


def looked_up(
    fact: str,
    words: str,
    values: Mapping[str, str],
    reading: RuleReading,
    *,
    field: str,
    table: Mapping[bool | int, str],
) -> Rule:
    """Return the rule of a fact that one field tells by a table."""
    return Rule(fact, words, values, reading, (field,), one_of(field, table))
