"""A picture of the error, chosen, dropped or pasted on the first page, in a real browser."""

from __future__ import annotations

import base64
import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow, Visit
from tests.support import need
from troubleshoot.models import Case, Person

DRAWN = Path(__file__).parents[1] / "pictures" / "drawn"
WINDOW = DRAWN / "german-dark.png"
#: What a browser does when somebody pastes or drops a file: an event with the file among its data.
GIVEN = """([kind, data, name, type]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, { type }));
  const told = kind === "paste" ? { clipboardData: given } : { dataTransfer: given };
  const event = new (kind === "paste" ? ClipboardEvent : DragEvent)(kind, { bubbles: true, cancelable: true, ...told });
  document.getElementById("text").dispatchEvent(event);
}"""


def _give(page: Page, kind: str, file: Path, media: str) -> None:
    page.evaluate(GIVEN, [kind, base64.b64encode(file.read_bytes()).decode(), file.name, media])


def _see_it_read(visit: Visit) -> None:
    page = visit.page
    expect(page.get_by_text("This is what we read in your picture")).to_be_visible()
    expect(page.get_by_label("The error, as you see it")).to_have_value(
        "Remotedesktopverbindung\nDie Verbindung wurde getrennt, weil das Kennwort abgelaufen ist.\n"
        "Fehlercode: 0xf07\nErweiterter Fehlercode: 0x0"
    )
    expect(page.get_by_role("group", name="We read this in a picture")).to_contain_text("0xF07 / 0x0")


@pytest.fixture(autouse=True)
def _reader() -> None:
    need(shutil.which("tesseract"), "Tesseract (make system-deps)")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_chooses_a_picture_corrects_its_text_and_goes_on(
    window: OpenWindow, employee: Person, tmp_path: Path, *, scripts: bool
) -> None:
    visit = window(employee, scripts=scripts)
    page = visit.page
    visit.go("/")
    if scripts:
        visit.check()
    page.get_by_label("Or a picture of it").set_input_files(WINDOW)
    if not scripts:  # else it is read at once
        page.get_by_role("button", name="Read it").click()
    _see_it_read(visit)
    if scripts:
        visit.check()
    if folder := os.environ.get("SEE"):
        page.screenshot(path=f"{folder}/{scripts}.png", full_page=True)
    box = page.get_by_label("The error, as you see it")
    box.fill(box.input_value().replace("0xf07", "0xd07"))
    page.get_by_role("button", name="Check it").click()
    visit.headed("Which computer do you want to reach?")
    assert not Case.objects.exists()


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_that_is_pasted_or_dropped_is_read_at_once(window: OpenWindow, employee: Person, kind: str) -> None:
    visit = window(employee)
    visit.go("/")
    _give(visit.page, kind, WINDOW, "image/png")
    _see_it_read(visit)


def test_a_saved_connection_that_is_dropped_says_what_it_sets(
    window: OpenWindow, employee: Person, tmp_path: Path
) -> None:
    visit, file = window(employee), tmp_path / "work.rdp"
    file.write_text("full address:s:ACC-07\nenablecredsspsupport:i:0\npassword 51:b:00FF00FF\n", encoding="utf-16")
    visit.go("/")
    visit.page.get_by_label("The error, as you see it").fill("0x904 / 0x7")
    _give(visit.page, "drop", file, "application/x-rdp")
    expect(visit.page.get_by_text("NLA is off")).to_be_visible()
    assert "00FF00FF" not in visit.page.content()
    visit.check()
    visit.page.get_by_role("button", name="Check it").click()
    visit.headed("Which computer do you want to reach?")


def test_what_is_no_picture_is_refused_beside_the_field(window: OpenWindow, employee: Person, tmp_path: Path) -> None:
    visit, file = window(employee), tmp_path / "letter.png"
    file.write_text("Dear helpdesk", encoding="utf-8")
    visit.go("/")
    visit.page.get_by_label("Or a picture of it").set_input_files(file)
    expect(visit.page.get_by_role("alert")).to_contain_text("This file is neither")
    visit.check()
