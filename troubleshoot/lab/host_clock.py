"""The clock of a simulated host, and its zone: when the clock is wrong, all that the host itself has dated is wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from troubleshoot.lab.state import Document, iso, moment

#: Section of rows -> the field that holds a time by the host's own clock.
_DATED = {
    "processes": "created_at",
    "sessions": "since",
    "event_log": "time",
    "print_jobs": "submitted_at",
}


def set_clock(document: Document, seconds: int) -> None:
    """Let the clock of a host be wrong by so many seconds, as it has always been: what it has dated moves too.

    Certificates stay: their dates are what they are, whoever reads them.
    """
    moved = timedelta(seconds=seconds - document["clock_offset_seconds"])
    document["clock_offset_seconds"] = seconds
    for row, field in _dated(document):
        if row[field]:
            row[field] = iso(moment(row[field]) + moved)


def as_read(document: Document, time: datetime) -> datetime:
    """Return what a time becomes that is written as the local time of this host and read again: an hour that comes
    twice, where clocks are put back, is read as its second coming."""
    face = time.astimezone(ZoneInfo(document.get("time_zone", "UTC")))
    return face.replace(fold=1).astimezone(UTC)


def _dated(document: Document) -> Iterator[tuple[Document, str]]:
    yield document, "booted_at"
    for service in document["services"].values():
        yield service, "started_at"
    for section, field in _DATED.items():
        for row in document.get(section, ()):
            yield row, field
