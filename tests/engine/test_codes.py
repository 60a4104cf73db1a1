"""Reading a pasted error text."""

# ruff: noqa: RUF001 - the subject is text in other scripts

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from troubleshoot.engine import CodeMatch, ErrorCode, PastedCode
from troubleshoot.engine import pasted_text as pasted
from troubleshoot.engine.code_entries import CodeClass
from troubleshoot.engine.codes import CodeTable
from troubleshoot.engine.pasted_text import Hint

CLOSED = PastedCode("mstsc", 0x904)
DENIED = PastedCode("mstsc", 0x904, 0x7)
CONNECT = PastedCode("mstsc", 0x204)
DENIED_ACCESS = PastedCode("hresult", 0x80070005)


def entry(code: PastedCode) -> ErrorCode:
    return ErrorCode(code, f"meaning of {code}", "documented", (), None, (), "a test")


TABLE = CodeTable(
    [entry(CLOSED), entry(DENIED), entry(CONNECT), entry(PastedCode("mstsc", 0x108))],
    [CodeClass("mstsc", 0x04, "the network", "observed")],
)


def used(text: str) -> CodeMatch:
    found = TABLE.identify(text).used
    assert found is not None, f"nothing found in {text!r}"
    return found


def codes(text: str) -> list[PastedCode]:
    return [found.choices[0] for found in pasted.read(text).found]


class TestOneCode:
    @pytest.mark.parametrize("text", ["0x904", "0X904", "0x00000904", "904", "2308", " 0x904\r\n", "0x904."])
    def test_meets_the_same_entry_however_it_is_written(self, text: str) -> None:  # BI-106
        assert used(text).entry == entry(CLOSED)

    def test_shows_both_readings_of_a_bare_number(self) -> None:  # BI-106
        decimal, hexadecimal = used("2308"), used("904")
        assert (decimal.code, decimal.others, decimal.ask) == (CLOSED, (PastedCode("mstsc", 0x2308),), False)
        assert (hexadecimal.code, hexadecimal.others, hexadecimal.ask) == (CLOSED, (PastedCode("mstsc", 904),), False)
        assert "decimal or hexadecimal" in decimal.found.why
        assert not used("0x904").others

    @pytest.mark.parametrize("text", ["-2147024891", "2147942405", "0x80070005", "\u22122147024891"])
    def test_reads_an_hresult_signed_unsigned_and_hexadecimal(self, text: str) -> None:  # BI-108
        assert used(text).code == DENIED_ACCESS

    def test_asks_whether_eight_digits_are_decimal(self) -> None:  # BI-108
        match = used("80070005")
        assert match.ask
        assert {match.code, *match.others} == {DENIED_ACCESS, PastedCode("mstsc", 80070005)}

    @pytest.mark.parametrize(
        "text",
        [
            "Ox904",
            "0x9O4",
            "0x 904",
            "0x\u00a0904",
            "“0x904”",
            "(0x904)",
            "[0x904]",
            "'0x904'",
            "Code:0x904!",
            "<0x904>",
        ],
    )
    def test_forgives_what_people_type(self, text: str) -> None:  # BI-109
        assert used(text).code == CLOSED

    def test_says_when_a_letter_was_read_as_a_digit(self) -> None:  # BI-109
        match = used("0xlO8")
        assert match.code == PastedCode("mstsc", 0x108)
        assert "letters" in match.found.why
        assert match.found.text == "0xlO8"

    @pytest.mark.parametrize("text", ["٩٠٤", "０x９０４", "०x९०४", "0x٩٠٤", "0x904٣", "+5", "1_000", "0x9_04", "9０4"])
    def test_does_not_take_other_digits_or_python_notations(self, text: str) -> None:  # BI-110
        assert pasted.read(text).found == ()

    def test_says_how_to_type_a_full_width_code(self) -> None:  # BI-110
        assert pasted.read("コード ０ｘ９０４").notes == (
            "“０ｘ９０４” is written with other digits than 0 to 9. If you mean 0x904, type it like that.",
        )
        assert pasted.read("٩٠٤").notes == ("Please type the number with the digits 0 to 9.",)

    @pytest.mark.parametrize("text", ["9" * 10_000, "0x" + "9" * 10_000, "-" + "9" * 10_000, "error " + "9" * 5000])
    def test_is_never_a_huge_number(self, text: str) -> None:  # BI-111
        assert pasted.read(text).found == ()

    @pytest.mark.parametrize(
        "text",
        ["0x", "-0x1", "1e3", "0b11", "NaN", "inf", "", " ", "\u200b", "face", "dead", "0x1.8", "12.5", "0xfffffffff"],
    )
    def test_is_not_seen_in_other_notations(self, text: str) -> None:  # BI-112
        assert pasted.read(text).found == ()

    @pytest.mark.parametrize(
        "text",
        [
            "Remote Desktop disconnected (Reason= 2308)",
            "Fehlercode: 2308",
            "error code is 904",
            "ERRORCODE=2308",
            "code d'erreur : 0x904",
            "Код ошибки: 0x904",
            "错误代码：0x904",
            "エラー コード: 0x904",
        ],
    )
    def test_is_found_after_its_label(self, text: str) -> None:
        assert used(text).code == CLOSED

    def test_is_not_made_of_dates_versions_and_times(self) -> None:
        assert pasted.read("On 04/25/2024 at 11:04:15, version 10.0.19041.904, 12 users, 2308 files").found == ()


DIALOGS = [
    "0x904 / 0x7",
    "0x904/0x7",
    "0x904, 0x7",
    "0x904 0x7",
    "0x904 / 7",
    "904 / 7",
    "2308/7",
    "0x904 / extended 0x7",
    "0x904 (extended error code 0x7)",
    "0x904 with extended code 7",
    "Error code: 0x904. Extended error code: 0x7",
    "Error code: 0x904\nExtended error code: 0x7\nTimestamp (UTC): 04/25/24 11:04:15 AM\nPress Ctrl+C to copy.",
    "[Window Title]\r\nRemote Desktop Connection\r\n\r\n[Content]\r\nThis computer can't connect.\r\n\r\n"
    "Try connecting again.\r\n\r\nError code: 0x904\r\nExtended error code: 0x7\r\n\r\n[OK] [Help]",
    "Fehlercode: 0x904\nErweiterter Fehlercode: 0x7\nZeitstempel (UTC): 04/25/24 11:04:15 AM",
    "Code d’erreur : 0x904\r\nCode d’erreur étendu : 0x7\r\n",
    "Código de error: 0x904\nCódigo de error extendido: 0x7",
    "Код ошибки: 0x904\nРасширенный код ошибки: 0x7",
    "错误代码：0x904\n扩展错误代码：0x7\n时间戳(UTC)：04/25/24 11:04:15 上午",
    "错误代码: 0x904 扩展错误代码: 0x7",
    "エラー コード: 0x904\n拡張エラー コード: 0x7",
    "رمز الخطأ: 0x904\nرمز الخطأ الموسع: 0x7",
    "קוד שגיאה: 0x904\nקוד שגיאה מורחב: 0x7",
    "<b>Error code: 0x904</b><br>\n<b>Extended error code: 0x7</b>",
]


class TestPair:
    @pytest.mark.parametrize("text", DIALOGS)
    def test_is_read_from_a_dialog_in_any_language(self, text: str) -> None:  # BI-107
        match = used(text)
        assert (match.code, match.how) == (DENIED, "exact")

    def test_falls_back_to_its_first_part(self) -> None:
        match = used("0x904 / 0x9")
        assert (match.code, match.how, match.entry) == (PastedCode("mstsc", 0x904, 0x9), "code", entry(CLOSED))
        assert "exact pair is not in our table" in match.sentence

    def test_is_not_made_of_two_sentences(self) -> None:
        assert codes("First I had 0x904 and later it was 0x204.") == [CLOSED, CONNECT]


class TestSeveralCodes:
    def test_use_the_first_and_keep_the_rest(self) -> None:  # BI-113
        found = TABLE.identify("Yesterday 0x204, today 0x904 again, event 1058")
        assert found.used is not None
        assert found.used.code == CONNECT
        assert [match.code for match in found.kept] == [CLOSED]
        assert found.hints == (Hint("event", "1058"),)

    def test_prefer_the_one_that_is_known(self) -> None:
        found = TABLE.identify("0xABCD then 0x904")
        assert found.used is not None
        assert (found.used.code, [match.how for match in found.kept]) == (CLOSED, ["unknown"])

    def test_are_found_inside_a_stack_trace(self) -> None:  # BI-113
        trace = "\n".join(f"  at mstscax.dll!DllMain+0x{n:x} (0x00007FFD3A{n:06X})" for n in range(0x700, 0x780))
        found = TABLE.identify(f"{trace}\nOnDisconnected: Error code: 0x904\nExtended error code: 0x7\n{trace}")
        assert found.used is not None
        assert found.used.code == DENIED
        assert found.kept == ()

    def test_are_not_found_inside_a_picture(self) -> None:  # BI-113
        picture = "data:image/png;base64," + "iVBORw0KGgo0x904/0x7+AAAANSUhEUgAA" * 3000
        assert pasted.read(picture).found == ()
        assert codes(picture + "\n0x904 / 0x7") == [DENIED]

    @pytest.mark.parametrize(
        "unit",
        [
            "0x904 ",
            "0x904 / 0x7\n",
            "0x904: ",
            "error ",
            "error: 9",
            "0x",
            "a: ",
            "-1",
            "event ",
            "+",
            "\u00a0",
            "0x904. a",
        ],
    )
    def test_take_linear_time_for_a_long_paste(self, unit: str) -> None:  # BI-113
        text = unit * (100_000 // len(unit))
        started = time.process_time()
        assert len(pasted.read(text).found) <= pasted.MOST_CODES
        assert time.process_time() - started < 2.0

    def test_are_cut_at_the_limit_with_a_note(self) -> None:
        read = pasted.read("x " * (pasted.LIMIT // 2) + " 0x904")
        assert read.found == ()
        assert "Only the first 100,000 characters" in read.notes[0]

    def test_keep_the_activity_of_the_dialog(self) -> None:
        text = "Error code: 0x904\nActivity ID: 2b1bd5a1-4b0d-4f3e-9c1f-000000000000"
        assert pasted.read(text).hints == (Hint("activity", "2b1bd5a1-4b0d-4f3e-9c1f-000000000000"),)


class TestFamilies:
    def test_are_kept_apart(self) -> None:  # BI-114
        assert codes("0x80090302") == [PastedCode("hresult", 0x80090302)]
        assert pasted.read("0xC000006D").found[0].choices == (
            PastedCode("ntstatus", 0xC000006D),
            PastedCode("hresult", 0xC000006D),
        )
        assert codes("STOP: 0x0000007E") == [PastedCode("bugcheck", 0x7E)]
        assert codes("The bug check was 0x0000007B (0xF78D2524, 0x7)")[0] == PastedCode("bugcheck", 0x7B)
        assert codes("Win32 error 0x5") == [PastedCode("win32", 5)]
        assert codes("0x7E") == [PastedCode("mstsc", 0x7E)]

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert('0x904')</script>",
            "'; DROP TABLE codes; -- 0x904",
            "0x904%00",
            "0x904\r\nSet-Cookie: a=b",
            "\x000x904\x00",
            "0x904\ud800",
            "${jndi:ldap://x/0x904}",
        ],
    )
    def test_do_not_mind_hostile_text_around(self, text: str) -> None:  # BI-115
        match = used(text)
        assert match.code == CLOSED
        assert match.found.text == "0x904"


class TestUnknownCode:
    def test_is_said_to_be_unknown(self) -> None:  # BI-116
        match = used("0xABCD")
        assert (match.how, match.entry, match.code_class) == ("unknown", None, None)
        assert match.sentence == "We do not know 0xABCD. We can still check the computer."

    def test_gets_only_what_its_class_suggests(self) -> None:
        match = used("0x1104")
        assert (match.how, match.entry) == ("class", None)
        assert "observed, not documented" in match.sentence

    def test_of_one_byte_has_no_class(self) -> None:
        assert used("0x4").how == "unknown"

    def test_of_a_range_gets_what_the_range_suggests(self) -> None:
        table = CodeTable([], [CodeClass("mstsc", None, "a gateway", "observed", 0x3000000, 0x30000FF)])
        assert [table.look_up(PastedCode("mstsc", code)).how for code in (0x3000010, 0x3000100)] == ["class", "unknown"]

    def test_with_a_known_second_part_is_known_by_that(self) -> None:
        table = CodeTable([entry(PastedCode("extended", 0x7))])
        found = table.identify("0xABCD / 0x7").used
        assert found is not None
        assert (found.how, found.entry) == ("second", entry(PastedCode("extended", 0x7)))
        assert found.sentence.startswith("We do not know the first part of 0xABCD / 0x7. The second part means:")

    def test_that_wraps_a_windows_error_is_known_by_that(self) -> None:
        found = CodeTable([entry(PastedCode("win32", 5))]).identify("-2147024891").used
        assert found is not None
        assert found.how == "wrapped"
        assert found.sentence.endswith("It is the Windows error 0x5 inside a result.")

    def test_is_nothing_when_there_is_no_code(self) -> None:
        found = TABLE.identify("My computer does not work!")
        assert (found.used, found.kept, found.hints) == (None, (), ())


@given(st.text())
@example("0x904 / 0x7" + "\ud800")
@example("2147483648")
@example("0A")
@example("0x9\u200b04 \u0130")
def test_any_text_is_read_without_failing(text: str) -> None:
    for found in pasted.read(text).found:
        assert found.choices or found.loose
        assert all(0 <= code.code < 2**32 for code in (*found.choices, *found.loose))
        assert found.text in pasted.clean(text)


@given(st.integers(0, 0xFFFF), st.integers(0, 0x7FFF), st.sampled_from(["x", "X"]), st.integers(1, 8))
def test_every_pair_is_read_back(code: int, extended: int, x: str, width: int) -> None:
    text = f"Error code: 0{x}{code:0{width}X}\nExtended error code: 0{x}{extended:x}"
    assert codes(text) == [PastedCode("mstsc", code, extended)]
