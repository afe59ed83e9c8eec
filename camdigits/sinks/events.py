"""Number events as JSON Lines: one object when a number becomes stable, changes or is gone.

Needs results of a tracker; others have no events.
"""

import json
from pathlib import Path
from typing import Any

from camdigits.closeable import Closeable
from camdigits.sinks._line_file import LineFile, timestamp
from camdigits.sinks.base import Picture
from camdigits.values import Event, Frame, Result


class EventsSink(Closeable):
    """Writes each event as one line to a file, or to standard output for "-"."""

    def __init__(self, path: str | Path) -> None:
        """Check the path; the first write creates the file.

        Raises:
            OutputError: `path` cannot be written.
        """
        self._lines = LineFile(path)

    def write(self, result: Result, _picture: Picture | None = None) -> None:
        """Write the events of one result, complete on disk when this returns.

        Raises:
            OutputError: they could not be written; the lines before them are whole.
        """
        for each in result.events:
            self._lines.write(
                json.dumps({**event(each, result.frame), "ts": timestamp()}, allow_nan=False)
                + "\n"
            )

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._lines.close()


def event(each: Event, frame: Frame) -> dict[str, Any]:
    """Convert an event to plain values for JSON."""
    return {
        "event": each.kind,
        "track": each.track,
        "text": each.text,
        "was": each.previous,
        "score": round(float(each.score), 4),
        "time_s": round(float(frame.time_s), 4),
        "frame": int(frame.index),
        "box": [int(side) for side in each.box],
        "source": frame.source,
    }
