"""Results as JSON Lines: one object per frame or picture."""

import json
from pathlib import Path

from camdigits.closeable import Closeable
from camdigits.sinks._line_file import LineFile, timestamp
from camdigits.sinks.base import Picture
from camdigits.values import Result


class JsonlSink(Closeable):
    """Writes each result as one line to a file, or to standard output for "-"."""

    def __init__(self, path: str | Path) -> None:
        """Check the path; the first write creates the file.

        Raises:
            OutputError: `path` cannot be written.
        """
        self._lines = LineFile(path)

    def write(self, result: Result, _picture: Picture | None = None) -> None:
        """Write one result, complete on disk when this returns.

        Raises:
            OutputError: it could not be written; the lines before it are whole.
        """
        line = {**result.to_dict(), "ts": timestamp()}
        self._lines.write(json.dumps(line, allow_nan=False) + "\n")

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._lines.close()
