"""What became of everything: the jobs' rows, the audit log and each computer's own record, held against each other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.bench import begun, is_repaired
from tests.e2e.world import Computer
from tests.soak_faults.table import ACTIVE, ENDED, OFFERED, Row

#: Ends by which the portal says that the change is there, and that nothing was ever begun.
THERE, NEVER = frozenset({"verified"}), frozenset({"unreachable", "cancelled", "refused", "drifted", "expired"})
#: A change that found everything as it wanted it wrote nothing, and says so.
DONE = frozenset({"done", ""})
PROTECTED = 2
#: Queued for so long, with its computer free, nobody has it.
PATIENCE = dt.timedelta(seconds=15)


@dataclass(frozen=True)
class Begun:
    """A change that a computer has begun, as it says itself."""

    computer: str
    attempt: str
    job: str
    at: str
    report: dict[str, Any] | None
    #: Whether the computer was not without power since.
    same_start: bool


@dataclass
class Ledger:
    """What is wrong, by its kind: each thing with a line that says which job it was."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    ended_by_us: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """All of it, to be read."""
        kinds = ("lost", "twice", "unrecorded", "unresolved", "ended_by_us")
        return [f"{kind}: {one}" for kind in kinds for one in getattr(self, kind)]


def records(computers: Sequence[Computer]) -> list[Begun]:
    """What the computers have begun."""
    return [one for computer in computers for one in _records(computer)]


def _records(computer: Computer) -> Iterator[Begun]:
    state = computer.state
    for attempt, run in begun(computer).items():
        report = state["reports"].get(attempt)
        same = run["boot"] == state["booted_at"]
        yield Begun(computer.name, attempt, run["job"], run["at"], report, same)


def ownerless(rows: Sequence[Row]) -> list[str]:
    """The jobs that nobody has, and nobody will be sent for."""
    now = dt.datetime.now(dt.UTC)
    busy = {row.host for row in rows if row.state in ACTIVE}
    settled = {row.lost for row in rows if row.kind == "settle" and row.state not in ENDED}
    return [f"{row.key} {row.kind} on {row.host} stands {row.state}" for row in rows if _alone(row, now, busy, settled)]


def _alone(row: Row, now: dt.datetime, busy: set[str], settled: set[str]) -> bool:
    if row.state in ACTIVE:
        return row.lease_until is None or row.lease_until < now
    if row.state == "unknown":
        return row.key not in settled
    return row.state == "queued" and row.host not in busy and row.not_before < now - PATIENCE


def held_against(
    rows: Sequence[Row],
    entries: Sequence[dict[str, Any]],
    computers: Sequence[Computer],
    *,
    promised: set[str],
    by_hand: Mapping[str, str],
) -> Ledger:
    """Everything that is wrong once no fault happens any more; some computers were changed by hand at last then."""
    done = records(computers)
    ledger = Ledger()
    ledger.lost += _lost(rows, done, promised)
    ledger.twice += _twice(done)
    ledger.unrecorded += _unrecorded(entries, done) + _unexplained(done, computers, by_hand)
    open_ = [row for row in rows if row.state not in ENDED | OFFERED]
    ledger.unresolved += [f"{row.key} {row.kind} on {row.host} stands {row.state}" for row in open_]
    ledger.ended_by_us += [
        f"{one.job} on {one.computer}, attempt {one.attempt}" for one in done if one.same_start and not one.report
    ]
    return ledger


def _lost(rows: Sequence[Row], done: Sequence[Begun], promised: set[str]) -> list[str]:
    """Jobs that are not there, that nobody began in time, or whose end is not what happened on the computer."""
    known = {row.key for row in rows}
    tried = {one.job for one in done}
    anything = {one.job for one in done if one.report and one.report["written"]}
    return [
        *(f"{key} was promised and is not there" for key in promised - known),
        *(f"{row.key} on {row.host} expired" for row in rows if row.state == "expired"),
        *(
            f"{row.key} on {row.host} is called {row.state}, and the computer did not do it"
            for row in rows
            if row.kind in {"apply", "revert"} and row.state in THERE and row.outcome in DONE and row.key not in tried
        ),
        *(
            f"{row.key} on {row.host} is called {row.state}, and the computer did it"
            for row in rows
            if row.kind in {"apply", "revert"} and row.state in NEVER and row.key in anything
        ),
    ]


def _twice(done: Sequence[Begun]) -> list[str]:
    counts = Counter((one.job, one.computer) for one in done)
    return [f"{job} on {computer} was begun {count} times" for (job, computer), count in counts.items() if count > 1]


def _unrecorded(entries: Sequence[dict[str, Any]], done: Sequence[Begun]) -> list[str]:
    """What was begun without an entry that says so, written before."""
    told = {one["details"]["attempt"]: one["at"] for one in entries if one["tag"] == "job:start"}
    return [
        f"{one.job} on {one.computer}, attempt {one.attempt}"
        for one in done
        if one.attempt not in told or told[one.attempt][:19] > one.at[:19]
    ]


def _unexplained(done: Sequence[Begun], computers: Sequence[Computer], by_hand: Mapping[str, str]) -> list[str]:
    """Computers that are not as the last change left them, by its own report."""
    found = []
    for computer in computers:
        last = max((one for one in done if one.computer == computer.name), key=lambda one: one.at, default=None)
        if last is None or not last.report or not last.report["after"] or last.at <= by_hand.get(computer.name, ""):
            continue
        said = any(state and state["security_layer"] == PROTECTED for state in last.report["after"])
        if said != is_repaired(computer):
            found.append(f"{computer.name} is not as {last.job} left it")
    return found
