"""Report each number once: when it is stable, when it changes and when it is gone.

Usage: python docs/examples/number_events.py clip.mp4
"""

import sys

import camdigits

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "demo"

reader, tracker = camdigits.Reader(), camdigits.Tracker()
with camdigits.open_source(SOURCE) as source:
    for result in map(tracker.follow, reader.results(source)):
        for event in result.events:
            change = f"{event.previous} -> {event.text}" if event.previous else event.text
            print(f"{result.frame.time_s:.2f} s: number {event.track} {event.kind}: {change}")
