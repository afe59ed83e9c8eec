"""Format rows as CSV."""

import csv
import io
from collections.abc import Iterable

Cell = str | int | float


def as_csv(rows: Iterable[Iterable[Cell]]) -> str:
    """Return rows as lines of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
