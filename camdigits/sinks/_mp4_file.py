"""A file for a muxer that does not handle a full disk: writes after a failed one are dropped.

A muxer that continues after a failed write damages what was complete. This file records the
failure for its owner instead. Of the MP4 format only the extent of its boxes is used.
"""

import os
from io import FileIO
from pathlib import Path

HEAD_BYTES = 8  # of a box: big-endian length, then four letters


class SafeFile:
    """The interface that PyAV needs of a file: write, seek, tell."""

    def __init__(self, path: Path) -> None:
        """Create the file, empty.

        Raises:
            OSError: it cannot be created.
        """
        self._file = FileIO(path, "w")
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all of `data`, or nothing after a failure; report success in both cases."""
        if self.failure is None:
            try:
                self._write_all(memoryview(data))
            except OSError as error:
                self.failure = error
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set the position in the file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the position in the file."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._file.close()

    def _write_all(self, rest: memoryview) -> None:
        while rest:
            rest = rest[self._file.write(rest) or 0 :]


def cut_to_whole_fragments(path: Path) -> None:
    """Truncate an MP4 file after its last complete fragment."""
    with path.open("r+b") as file:
        end = os.fstat(file.fileno()).st_size
        at = whole = 0
        while at + HEAD_BYTES <= end:
            file.seek(at)
            head = file.read(HEAD_BYTES)
            at += max(HEAD_BYTES, int.from_bytes(head[:4], "big"))
            if head[4:] == b"mdat" and at <= end:
                whole = at
        file.truncate(whole)
