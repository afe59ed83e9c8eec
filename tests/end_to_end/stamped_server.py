"""Serve a synthetic camera of 1280×720 at 30/s whose frames carry the time they were taken.

    python tests/end_to_end/stamped_server.py serve page --port 0

"page" is the bench's clean page of 25 digits, "desk" the demo's page on a wooden desk. The first
STAMP_ROWS of each frame show the milliseconds since 1970, modulo 2^BITS, as black and white
blocks. Everything else is `camdigits serve`.
"""

import sys
import time
from collections.abc import Iterator

import numpy as np

from camdigits.app.bench_pages import make_bench_page
from camdigits.app.cli import main
from camdigits.app.server import start
from camdigits.closeable import Closeable
from camdigits.image import frozen
from camdigits.sources.base import Source, SourceInfo
from camdigits.sources.synthetic import SyntheticSource
from camdigits.values import BgrImage, Frame

BITS, STAMP_ROWS, FPS = 24, 24, 30.0
WIDTH, HEIGHT = 1280, 720


class StampedCamera(Closeable):
    """A live source that shows a page and the time."""

    def __init__(self, name: str) -> None:
        self.info = SourceInfo(name, True, WIDTH, HEIGHT, FPS)
        if name == "desk":
            self._pages = [frame.bgr for frame in SyntheticSource(8, (WIDTH, HEIGHT))]
        else:
            self._pages = [make_bench_page((WIDTH, HEIGHT), 25).bgr]
        self._closed = False

    def __iter__(self) -> Iterator[Frame]:
        started_s = time.monotonic()
        index = 0
        while not self._closed:
            time.sleep(max(0.0, started_s + index / FPS - time.monotonic()))
            picture = self._pages[index // 10 % len(self._pages)].copy()
            picture[:STAMP_ROWS] = stamp(round(time.time() * 1000))
            yield Frame(index, index / FPS, frozen(picture), self.info.name)
            index += 1

    def close(self) -> None:
        """End it."""
        self._closed = True


def stamp(ms: int) -> BgrImage:
    """Return the blocks of a time, the highest bit at the left."""
    bits = [255 * (ms >> bit & 1) for bit in reversed(range(BITS))]
    columns = np.asarray(bits, np.uint8)[np.arange(WIDTH) * BITS // WIDTH]
    return np.broadcast_to(columns[None, :, None], (STAMP_ROWS, WIDTH, 3))


def open_stamped(name: str, _camera: object) -> Source:
    """Open it in place of a camera."""
    return StampedCamera(name)


if __name__ == "__main__":
    start._open = open_stamped
    main(sys.argv[1:])
