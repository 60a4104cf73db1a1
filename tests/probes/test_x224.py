"""Decoding an X.224 answer…"""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.hostile import confirm, failure, packet, selected
from troubleshoot.probes.x224 import ConnectionClosed, ConnectionRefused, NotRdp, Selected, parse, request

REDIRECT = packet(b"\x02\xf0\x80" + b"\x64\x00\x05\x03\xeb\x70\x10" + b"\x00\x04" + b"R" * 14)


def test_asks_with_the_19_bytes_of_the_protocol() -> None:
    assert request(3) == bytes.fromhex("03000013 0ee00000000000 01000800 03000000")


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_reads_the_protocol_and_flags(protocol: int) -> None:
    assert parse(selected(protocol, 0x1F), 3) == Selected(protocol, 0x1F)


def test_knows_an_old_host_by_a_confirm_without_negotiation() -> None:
    assert parse(confirm(), 3) == Selected(0, 0, legacy=True)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 6, 7, 0xFFFFFFFF])
def test_reads_every_failure_code(code: int) -> None:
    assert parse(failure(code), 3) == ConnectionRefused(code)


def test_ignores_what_follows_the_negotiation_field() -> None:
    assert parse(confirm(struct.pack("<BBHI", 2, 0xE4, 8, 2) + b"trailing"), 3) == Selected(2, 0xE4)


@pytest.mark.parametrize(
    ("protocol", "offer"), [(4, 3), (8, 3), (16, 3), (3, 3), (0xFFFFFFFF, 3), (2, 1), (1, 0), (2, 0)]
)
def test_refuses_a_protocol_that_was_not_offered(protocol: int, offer: int) -> None:
    assert isinstance(parse(selected(protocol), offer), NotRdp)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x02" + selected(2)[1:], id="TPKT version"),
        pytest.param(b"\x03\x00\x00\x06\x01\xd0", id="length below 7"),
        pytest.param(b"\x03\x00\x00\x00", id="length 0"),
        pytest.param(b"\x03\x00\xff\xff", id="length 65535"),
        pytest.param(selected(2)[:4] + b"\x0d" + selected(2)[5:], id="length indicator too small"),
        pytest.param(selected(2)[:4] + b"\xff" + selected(2)[5:], id="length indicator too large"),
        pytest.param(packet(b"\x05\xd0\0\0\x12\x34"), id="too short for a confirm"),
        pytest.param(packet(b"\x0e\xe0\0\0\0\0\0" + struct.pack("<BBHI", 1, 0, 8, 3)), id="request echoed"),
        pytest.param(packet(b"\x06\x80\0\0\0\0\0"), id="disconnect request"),
        pytest.param(packet(b"\x02\xf0\x80"), id="data"),
        pytest.param(REDIRECT, id="redirect"),
        pytest.param(confirm(b"\x02\x00\x08\x00"), id="negotiation cut short"),
        pytest.param(confirm(struct.pack("<BBHI", 2, 0, 9, 2)), id="negotiation length"),
        pytest.param(confirm(struct.pack("<BBHI", 9, 0, 8, 2)), id="negotiation type"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n", id="HTTP"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="SSH"),
        pytest.param(b"220 mail ESMTP\r\n", id="SMTP"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_names_what_is_not_a_confirm(data: bytes) -> None:
    reply = parse(data, 3)
    assert isinstance(reply, NotRdp)
    assert reply.reason.startswith("not RDP")


def test_accepts_an_unexpected_destination_reference_as_clients_do() -> None:
    assert parse(packet(b"\x0e\xd0\xbe\xef\x12\x34\x00" + struct.pack("<BBHI", 2, 0, 8, 1)), 3) == Selected(1, 0)


@given(st.binary(max_size=300), st.sampled_from([0, 1, 3]))
def test_never_raises_on_random_bytes(data: bytes, offer: int) -> None:
    assert str(parse(data, offer))


@given(st.integers(0, 18), st.binary(max_size=4), st.sampled_from([0, 1, 3]))
def test_never_chooses_what_was_not_offered_whatever_is_changed(place: int, noise: bytes, offer: int) -> None:
    changed = selected(2)[:place] + noise + selected(2)[place + len(noise) :]
    reply = parse(changed, offer)
    assert not isinstance(reply, ConnectionClosed)
    if isinstance(reply, Selected):
        assert reply.protocol & ~offer == 0
