"""A text file that contains complete records only, or standard output."""

import os
import sys
from contextlib import nullcontext
from datetime import datetime
from io import FileIO
from pathlib import Path
from stat import S_ISREG

from camdigits.errors import OutputError
from camdigits.sinks._paths import STDOUT, check_output, output_error
from camdigits.sinks._signals import shield


def timestamp() -> str:
    """Return the wall-clock time as ISO 8601 with the offset of the time zone."""
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


class LineFile:
    """Writes each record to the file at once; a record that does not fit is removed again.

    BrokenPipeError passes: the reader of a pipe ended (`| head`), which is no error of the output.
    """

    def __init__(self, path: str | Path) -> None:
        """Check the path; the first write creates the file.

        Raises:
            OutputError: `path` cannot be written.
        """
        check_output(path)
        self._path = str(path)
        self._file: FileIO | None = None
        self._closed = False

    def write(self, text: str) -> None:
        """Write one record, complete on disk when this returns.

        Raises:
            OutputError: it could not be written; the records before it are whole.
        """
        if self._closed:
            raise OutputError(f"cannot write {self._path}: it is closed already")
        # File names need not be UTF-8: write their original bytes.
        data = text.encode("utf-8", "surrogateescape")
        try:
            if self._path == STDOUT:
                _print(data)
            else:
                self._append(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise output_error(self._path, error, "what was written before is whole") from error

    def close(self) -> None:
        """Close the file. Safe to call twice; standard output stays open."""
        self._closed = True
        if self._file is not None:
            self._file.close()

    def _append(self, data: bytes) -> None:
        # A pipe may block until its reader reads: Ctrl-C must not be deferred there.
        if self._file is None:
            self._file = FileIO(self._path, "w")
        regular = S_ISREG(os.fstat(self._file.fileno()).st_mode)
        with shield() if regular else nullcontext():
            end = self._file.tell() if regular else 0
            try:
                _write_all(self._file, data)
            except OSError:
                if regular:
                    self._truncate(self._file, end)
                raise

    def _truncate(self, file: FileIO, end: int) -> None:
        file.truncate(end)
        file.seek(end)
        if not end:
            os.unlink(self._path)


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def _print(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
