"""Names of computers, accounts and gateways in a pasted text."""

import time

import pytest

from troubleshoot.engine.pasted_names import MOST_NAMES, PastedName, names_in


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Remote computer: vm01.example.net", "computer", "vm01.example.net"),
        ("Remotecomputer: SRV-01", "computer", "SRV-01"),
        ("リモート コンピューター: srv01", "computer", "srv01"),
        ("远程计算机: 10.0.0.9", "computer", "10.0.0.9"),
        ("Remote Desktop can't find the computer “srv01”.", "computer", "srv01"),
        ('can\'t connect to the remote computer "10.0.0.5" for one of these reasons', "computer", "10.0.0.5"),
        ("The credentials that were used to connect to HOST01 did not work.", "computer", "HOST01"),
        ("RDP(10.0.0.9) exit with error code 516", "computer", "10.0.0.9"),
        ("full address:s:server07.example.net:3389", "computer", "server07.example.net"),
        ("gatewayhostname:s:rdgw.example.net", "gateway", "rdgw.example.net"),
        ("not authorized to access the RD Gateway “gw.example.net”", "gateway", "gw.example.net"),
        ("I'm using my AzureAD\\FirstnameLastname for credentials", "account", "AzureAD\\FirstnameLastname"),
        ("User: CORP\\anna.", "account", "CORP\\anna"),
        ("username:s:anna@example.net", "account", "anna@example.net"),
    ],
)
def test_a_name_is_found_with_what_it_is_a_name_of(text: str, kind: str, value: str) -> None:
    assert [(one.kind, one.value.rstrip(".")) for one in names_in(text)] == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "HKLM\\SOFTWARE\\Policies",
        "C:\\Users\\anna\\file.txt",
        "Device SWD\\RemoteDisplayEnum\\RdpIdd_IndirectDisplay",
        "\\\\server07\\share",
        "NT AUTHORITY\\SYSTEM",
        "the computer is off",
        "enablecredsspsupport:i:0",
        "a remote computer: ",
    ],
)
def test_nothing_else_is_taken_for_a_name(text: str) -> None:
    assert names_in(text) == ()


@pytest.mark.parametrize("unit", ['computer "a', "A\\b", "remote computer: ", "full address:s:", "a.", 'gateway "'])
def test_the_work_for_one_text_has_a_bound(unit: str) -> None:
    started = time.process_time()
    assert len(names_in(unit * (100_000 // len(unit)))) <= MOST_NAMES
    assert time.process_time() - started < 1.0


def test_a_name_stands_there_once() -> None:
    assert names_in("Remote computer: srv01\nRemote computer: srv01") == (PastedName("computer", "srv01"),)
