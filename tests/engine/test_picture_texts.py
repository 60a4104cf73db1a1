"""Texts as programs make them that read pictures: blanks and line ends lost or added, signs taken for others."""

from __future__ import annotations

import pytest

from tests.engine.test_reports import CATALOG
from troubleshoot.engine import has_label


def _read(text: str) -> tuple[str, bool]:
    used = CATALOG.codes.identify(text).used
    return (str(used.code), used.ask) if used else ("", False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Error code: 0x904\nExtended error\ncode: 0x7", "0x904 / 0x7"),
        ("Error code:\n0x904\nExtended error code:\n0x7", "0x904 / 0x7"),
        ("Errorcode:0x904Extendederrorcode:0x7", "0x904 / 0x7"),
        ("Error code0x204", "0x204"),
        ("Fehlercode0x904\nErweiterter Fehler-\ncode: 0x7", "0x904 / 0x7"),
        ("エラ ー コ ー ド: 0x904\n拡 張 エ ラ ー コ ー ド: 0x7", "0x904 / 0x7"),
        ("错误代码0x204", "0x204"),
        (
            "Computer: srv-3.corp.example Error code: 0x904\nUser name: CORP\\eve2 Extended error code: 0x7",
            "0x904 / 0x7",
        ),
    ],
)
def test_blanks_and_line_ends_do_not_count(text: str, code: str) -> None:
    assert _read(text) == (code, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Error code: Ox9O4", "0x904"),
        ("Error code: 0x9O4\nExtended error code: Ox7", "0x904 / 0x7"),
        ("Error code: 0\u00d7904", "0x904"),
        ("Error code: 0xS16", "0x516"),
        ("Error code: 0xZ04", "0x204"),
        ("Errorcode:Ox9O4Extendederrorcode:0x7", "0x904 / 0x7"),
    ],
)
def test_what_was_repaired_is_read_and_never_sure(text: str, code: str) -> None:
    assert _read(text) == (code, True)


@pytest.mark.parametrize(
    "text",
    [
        "AE. txt\n#8 2204 / 3307\nen BL > 2-F:0x0\nai 25 UE Bf (UTC): 11/05/25 06:22:31",
        "Error code: 0x0\nComputer: srv-3.corp.example, User name: eve",
        "provider: TCP, error: 0 - the wait ran out",
        "Extended error code: 0x0 beside something",
    ],
)
def test_a_nought_beside_other_words_says_nothing(text: str) -> None:
    assert _read(text) == ("", False)


@pytest.mark.parametrize("text", ["0x0", "Error code: 0", "Fehlercode: 0x0\nErweiterter Fehlercode: 0x0"])
def test_a_nought_alone_is_read(text: str) -> None:
    assert _read(text)[0].startswith("0x0")


@pytest.mark.parametrize("text", ["0xSSS", "0xZ99S9", "the ox is 5 years old", "an ox", "1920\u00d71080", "Fox5S"])
def test_a_repair_that_nobody_knows_is_no_code(text: str) -> None:
    assert _read(text) == ("", False)


@pytest.mark.parametrize(
    ("text", "has"),
    [("Fehlercode: x", True), ("エラー コード", True), ("错误代码", True), ("xis F: 0x904", False), ("", False)],
)
def test_a_word_for_code_is_seen_in_every_language(text: str, *, has: bool) -> None:
    assert has_label(text) is has
