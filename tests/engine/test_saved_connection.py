"""A saved connection (.rdp): read in every encoding, whatever stands in it, and never with its secrets."""

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_reports import CATALOG
from troubleshoot.engine.saved_connection import (
    LARGEST_FILE,
    TAKEN_OUT,
    SavedConnection,
    decode_saved_connection,
    read_saved_connection,
    without_secrets,
)

FILE = """screen mode id:i:2
use multimon:i:0
desktopwidth:i:2308
session bpp:i:32
winposstr:s:0,1,904,7,800,600
full address:s:srv07.example.net:3390
audiomode:i:0
redirectprinters:i:1
prompt for credentials:i:0
authentication level:i:2
enablecredsspsupport:i:0
username:s:CORP\\anna
gatewayhostname:s:gw.example.net
gatewayusagemethod:i:1
gatewayprofileusagemethod:i:1
use redirection server name:i:1
loadbalanceinfo:s:tsv://MS Terminal Services Plugin.1.Pool
drivestoredirect:s:
"""
SECRETS = "password 51:b:01000000D08C9DDF0115D1118C7A00C04FC297EB\ngatewayaccesstoken:s:abc.def\nsignature:s:AQABAAEA\n"


def _read(text: str) -> SavedConnection:
    found = read_saved_connection(text)
    assert found is not None
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_is_read_as_windows_and_others_write_it(encoding: str, end: str) -> None:
    found = _read(decode_saved_connection(FILE.replace("\n", end).encode(encoding)))
    assert (found.computer, found.port, found.account) == ("srv07.example.net", 3390, "CORP\\anna")
    assert found.gateway == "gw.example.net"
    assert found.numbers["enablecredsspsupport"] == 0
    assert "loadbalanceinfo" in found.worded
    assert "drivestoredirect" not in found.worded
    assert (found.secrets, found.doubtful) == ((), ())


@pytest.mark.parametrize(
    ("address", "computer", "port"),
    [
        ("srv07", "srv07", None),
        ("10.0.0.9:3391", "10.0.0.9", 3391),
        ("[fe80::1]:3391", "fe80::1", 3391),
        ("fe80::1", "fe80::1", None),
        ("srv07:99999", "srv07", None),
        ("<script>", "", None),
        ("srv07 other", "", None),
        ("a" * 300, "", None),
    ],
)
def test_the_place_is_a_name_or_an_address_and_perhaps_a_port(address: str, computer: str, port: int | None) -> None:
    found = _read(f"full address:s:{address}")
    assert (found.computer, found.port) == (computer, port)


def test_a_port_of_its_own_counts_where_the_address_has_none() -> None:
    assert _read("full address:s:srv07\nserver port:i:3392").port == 3392
    assert _read("full address:s:srv07:3390\nserver port:i:3392").port == 3390


@pytest.mark.parametrize(
    "lines",
    [
        "enablecredsspsupport:i:0\nenablecredsspsupport:i:1",
        "enablecredsspsupport:s:0",
        "enablecredsspsupport:i:off",
        "enablecredsspsupport:i:99999999999999999999",
        "enablecredsspsupport:i:-1",
        "enablecredsspsupport:i:\u0661",
    ],
)
def test_what_is_said_twice_or_wrongly_says_nothing_and_is_named(lines: str) -> None:
    found = _read(lines)
    assert (dict(found.numbers), found.doubtful) == ({}, ("enablecredsspsupport",))


def test_what_is_said_twice_in_one_way_counts() -> None:
    assert dict(_read("EnableCredSSPSupport:i:0\nenablecredsspsupport:i:0").numbers) == {"enablecredsspsupport": 0}


@pytest.mark.parametrize("text", ["", "hello", "0x904", "full address", "note:s", "http://a:b:c", "shell:i:5"])
def test_a_text_without_its_lines_is_none(text: str) -> None:
    assert read_saved_connection(text) is None


def test_a_secret_is_taken_out_and_that_there_was_one_is_known() -> None:
    kept = without_secrets(FILE + SECRETS)
    assert not [secret for secret in ("01000000D08C", "abc.def", "AQABAAEA") if secret in kept]
    assert kept.count(TAKEN_OUT) == 3
    assert _read(kept).secrets == _read(FILE + SECRETS).secrets == ("password 51", "gatewayaccesstoken", "signature")
    assert without_secrets(kept) == kept
    assert without_secrets(FILE) == FILE


def test_what_a_case_keeps_of_it_has_neither_account_nor_secret() -> None:
    kept = _read(FILE + SECRETS).to_json()
    assert "anna" not in str(kept)
    assert "01000000D08C" not in str(kept)
    assert SavedConnection.from_json(kept).to_json() == kept


def test_its_numbers_are_settings_and_no_codes_and_an_error_beside_it_is_read() -> None:
    alone = CATALOG.codes.identify(FILE)
    assert (alone.used, alone.kept, alone.window) == (None, (), None)
    beside = CATALOG.codes.identify(f"Error code: 0x904\nExtended error code: 0x7\n\n{FILE}")
    assert str(beside.used and beside.used.code) == "0x904 / 0x7"
    assert beside.saved is not None
    assert {(one.kind, one.value) for one in beside.named} == {
        ("computer", "srv07.example.net"),
        ("gateway", "gw.example.net"),
        ("account", "CORP\\anna"),
    }


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    for marked in (data, codecs.BOM_UTF16_LE + data, codecs.BOM_UTF8 + data, data + FILE.encode()):
        text = decode_saved_connection(marked)
        read_saved_connection(text)
        assert isinstance(without_secrets(text), str)


@pytest.mark.parametrize(
    "unit", ["full address:s:", "a:i:", "password", "password 51:b:0\n", "a " * 30, "\n", " " * 9, "token:"]
)
def test_the_work_for_one_file_has_a_bound(unit: str) -> None:
    text = unit * (LARGEST_FILE // len(unit))
    started = time.process_time()
    read_saved_connection(text)
    without_secrets(text)
    assert time.process_time() - started < 1.0
