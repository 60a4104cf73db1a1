"""What a picture is by its first bytes: its kind and its size, before anything unpacks it. Pure.

Sources: PNG (ISO/IEC 15948) 5 and 11.2.2; JPEG (ITU-T T.81) B.1 and B.2.2; WebP (RFC 9649) 2 and RFC 6386 9.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

MOST_PICTURE_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 20_000_000
LONGEST_SIDE = 20_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_MOST_SEGMENTS = 2000
#: A marker of a JPEG, behind a few fillers.
_BEGUN = re.compile(rb"\xff{1,64}([^\xff])", re.DOTALL)
#: Markers of a JPEG that begin a frame: SOF0 to SOF15 without DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Markers that stand alone: fillers, restarts, and TEM.
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})

#: Notes of a camera (Exif 2.3, 4.6): where they begin at the latest, the one that says how it was held, and its values.
_NOTES_WITHIN, _MOST_NOTES, _HELD, _TURNED = 65_536, 100, 0x0112, {3: 2, 6: 1, 8: 3}


class BadPicture(ValueError):
    """Why a picture is not read: one of REASONS."""

    REASONS = (
        # Before anything unpacks it.
        *("empty", "too_large", "not_a_picture", "damaged", "too_many_pixels"),
        # When it was to be read.
        *("no_reader", "busy", "too_hard", "unreadable"),
    )

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Picture:
    """A picture by its header: one of `png`, `jpeg`, `webp`, and how large it will be when it is unpacked."""

    kind: str
    width: int
    height: int
    quarters: int = 0
    """Quarters clockwise by which it has to be turned: a phone notes how it was held, and turns nothing."""


def is_picture(data: bytes) -> bool:
    """Tell whether bytes begin as a picture does that can be read."""
    return data.startswith((_PNG, _JPEG)) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def measure_picture(data: bytes) -> Picture:
    """Return what a picture is. Raises BadPicture for everything that is not to be unpacked."""
    if not data:
        raise BadPicture("empty")
    if len(data) > MOST_PICTURE_BYTES:
        raise BadPicture("too_large")
    if not is_picture(data):
        raise BadPicture("not_a_picture")
    kind, size = _measure(data)
    if size is None or 0 in size:
        raise BadPicture("damaged")
    if size[0] * size[1] > MOST_PIXELS or max(size) > LONGEST_SIDE:
        raise BadPicture("too_many_pixels")
    return Picture(kind, *size, quarters=_quarters(data) if kind == "jpeg" else 0)


def _measure(data: bytes) -> tuple[str, tuple[int, int] | None]:
    if data.startswith(_PNG):
        return "png", _of_png(data)
    return ("jpeg", _of_jpeg(data)) if data.startswith(_JPEG) else ("webp", _of_webp(data))


def _of_png(data: bytes) -> tuple[int, int] | None:
    """Return width and height of the first chunk, which has to be the header."""
    if data[8:16] != b"\0\0\0\x0dIHDR" or len(data) < 33:
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _of_jpeg(data: bytes) -> tuple[int, int] | None:
    """Return width and height of the first frame; what comes before it (a preview among it) is passed over whole."""
    at = 2
    for _segment in range(_MOST_SEGMENTS):
        begun = _BEGUN.match(data, at)
        if not begun:
            return None
        marker, at = begun[1][0], begun.end()
        if marker in _ALONE:
            continue
        if marker in _FRAMES:
            height, width = data[at + 3 : at + 5], data[at + 5 : at + 7]
            return (int.from_bytes(width), int.from_bytes(height)) if len(width) == 2 else None
        length = int.from_bytes(data[at : at + 2])
        if length < 2 or marker in {0xD8, 0xD9, 0xDA}:  # the picture's data begin, or it ends, without a frame
            return None
        at += length
    return None


def _quarters(data: bytes) -> int:
    """Return by how many quarters a JPEG has to be turned, by the notes of a camera at its beginning."""
    start = data.find(b"Exif\0\0", 0, _NOTES_WITHIN) + 6
    order: Literal["little", "big"] = "little" if data[start : start + 2] == b"II" else "big"
    first = int.from_bytes(data[start + 4 : start + 8], order)
    if start < 6 or first > _NOTES_WITHIN:
        return 0
    count = int.from_bytes(data[start + first : start + first + 2], order)
    for entry in range(start + first + 2, start + first + 2 + 12 * min(count, _MOST_NOTES), 12):
        if int.from_bytes(data[entry : entry + 2], order) == _HELD:
            return _TURNED.get(int.from_bytes(data[entry + 8 : entry + 10], order), 0)
    return 0


def _of_webp(data: bytes) -> tuple[int, int] | None:
    """Return width and height of the first chunk, which says them in one of three ways."""
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None
