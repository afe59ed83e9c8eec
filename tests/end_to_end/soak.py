"""Run the live reader on a camera that dies every few seconds, and see that nothing piles up.

    python tests/end_to_end/soak.py --seconds 600 --dies 20

A network camera on loopback sends the demo's pages at full rate, breaks off every `--dies` seconds
and stays away for a moment. Memory, threads and open files are looked at all the time; the status
is 1 when their level in the last third lies above that of the second third (the first warms up).
Linux only. The test suite runs ten seconds of it.
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

from camdigits.app.window.live import run_live
from camdigits.app.window.session import LiveSummary
from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sources.base import Source, SourceOptions
from camdigits.sources.opening import open_reconnecting
from camdigits.sources.synthetic import SyntheticSource

FPS = 60  # faster than it is read
AWAY_S = 0.4
LOOK_S = 0.1
# What may come on top: an allocator's moods, a connection that is just being opened or closed.
MEMORY_MIB, THREADS, FILES = 6.0, 1.0, 1.0


class Level(NamedTuple):
    """What the process holds at one moment."""

    memory_mib: float
    threads: float
    files: float


def look() -> Level:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    memory = pages * resource.getpagesize() / 2**20
    return Level(memory, len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")))


def level(looks: list[Level]) -> Level:
    """Take the middle of each."""
    return Level(*(median(values) for values in zip(*looks, strict=True)))


def kill_now_and_then(server: MjpegServer, every_s: float, stop: threading.Event) -> None:
    """Break off every connection after `every_s`, and refuse new ones for a moment."""
    while not stop.wait(every_s - AWAY_S):
        server.down.set()
        if stop.wait(AWAY_S):
            return
        server.down.clear()


def watch(seconds: float, source: Source, looks: list[Level]) -> None:
    """Look at the process until time is up, then end the run."""
    deadline_s = time.monotonic() + seconds
    while time.monotonic() < deadline_s:
        time.sleep(LOOK_S)
        looks.append(look())
    source.close()


def run(seconds: float, dies_s: float, folder: Path) -> tuple[LiveSummary, int, list[Level]]:
    """Read for so many seconds; returns what was done, how often it came back, and all levels."""
    pages = [bytes(cv2.imencode(".jpg", each.bgr)[1]) for each in SyntheticSource(30, (640, 360))]
    looks: list[Level] = []
    said: list[str] = []
    stop = threading.Event()
    with serving(pages, fps=FPS) as server:
        wishes = SourceOptions(timeout_s=2.0)
        source = open_reconnecting(server.address, wishes, give_up_s=30, notify=said.append)
        threads = [
            threading.Thread(target=watch, args=(seconds, source, looks)),
            threading.Thread(target=kill_now_and_then, args=(server, dies_s, stop)),
        ]
        for thread in threads:
            thread.start()
        summary = run_live(source, Reader(), readings=[JsonlSink(folder / "readings.jsonl")])
        stop.set()
        for thread in threads:
            thread.join()
    return summary, sum("is back" in line for line in said), looks


def main() -> int:
    """Run it and say how it went."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--dies", type=float, default=4, help="seconds between two deaths")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        summary, back, looks = run(given.seconds, given.dies, Path(folder))
    third = len(looks) // 3
    before, after = level(looks[third : 2 * third]), level(looks[2 * third :])
    print(
        f"{given.seconds:g} s, {summary.frames} frames read, {back} times back; memory "
        f"{before.memory_mib:.1f} -> {after.memory_mib:.1f} MiB, threads {before.threads:g} -> "
        f"{after.threads:g}, open files {before.files:g} -> {after.files:g}"
    )
    limits = Level(MEMORY_MIB, THREADS, FILES)
    grown = [b - a > limit for a, b, limit in zip(before, after, limits, strict=True)]
    expected = max(1, int(given.seconds / given.dies) - 2)
    return int(any(grown) or back < expected or not summary.frames)


if __name__ == "__main__":
    sys.exit(main())
