"""Permissions of files in words: whoever approves a change reads whom it lets in."""

import pytest
from django.template import Context, Template

from troubleshoot.wording import in_plain_rights

KEY = "O:SYD:PAI(D;;FR;;;NS)(A;;FA;;;SY)"
WORDS = "the network service account (Remote Desktop runs as it): never read; the system: everything; owner: the system"


@pytest.mark.parametrize(
    ("sddl", "words"),
    [
        (KEY, WORDS),
        ("O:BAG:SYD:(A;;0x12019f;;;WD)", "everybody: read and write; owner: administrators"),
        ("O:S-1-5-21-1-2-3-500D:(A;;GRGX;;;BU)", "users of the computer: read and run; owner: S-1-5-21-1-2-3-500"),
        ("O:SYD:(A;;0x1;;;S-1-5-20)(A;IO;FA;;;CO)", None),
    ],
)
def test_of_a_file_say_who_may_do_what(sddl: str, words: str | None) -> None:
    said, raw = in_plain_rights(sddl)
    assert raw == sddl
    if words:
        assert said == words
    else:
        assert said.endswith("some rights (0x1); owner: the system")


def test_inside_a_sentence_leave_the_rest_as_it_is() -> None:
    assert in_plain_rights(f"can be put back to: {KEY}") == (f"can be put back to: {WORDS}", KEY)


@pytest.mark.parametrize("text", ["", "running", "O:SYD:PAI(X;;FR;;;NS)", "O:SYD:(A;;ZZ;;;NS)", "NO:SYD:", "<b>O:"])
def test_that_are_not_understood_stay_as_they_were_written(text: str) -> None:
    assert in_plain_rights(text)[0] == text


def test_stand_on_a_page_with_what_windows_has_folded_behind() -> None:
    page = Template("{% load words %}{{ value|setting }}")
    shown = page.render(Context({"value": KEY}))
    assert shown.startswith(f"{WORDS}<details><summary>")
    assert f"<code>{KEY}</code></details>" in shown
    assert page.render(Context({"value": "<b>running</b>"})) == "&lt;b&gt;running&lt;/b&gt;"
