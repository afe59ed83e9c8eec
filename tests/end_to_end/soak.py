"""Run the live reader on a camera that fails every few seconds; check that nothing accumulates.

    python tests/end_to_end/soak.py --seconds 600 --dies 20

A network camera on loopback sends the demo's pages at full rate, breaks off every `--dies` seconds
and is unreachable for AWAY_S. Memory, threads and open files are sampled during the run; the exit
status is 1 if their median in the last third is higher than in the second third (the first warms
up). Linux only. The test suite runs it for ten seconds.
"""

import argparse
import os
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from support.mjpeg_server import MjpegServer, serving

from camdigits.app.live.session import LiveSummary
from camdigits.app.window.live import run_live
from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sources.base import Source, SourceOptions
from camdigits.sources.opening import open_reconnecting
from camdigits.sources.synthetic import SyntheticSource

FPS = 60  # faster than it is read
AWAY_S = 0.4
SAMPLE_S = 0.1
# Allowed growth: the allocator varies, and a connection may just be opening or closing.
MAX_MEMORY_MIB, MAX_THREADS, MAX_FILES = 6.0, 1.0, 1.0


class Level(NamedTuple):
    """Resources that the process holds at one moment."""

    memory_mib: float
    threads: float
    files: float


def sample() -> Level:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    memory = pages * resource.getpagesize() / 2**20
    return Level(memory, len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")))


def median_level(samples: list[Level]) -> Level:
    """Return the median of each resource."""
    return Level(*(median(values) for values in zip(*samples, strict=True)))


def break_connections(server: MjpegServer, every_s: float, stop: threading.Event) -> None:
    """Break every connection each `every_s`, and reject new ones for AWAY_S."""
    while not stop.wait(every_s - AWAY_S):
        server.down.set()
        if stop.wait(AWAY_S):
            return
        server.down.clear()


def sample_until_end(seconds: float, source: Source, samples: list[Level]) -> None:
    """Sample the process for `seconds`, then end the run by closing the source."""
    deadline_s = time.monotonic() + seconds
    while time.monotonic() < deadline_s:
        time.sleep(SAMPLE_S)
        samples.append(sample())
    source.close()


def run(seconds: float, dies_s: float, folder: Path) -> tuple[LiveSummary, int, list[Level]]:
    """Read for `seconds`; return the summary, the number of reconnections and all samples."""
    pages = [bytes(cv2.imencode(".jpg", each.bgr)[1]) for each in SyntheticSource(30, (640, 360))]
    samples: list[Level] = []
    reported: list[str] = []
    stop = threading.Event()
    with serving(pages, fps=FPS) as server:
        requested = SourceOptions(timeout_s=2.0)
        source = open_reconnecting(server.address, requested, give_up_s=30, notify=reported.append)
        threads = [
            threading.Thread(target=sample_until_end, args=(seconds, source, samples)),
            threading.Thread(target=break_connections, args=(server, dies_s, stop)),
        ]
        for thread in threads:
            thread.start()
        summary = run_live(source, Reader(), sinks=[JsonlSink(folder / "readings.jsonl")])
        stop.set()
        for thread in threads:
            thread.join()
    return summary, sum("is back" in line for line in reported), samples


def main() -> int:
    """Run the soak test and print the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--dies", type=float, default=4, help="seconds between two failures")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        summary, back, samples = run(given.seconds, given.dies, Path(folder))
    third = len(samples) // 3
    before, after = median_level(samples[third : 2 * third]), median_level(samples[2 * third :])
    print(
        f"{given.seconds:g} s, {summary.frames} frames read, {back} reconnections; memory "
        f"{before.memory_mib:.1f} -> {after.memory_mib:.1f} MiB, threads {before.threads:g} -> "
        f"{after.threads:g}, open files {before.files:g} -> {after.files:g}"
    )
    limits = Level(MAX_MEMORY_MIB, MAX_THREADS, MAX_FILES)
    grown = [b - a > limit for a, b, limit in zip(before, after, limits, strict=True)]
    expected = max(1, int(given.seconds / given.dies) - 2)
    return int(any(grown) or back < expected or not summary.frames)


if __name__ == "__main__":
    sys.exit(main())
