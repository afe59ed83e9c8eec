"""Read the camera of a Raspberry Pi without a screen: append events to a file.

Usage: python docs/examples/picamera_headless.py events.jsonl 300  (300 frames)

Without picamera2 it ends with one line on standard error and status 3.
"""

import sys
from itertools import islice

import camdigits
from camdigits import pipeline
from camdigits.sinks.events import EventsSink
from camdigits.sources.base import SourceOptions
from camdigits.sources.latest import LatestFrame

EVENTS = sys.argv[1] if len(sys.argv) > 1 else "-"
FRAMES = int(sys.argv[2]) if len(sys.argv) > 2 else None

try:
    camera = camdigits.open_source("picamera", SourceOptions(size=(1280, 720), fps=15))
except camdigits.CamdigitsError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_status)
with LatestFrame(camera) as latest, EventsSink(EVENTS) as events:
    frames = islice(latest, FRAMES)
    pipeline.run(frames, camdigits.Reader(), camdigits.Tracker(), [events])
