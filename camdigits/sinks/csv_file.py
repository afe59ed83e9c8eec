"""Results as a table: one row per digit, for spreadsheets."""

from collections.abc import Iterator
from pathlib import Path

from camdigits.sinks._line_file import timestamp
from camdigits.sinks._table import Cell, RowsSink
from camdigits.sinks.numbers_csv import number_id
from camdigits.values import Result

COLUMNS = (
    "source",
    "frame",
    "time_s",
    "label",
    "score",
    "x",
    "y",
    "width",
    "height",
    "number",
    "number_id",
    "complete",
    "ts",
)


class CsvSink(RowsSink):
    """Writes a header, then one row per digit, to a file, or to standard output for "-"."""

    def __init__(self, path: str | Path) -> None:
        """Check the path; the first write creates the file.

        Raises:
            OutputError: `path` cannot be written.
        """
        super().__init__(path, COLUMNS, rows)


def rows(result: Result) -> Iterator[tuple[Cell, ...]]:
    """Yield one row under COLUMNS per digit of a result."""
    number_of = {
        digit: (number.text, number_id(number, index), int(number.complete))
        for index, number in enumerate(result.numbers)
        for digit in number.digits
    }
    frame = result.frame
    for index, digit in enumerate(result.digits):
        frame_cells = (frame.source, frame.index, round(frame.time_s, 4))
        digit_cells = (digit.label, round(float(digit.score), 4), *digit.box)
        yield (*frame_cells, *digit_cells, *number_of.get(index, ("", "", "")), timestamp())
