"""Reads a list of computers (CSV) from bytes: bounded, line by line, strict about all that could be misread."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

LIST_COLUMNS = (
    "name",
    "address",
    "site",
    "owner",
    "assigned",
    "rdp_port",
    "winrm_port",
    "transport",
    "tls",
    "credential",
    "critical",
)
LIST_REQUIRED = ("name", "site")

LIST_MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_CHARACTERS = 4_096
"""In one cell."""
_LINE_CHARACTERS = 64 * 1024  # below the csv module's own limit, which raises in the middle of a file

_LINE_END = re.compile(r"\r\n|\n|\r")
_OTHER_FORMATS = {b"PK\x03\x04": "Excel", b"\xd0\xcf\x11\xe0": "Excel", b"%PDF": "PDF", b"\x1f\x8b": "gzip"}
#: Control, format (zero-width, bidirectional), surrogate, private, unassigned; line and paragraph separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, order=True)
class ListProblem:
    """Something wrong with a list: the row as a spreadsheet counts it (0: the whole file), the column, the value.

    `value` is safe to show: ASCII with escapes, cut off; empty where the value itself must not be shown.
    """

    row: int
    column: str
    value: str
    text: str

    def __str__(self) -> str:
        row = _("row %(row)d") % {"row": self.row} if self.row else ""
        place = ", ".join(filter(None, [row, self.column]))
        return f"{' '.join(filter(None, [place, self.value])) or _('file')}: {self.text}"


@dataclass(frozen=True)
class ListRow:
    """One computer as written; `cells` by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class HostTable:
    """What could be read, and every problem with the rest."""

    columns: Sequence[str] = ()
    rows: list[ListRow] = field(default_factory=list)
    problems: list[ListProblem] = field(default_factory=list)


def quoted_cell(text: str, *, most: int = 40) -> str:
    """Return the text for an error message: quoted, escaped to ASCII (look-alikes are told apart), cut off."""
    return ascii(text if len(text) <= most else f"{text[:most]}...")


def quoted_cell_of(column: str, cell: str) -> str:
    """Return a cell for an error message. What stands under `credential` may be a password, put there by mistake."""
    return "" if column == "credential" or not cell else quoted_cell(cell)


def read_host_table(data: bytes) -> HostTable:
    """Read a whole list. Blank lines do not count; nothing is trimmed, guessed or repaired."""
    if problem := _wrong_file(data):
        return HostTable(problems=[problem])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = len(_LINE_END.findall(data[: error.start].decode("latin-1"))) + 1
        return HostTable(problems=[ListProblem(row, "", "", _("This row is not UTF-8. Save the file as “CSV UTF-8”."))])
    lines = _LINE_END.split(text, maxsplit=MOST_ROWS + 1)
    if len(lines) > MOST_ROWS + 1 and lines.pop():
        return _unreadable(_("The file has more than %(most)d rows.") % {"most": MOST_ROWS})
    columns = _cells(lines[0])
    if problems := [_spoilt(1)] if columns is None else list(_header_problems(columns)):
        return HostTable(problems=problems)
    table = HostTable(columns or ())
    for number, line in enumerate(lines[1:], 2):
        _read_row(table, number, line)
    return table


def _unreadable(text: str) -> HostTable:
    return HostTable(problems=[ListProblem(0, "", "", text)])


def _wrong_file(data: bytes) -> ListProblem | None:
    start = data[:512]
    text = ""
    if len(data) > LIST_MOST_BYTES:
        text = _("The file is larger than %(most)d MiB.") % {"most": LIST_MOST_BYTES // 2**20}
    elif not data.strip():
        text = _("The file is empty.")
    elif kind := next((kind for magic, kind in _OTHER_FORMATS.items() if start.startswith(magic)), ""):
        text = _("This is not CSV but %(kind)s. Save it as “CSV UTF-8”.") % {"kind": kind}
    elif start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        text = _("This is not CSV but a web page or XML.")
    elif start.startswith((b"\xff\xfe", b"\xfe\xff")) or start.count(0) * 3 > len(start):
        text = _("The file is UTF-16 or UTF-32. Save it as “CSV UTF-8”.")
    return ListProblem(0, "", "", text) if text else None


def _cells(line: str) -> list[str] | None:
    """Return the cells of one line; None when its quotes do not match or it is too long.

    No cell may hold a line break, so each line stands alone: a forgotten quote spoils one row and not the rest.
    """
    if len(line) > _LINE_CHARACTERS:
        return None
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return None


def _spoilt(number: int) -> ListProblem:
    return ListProblem(number, "", "", _("The quotes in this row do not match, or the row is too long."))


def _header_problems(columns: Sequence[str]) -> Iterator[ListProblem]:
    if len(columns) == 1 and (other := re.search("[;\t|]", columns[0])):
        text = _("The columns are separated by %(other)s. Separate them by commas.") % {"other": quoted_cell(other[0])}
        yield ListProblem(1, "", "", text)
        return
    for place, column in enumerate(columns[: 4 * len(LIST_COLUMNS)], 1):
        if column not in LIST_COLUMNS:
            yield ListProblem(1, _("column %(place)d") % {"place": place}, quoted_cell(column), _unknown(column))
        elif column in columns[: place - 1]:
            yield ListProblem(1, column, "", _("This column is there twice."))
    for column in LIST_REQUIRED:
        if column not in columns:
            yield ListProblem(1, column, "", _("This column is missing."))


def _unknown(column: str) -> str:
    if column == "mode":
        return _("A list cannot say this: every computer starts as diagnose only. Allow changes one by one.")
    if column in {"lab", "ntlm_over_http", "ca_file", "identity"}:
        return _("A list cannot say this.")
    near = difflib.get_close_matches(column[:40].strip().lower(), LIST_COLUMNS, n=1)
    if near:
        return _("There is no such column. Did you mean %(near)s?") % {"near": near[0]}
    return _("There is no such column. Known are: %(known)s.") % {"known": ", ".join(LIST_COLUMNS)}


def _read_row(table: HostTable, number: int, line: str) -> None:
    cells = _cells(line)
    if cells is None:
        table.problems.append(_spoilt(number))
    elif any(cells) and len(cells) != len(table.columns):
        text = _("This row has %(here)d cells, the first row %(there)d.")
        table.problems.append(ListProblem(number, "", "", text % {"here": len(cells), "there": len(table.columns)}))
    elif any(cells):
        row = ListRow(number, dict(zip(table.columns, cells, strict=True)))
        problems = list(_cell_problems(row))
        table.problems.extend(problems)
        if not problems:
            table.rows.append(row)


def _cell_problems(row: ListRow) -> Iterator[ListProblem]:
    for column, cell in row.cells.items():
        if why := _odd(cell):
            yield ListProblem(row.number, column, quoted_cell_of(column, cell), why)
        elif column in LIST_REQUIRED and not cell:
            yield ListProblem(row.number, column, "", _("This cell is empty."))


def _odd(cell: str) -> str:
    """Return why a cell can hold nothing that belongs into any column; empty when it can."""
    if len(cell) > MOST_CHARACTERS:
        return _("This cell is longer than %(most)d characters.") % {"most": MOST_CHARACTERS}
    if not cell.isascii() or not cell.isprintable():
        odd = next((one for one in cell if unicodedata.category(one) in _INVISIBLE), None)
        if odd is not None:
            return _("This cell holds an invisible character, U+%(code)s.") % {"code": f"{ord(odd):04X}"}
    if cell != cell.strip():
        return _("This cell begins or ends with a space.")
    return ""
