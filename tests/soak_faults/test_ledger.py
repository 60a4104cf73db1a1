"""The ledger finds each thing that it is there to find: a campaign that can only pass would prove nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.fleet import RDP_TCP
from tests.e2e.world import Computer
from tests.soak_faults.ledger import Ledger, held_against, ownerless
from tests.soak_faults.table import Row

NOW = dt.datetime.now(dt.UTC)
BOOT, AT = "2026-12-01T04:00:00Z", "2026-12-01T05:00:00Z"
REPORT = {"outcome": "done", "written": [0], "after": [{"security_layer": 2}]}
ENTRY = {"tag": "job:start", "at": "2026-12-01T05:00:00.100000Z", "details": {"attempt": "a-1"}}


def row(state: str = "verified", *, key: str = "job-1", kind: str = "apply", **more: Any) -> Row:
    given = {"created": NOW - dt.timedelta(minutes=2), "not_before": NOW - dt.timedelta(minutes=2), "outcome": "done"}
    rest = {"lease_until": None, "ended": None, "begun": None, "lost": ""}
    return Row(key=key, kind=kind, state=state, host="ACC-01", **{**given, **rest, **more})


def run(**more: Any) -> dict[str, Any]:
    return {"job": "job-1", "at": AT, "boot": BOOT} | more


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer("ACC-01", (), tmp_path)


def keeps(computer: Computer, *, layer: int = 2, reports: dict[str, Any] | None = None, **runs: dict[str, Any]) -> None:
    """What a computer has kept, and how it is."""
    state = {
        "booted_at": BOOT,
        "runs": {name.replace("_", "-"): one for name, one in runs.items()},
        "reports": {"a-1": REPORT} if reports is None else reports,
        "registry": {RDP_TCP: {"SecurityLayer": {"value": layer}}},
    }
    computer.state_file.write_text(json.dumps(state), encoding="utf-8")


def judged(computer: Computer, *rows: Row, entries: tuple[dict[str, Any], ...] = (ENTRY,), **more: Any) -> Ledger:
    given: dict[str, Any] = {"promised": set(), "by_hand": {}} | more
    return held_against(rows, entries, [computer], **given)


def test_nothing_is_wrong_with_a_change_that_was_written_down_begun_once_and_proved(computer: Computer) -> None:
    keeps(computer, a_1=run(), a_0=run(job="job-0", tombstone=True))
    assert judged(computer, row()).faults == []


def test_a_job_that_was_promised_and_is_not_there_is_lost(computer: Computer) -> None:
    keeps(computer)
    assert len(judged(computer, promised={"job-9"}).lost) == 1


def test_a_job_that_nobody_began_in_time_is_lost(computer: Computer) -> None:
    keeps(computer)
    assert len(judged(computer, row("expired", outcome="")).lost) == 1


def test_an_end_that_the_computer_knows_nothing_of_is_lost(computer: Computer) -> None:
    keeps(computer)
    assert len(judged(computer, row("verified")).lost) == 1
    assert judged(computer, row("verified", kind="revert", outcome="drifted")).lost == [], "it was back already"


@pytest.mark.parametrize("state", ["unreachable", "cancelled", "refused"])
def test_a_change_that_is_called_never_begun_and_was_made_is_lost(computer: Computer, state: str) -> None:
    keeps(computer, a_1=run())
    assert len(judged(computer, row(state)).lost) == 1


def test_a_job_of_two_attempts_was_begun_twice(computer: Computer) -> None:
    keeps(computer, a_1=run(), a_2=run())
    assert len(judged(computer, row()).twice) == 1


def test_an_attempt_without_an_earlier_entry_is_unrecorded(computer: Computer) -> None:
    keeps(computer, a_1=run())
    assert len(judged(computer, row(), entries=()).unrecorded) == 1
    assert len(judged(computer, row(), entries=(ENTRY | {"at": "2026-12-01T05:00:01.000000Z"},)).unrecorded) == 1


def test_a_computer_that_is_not_as_it_was_left_was_changed_unrecorded(computer: Computer) -> None:
    keeps(computer, a_1=run(), layer=0)
    assert len(judged(computer, row()).unrecorded) == 1
    assert judged(computer, row(), by_hand={"ACC-01": AT}).unrecorded == []


def test_a_record_without_a_report_was_ended_by_us_unless_the_power_was_gone(computer: Computer) -> None:
    keeps(computer, a_1=run(), reports={})
    assert len(judged(computer, row()).ended_by_us) == 1
    keeps(computer, a_1=run(boot="2026-12-01T03:00:00Z"), reports={})
    assert judged(computer, row()).ended_by_us == []


@pytest.mark.parametrize("state", ["queued", "claimed", "starting", "running", "verifying", "unknown"])
def test_whatever_has_no_end_is_unresolved(computer: Computer, state: str) -> None:
    keeps(computer)
    assert len(judged(computer, row(state)).unresolved) == 1


def test_a_job_has_an_owner_where_a_worker_holds_it_or_somebody_will_be_sent_for() -> None:
    later, past = NOW + dt.timedelta(minutes=1), NOW - dt.timedelta(minutes=1)
    settle = row("queued", key="job-2", kind="settle", lost="job-1", not_before=later)
    assert ownerless([row("running", lease_until=later)]) == []
    assert ownerless([row("unknown"), settle]) == []
    assert ownerless([row("queued", not_before=later)]) == []
    assert len(ownerless([row("running", lease_until=past)])) == 1
    assert len(ownerless([row("unknown")])) == 1
    assert len(ownerless([row("queued")])) == 1
