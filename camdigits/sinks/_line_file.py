"""A text file that holds whole records only, or standard output.

Knows nothing of what the records say.
"""

import os
import sys
from contextlib import nullcontext
from io import FileIO
from pathlib import Path
from stat import S_ISREG

from camdigits.errors import OutputError
from camdigits.sinks._paths import STDOUT, check_output, refusal
from camdigits.sinks._signals import shield


class LineFile:
    """Writes records through to the file at once; a record that does not fit is taken back.

    A reader that goes away (`| head`) lets BrokenPipeError pass: that is no fault of the output.
    """

    def __init__(self, path: str | Path) -> None:
        """Look at the place; the file is made by the first write.

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
        # File names need not be UTF-8: give their bytes back as they came.
        data = text.encode("utf-8", "surrogateescape")
        try:
            if self._path == STDOUT:
                _print(data)
            else:
                self._append(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise refusal(self._path, error, "what was written before is whole") from error

    def close(self) -> None:
        """Close the file. Safe to call twice; standard output stays open."""
        self._closed = True
        if self._file is not None:
            self._file.close()

    def _append(self, data: bytes) -> None:
        # A pipe may block for as long as its reader likes: Ctrl-C must get through there.
        if self._file is None:
            self._file = FileIO(self._path, "w")
        regular = S_ISREG(os.fstat(self._file.fileno()).st_mode)
        with shield() if regular else nullcontext():
            whole = self._file.tell() if regular else 0
            try:
                _write_all(self._file, data)
            except OSError:
                if regular:
                    self._take_back(self._file, whole)
                raise

    def _take_back(self, file: FileIO, whole: int) -> None:
        file.truncate(whole)
        file.seek(whole)
        if not whole:
            os.unlink(self._path)


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def _print(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
