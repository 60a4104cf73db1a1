"""The way back that docs/operators.md describes, gone once: pg_dump here, pg_restore into an empty server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres
from troubleshoot.management.processes import free_port


@contextmanager
def restored(programs: Path, database: postgres.Server) -> Iterator[str]:
    """The address of another server that holds what a dump of this one held."""
    dump = subprocess.run(
        [str(programs / "pg_dump"), "--format=custom", database.url], check=True, capture_output=True, timeout=60
    )
    other = postgres.Server.start(programs, port=free_port(), password=database.password)
    try:
        line = [str(programs / "pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={other.url}"]
        subprocess.run(line, input=dump.stdout, check=True, capture_output=True, timeout=60)
        yield other.url
    finally:
        other.stop()
