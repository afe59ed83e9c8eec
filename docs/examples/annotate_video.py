"""Read a video file and write a copy with boxes, labels and scores.

Usage: python docs/examples/annotate_video.py clip.mp4 marked.mp4
"""

import sys

import camdigits
from camdigits import pipeline
from camdigits.sinks.video import VideoSink

CLIP = sys.argv[1] if len(sys.argv) > 1 else "demo"
COPY = sys.argv[2] if len(sys.argv) > 2 else "marked.mp4"

with (
    camdigits.open_source(CLIP) as source,
    VideoSink(COPY, source.info.fps) as video,
):
    pipeline.run(source, camdigits.Reader(), camdigits.Tracker(), [video])
print("wrote", COPY)
