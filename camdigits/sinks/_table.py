"""Write rows of results as CSV."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from camdigits.closeable import Closeable
from camdigits.sinks._line_file import LineFile
from camdigits.sinks.base import Picture
from camdigits.values import Result

Cell = str | int | float


class RowsSink(Closeable):
    """Writes a header, then the rows of each result, to a file, or to standard output for "-"."""

    def __init__(
        self,
        path: str | Path,
        columns: Sequence[str],
        rows: Callable[[Result], Iterable[Iterable[Cell]]],
    ) -> None:
        """Check the path; the first write creates the file.

        Args:
            path: of the file; "-" is standard output.
            columns: the header.
            rows: returns the rows of a result.

        Raises:
            OutputError: `path` cannot be written.
        """
        self._lines = LineFile(path)
        self._columns, self._rows = columns, rows
        self._started = False

    def write(self, result: Result, _picture: Picture | None = None) -> None:
        """Write the rows of one result, complete on disk when this returns.

        Raises:
            OutputError: they could not be written; the rows before are whole.
        """
        header = [] if self._started else [self._columns]
        self._lines.write(as_csv([*header, *self._rows(result)]))
        self._started = True

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._lines.close()


def as_csv(rows: Iterable[Iterable[Cell]]) -> str:
    """Return rows as lines of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
