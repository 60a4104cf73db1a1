"""Downloads: rows as CSV (RFC 4180) that no spreadsheet mistakes for formulas, streamed, in UTC."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.db.models import QuerySet

from troubleshoot import audit, wording
from troubleshoot.audit import Tag
from troubleshoot.models import Case, Job, Person
from troubleshoot.reports.change_record import Act, ChangeRecord, change_record, record_parts
from troubleshoot.reports.filters import action_choices

CHUNK = 500
#: A cell that begins so is a formula to some spreadsheet; the full-width twins are folded by some. Where a spreadsheet
#: separates by semicolons or tabs, a cell begins behind each of them, and in each line, in quotes or without.
_FORMULA = re.compile(r'\A(?=[\t\r\n])|(\A|[;\t\r\n])("*)(?=[=+@\t\uff1d\uff0b\uff0d\uff20-])')
#: There the quote that ends such a cell of ours would open one that begins with the end of the line.
_OPENS = re.compile(r"(?<=[;\t\r\n])\Z")
CHANGE_COLUMNS = (
    *("asked at (UTC)", "ended at (UTC)", "kind", "action", "computer", "simulated", "invented"),
    *("site", "asked by", "for"),
    *("risk", "needed approval", "end", "explanation", "person said", "case", "job"),
    *("setting", "before", "planned", "afterwards", "reason", "plan digest"),
    *("approved by", "approved at (UTC)", "declined by", "declined at (UTC)", "declined because"),
    *("started by", "began at (UTC)", "checked", "person said by", "person said at (UTC)"),
    *("undone at (UTC)", "undone by", "undone because"),
)
CASE_COLUMNS = (
    *("case", "opened at (UTC)", "closed at (UTC)", "for", "opened by", "computer", "simulated", "invented"),
    *("site", "error"),
    *("cause", "guide", "went to", "outcome", "person said", "ticket", "sent to"),
)


def record_download(*, actor: Person, what: str, asked: Mapping[str, str]) -> None:
    """Note in the audit log that rows leave the portal, and which. Names that were searched for can be erased."""
    kept = {name: value for name, value in asked.items() if name not in {"who", "host"}}
    typed = {name: value for name, value in asked.items() if name in {"who", "host"}}
    with transaction.atomic():
        audit.record(Tag.HISTORY_EXPORT, actor=actor, details={"what": what, "asked": kept}, personal=typed)


def changes_csv(rows: QuerySet[Job], reader: Person) -> Iterator[str]:
    """Yield changes that a person may read as CSV, newest first, read in constant memory."""
    words = action_choices()
    related = rows.select_related("host__site", "requester", "beneficiary", "starter", "plan")
    found = related.prefetch_related(*record_parts(reader)).order_by("-created_at", "-pk").iterator(chunk_size=CHUNK)
    return csv_lines(CHANGE_COLUMNS, (_change(change_record(job), words) for job in found))


def cases_csv(rows: QuerySet[Case]) -> Iterator[str]:
    """Yield cases as CSV, newest first, read in constant memory."""
    related = rows.select_related("host", "site", "beneficiary", "opened_by", "guide").defer("error_text")
    found = related.order_by("-opened_at", "-pk").iterator(chunk_size=CHUNK)
    return csv_lines(CASE_COLUMNS, map(_case, found))


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield CSV text, line by line. It opens with a byte order mark: without one a spreadsheet spoils every umlaut."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield "\ufeff" + writer.writerow(header)
    for row in rows:
        cells = [csv_cell(value) for value in row]
        yield writer.writerow([*cells[:-1], *(_OPENS.sub("'", cell) for cell in cells[-1:])])


def csv_cell(value: object) -> str:
    """Return a value as text that a spreadsheet shows and never runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _FORMULA.sub(r"\1\2'", str(value))


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _change(record: ChangeRecord, words: Mapping[str, str]) -> list[object]:
    job = record.job
    return [
        *(_utc(job.created_at), _utc(job.ended_at), job.kind, words.get(job.action, job.action)),
        *(job.host.name, job.host.simulated, job.invented, job.host.site.name, record.requester),
        *(record.beneficiary, job.risk, job.needs_approval, job.state),
        *(wording.explained(record.why), record.word.word if record.word else "", record.case, job.pk),
        *_what(record),
        *_acts([vote.act for vote in record.votes if vote.approved])[:2],
        *_acts([vote.act for vote in record.votes if not vote.approved]),
        *(_acts([record.started])[:2] if record.started else ("", "")),
        _lines(f"{one.fact}: {one.before} → {one.after}" for one in record.checks),
        *(_acts([record.word.act])[:2] if record.word and record.word.word else ("", "")),
        *_undone(record),
    ]


def _what(record: ChangeRecord) -> list[str]:
    """Return what was changed: one line for each setting, in each of the four cells."""
    rows = record.settings
    changed = [[one.setting for one in rows], [one.before for one in rows]]
    read = [[one.wanted for one in rows], [one.after for one in rows]]
    return [*map(_lines, [*changed, *read]), record.asked.why, record.digest]


def _acts(acts: list[Act]) -> list[str]:
    """Say who, when and why, one line for each act. Who is not known is said to be not recorded."""
    who = [one.who or wording.not_recorded() for one in acts]
    return [_lines(who), _lines(_utc(one.at) for one in acts), _lines(one.why for one in acts)]


def _undone(record: ChangeRecord) -> list[str]:
    done = [undo for undo in record.undos if undo.undone_at]
    who, _asked, why = _acts([undo.act for undo in done])
    return [_lines(_utc(undo.undone_at) for undo in done), who, why]


def _lines(texts: Iterable[str]) -> str:
    """Return the lines of one cell, ended as those of the file are."""
    return "\r\n".join(texts)


def _case(case: Case) -> list[object]:
    host, site = case.host, case.site
    return [
        *(case.pk, _utc(case.opened_at), _utc(case.closed_at), case.beneficiary.name, case.opened_by.name),
        *(
            host.name if host else case.named_host,
            bool(host and host.simulated),
            case.invented,
            site.name if site else "",
        ),
        *(case.error.get("code"), case.cause, case.guide.name, getattr(case, "way", ""), case.outcome),
        *(case.word, case.ticket, case.sent_to),
    ]


def _utc(moment: object) -> str:
    return audit.utc_text(moment)[:19] + "Z" if moment else ""  # type: ignore[arg-type]
