"""A file for a muxer that knows no end of the disk: what follows a failed write is swallowed.

A muxer that goes on after a failed write spoils what was whole. This file keeps the failure for
its owner instead. Knows of MP4 only where its boxes begin and end.
"""

import os
from io import FileIO
from pathlib import Path

HEAD = 8  # bytes of a box before its content: length, big-endian, then four letters


class SafeFile:
    """What PyAV needs of a file to write to: write, seek, tell."""

    def __init__(self, path: Path) -> None:
        """Make the file, empty.

        Raises:
            OSError: it cannot be made.
        """
        self._file = FileIO(path, "w")
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all of `data`, or none from the first failure on; claims success either way."""
        if self.failure is None:
            try:
                self._write_all(memoryview(data))
            except OSError as error:
                self.failure = error
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to another place in the file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place in the file."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._file.close()

    def _write_all(self, rest: memoryview) -> None:
        while rest:
            rest = rest[self._file.write(rest) or 0 :]


def cut_to_whole_fragments(path: Path) -> None:
    """Cut an MP4 file behind its last whole fragment."""
    with path.open("r+b") as file:
        end = os.fstat(file.fileno()).st_size
        at = whole = 0
        while at + HEAD <= end:
            file.seek(at)
            head = file.read(HEAD)
            at += max(HEAD, int.from_bytes(head[:4], "big"))
            if head[4:] == b"mdat" and at <= end:
                whole = at
        file.truncate(whole)
