"""Judges from outside whether a run did what it promised: verified, not verified, or worse than before."""

from collections.abc import Mapping, Sequence

from troubleshoot.engine.action import Verify, rule_holds
from troubleshoot.engine.catalog_errors import Progress
from troubleshoot.engine.explanation import Json
from troubleshoot.engine.facts import UNKNOWN

Facts = Mapping[str, str]


def judge_run(verify: Verify, progress: Progress, before: Facts, readings: Sequence[Facts]) -> str:
    """Return verified, worse or not_verified from the readings taken after the run, oldest first.

    Both verified and worse need the last two readings to agree, each from fresh connections. A caller polls until
    verified or until `verify.within` has passed: only then do the other two mean anything. What else is in the way of
    a connection does not count against a run that did what it promised.
    """
    last = readings[-2:]
    if len(last) < 2 or any(last[0].get(name) != last[1].get(name) for name in verify.facts):
        return "not_verified"
    if all(became_worse(before, reading, verify, progress) for reading in last):
        return "worse"
    proved = proved_twice(verify, readings) and _made_a_difference(before, last[-1], verify, progress)
    return "verified" if proved else "not_verified"


def proved_twice(verify: Verify, readings: Sequence[Facts]) -> bool:
    """Tell whether the last two readings agree about what proves a remedy, and prove it."""
    last = readings[-2:]
    agree = len(last) == 2 and all(last[0].get(name) == last[1].get(name) for name in verify.facts)
    return agree and all(rule_holds(verify.facts, reading) for reading in last)


def comes_through(progress: Progress, seen: Facts) -> bool | None:
    """Tell whether everything that comes only so far comes all the way; None where nothing of it was measured."""
    found = [ranks[seen[name]] == max(ranks.values()) for name, ranks in progress.items() if seen.get(name) in ranks]
    return all(found) if found else None


def still_short(progress: Progress, last: Facts) -> list[Json]:
    """Return what does not come all the way by a reading: each fact, its value and the one that is wanted."""
    furthest = {
        name: tuple(one for one in ranks if ranks[one] == max(ranks.values())) for name, ranks in progress.items()
    }
    return lacking(Verify(0, {name: values for name, values in furthest.items() if name in last}), last)


def _made_a_difference(before: Facts, after: Facts, verify: Verify, progress: Progress) -> bool:
    """Tell whether what was promised holds only since the run, or the way is free, or at least goes further."""
    gained = any(before.get(name, UNKNOWN) not in wanted for name, wanted in verify.facts.items())
    further = any(
        ranks[after[name]] > ranks[before[name]]
        for name, ranks in progress.items()
        if before.get(name) in ranks and after.get(name) in ranks
    )
    return gained or further or comes_through(progress, after) is not False


def lacking(verify: Verify, last: Facts) -> list[Json]:
    """Return what a reading lacks of the proof: each fact, its value and those that are wanted; empty when nothing."""
    return [
        {"fact": name, "value": last.get(name, UNKNOWN), "wanted": list(wanted)}
        for name, wanted in verify.facts.items()
        if last.get(name, UNKNOWN) not in wanted
    ]


def became_worse(before: Facts, after: Facts, verify: Verify, progress: Progress) -> bool:
    """Tell whether something lies earlier than before, or a fact that satisfied the check no longer does.

    A reading that is unknown proves nothing: it never counts as worse.
    """
    earlier = any(
        order[after[name]] < order[before[name]]
        for name, order in progress.items()
        if before.get(name) in order and after.get(name) in order
    )
    lost = any(
        before.get(name) in allowed and after.get(name, UNKNOWN) not in (*allowed, UNKNOWN)
        for name, allowed in verify.facts.items()
    )
    return earlier or lost
