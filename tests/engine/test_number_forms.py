"""Every number of the Remote Desktop window, in each form in which windows, logs and other programs print it."""

import pytest

from tests.support import shipped_catalog
from troubleshoot.engine import CodeMatch, PastedCode

TABLE = shipped_catalog().codes
NUMBERS = sorted(
    {one.code for one in TABLE.entries if one.namespace == "mstsc" and one.code > 0xFF}
    - {one.code for one, entry in TABLE.entries.items() if entry.certainty == "unconfirmed"}
)
FORMS = {
    "the window": "[Content]\r\nWords.\r\n\r\nError code: 0x{hex}\r\nExtended error code: 0x0\r\n",
    "hexadecimal alone": "0x{hex}",
    "hexadecimal in a letter": "I got 0x{hex} this morning, why?",
    "decimal alone": "{dec}",
    "decimal behind its label": "error code {dec}",
    "a label in another language": "Fehlercode: {dec}",
    "a disconnection": "Disconnected: {dec}",
    "a disconnection, and the next line": "WarningMsg\n01/01/2022 09:00:06\nRDP disconnected!\n{dec} Words follow.",
    "before the word for error": "第二次打开 RDP 会回报 {dec} 错误",
    "the event of the control": "RDP ClientActiveX has been disconnected (Reason= {dec})",
    "a manager of connections": "RDP(10.0.0.9) exit with error code {dec}(Words",
    "both numbers of the window, in decimal": "{dec} 0",
}


def used(text: str) -> CodeMatch:
    match = TABLE.identify(text).used
    assert match is not None, text
    return match


def test_the_list_of_the_window_is_complete() -> None:
    """What Microsoft's list of disconnect reasons holds, below and above 0x3000000."""
    below = {0x907, 0xB04, 0xD09, 0xE06, 0xE08, 0xE09, 0xF08, 0x1007, 0x1008, 0x1107, 0x1307, 0x1407, 0x2507, 0x2604}
    below |= {0x10A, 0x20A, 0x30A, 0x40A, 0x2000001, 0x2000002}
    without = {0x16, 0x1D, 0x1E, 0x2E, 0x31, 0x36, 0x3A, 0x43, 0x48}
    assert below <= set(NUMBERS)
    assert {0x3000000 + low for low in range(1, 0x51) if low not in without} <= set(NUMBERS)


@pytest.mark.parametrize("form", FORMS)
def test_every_number_is_read(form: str) -> None:
    wrong = []
    for number in NUMBERS:
        match = used(FORMS[form].format(hex=f"{number:x}", dec=number))
        if match.entry is None or match.entry.code.code != number or match.ask:
            wrong.append((f"0x{number:X}", str(match.code), match.ask))
    assert wrong == []


def test_a_second_number_of_zero_hides_nothing() -> None:
    assert used("Error code: 0x3000046\nExtended error code: 0x0").how == "exact"
    unknown = used("Error code: 0x30000EE\nExtended error code: 0x0")
    assert (unknown.how, unknown.entry) == ("class", None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("904 7", PastedCode("mstsc", 0x904, 7)),
        ("2308 7", PastedCode("mstsc", 0x904, 7)),
        ("2308, 7", PastedCode("mstsc", 0x904, 7)),
        ("error 23002", PastedCode("hresult", 0x800759DA)),
        ("TS event log on the gateway displays Event 301 (error 23003)", PastedCode("hresult", 0x800759DB)),
        ("264 This computer can't connect to the remote computer.", PastedCode("mstsc", 0x204)),
        ("Errorcode:0x904Extendederrorcode:0x7", PastedCode("mstsc", 0x904, 7)),
        ("Error code: Ox904 Extended error code: Ox7", PastedCode("mstsc", 0x904, 7)),
        ("Disconnected: 3079", PastedCode("mstsc", 0xC07)),
    ],
)
def test_other_forms_are_read(text: str, code: PastedCode) -> None:
    if text.startswith("264"):
        text += " The two computers couldn't connect in the amount of time allotted."
        code = PastedCode("mstsc", 0x108)
    assert used(text).code == code


def test_the_words_of_the_line_decide_between_two_readings() -> None:
    told = used("1) Remote access to the server is not enabled 2) The remote computer is turned off\nerror 516")
    assert (told.code, told.ask) == (PastedCode("mstsc", 0x204), False)


@pytest.mark.parametrize(
    "text",
    [
        "There are 264 errors in the log.",
        "264 files were copied.",
        "Disconnected 3 times today",
        "2308 people read this page",
        "event=0 ip=198.51.100.7 event=1",
    ],
)
def test_numbers_of_other_things_are_no_codes(text: str) -> None:
    found = TABLE.identify(text)
    assert (found.used, found.hints) == (None, ())
