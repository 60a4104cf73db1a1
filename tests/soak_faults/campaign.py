"""One campaign: jobs are asked for while faults happen; then all is whole again, and everything is counted."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.soak_faults.asking import Asking
from tests.soak_faults.chain import SETTINGS, Chain
from tests.soak_faults.faults import Faults
from tests.soak_faults.ledger import Ledger, held_against, ownerless
from tests.soak_faults.table import ENDED, OFFERED, UNREADABLE, Row, Table

_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Every job has an owner so many seconds after the last fault, and an end within so many more.
OWNED, ENDING = 60, 240
EVERY = 0.5


@dataclass(frozen=True)
class Size:
    """How much is asked for, of how many computers, and what is drawn."""

    jobs: int
    kills: int
    computers: int
    seed: int
    #: Seconds between two faults of the kind that ends or pauses something.
    pace: float
    #: It asks for no more after this time, and counts what there is.
    minutes: float


@dataclass(frozen=True)
class Outcome:
    """What became of it."""

    jobs: int
    kills: dict[str, int]
    ledger: Ledger
    ends: dict[str, int]
    slowest: float


def run(size: Size, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Carry one out in a folder of its own."""
    with Chain.of(folder, size.computers, **SETTINGS) as chain, ThreadPoolExecutor(4) as pool:
        chain.begin()
        asking, faults = Asking(chain, pool, size.seed), Faults(chain, size.seed)
        asking.sign_in()
        moments = _break_everything(size, asking, faults, say)
        pool.shutdown()
        chain.heal()
        ledger = _count(chain, asking, say)
        rows = chain.table.jobs()
        slowest, key = _slowest(rows, moments)
        _tell_stories(chain, [*ledger.faults, f"the slowest: {key}"], say)
        return Outcome(len(rows), faults.counts(), ledger, _ends(rows), slowest)


def _break_everything(size: Size, asking: Asking, faults: Faults, say: Callable[[str], None]) -> list[dt.datetime]:
    """Ask and break until there is enough of both; the moments of the faults."""
    moments: list[dt.datetime] = []
    began = told = last = time.monotonic()
    while time.monotonic() - began < size.minutes * 60:
        rows = _looked(faults.chain.table)
        if len(rows) >= size.jobs and faults.number >= size.kills:
            break
        faults.chain.tend(faults.revive)
        if time.monotonic() - last >= size.pace:
            faults.happen()
            moments.append(dt.datetime.now(dt.UTC))
            last = time.monotonic()
        if len(rows) < size.jobs or faults.number < size.kills:
            asking.step()
        if time.monotonic() - told >= 30:
            told = time.monotonic()
            say(f"{told - began:.0f} s: {len(rows)} jobs {_ends(rows)}, {faults.number} kills {faults.counts()}")
        time.sleep(EVERY)
    return moments


def _looked(table: Table) -> list[Row]:
    """The jobs; none while the database is away."""
    with suppress(*UNREADABLE):
        return table.jobs()
    return []


def _count(chain: Chain, asking: Asking, say: Callable[[str], None]) -> Ledger:
    """Wait until all is done, and hold everything against everything."""
    whole = time.monotonic()
    say("every fault is over")
    _wait(chain, whole + OWNED)
    alone = ownerless(chain.table.jobs())
    _wait(chain, whole + ENDING)
    say(f"everything has ended {time.monotonic() - whole:.0f} s later")
    ledger = held_against(
        chain.table.jobs(),
        chain.table.entries(),
        chain.computers,
        promised=asking.promised,
        by_hand=asking.by_hand,
    )
    ledger.unresolved += alone
    checked = chain.world.run("audit", "verify")
    if checked.code:
        ledger.unrecorded.append(f"the audit log is not whole: {checked.out}{checked.err}")
    return ledger


def _tell_stories(chain: Chain, about: Sequence[str], say: Callable[[str], None]) -> None:
    """Say what the portal tells of some jobs."""
    for key in sorted({found[0] for one in about if (found := _KEY.search(one))}):
        shown = chain.helpdesk.do("jobs", "show", key)
        story = shown.json["story"] if not shown.code else shown.err
        say(f"{key}: {story}")


def _wait(chain: Chain, until: float) -> None:
    """Wait until every job has ended, or lies before a person."""
    rows: list[Row] = []
    while time.monotonic() < until and not (rows and all(row.state in ENDED | OFFERED for row in rows)):
        chain.tend(chain.start)
        time.sleep(EVERY)
        rows = _looked(chain.table)


def _ends(rows: Iterable[Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.state] = found.get(row.state, 0) + 1
    return found


def _slowest(rows: Iterable[Row], moments: Sequence[dt.datetime]) -> tuple[float, str]:
    """The longest time from a fault to the end of a job that was queued or under way when it happened; and that job."""
    found = (0.0, "")
    for row in rows:
        hit = next((one for one in moments if row.begun and row.ended and row.begun <= one <= row.ended), None)
        if hit and row.ended:
            found = max(found, ((row.ended - hit).total_seconds(), row.key))
    return found
