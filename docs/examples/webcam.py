"""Read a camera without a window: print the numbers in view, frame by frame.

Usage: python docs/examples/webcam.py 0 100  (first camera, 100 frames)
"""

import sys
from itertools import islice

import camdigits
from camdigits.sources.latest import LatestFrame

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "demo"
FRAMES = int(sys.argv[2]) if len(sys.argv) > 2 else 10

reader, tracker = camdigits.Reader(), camdigits.Tracker()
source = camdigits.open_source(SOURCE)
if source.info.live:
    source = LatestFrame(source)  # skip frames that arrived while the last one was read
with source:
    for frame in islice(source, FRAMES):
        result = tracker.follow(reader.read(frame))
        print(f"{frame.time_s:.2f} s:", *(number.text for number in result.numbers))
