"""Parse the first bytes of a video file to find out whether its stated frame count is reliable.

Nothing is decoded.
"""

from pathlib import Path

HEAD_BYTES = 4096  # chosen: longer than the headers that are parsed
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_EBML, _SEGMENT = bytes.fromhex("1a45dfa3"), bytes.fromhex("18538067")


def states_its_length(head: bytes, file_size: int) -> bool:
    """Return whether fewer frames than stated mean that some are missing.

    MP4, MOV and AVI count their frames. Matroska and WebM state how long the longest track plays,
    often the sound: their count is reliable only if the file itself was cut. Other containers have
    a count that FFmpeg estimates from the bit rate.

    Args:
        head: the first HEAD_BYTES of the file.
        file_size: bytes of the whole file.
    """
    if head[4:8] in _MP4_BOXES or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return True
    return head.startswith(_EBML) and file_size < _matroska_size(head)


def read_head(path: Path) -> bytes:
    """Read the first HEAD_BYTES of a file, or all of a shorter file."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _matroska_size(head: bytes) -> int:
    """Return the stated bytes of header and segment; 0 if a live recording left them unknown."""
    header_size, segment = _variable_length(head, 4)
    segment += header_size
    if head[segment : segment + 4] != _SEGMENT:
        return 0
    size, start = _variable_length(head, segment + 4)
    return start + size


def _variable_length(head: bytes, start: int) -> tuple[int, int]:
    """Read a number of EBML, 1 to 8 bytes: leading zero bits give how many bytes follow.

    Returns:
        The number (0 for "unknown", all ones) and the position after it.
    """
    first = head[start] if start < len(head) else 0
    length = 9 - first.bit_length()
    bits = 7 * length
    value = int.from_bytes(head[start : start + length], "big") & ((1 << bits) - 1)
    return (0 if value == (1 << bits) - 1 else value), start + length
