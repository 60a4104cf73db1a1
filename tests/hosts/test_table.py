"""Reading a list: what is no list, and what a cell may never hold."""

import csv
import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.hosts import LIST_COLUMNS, LIST_MOST_BYTES
from troubleshoot.hosts.csv_reader import MOST_CHARACTERS, MOST_ROWS, ListRow, quoted_cell, read_host_table

GOOD = "name,site\nACC-07,north\nACC-08,north\n"


def problems(data: bytes | str) -> list[tuple[int, str]]:
    """Row and column of every problem."""
    return [(one.row, one.column) for one in read_host_table(_bytes(data)).problems]


def why(data: bytes | str) -> str:
    """What the only problem says."""
    (problem,) = read_host_table(_bytes(data)).problems
    return problem.text


def names(data: bytes | str) -> list[str]:
    table = read_host_table(_bytes(data))
    assert table.problems == []
    return [row.cells["name"] for row in table.rows]


def _bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


def excel() -> bytes:
    """A ZIP, as XLSX is one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


class TestAFile:
    def test_may_begin_with_a_byte_order_mark(self) -> None:
        assert names(b"\xef\xbb\xbf" + GOOD.encode()) == ["ACC-07", "ACC-08"]

    def test_may_mix_line_ends(self) -> None:
        assert names("name,site\r\nA,x\nB,x\rC,x\r\n\r\nD,x") == ["A", "B", "C", "D"]

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_is_refused_as_utf_16(self, encoding: str) -> None:
        assert "CSV UTF-8" in why(GOOD.encode(encoding))

    def test_is_refused_as_latin_1_by_row(self) -> None:
        assert problems("name,site\r\nA,x\rB,x\nJÖRG,x\n".encode("latin-1")) == [(4, "")]

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (excel(), "Excel"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "Excel"),
            (b"%PDF-1.7\n", "PDF"),
            (b"\x1f\x8b\x08\x00", "gzip"),
            (b"\xef\xbb\xbf\n <!doctype html><table><tr><td>name", "web page"),
            (b"<?xml version='1.0'?>", "XML"),
        ],
    )
    def test_is_refused_when_it_is_something_else(self, data: bytes, kind: str) -> None:
        assert kind in why(data)

    @pytest.mark.parametrize("data", [b"", b"\n\n", b"  \r\n"])
    def test_is_refused_when_it_is_empty(self, data: bytes) -> None:
        assert "empty" in why(data)

    def test_has_a_largest_size(self) -> None:
        assert "10 MiB" in why(GOOD.encode() + b"\n" * LIST_MOST_BYTES)

    def test_has_a_largest_number_of_rows(self) -> None:
        most = "name,site\n" + "A,x\n" * MOST_ROWS
        assert len(names(most)) == MOST_ROWS
        assert "20000 rows" in why(most + "A,x")

    @pytest.mark.parametrize("filler", [b"\n", b"a", b'"', b",", b"name,", b"\x00", "é".encode()])
    def test_of_the_largest_size_is_judged_within_two_seconds(self, filler: bytes) -> None:
        started = time.process_time()
        assert read_host_table(b"name,site\nA,x\n" + filler * ((LIST_MOST_BYTES - 20) // len(filler))).problems
        assert read_host_table(filler * (LIST_MOST_BYTES // len(filler))).problems
        assert time.process_time() - started < 2


class TestTheFirstRow:
    @pytest.mark.parametrize("column", ["Name", "nmae", "name ", "hostname", "host_name"])
    def test_names_the_nearest_column_for_a_misspelt_one(self, column: str) -> None:
        unknown, missing = read_host_table(f"{column},site\nA,x\n".encode()).problems
        assert unknown.place == (1, "column 1", quoted_cell(column))
        assert unknown.text == "There is no such column. Did you mean name?"
        assert (missing.place, missing.text) == ((1, "name", ""), "This column is missing.")

    def test_must_name_each_column_once(self) -> None:
        assert problems("name,site,name\nA,x,B\n") == [(1, "name")]

    @pytest.mark.parametrize("column", ["credential_id", "is_admin", "id", "password", "=cmd|' /C calc'!A0", ""])
    def test_refuses_columns_that_nobody_knows(self, column: str) -> None:
        assert problems(f"name,site,{column}\nA,x,1\n") == [(1, "column 3")]

    @pytest.mark.parametrize("column", ["mode", "lab", "ntlm_over_http", "ca_file", "identity"])
    def test_refuses_what_a_list_may_not_say(self, column: str) -> None:
        assert "A list cannot say this" in why(f"name,site,{column}\nA,x,changes_allowed\n")

    def test_says_that_every_computer_starts_as_diagnose_only(self) -> None:
        assert "starts as diagnose only" in why("name,site,mode\nA,x,changes_allowed\n")

    @pytest.mark.parametrize("other", [";", "\t", "|"])
    def test_knows_other_separators(self, other: str) -> None:
        assert "by commas" in why(f"name{other}site\nA{other}x\n")

    def test_is_judged_when_its_quotes_do_not_match(self) -> None:
        assert problems('"name,site\nA,x\n') == [(1, "")]

    def test_may_be_any_order_of_the_known_columns(self) -> None:
        table = read_host_table((",".join(reversed(LIST_COLUMNS)) + "\n").encode())
        assert (list(table.columns), table.problems) == (list(reversed(LIST_COLUMNS)), [])


class TestARow:
    def test_with_an_open_quote_does_not_swallow_the_others(self) -> None:
        table = read_host_table(b'name,site\nA,x\n"B,x\nC,x\n"D",x\nE,"x\n')
        assert [row.cells["name"] for row in table.rows] == ["A", "C", "D"]
        assert [one.row for one in table.problems] == [3, 6]

    @pytest.mark.parametrize("row", ["A", "A,x,y", "A,x,", '"A"b,x'])
    def test_has_as_many_cells_as_the_first(self, row: str) -> None:
        assert problems(f"name,site\n{row}\n") == [(2, "")]

    def test_without_a_name_or_site_is_named(self) -> None:
        assert problems("name,site\n,x\nA,\n") == [(2, "name"), (3, "site")]

    def test_is_numbered_as_a_spreadsheet_does(self) -> None:
        assert problems("name,site\n\n\nA,x\n,,\n,\n,x\nA,x,y\n") == [(7, "name"), (8, "")]

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("A\x00B", "U+0000"),
            ("\tA", "U+0009"),
            ("A\x1b[2J", "U+001B"),
            ("A\u200bB", "U+200B"),
            ("\u202eA", "U+202E"),
            ("A\ufeff", "U+FEFF"),
            ("A\u2028B", "U+2028"),
            ("A\x85B", "U+0085"),
            ("A\ue000", "U+E000"),
        ],
    )
    def test_refuses_invisible_characters_and_says_which(self, cell: str, code: str) -> None:
        assert code in why(f"name,site\n{cell},x\n")

    @pytest.mark.parametrize("cell", [" A", "A ", "A\u00a0", "\u3000A"])
    def test_refuses_spaces_around_a_cell(self, cell: str) -> None:
        assert "space" in why(f"name,site\n{cell},x\n")

    def test_has_a_longest_cell(self) -> None:
        assert problems(f"name,site\n{'A' * (MOST_CHARACTERS + 1)},x\n") == [(2, "name")]

    def test_may_be_far_too_long(self) -> None:
        assert problems(f"name,site\n{'A' * 200_000},x\nB,x\n") == [(2, "")]

    def test_never_shows_what_stands_under_credential(self) -> None:
        (problem,) = read_host_table(b"name,site,credential\nA,x, hunter2\n").problems
        assert (problem.column, problem.value) == ("credential", "")


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_value_is_shown_in_short_printable_ascii(text: str) -> None:
    told = quoted_cell(text)
    assert told.isascii()
    assert told.isprintable()
    assert len(told) <= 2 + 10 * 40 + 3


@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_fail(data: bytes) -> None:
    table = read_host_table(b"name,site\n" + data)
    told = "".join(map(str, table.problems))
    assert all(one.isprintable() for one in told)


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(st.tuples(CELL, CELL), max_size=20), st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_a_writer_of_csv_wrote_is_read_back(rows: list[tuple[str, str]], end: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=end).writerows([("name", "site"), *rows])
    table = read_host_table(buffer.getvalue().encode())
    assert table.problems == []
    assert table.rows == [ListRow(number, {"name": name, "site": site}) for number, (name, site) in enumerate(rows, 2)]
