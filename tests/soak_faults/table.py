"""Reads the job table and the audit log as they lie in the database: by SQL, and with nothing of the product."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.e2e.world import World

ENDED = frozenset({"done", "verified", "not_verified", "declined", "expired", "cancelled", "drifted", "refused"})
ENDED |= {"unreachable", "failed", "reverted"}
#: Where a job waits for a person.
OFFERED = frozenset({"planned", "waiting_approval", "approved"})
ACTIVE = frozenset({"claimed", "starting", "running", "verifying"})
#: The database is away, or was just now.
UNREADABLE = (psycopg.Error, sqlite3.DatabaseError)

_JOBS = """select j.id, j.kind, j.state, h.name, j.created_at, j.not_before, j.lease_until, j.ended_at, j.started_at,
 j.lost_id, j.result from troubleshoot_job j join troubleshoot_host h on h.id = j.host_id"""
_ENTRIES = "select canonical from troubleshoot_entry order by at, id"


@dataclass(frozen=True)
class Row:
    """A job as its row stands."""

    key: str
    kind: str
    state: str
    host: str
    created: dt.datetime
    not_before: dt.datetime
    lease_until: dt.datetime | None
    ended: dt.datetime | None
    #: Since when a worker could have had it, as far as that is kept.
    begun: dt.datetime | None
    lost: str
    #: What came of its visit, by the host's own word.
    outcome: str


class Table:
    """The database of a world."""

    def __init__(self, world: World) -> None:
        self._url = world.plain.get("DATABASE_URL", "")
        self._file = world.folder / "var" / "mendpoint.sqlite3"

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """A connection of its own."""
        if self._url:
            folder = self._url.partition("@")[2].partition("/")[0].replace("%2F", "/")
            opened: Any = psycopg.connect(host=folder, user="mendpoint", dbname="postgres", autocommit=True)
        else:
            opened = sqlite3.connect(self._file, timeout=30)
        with closing(opened):
            yield opened

    def jobs(self, host: str = "") -> list[Row]:
        """Every job, or those of a computer, the oldest first."""
        of = f"where h.name = '{host}'" if host else ""  # a name of ours
        return [_row(one) for one in self._read(f"{_JOBS} {of} order by j.created_at, j.id")]

    def entries(self) -> list[dict[str, Any]]:
        """Every audit entry, the oldest first."""
        return [json.loads(bytes(one[0])) for one in self._read(_ENTRIES)]

    def _read(self, query: str) -> Sequence[Sequence[Any]]:
        with self.connected() as opened:
            found: Sequence[Sequence[Any]] = opened.execute(query).fetchall()
            return found


def _row(found: Sequence[Any]) -> Row:
    key, kind, state, host, *times, lost, result = found
    known = json.loads(result) if isinstance(result, str) else result
    created, not_before, lease, ended, started = map(_moment, times)
    assert created
    assert not_before
    begun = started if kind in {"apply", "revert"} else created
    return Row(
        _key(key), kind, state, host, created, not_before, lease, ended, begun, _key(lost), known.get("outcome", "")
    )


def _key(found: Any) -> str:
    return str(uuid.UUID(str(found))) if found else ""


def _moment(found: Any) -> dt.datetime | None:
    """A time as PostgreSQL gives it, or as SQLite keeps it: a text in UTC."""
    if isinstance(found, str):
        return dt.datetime.fromisoformat(found).replace(tzinfo=dt.UTC)
    return found if isinstance(found, dt.datetime) else None
