"""Write an output of your own: a sink that keeps one annotated frame.

Usage: python docs/examples/own_sink.py clip.mp4 last.png
"""

import sys

import cv2

import camdigits
from camdigits import pipeline
from camdigits.sinks.base import Picture

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "demo"
LAST = sys.argv[2] if len(sys.argv) > 2 else "last.png"


class LastFrame:
    """Writes the annotated frame whenever the number of digits changes."""

    count = -1

    def write(self, result: camdigits.Result, picture: Picture) -> None:
        """Take one result; `picture()` renders it, so call it only if it is needed."""
        if len(result.digits) != self.count:
            self.count = len(result.digits)
            cv2.imwrite(LAST, picture())

    def close(self) -> None:
        """Finish the output: nothing is open here."""


with camdigits.open_source(SOURCE) as source:
    pipeline.run(source, camdigits.Reader(), camdigits.Tracker(), [LastFrame()])
