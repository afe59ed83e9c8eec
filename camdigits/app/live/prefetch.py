"""Prefetch the next frame on a worker thread so that the window stays responsive.

Holds at most one frame, and drops none except by `drop_stale`.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from typing import Final, Literal, TypeAlias

from camdigits.closeable import Closeable
from camdigits.sources.base import Source
from camdigits.values import Frame


class NoFrame(Enum):
    """Why `Prefetcher.poll` returned no frame."""

    NOT_YET = "not yet"
    ENDED = "ended"


NOT_YET: Final = NoFrame.NOT_YET
ENDED: Final = NoFrame.ENDED
Polled: TypeAlias = Frame | Literal[NoFrame.NOT_YET, NoFrame.ENDED]


class Prefetcher(Closeable):
    """Fetches frames of a source on its own thread, one per request.

    `poll` raises the errors of the source. Closing it closes the source.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._frames = iter(source)
        self._pool = ThreadPoolExecutor(1, "next-frame")
        self._pending: Future[Frame | None] | None = None

    def poll(self) -> Polled:
        """Return the next frame if it has arrived, ENDED after the last, else NOT_YET."""
        if self._pending is None:
            self._pending = self._pool.submit(next, self._frames, None)
        if not self._pending.done():
            return NOT_YET
        pending, self._pending = self._pending, None
        return pending.result() or ENDED

    def drop_stale(self) -> None:
        """Drop a fetched frame of a live source, because it ages while nobody reads it."""
        pending = self._pending
        if pending is None or not self._source.info.live or not pending.done():
            return
        if pending.exception() is None and pending.result() is not None:
            self._pending = None

    def close(self) -> None:
        """Close the source and wait for the thread."""
        self._source.close()  # wakes the thread if it waits for a frame
        self._pool.shutdown()
