"""What becomes of numbers as JSON Lines: one object when one is stable, changed or gone.

Writes text, draws nothing. Needs results of a tracker; others have no events.
"""

import json
from typing import Any

from camdigits.sinks.jsonl import JsonlSink
from camdigits.values import Event, Frame, Result


class EventsSink(JsonlSink):
    """Writes each event as one line, in place of the readings."""

    def write(self, result: Result) -> None:
        """Write the events of one result, complete on disk when this returns.

        Raises:
            OutputError: they could not be written; the lines before them are whole.
        """
        for each in result.events:
            self._lines.write(json.dumps(event(each, result.frame), allow_nan=False) + "\n")


def event(each: Event, frame: Frame) -> dict[str, Any]:
    """Say an event in plain values that JSON knows."""
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
