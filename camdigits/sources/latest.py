"""Keep only the newest frame of a live source, so that a slow reader never gets an old one.

A thread reads the source as fast as it sends. Not for files, whose frames must not be dropped.
"""

import threading
from collections.abc import Iterator

from camdigits.closeable import Closeable
from camdigits.sources.base import Source, SourceInfo
from camdigits.values import Frame

JOIN_S = 2.0  # chosen: longer than a camera's frame interval; a silent stream is not waited for


class LatestFrame(Closeable):
    """A source whose reader always gets the latest frame; gaps in `index` are dropped frames.

    Closing it closes the wrapped source. An error in the thread is raised in the reader.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._error: BaseException | None = None
        self._ended = False
        # A daemon thread: a read that hangs in OpenCV must not keep the program from ending.
        self._thread = threading.Thread(target=self._drain, name="newest-frame", daemon=True)
        self._thread.start()

    @property
    def info(self) -> SourceInfo:
        """Properties of the wrapped source."""
        return self._source.info

    def __iter__(self) -> Iterator[Frame]:
        while (frame := self._take()) is not None:
            yield frame

    def close(self) -> None:
        """Close the source and join the thread. Safe to call twice and from another thread."""
        with self._changed:
            self._frame, self._error, self._ended = None, None, True
            self._changed.notify_all()
        self._source.close()
        if self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)

    def _take(self) -> Frame | None:
        """Wait for a frame that was not returned yet; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._ended)
            frame, self._frame = self._frame, None
            error = self._error if frame is None else None
            if error is not None:
                self._error = None
        if error is not None:
            raise error
        return frame

    def _drain(self) -> None:
        error: BaseException | None = None
        try:
            for frame in self._source:
                if not self._offer(frame):
                    return
        except BaseException as caught:  # raised again in the reader's thread
            error = caught
        with self._changed:
            if not self._ended:
                self._error, self._ended = error, True
                self._changed.notify_all()

    def _offer(self, frame: Frame) -> bool:
        with self._changed:
            if not self._ended:
                self._frame = frame
                self._changed.notify_all()
            return not self._ended
