"""Numbers as a table: one row per number, for spreadsheets."""

from collections.abc import Iterator
from pathlib import Path

from camdigits.sinks._line_file import timestamp
from camdigits.sinks._table import Cell, RowsSink
from camdigits.values import Number, Result

COLUMNS = (
    "source",
    "frame",
    "time_s",
    "number_id",
    "text",
    "kind",
    "value",
    "score",
    "complete",
    "line",
    "column",
    "x",
    "y",
    "width",
    "height",
    "ts",
)


class NumbersCsvSink(RowsSink):
    """Writes a header, then one row per number, to a file, or to standard output for "-"."""

    def __init__(self, path: str | Path) -> None:
        """Check the path; the first write creates the file.

        Raises:
            OutputError: `path` cannot be written.
        """
        super().__init__(path, COLUMNS, rows)


def rows(result: Result) -> Iterator[tuple[Cell, ...]]:
    """Yield one row under COLUMNS per number of a result."""
    frame = result.frame
    for index, number in enumerate(result.numbers):
        yield (
            frame.source,
            frame.index,
            round(frame.time_s, 4),
            number_id(number, index),
            number.text,
            number.kind,
            "" if number.value is None else number.value,
            round(float(number.score), 4),
            int(number.complete),
            number.line,
            "" if number.column is None else number.column,
            *number.box,
            timestamp(),
        )


def number_id(number: Number, index: int) -> int:
    """Return the id of a number: its track, or without a tracker its place, from 1."""
    return index + 1 if number.track is None else number.track
