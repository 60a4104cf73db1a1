"""What a picture is by its first bytes, and that no bytes make the look at them fail or last."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pictures.hostile import HOSTILE, jpeg, notes, png, webp
from troubleshoot.pictures import BadPicture, Picture, is_picture, measure_picture

PREVIEW = b"\xff\xe1\x00\x12" + jpeg(16, 16)[:16]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (png(640, 480), Picture("png", 640, 480)),
        (jpeg(800, 600), Picture("jpeg", 800, 600)),
        (jpeg(800, 600, before=PREVIEW), Picture("jpeg", 800, 600)),
        (jpeg(800, 600, before=b"\xff\xff\xff\xe0\x00\x02"), Picture("jpeg", 800, 600)),
        (webp(1170, 2532), Picture("webp", 1170, 2532)),
        (b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\xc1\x3b\x00" + bytes(9), Picture("webp", 320, 240)),
        (b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xf0\x00" + bytes(9), Picture("webp", 320, 240)),
    ],
)
def test_its_kind_and_size_are_read(data: bytes, found: Picture) -> None:
    assert measure_picture(data) == found
    assert is_picture(data)


@pytest.mark.parametrize(("held", "quarters"), [(1, 0), (3, 2), (6, 1), (8, 3), (0, 0), (99, 0)])
@pytest.mark.parametrize("order", ["little", "big"])
def test_a_photo_that_lies_on_its_side_is_known_by_its_notes(held: int, quarters: int, order: str) -> None:
    assert measure_picture(jpeg(800, 600, before=notes(held, order))).quarters == quarters


@pytest.mark.parametrize("name", [name for name, (_, fault) in HOSTILE.items() if fault != "read"])
def test_what_is_not_to_be_unpacked_is_refused_at_once(name: str) -> None:
    make, fault = HOSTILE[name]
    data, begun = make(), time.process_time()
    with pytest.raises(BadPicture) as refused:
        measure_picture(data)
    assert refused.value.reason == fault
    assert fault in BadPicture.REASONS
    assert time.process_time() - begun < 1.0


@given(st.binary(max_size=200), st.sampled_from([b"", png(8, 8)[:20], b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8X"]))
def test_no_bytes_make_it_fail_otherwise(data: bytes, start: bytes) -> None:
    try:
        found, reason = measure_picture(start + data), ""
    except BadPicture as refused:
        found, reason = None, refused.reason
    assert reason in BadPicture.REASONS if found is None else found.width * found.height > 0
