"""The clock of a simulated host: when it is wrong, everything that the host itself has dated is wrong with it."""

from collections.abc import Iterator
from datetime import timedelta

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


def _dated(document: Document) -> Iterator[tuple[Document, str]]:
    yield document, "booted_at"
    for service in document["services"].values():
        yield service, "started_at"
    for section, field in _DATED.items():
        for row in document.get(section, ()):
            yield row, field
