"""Readings as JSON Lines: one object per frame or picture."""

import json
import math
from pathlib import Path
from typing import Any

from camdigits.closeable import Closeable
from camdigits.sinks._line_file import LineFile
from camdigits.sinks.base import Picture
from camdigits.values import Box, Digit, Number, Result


class JsonlSink(Closeable):
    """Writes each result as one line to a file, or to standard output for "-"."""

    def __init__(self, path: str | Path) -> None:
        """Check the path; the first write creates the file.

        Raises:
            OutputError: `path` cannot be written.
        """
        self._lines = LineFile(path)

    def write(self, result: Result, _picture: Picture | None = None) -> None:
        """Write one reading, complete on disk when this returns.

        Raises:
            OutputError: it could not be written; the lines before it are whole.
        """
        self._lines.write(json.dumps(reading(result), allow_nan=False) + "\n")

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._lines.close()


def reading(result: Result) -> dict[str, Any]:
    """Convert a result to plain values for JSON."""
    height, width = result.frame.bgr.shape[:2]
    return {
        "source": result.frame.source,
        "frame": int(result.frame.index),
        "time_s": _rounded(result.frame.time_s, 4),
        "width": width,
        "height": height,
        "rotation": int(result.rotation),
        "digits": [_digit(digit) for digit in result.digits],
        "numbers": [_number(number) for number in result.numbers],
        "ms": {stage: _rounded(ms, 2) for stage, ms in result.ms.items()},
    }


def _digit(digit: Digit) -> dict[str, Any]:
    plain = {
        "label": digit.label,
        "score": _rounded(digit.score, 4),
        "box": _sides(digit.box),
        "track": digit.track,
    }
    return {**plain, "missed_s": _rounded(digit.missed_s, 4)} if digit.missed_s else plain


def _number(number: Number) -> dict[str, Any]:
    return {
        "text": number.text,
        "score": _rounded(number.score, 4),
        "box": _sides(number.box),
        "digits": [int(index) for index in number.digits],
        "track": number.track,
    }


def _sides(box: Box) -> list[int]:
    return [int(side) for side in box]


def _rounded(value: float, decimals: int) -> float | None:
    """Round to a plain float; NaN and infinity become None because JSON lacks them."""
    return round(float(value), decimals) if math.isfinite(value) else None
