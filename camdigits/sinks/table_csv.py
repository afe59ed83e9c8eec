"""The numbers of a page as the grid that they form: one row per line, one cell per column."""

from collections.abc import Sequence
from pathlib import Path

from camdigits.closeable import Closeable
from camdigits.sinks._line_file import LineFile
from camdigits.sinks._table import as_csv
from camdigits.sinks.base import Picture
from camdigits.values import Number, Result


class TableSink(Closeable):
    """Writes the grid of each result, with an empty row between two, to a file or for "-"."""

    def __init__(self, path: str | Path) -> None:
        """Check the path; the first write creates the file.

        Raises:
            OutputError: `path` cannot be written.
        """
        self._lines = LineFile(path)
        self._started = False

    def write(self, result: Result, _picture: Picture | None = None) -> None:
        """Write the grid of one result, complete on disk when this returns.

        Raises:
            OutputError: it could not be written; the grids before it are whole.
        """
        between: list[list[str]] = [[]] if self._started else []
        self._lines.write(as_csv([*between, *grid(result.numbers)]))
        self._started = True

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._lines.close()


def grid(numbers: Sequence[Number]) -> list[list[str]]:
    """Return the texts of numbers as rows; without columns a row is a line of the page.

    >>> from camdigits.values import Box
    >>> at = lambda text, line, column: Number(text, 1, Box(0, 0, 1, 1), (), None, line=line,
    ...                                        column=column)
    >>> grid([at("1", 0, 0), at("2", 0, 2), at("3", 1, 1)])
    [['1', '', '2'], ['', '3', '']]
    """
    lines: dict[int, list[Number]] = {}
    for number in numbers:
        lines.setdefault(number.line, []).append(number)
    columns = [number.column for number in numbers if number.column is not None]
    if len(columns) < len(numbers):
        return [[number.text for number in lines[line]] for line in sorted(lines)]
    rows = []
    for line in sorted(lines):
        row = [""] * (max(columns, default=0) + 1)
        for number in lines[line]:
            row[number.column or 0] = number.text
        rows.append(row)
    return rows
