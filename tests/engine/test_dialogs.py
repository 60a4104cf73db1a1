"""Error texts in six languages, hostile ones, and random ones, read against the shipped table."""

# ruff: noqa: RUF001 - the subject is text in other scripts

import random

import pytest

from tests.engine.dialogs import Crafted, stored
from tests.engine.dialogs.making import made
from tests.support import shipped_catalog
from troubleshoot.engine import Identified
from troubleshoot.engine import pasted_text as pasted

TABLE = shipped_catalog().codes
CRAFTED = stored()
RANDOM, PARTS = 100_000, 4
PIECES = [
    *(
        "0x",
        "0X",
        "Ox",
        "0x904",
        "0x7",
        "904",
        "2308",
        "516",
        "-2147467259",
        "2147942405",
        "80004005",
        "36870",
        "0xC000006D",
    ),
    *(
        "error",
        "Error code: ",
        "Fehlercode: ",
        "code ",
        "Reason= ",
        "原因= ",
        "エラー コード: ",
        "扩展错误代码：",
        "étendu",
        "extended ",
    ),
    *(
        "event ",
        "Event ID: ",
        "<EventID>",
        "Schannel, ",
        "TLS alert ",
        "Warnung ",
        "session 2 ",
        "STOP: ",
        "Win32 error ",
    ),
    *(
        "ERRINFO_",
        "SEC_E_CERT_EXPIRED",
        "ERRCONNECT_",
        "Id : ",
        "9:04:11 AM  ",
        "04/25/24",
        "10.0.0.7",
        "{",
        "</b>",
        "<br>",
        "%00",
    ),
    *(
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "\0",
        ":",
        "：",
        "/",
        ",",
        ".",
        ";",
        "(",
        ")",
        "-",
        "+",
        "=",
        "|",
        "'",
        "\u2212",
        "\u00a0",
        "\u202f",
    ),
    *(
        "\u200b",
        "\u202e",
        "\ufeff",
        "\ud800",
        "İ",
        "ß",
        "０ｘ９０４",
        "٩٠٤",
        "९",
        "💻",
        "l",
        "O",
        "I",
        "a",
        "F",
        "z",
        "_",
        "#",
        "&",
    ),
]


def key(found: Identified) -> tuple[str | None, bool]:
    return (found.used.code.key, found.used.ask) if found.used else (None, False)


class TestCraftedTexts:
    def test_are_many_in_six_languages(self) -> None:
        assert sum(len(texts) for texts in CRAFTED.values()) >= 2000
        assert set(CRAFTED) == {"en", "de", "fr", "es", "zh", "ja", "hostile"}
        assert min(len(texts) for texts in CRAFTED.values()) >= 200

    def test_are_what_their_maker_makes(self) -> None:
        assert made() == CRAFTED

    @pytest.mark.parametrize("name", CRAFTED)
    def test_are_read_as_the_code_that_they_hold(self, name: str) -> None:
        read: list[tuple[Crafted, tuple[str | None, bool]]] = [
            (one, key(TABLE.identify(one["text"]))) for one in CRAFTED[name]
        ]
        assert [(one["text"], got) for one, got in read if got != (one["code"], one["ask"])] == []

    def test_say_why(self) -> None:
        for one in (one for texts in CRAFTED.values() for one in texts if one["code"]):
            used = TABLE.identify(one["text"]).used
            assert used is not None
            assert used.found.why
            assert used.sentence.count("{") == 0


def text(chance: random.Random) -> str:
    """Return a text of pieces that codes are made of, in any order."""
    return "".join(chance.choices(PIECES, k=chance.randrange(1, 14)))


@pytest.mark.parametrize("part", range(PARTS))
def test_random_texts_are_read_without_failing(part: int) -> None:
    chance = random.Random(f"904 {part}")
    known = 0
    for _ in range(RANDOM // PARTS):
        given = text(chance)
        found = TABLE.identify(given)
        known += found.used is not None and found.used.entry is not None
        matches = [found.used, *found.kept] if found.used else []
        for match in matches:
            codes = (match.code, *match.others)
            assert all(0 <= code.code < 2**32 and 0 <= (code.extended or 0) <= 0xFFFF for code in codes), given
            assert match.code in TABLE.entries or match.how != "exact", given
            assert match.sentence, given
        assert len(matches) <= pasted.MOST_CODES + len(PIECES), given
    assert known > RANDOM // PARTS // 10  # the texts are not all noise


def test_the_work_for_one_text_has_a_bound() -> None:
    """However long a text is, only so many of its places are looked at, each with patterns of bounded length."""
    for unit in (
        "0x904 ",
        "0x904 / 0x7\n",
        "error 9 ",
        "event 5 ",
        "TLS alert 40 ",
        "-21474836 ",
        "2147483648 ",
        "SEC_E_X ",
    ):
        read = pasted.read(unit * 200_000)
        assert len(read.found) <= pasted.MOST_CODES
        assert len(read.hints) <= pasted.MOST_CODES
        assert len(read.names) <= pasted.MOST_HITS
