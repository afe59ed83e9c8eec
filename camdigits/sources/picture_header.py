"""Parse JPEG, PNG and WebP files for damage, size and EXIF orientation, without decoding pixels.

Damage is detected here because OpenCV 4 decodes a cut JPEG to a picture that is half gray, and
libpng writes to stderr.
"""

import re
import zlib
from collections.abc import Iterator

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"

_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END, _APP1 = 0xDA, 0xD9, 0xE1
# In the coded pixels FF 00 is a stuffed byte and FF D0..D7 restart the decoder: no segments.
_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)
_ORIENTATION_TAG = 0x0112


def damage(data: bytes) -> str | None:
    """Describe the damage of a picture file; None if none is found."""
    if data.startswith(JPEG_SIGNATURE):
        return _jpeg_damage(data)
    if data.startswith(PNG_SIGNATURE):
        return _png_damage(data)
    if _is_webp(data) and int.from_bytes(data[4:8], "little") + 8 > len(data):
        return "the WebP data is cut off"
    return None


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Read width and height from a JPEG's or PNG's header; None if there is none."""
    if data.startswith(PNG_SIGNATURE):
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data.startswith(JPEG_SIGNATURE):
        for marker, payload in _jpeg_segments(data):
            if marker in _START_OF_FRAME:
                return int.from_bytes(payload[3:5], "big"), int.from_bytes(payload[1:3], "big")
    return None


def orientation(data: bytes) -> int:
    """Read the EXIF orientation, 1 to 8; 1 (upright) if there is none.

    TIFF is omitted: OpenCV applies its orientation while decoding.
    """
    value = _orientation_tag(_exif(data))
    return value if 1 <= value <= 8 else 1


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, payload) up to the end marker or the end of the data."""
    position = 2
    while found := _MARKER.search(data, position):
        marker, start = found[1][0], found.end()
        if marker == _END:
            yield marker, b""
            return
        stop = start + max(int.from_bytes(data[start : start + 2], "big"), 2)
        if stop > len(data):
            return
        yield marker, data[start + 2 : stop]
        position = stop


def _jpeg_damage(data: bytes) -> str | None:
    markers = [marker for marker, _ in _jpeg_segments(data)]
    if _START_OF_SCAN in markers and markers[-1] == _END:
        return None
    return "the JPEG data is cut off"


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start, stop) of the payload of each complete chunk."""
    position = len(PNG_SIGNATURE)
    while position + 12 <= len(data):
        start = position + 8
        stop = start + int.from_bytes(data[position : position + 4], "big")
        if stop + 4 > len(data):
            return
        yield data[position + 4 : start], start, stop
        position = stop + 4


def _png_damage(data: bytes) -> str | None:
    view = memoryview(data)
    for kind, start, stop in _png_chunks(data):
        # Lower-case first letter: an ancillary chunk, which libpng ignores if it is damaged.
        written = int.from_bytes(view[stop : stop + 4], "big")
        if kind[:1].isupper() and zlib.crc32(view[start - 4 : stop]) != written:
            return "the PNG data is damaged (a checksum is wrong)"
        if kind == b"IEND":
            return None
    return "the PNG data is cut off"


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _webp_exif(data: bytes) -> bytes:
    position = 12
    while position + 8 <= len(data):
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        if data[position : position + 4] == b"EXIF":
            return data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
    return b""


def _exif(data: bytes) -> bytes:
    """Return the EXIF block, a TIFF file without pixels; empty if there is none."""
    blocks: Iterator[bytes] = iter(())
    if data.startswith(JPEG_SIGNATURE):
        blocks = (payload for marker, payload in _jpeg_segments(data) if marker == _APP1)
        blocks = (block for block in blocks if block.startswith(b"Exif\0\0"))
    elif data.startswith(PNG_SIGNATURE):
        blocks = (data[a:b] for kind, a, b in _png_chunks(data) if kind == b"eXIf")
    elif _is_webp(data):
        blocks = iter((_webp_exif(data),))
    return next(blocks, b"").removeprefix(b"Exif\0\0")


def _orientation_tag(tiff: bytes) -> int:
    order = tiff[:2]
    if order not in (b"II", b"MM"):
        return 0

    def number(start: int, size: int) -> int:
        field = tiff[start : start + size]
        return int.from_bytes(field, "little" if order == b"II" else "big")

    directory = number(4, 4)
    entries = (directory + 2 + 12 * entry for entry in range(number(directory, 2)))
    return next((number(at + 8, 2) for at in entries if number(at, 2) == _ORIENTATION_TAG), 0)
