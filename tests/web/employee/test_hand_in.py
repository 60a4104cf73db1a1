"""A picture of the error or a saved connection on the first page: read, shown to be corrected, and kept nowhere."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.pictures.hostile import HOSTILE, png
from tests.support import need
from tests.web.employee.pages import Page, Reader
from troubleshoot.models import Case, Person
from troubleshoot.pictures import BadPicture, reading
from troubleshoot.wording.file_faults import FILE_FAULTS

DRAWN = Path(__file__).parents[2] / "pictures" / "drawn"
MOST_QUERIES = 12
SECRET = "01000000D08C9DDF0115D111"
FILE = (
    "full address:s:srv07.example.net:3390\r\nenablecredsspsupport:i:0\r\ngatewayhostname:s:gw.example.net\r\n"
    f"gatewayusagemethod:i:1\r\npassword 51:b:{SECRET}\r\n"
)


@pytest.fixture(autouse=True)
def _nothing_spent() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _hand_in(data: bytes, name: str = "error.png", person: Person | None = None, **more: Any) -> Page:
    return Reader.of(person).post("/cases/check", file=io.BytesIO(data) if not name else _named(data, name), **more)


def _named(data: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def _field(page: Page) -> str:
    (found,) = re.findall(r"(?s)<textarea[^>]*name=\"text\"[^>]*>\n(.*?)</textarea>", page.source)
    return str(found)


@pytest.mark.django_db
class TestASavedConnection:
    def test_is_shown_as_text_with_what_it_says_and_without_its_password(self) -> None:
        page = _hand_in(FILE.encode("utf-16"), "work.rdp")
        assert page.status == 200
        assert "full address:s:srv07.example.net:3390" in _field(page)
        assert SECRET not in page.source
        for said in ("gateway gw.example.net", "NLA is off", "It uses port 3390.", "We took it out"):
            assert said in page.text, said

    def test_is_put_after_what_was_typed(self) -> None:
        page = _hand_in(FILE.encode(), "work.rdp", text="0x904 / 0x7")
        assert _field(page).startswith("0x904 / 0x7\n\nfull address")
        assert "The connection" in page.text

    def test_counts_in_the_case_when_it_is_sent(self, employee: Person) -> None:
        page = Reader.of(employee).opens(None, text=f"0x904 / 0x7\n\n{FILE}")
        assert page.status == 200
        case = Case.objects.get()
        assert SECRET not in case.error_text
        assert case.error["saved"]["numbers"]["enablecredsspsupport"] == 0
        assert "What your saved connection says" in page.text

    def test_chooses_computer_and_way_to_be_looked_at_before_they_count(self, employee: Person) -> None:
        chosen = Reader.of(employee).post("/cases/check", text=FILE)
        assert 'value="srv07.example.net"' in chosen.source
        assert re.search(r'value="gateway"\s+checked', chosen.source)
        assert not Case.objects.exists()

    def test_leaves_no_secret_in_the_session_that_waits_for_a_sign_in(self) -> None:
        client = Client()
        client.post("/cases/check", {"text": FILE})
        assert SECRET not in str(dict(client.session.items()))
        assert "full address" in client.session["pasted"]["text"]

    def test_of_a_text_that_is_refused_shows_no_secret(self) -> None:
        page = Reader.of().post("/cases/check", text=FILE, code="x" * 100)
        assert page.status == 422
        assert SECRET not in page.source

    @pytest.mark.parametrize("data", [b"hello", b"", b"\0" * 300_000, b"MZ\x90\0" + b"\0" * 500])
    def test_that_is_none_is_refused_with_what_to_do(self, data: bytes) -> None:
        page = _hand_in(data, "work.rdp", text="typed before")
        assert page.status == 422 if data else page.status in {200, 422}
        assert _field(page) == "typed before" if data else True


@pytest.mark.django_db
class TestAPicture:
    @pytest.fixture(autouse=True)
    def _reader(self) -> None:
        need(shutil.which("tesseract"), "Tesseract (make system-deps)")

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("english-light.png", "0x904 / 0x7"),
            ("english-small.png", "0x4"),
            ("german-dark.png", "0xF07 / 0x0"),
            ("french-photo.jpeg", "0x904 / 0x7"),
            ("phone-photo.jpeg", "0x204 / 0x0"),
            ("english-scaled.webp", "0x3000008"),
            ("japanese.png", "0x904 / 0x7"),
            ("chinese.png", "0x204 / 0x0"),
        ],
    )
    def test_of_a_window_gives_its_code_to_be_confirmed(self, name: str, code: str) -> None:
        page = _hand_in((DRAWN / name).read_bytes(), name)
        assert page.status == 200, page.text
        assert f"<strong>{code}</strong>" in page.source, _field(page)
        assert re.search("in your window|Which one is meant", page.text)
        assert 'name="picture" value="1"' in page.source

    def test_is_not_asked_about_where_the_text_was_typed(self) -> None:
        typed = Reader.of().post("/preview", text="0x904 / 0x7")
        assert "in your window" not in typed.text
        asked = Reader.of().post("/preview", text="0x904 / 0x7", picture="1")
        assert "where one digit is easily taken for another" in asked.source

    def test_opens_no_case_and_keeps_nothing(self, employee: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        kept: list[str] = []
        monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *_args, **_named: kept.append("a file"))
        client = Client()
        client.force_login(employee)
        before = dict(client.session.items())
        large = (DRAWN / "english-light.png").read_bytes() + bytes(4 * 1024 * 1024)
        with CaptureQueriesContext(connection) as seen:
            answer = client.post("/cases/check", {"file": _named(large, "x.png")})
        assert answer.status_code == 200
        assert not Case.objects.exists()
        assert dict(client.session.items()) == before
        assert not kept
        assert len(seen) <= MOST_QUERIES

    def test_without_text_is_said_to_have_none(self) -> None:
        page = _hand_in(png(300, 200))
        assert page.status == 422
        assert str(FILE_FAULTS["no_text"]) in page.text

    def test_is_turned_away_with_a_sentence_while_others_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "WAIT_SECONDS", 0.1)
        places = [reading._PLACES.acquire() for _ in range(reading.AT_ONCE)]
        try:
            page = _hand_in(png(300, 200), text="0x904")
        finally:
            for _ in places:
                reading._PLACES.release()
        assert page.status == 429
        assert str(FILE_FAULTS["busy"]) in page.text
        assert _field(page) == "0x904"

    def test_is_one_of_a_few_in_a_minute(self) -> None:
        answers = [_hand_in(b"\x89PNG\r\n\x1a\n").status for _ in range(20)]
        assert answers[0] == 422
        assert answers[-1] == 429


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, (_, fault) in HOSTILE.items() if fault != "read"])
def test_a_file_that_means_harm_ends_in_a_sentence(name: str) -> None:
    make, fault = HOSTILE[name]
    page = _hand_in(make(), "error.png", text="0x904")
    assert page.status == 422
    assert _field(page) == "0x904"
    said = str(FILE_FAULTS[fault]) % {"mebibytes": 8, "megapixels": 20}
    assert said in page.text


@pytest.mark.django_db
def test_where_no_reader_is_installed_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    page = Reader.of().get("/")
    assert "Pictures cannot be read here" in page.text
    assert 'accept=".rdp"' in page.source
    refused = _hand_in(png(300, 200))
    assert (refused.status, str(FILE_FAULTS["no_reader"]) in refused.text) == (422, True)
    assert _hand_in(FILE.encode(), "work.rdp").status == 200
    assert Reader.of().post("/preview", text="0x904").status == 200


def test_every_fault_has_its_sentence() -> None:
    assert set(FILE_FAULTS) == {*BadPicture.REASONS, "no_text"}
