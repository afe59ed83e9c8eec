"""Let viewers come and go for a while; check that the server's memory does not grow.

    PYTHONPATH=.:tests python tests/end_to_end/serve_soak.py --seconds 3600

Each round has viewers that look, viewers that never take what they requested, streams, uploads,
drawings and a visitor's camera; all leave, some without a word. The server's memory, threads and
open files are sampled between rounds; the exit status is 1 if their median in the last third is
higher than in the second third (the first warms up). Linux only. The test suite runs a minute.
"""

import argparse
import json
import os
import resource
import sys
import time
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple

from end_to_end.serve_speed import live, stamped
from support.serving import GOLDEN, JPEG, JSON, Server, fetch
from websockets.sync.client import connect

MAX_GROWTH = 0.01  # of the memory, in LONG_S or more
# Measured in 20 s: up to 3 %, because the first rounds still fill pools and caches.
MAX_WARMING, LONG_S = 0.06, 600.0
MAX_THREADS, MAX_FILES = 1, 2  # a connection may be closing
SMALL = (GOLDEN / "small.jpg").read_bytes()
DRAWING = json.dumps({"strokes": [[[50, 50], [200, 50], [120, 250]]], "width": 300, "height": 300})


class Level(NamedTuple):
    """Resources that the server holds at one moment."""

    memory_mib: float
    threads: float
    files: float


def sample(pid: int) -> Level:
    """Return what a process holds now."""
    process = Path("/proc") / str(pid)
    pages = int((process / "statm").read_text().split()[1])
    memory = pages * resource.getpagesize() / 2**20
    return Level(memory, len(os.listdir(process / "task")), len(os.listdir(process / "fd")))


def one_round(server: Server, number: int) -> None:
    """Let every kind of viewer come, look and go."""
    with ExitStack() as stack:
        stalled = stack.enter_context(live(server))
        stalled.socket.setsockopt(1, 8, 8192)  # SO_RCVBUF
        for _ in range(5):
            stalled.send('{"next": 1, "width": 960}')
        stream = stack.enter_context(urllib.request.urlopen(server.address + "stream.mjpg"))
        for width in (320, 960):
            viewer = stack.enter_context(live(server))
            for details in ("false", "true"):
                viewer.send(f'{{"next": 1, "width": {width}, "details": {details}}}')
                viewer.recv(timeout=10)
        stream.read(50_000)
        camera = server.address.replace("http", "ws", 1) + "api/v1/camera"
        visitor = stack.enter_context(connect(camera, proxy=None, close_timeout=0.1))
        visitor.send(SMALL)
        visitor.recv(timeout=10)
        assert fetch(server.address + "api/v1/read?debug=1", JPEG, SMALL)[0] == 200
        assert fetch(server.address + "api/v1/draw", JSON, DRAWING.encode())[0] == 200
        if number % 2:
            for each in (stalled, viewer, visitor):
                with suppress(OSError):
                    each.socket.close()  # without a word


def main() -> int:
    """Run the rounds and print what was held."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0, help="seconds between two rounds")
    given = parser.parse_args()
    samples: list[Level] = []
    with stamped("page") as server:
        deadline_s = time.monotonic() + given.seconds
        number = 0
        while time.monotonic() < deadline_s:
            one_round(server, number)
            number += 1
            samples.append(sample(server.process.pid))
            time.sleep(given.pause)
        state = server.json("api/v1/status")["state"]
    third = len(samples) // 3
    parts = samples[third : 2 * third], samples[2 * third :]
    before, after = (Level(*map(median, zip(*part, strict=True))) for part in parts)
    growth = after.memory_mib / before.memory_mib - 1
    print(
        f"{given.seconds:g} s, {number} rounds; memory {before.memory_mib:.1f} -> "
        f"{after.memory_mib:.1f} MiB ({growth:+.2%}), threads {before.threads:g} -> "
        f"{after.threads:g}, open files {before.files:g} -> {after.files:g}"
    )
    has_grown = (
        growth > (MAX_GROWTH if given.seconds >= LONG_S else MAX_WARMING)
        or after.threads - before.threads > MAX_THREADS
        or after.files - before.files > MAX_FILES
    )
    return int(has_grown or state != "running")


if __name__ == "__main__":
    sys.exit(main())
