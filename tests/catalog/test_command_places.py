"""Where commands to copy are run: what only one kind of computer has is headed as that one, wherever it ships."""

import re

import pytest

from tests.powershell.written import copied

#: What a command is about, and the only place where that is found.
BELONGS = {
    r"\w+-AD[A-Z]\w+": "a domain controller",
    r"\bId=4740\b": "a domain controller",
    r"TerminalServices-Gateway/": "the gateway",
    r"TerminalServices-SessionBroker/|Get-RDSessionHost": "the connection broker",
    r"TermServLicensing": "the licence server",
    r"Get-Az\w+": "the Azure Cloud Shell",
}


@pytest.mark.parametrize(("pattern", "place"), BELONGS.items(), ids=BELONGS.values())
def test_a_command_is_headed_by_the_place_that_has_what_it_asks_for(pattern: str, place: str) -> None:
    headed = {where for where, _, text in (one.partition(": ") for one in copied()) if re.search(pattern, text)}
    assert headed == {place}
