"""Reads a list of computers (CSV) from bytes: bounded, line by line, strict about all that could be misread."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.engine import Refusal, RefusalCode

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


@dataclass(frozen=True)
class ListProblem:
    """Something wrong with a list: the row as a spreadsheet counts it (0: the whole file), the column, the value.

    `value` is safe to show: ASCII with escapes, cut off; empty where the value itself must not be shown. `fault` is a
    refusal, or what a form would say of the same registration.
    """

    row: int
    column: str
    value: str
    fault: Refusal | str

    @property
    def place(self) -> tuple[int, str, str]:
        """Return where it stands, for the order in which problems are shown."""
        return self.row, self.column, self.value

    @property
    def text(self) -> str:
        """Return what is wrong, in the reader's language."""
        return self.fault if isinstance(self.fault, str) else wording.refusal_words(self.fault)

    def to_json(self) -> dict[str, int | str]:
        """Return the problem as the command prints it."""
        return {"row": self.row, "column": self.column, "value": self.value, "text": self.text}

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
        return HostTable(problems=[ListProblem(row, "", "", Refusal(RefusalCode.ROW_NOT_UTF_8))])
    lines = _LINE_END.split(text, maxsplit=MOST_ROWS + 1)
    if len(lines) > MOST_ROWS + 1 and lines.pop():
        return HostTable(problems=[ListProblem(0, "", "", Refusal(RefusalCode.LIST_TOO_LONG, most=MOST_ROWS))])
    columns = _cells(lines[0])
    if problems := [_spoilt(1)] if columns is None else list(_header_problems(columns)):
        return HostTable(problems=problems)
    table = HostTable(columns or ())
    for number, line in enumerate(lines[1:], 2):
        _read_row(table, number, line)
    return table


def _wrong_file(data: bytes) -> ListProblem | None:
    fault = _file_fault(data, data[:512])
    return ListProblem(0, "", "", fault) if fault else None


def _file_fault(data: bytes, start: bytes) -> Refusal | None:
    if len(data) > LIST_MOST_BYTES:
        return Refusal(RefusalCode.LIST_TOO_LARGE, most=LIST_MOST_BYTES // 2**20)
    if not data.strip():
        return Refusal(RefusalCode.LIST_EMPTY)
    if kind := next((kind for magic, kind in _OTHER_FORMATS.items() if start.startswith(magic)), ""):
        return Refusal(RefusalCode.LIST_OF_ANOTHER_KIND, kind=kind)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Refusal(RefusalCode.LIST_IS_MARKUP)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or start.count(0) * 3 > len(start):
        return Refusal(RefusalCode.LIST_IN_UTF_16)
    return None


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
    return ListProblem(number, "", "", Refusal(RefusalCode.ROW_SPOILT))


def _header_problems(columns: Sequence[str]) -> Iterator[ListProblem]:
    if len(columns) == 1 and (other := re.search("[;\t|]", columns[0])):
        yield ListProblem(1, "", "", Refusal(RefusalCode.SEPARATOR_UNFIT, mark=quoted_cell(other[0])))
        return
    for place, column in enumerate(columns[: 4 * len(LIST_COLUMNS)], 1):
        if column not in LIST_COLUMNS:
            yield ListProblem(1, _("column %(place)d") % {"place": place}, quoted_cell(column), _unknown(column))
        elif column in columns[: place - 1]:
            yield ListProblem(1, column, "", Refusal(RefusalCode.COLUMN_TWICE))
    for column in LIST_REQUIRED:
        if column not in columns:
            yield ListProblem(1, column, "", Refusal(RefusalCode.COLUMN_MISSING))


def _unknown(column: str) -> Refusal:
    if column == "mode":
        return Refusal(RefusalCode.COLUMN_MODE)
    if column in {"lab", "ntlm_over_http", "ca_file", "identity"}:
        return Refusal(RefusalCode.COLUMN_FORBIDDEN)
    near = difflib.get_close_matches(column[:40].strip().lower(), LIST_COLUMNS, n=1)
    if near:
        return Refusal(RefusalCode.COLUMN_MISSPELT, near=near[0])
    return Refusal(RefusalCode.COLUMN_UNKNOWN, known=list(LIST_COLUMNS))


def _read_row(table: HostTable, number: int, line: str) -> None:
    cells = _cells(line)
    if cells is None:
        table.problems.append(_spoilt(number))
    elif any(cells) and len(cells) != len(table.columns):
        fault = Refusal(RefusalCode.ROW_OF_ANOTHER_LENGTH, here=len(cells), there=len(table.columns))
        table.problems.append(ListProblem(number, "", "", fault))
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
            yield ListProblem(row.number, column, "", Refusal(RefusalCode.CELL_EMPTY))


def _odd(cell: str) -> Refusal | None:
    """Return why a cell can hold nothing that belongs into any column; None when it can."""
    if len(cell) > MOST_CHARACTERS:
        return Refusal(RefusalCode.CELL_TOO_LONG, most=MOST_CHARACTERS)
    if not cell.isascii() or not cell.isprintable():
        odd = next((one for one in cell if unicodedata.category(one) in _INVISIBLE), None)
        if odd is not None:
            return Refusal(RefusalCode.CELL_INVISIBLE, letter=format(ord(odd), "04X"))
    if cell != cell.strip():
        return Refusal(RefusalCode.CELL_WITH_SPACE)
    return None
