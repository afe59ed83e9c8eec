"""Ask a source for its next frame without waiting for it, so that a window stays alive meanwhile.

Holds one frame at most; drops none unless told to.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from typing import Final, Literal, TypeAlias

from camdigits.closeable import Closeable
from camdigits.sources.base import Source
from camdigits.values import Frame


class Answer(Enum):
    """What there is in place of a frame."""

    NOT_YET = "not yet"
    ENDED = "ended"


NOT_YET: Final = Answer.NOT_YET
ENDED: Final = Answer.ENDED
Polled: TypeAlias = Frame | Literal[Answer.NOT_YET, Answer.ENDED]


class Feed(Closeable):
    """Takes frames in a thread of its own, each only when asked for.

    Errors of the source are raised by `poll`. Leaving it closes the source.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._frames = iter(source)
        self._pool = ThreadPoolExecutor(1, "next-frame")
        self._coming: Future[Frame | None] | None = None

    def poll(self) -> Polled:
        """Return the next frame if it is there, ENDED after the last; else begin to fetch it."""
        if self._coming is None:
            self._coming = self._pool.submit(next, self._frames, None)
        if not self._coming.done():
            return NOT_YET
        coming, self._coming = self._coming, None
        return coming.result() or ENDED

    def forget(self) -> None:
        """Of a live source, drop a frame that has come meanwhile: it grows old."""
        coming = self._coming
        if coming is None or not self._source.info.live or not coming.done():
            return
        if coming.exception() is None and coming.result() is not None:
            self._coming = None

    def close(self) -> None:
        """Close the source and wait for the thread."""
        self._source.close()  # wakes the thread, should it wait
        self._pool.shutdown()
