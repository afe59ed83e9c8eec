"""One cv2.VideoCapture, released once from whichever thread; and what every source on it shares.

Knows nothing of what is at the other end: files, cameras and streams have a module each.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from camdigits.closing import Closing
from camdigits.errors import SourceLostError
from camdigits.image import cv2, frozen, to_bgr
from camdigits.sources.base import SourceInfo
from camdigits.values import BgrImage, Frame

MAX_FPS = 480.0  # above, a container tells its clock's ticks (1000, 90000), not its rate


class Capture:
    """A cv2.VideoCapture that may be closed while another thread reads from it.

    OpenCV crashes when it is released during a read, and a read may last as long as its time
    limit. So `close` never waits: a reader that is inside OpenCV releases it on its way out.
    """

    def __init__(self, target: str | int, backend: int, params: Sequence[int] = ()) -> None:
        self._capture = cv2.VideoCapture(target, backend, list(params))
        self._lock = threading.Lock()
        self._closing = threading.Event()

    @property
    def is_open(self) -> bool:
        """False where nothing answered, and after `close`."""
        return not self._closing.is_set() and self._capture.isOpened()

    @property
    def closed(self) -> bool:
        """True after `close`."""
        return self._closing.is_set()

    def grab(self) -> bool:
        """Take the next picture in, undecoded. False: there was none."""
        with self._held():
            return not self.closed and bool(self._capture.grab())

    def retrieve(self) -> BgrImage | None:
        """Decode what was grabbed, (H, W, 3) uint8; None where that fails."""
        with self._held():
            ok, image = (False, None) if self.closed else self._capture.retrieve()
        return to_bgr(np.asarray(image, np.uint8)) if ok and image is not None else None

    def get(self, fact: int) -> float:
        """Read one of OpenCV's CAP_PROP numbers; 0 where it is unknown."""
        with self._held():
            return 0.0 if self.closed else float(self._capture.get(fact))

    def set(self, fact: int, value: float) -> None:
        """Ask for one of OpenCV's CAP_PROP numbers; devices answer as they like."""
        with self._held():
            if not self.closed:
                self._capture.set(fact, value)

    def close(self) -> None:
        """Release the device or file, now or when the read that is going on returns."""
        self._closing.set()
        if self._lock.acquire(blocking=False):
            try:
                self._capture.release()
            finally:
                self._lock.release()

    @contextmanager
    def _held(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        finally:
            if self.closed:
                self.close()


class CaptureSource(Closing):
    """The part of a source that its kind does not matter for."""

    def __init__(self, capture: Capture, info: SourceInfo) -> None:
        self._capture = capture
        self._info = info
        self._next_index = 0

    @property
    def info(self) -> SourceInfo:
        """Facts known since the source was opened."""
        return self._info

    def close(self) -> None:
        """Give the device or file back. Safe to call twice and from another thread."""
        self._capture.close()

    def _frame(self, image: BgrImage, time_s: float) -> Frame:
        index = self._next_index
        self._next_index += 1
        return Frame(index, time_s, frozen(image), self.info.name)


class LossWords(NamedTuple):
    """What the message about a lost source is made of."""

    subject: str
    end: str
    advice: str


class LiveSource(CaptureSource):
    """A camera or stream: its time is the clock on the wall, and its end is always a loss."""

    def __init__(
        self, capture: Capture, name: str, first: BgrImage, timeout_s: float, when_lost: LossWords
    ) -> None:
        height, width = first.shape[:2]
        fps = sane_fps(capture.get(cv2.CAP_PROP_FPS))
        super().__init__(capture, SourceInfo(name, live=True, width=width, height=height, fps=fps))
        self._first: BgrImage | None = first  # opening had to read it: do not lose it
        self._timeout_s = timeout_s
        self._when_lost = when_lost
        self._opened_s = time.monotonic()

    def __iter__(self) -> Iterator[Frame]:
        while not self._capture.closed:
            image, self._first = self._first, None
            if image is None:
                image = self._next_image()
            if image is None or self._capture.closed:
                return
            yield self._frame(image, time.monotonic() - self._opened_s)

    def _next_image(self) -> BgrImage | None:
        asked_s = time.monotonic()
        image = read_within(self._capture, self._timeout_s)
        if image is not None or self._capture.closed:
            return image
        self.close()
        waited_s = time.monotonic() - asked_s
        silent = waited_s >= 0.9 * self._timeout_s
        what = f"sent nothing for {waited_s:.0f} s" if silent else self._when_lost.end
        raise SourceLostError(
            f"{self._when_lost.subject} {what} after {self._next_index} frames; "
            f"{self._when_lost.advice}"
        )


def read_within(capture: Capture, timeout_s: float) -> BgrImage | None:
    """Read the next picture that can be decoded; None when the source is gone or silent.

    USB cameras send a broken JPEG now and then: that is no loss, the next one counts.
    """
    deadline_s = time.monotonic() + timeout_s
    while capture.grab():
        image = capture.retrieve()
        if image is not None:
            return image
        if time.monotonic() > deadline_s:
            return None
    return None


def sane_fps(fps: float) -> float | None:
    """Return a rate that can be one, None for the rest.

    >>> sane_fps(29.97), sane_fps(0.0), sane_fps(float("nan")), sane_fps(90000.0)
    (29.97, None, None, None)
    """
    return fps if 0 < fps <= MAX_FPS else None
