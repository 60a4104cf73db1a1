"""The tiles of the summary: each module of the folder is on the page and in the file."""

import csv
import io
import pkgutil
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from tests.bench_pages import bulk
from tests.reports.pages import text_of
from troubleshoot import reports
from troubleshoot.models import Person
from troubleshoot.reports import Period, tiles
from troubleshoot.reports.tiles import Tile

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(world: bulk.World, manager: Person) -> list[Tile]:
    bulk.cases(world, 60, days=20)
    return reports.summary_tiles(reports.make_summary(manager, Period.last(30)))


def test_each_module_makes_one(shown: list[Tile]) -> None:
    assert len(shown) == len(list(pkgutil.iter_modules(tiles.__path__)))


def test_each_is_on_the_page_with_what_it_means(shown: list[Tile], go: Callable[[str], str]) -> None:
    page = text_of(unescape(go("/summary?days=30")))
    for tile in shown:
        assert tile.title in page
        assert tile.number.meaning in page
        assert [line.words for line in tile.lines if " ".join(line.words.split()) not in page] == []


def test_each_number_and_time_is_in_the_file(shown: list[Tile], client: Client, manager: Person) -> None:
    client.force_login(manager)
    response = client.get("/summary.csv?days=30")
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    found = {row["number"]: row["value"] for row in csv.DictReader(io.StringIO(body, newline=""))}
    for tile in shown:
        for number in tile.numbers:
            assert found[number.words] == str(number.value)
        assert [name for name in tile.times if f"{name}, in minutes" not in found] == []
