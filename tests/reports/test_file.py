"""The history as a file."""

import csv
import io
import re

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench_pages import bulk
from tests.reports.pages import read
from troubleshoot import cases, people
from troubleshoot.models import Case, Entry, Job, Person, Site
from troubleshoot.reports import csv_export as exporting

pytestmark = pytest.mark.django_db


class TestTheFile:
    def test_holds_every_row_in_utc(self, world: bulk.World, client: Client, manager: Person) -> None:
        bulk.cases(world, 200)
        client.force_login(manager)
        found = read(client, "/history.csv?show=cases")
        rows = people.permitted_rows(Case.objects.order_by("-opened_at", "-pk"), manager, "case.read")
        assert [int(row["case"]) for row in found] == list(rows.values_list("pk", flat=True))
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["opened at (UTC)"]) for row in found)
        assert len(read(client, "/history.csv?outcome=failed")) == (
            people.permitted_rows(Job.objects.all(), manager, "job.read").filter(state="failed").count()
        )

    def test_is_recorded_with_what_was_asked(self, world: bulk.World, client: Client, manager: Person) -> None:
        client.force_login(manager)
        client.head("/history.csv?who=Emil")
        assert not Entry.objects.filter(tag="history:export").exists()
        client.get("/history.csv?who=Emil&outcome=failed")
        entry = Entry.objects.get(tag="history:export")
        assert entry.actor == str(manager.pk)
        assert b'"outcome":"failed"' in bytes(entry.canonical)
        assert b"Emil" not in bytes(entry.canonical)

    def test_shows_every_text_and_runs_none(self, client: Client, manager: Person, emil: Person, north: Site) -> None:
        evil = "=cmd|'/c calc'!A0,\"x\"\r\ny"
        case = cases.open_case(actor=emil, beneficiary=emil, error_text="0x904", host=None)
        Case.objects.filter(pk=case.pk).update(site=north, sent_to=evil, ticket="\uff0b1", word="")
        client.force_login(manager)
        (row,) = read(client, "/history.csv?show=cases")
        assert row["sent to"] == "'" + evil
        assert row["ticket"] == "'\uff0b1"

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ('PC-7;=HYPERLINK("http://evil")', 'PC-7;\'=HYPERLINK("http://evil")'),
            ("a\t@SUM(1)", "a\t'@SUM(1)"),
            ("one\r\n+1", "one\r\n'+1"),
            ("a;\uff1d1", "a;'\uff1d1"),
            ("x;\"=cmd|'/c calc'!A0;", "x;\"'=cmd|'/c calc'!A0;"),
            ('a\n"=1+1', "a\n\"'=1+1"),
            ("well; done - really", "well; done - really"),
            ("2026-01-01, 0x904", "2026-01-01, 0x904"),
        ],
    )
    def test_hides_no_formula_behind_another_separator(self, text: str, shown: str) -> None:
        assert exporting.csv_cell(text) == shown

    @settings(max_examples=500)
    @given(rows=st.lists(st.lists(st.text(st.sampled_from(",;\t\"'=+-@\r\n a1"), max_size=12), min_size=2, max_size=2)))
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_begins_no_cell_like_a_formula_whatever_separates_it(self, separator: str, rows: list[list[str]]) -> None:
        text = "".join(exporting.csv_lines(("a", "b"), rows)).removeprefix("\ufeff")
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not [cell for cell in row if cell.startswith(tuple("=+-@\t\r"))]
        found = list(csv.reader(io.StringIO(text, newline="")))[1:]
        assert [[one.replace("'", "") for one in row] for row in found] == [
            [one.replace("'", "") for one in row] for row in rows
        ]

    @given(st.text())
    def test_never_begins_a_cell_like_a_formula(self, text: str) -> None:
        cell = exporting.csv_cell(text)
        assert cell.replace("'", "") == text.replace("'", "")
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
