"""`python -m tests.soak_faults`: one campaign; `--help` names its sizes."""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests import postgres
from tests.soak_faults.campaign import Outcome, Size, run


def main(arguments: list[str]) -> int:
    """The exit code: 0 when nothing was lost, doubled, unrecorded, unresolved or ended by us."""
    given = _parser().parse_args(arguments)
    os.environ["E2E_DATABASE"] = given.db
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left behind
    size = Size(given.jobs, given.kills, given.computers, given.seed, given.pace, given.minutes)
    print(f"soak: {size} on {given.db}; repeat it with --seed {size.seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mendpoint-soak-") as temporary:
        folder = Path(given.keep or temporary) / f"world-{size.seed}"
        outcome = run(size, folder, lambda said: print(f"soak: {said}", flush=True))
    print(f"soak: {time.monotonic() - began:.0f} s; {outcome.kills}; {outcome.ends}")
    return _report(outcome)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak_faults", description=__doc__)
    number = os.environ.get
    parser.add_argument("--jobs", type=int, default=int(number("SOAK_JOBS", "2000")))
    parser.add_argument("--kills", type=int, default=int(number("SOAK_KILLS", "1000")))
    parser.add_argument("--computers", type=int, default=24)
    parser.add_argument("--seed", type=int, default=int(number("SOAK_SEED", str(random.randrange(1_000_000)))))
    parser.add_argument("--pace", type=float, default=4.0, help="seconds between two faults that are no cut line")
    parser.add_argument("--minutes", type=float, default=50, help="ask and break for no longer than this")
    parser.add_argument("--keep", default="", metavar="FOLDER", help="keep logs and the computers' files there")
    known = "postgres" if postgres.binaries() else "sqlite"
    parser.add_argument("--db", choices=["postgres", "sqlite"], default=known)
    return parser


def _report(outcome: Outcome) -> int:
    ledger = outcome.ledger
    for fault in ledger.faults:
        print(f"soak: {fault}")
    print(f"soak: {len(ledger.ended_by_us)} ended by us in the middle of a write")
    counts = f"{len(ledger.lost)} lost, {len(ledger.twice)} twice, {len(ledger.unrecorded)} unrecorded"
    print(
        f"soak: {outcome.jobs} jobs, {sum(outcome.kills.values())} kills, {counts}, "
        f"{len(ledger.unresolved)} unresolved, slowest recovery {outcome.slowest:.0f} s",
        flush=True,
    )
    return int(bool(ledger.faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
