"""Files that mean harm, made when they are asked for: cut, of a false kind, tiny with a giant inside, two in one."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, data: bytes | None = None, extra: bytes = b"", *, end: bool = True) -> bytes:
    """A white picture of black and white points, or one with these data."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\xff" * ((width + 7) // 8)) * height, 9) if data is None else data
    return PNG + head + extra + chunk(b"IDAT", rows) + (chunk(b"IEND", b"") if end else b"")


def jpeg(width: int, height: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """A JPEG with a frame and nothing that would fill it."""
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + before + b"\xff\xc0" + frame + after + b"\xff\xd9"


def webp(width: int, height: int, kind: bytes = b"VP8X") -> bytes:
    """A WebP whose first chunk says this size."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = kind + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def notes(held: int, order: str = "big") -> bytes:
    """The notes of a camera that was held in one of eight ways."""
    sign, mark = (">", b"MM\0*") if order == "big" else ("<", b"II*\0")
    body = b"Exif\0\0" + mark + struct.pack(f"{sign}IHHHIHHI", 8, 1, 0x0112, 3, 1, held, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _bomb_in_a_note() -> bytes:
    """Forty megabytes of zeros in a compressed note of a small picture."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(40)) + packer.flush()
    return png(64, 64, extra=chunk(b"zTXt", b"Comment\0\0" + packed) + chunk(b"iCCP", b"x\0\0" + packed))


def _scans() -> bytes:
    """A progressive JPEG with a great many empty scans of a large frame."""
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, 4000, 5000, 1) + b"\x01\x11\x00"
    tables = b"\xff\xc4" + struct.pack(">H", 20) + b"\x00" + b"\x01" + bytes(15) + b"\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x00\x00" + bytes(200)
    steps = b"\xff\xdb" + struct.pack(">H", 67) + b"\x00" + b"\x01" * 64
    return b"\xff\xd8" + steps + frame + tables + scan * 100 + b"\xff\xd9"


#: Name → how it is made, and what is found of it: a fault, or `read` where it may come as far as the reader.
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "a page": (lambda: b"<!doctype html><script>alert(1)</script>", "not_a_picture"),
    "a drawing that fetches": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///x"/></svg>',
        "not_a_picture",
    ),
    "a list of files": (lambda: b"/etc/passwd\n/proc/self/environ\n", "not_a_picture"),
    "another kind": (lambda: b"GIF89a" + bytes(100), "not_a_picture"),
    "a tiff": (lambda: b"II*\0" + bytes(100), "not_a_picture"),
    "too many bytes": (lambda: png(8, 8) + bytes(8 * 1024 * 1024), "too_large"),
    "a header alone": (lambda: PNG, "damaged"),
    "another chunk first": (lambda: PNG + chunk(b"IDAT", b"x" * 40), "damaged"),
    "no width": (lambda: png(0, 8, b"x"), "damaged"),
    "a giant of few bytes": (lambda: png(60_000, 60_000, b"x"), "too_many_pixels"),
    "the largest number": (lambda: png(2**32 - 1, 2**32 - 1, b"x"), "too_many_pixels"),
    "a thin giant": (lambda: png(1, 1_000_000, b"x"), "too_many_pixels"),
    "a giant jpeg": (lambda: jpeg(65_535, 65_535), "too_many_pixels"),
    "a giant webp": (lambda: webp(16_000_000, 16_000_000), "too_many_pixels"),
    "a jpeg without a frame": (lambda: b"\xff\xd8\xff\xe0\x00\x02" * 1 + b"\xff\xd9", "damaged"),
    "a jpeg without an end": (lambda: b"\xff\xd8" + b"\xff\xe0\x00\x02" * 300_000, "damaged"),
    "a jpeg of fillers": (lambda: b"\xff\xd8" + b"\xff" * 4_000_000, "damaged"),
    "a webp of nothing": (lambda: b"RIFF\0\0\0\0WEBPVP8 " + bytes(40), "damaged"),
    "a cut png": (lambda: png(640, 480)[:60], "read"),
    "no data": (lambda: png(640, 480, b"no zlib"), "read"),
    "fewer rows than said": (lambda: png(4000, 4000, zlib.compress(b"\0" + bytes(500))), "read"),
    "as large as allowed": (lambda: png(5000, 4000), "read"),
    "a bomb in a note": (_bomb_in_a_note, "read"),
    "a jpeg of scans": (_scans, "read"),
    "a jpeg without data": (lambda: jpeg(800, 600), "read"),
    "a webp without data": (lambda: webp(800, 600), "read"),
    "a picture and a page": (lambda: png(200, 100) + b"<script>alert(1)</script>", "read"),
    "one point": (lambda: png(1, 1), "read"),
}
