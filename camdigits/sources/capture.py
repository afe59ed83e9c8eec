"""One cv2.VideoCapture, released once from whichever thread; and what every source on it shares.

Knows nothing of what is at the other end: files, cameras and streams have a module each.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

import numpy as np

from camdigits.closeable import Closeable
from camdigits.errors import SourceLostError
from camdigits.image import cv2, frozen, to_bgr
from camdigits.sources.base import SourceInfo, SourceOptions
from camdigits.values import BgrImage, Frame

SETTLE_S = 2.0  # what a camera takes to find its exposure and white balance
MAX_FPS = 480.0  # above, a container tells its clock's ticks (1000, 90000), not its rate


class Grabber(Protocol):
    """What a device gives: pictures, in two steps, until it is closed."""

    @property
    def closed(self) -> bool:
        """True after `close`."""

    @property
    def fps(self) -> float | None:
        """The device's rate; None where it does not say."""

    def grab(self) -> bool:
        """Take the next picture in, undecoded. False: there was none."""

    def retrieve(self) -> BgrImage | None:
        """Decode what was grabbed, (H, W, 3) uint8 and nobody else's; None where that fails."""

    def close(self) -> None:
        """Give the device back. Safe to call twice and from another thread."""


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

    @property
    def fps(self) -> float | None:
        """The rate that the device or file claims, if it can be one."""
        return sane_fps(self.get(cv2.CAP_PROP_FPS))

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

    def set(self, fact: int, value: float) -> bool:
        """Ask for one of OpenCV's CAP_PROP numbers; False where the device knows no such thing."""
        with self._held():
            return not self.closed and bool(self._capture.set(fact, value))

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


class CaptureSource(Closeable):
    """The part of a source that its kind does not matter for."""

    def __init__(self, capture: Grabber, info: SourceInfo) -> None:
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
    """A camera or stream: its time is the clock on the wall, and its end is always a loss.

    Args:
        capture: the device, open.
        name: as the user named it.
        first: the picture that opening had to read.
        wishes: for the time limit, and whether pictures are turned over.
        when_lost: for the message about its end.
        note: what was asked for and not granted.
    """

    def __init__(
        self,
        capture: Grabber,
        name: str,
        first: BgrImage,
        wishes: SourceOptions,
        when_lost: LossWords,
        note: str = "",
    ) -> None:
        height, width = first.shape[:2]
        info = SourceInfo(name, True, width, height, capture.fps, note=note)
        super().__init__(capture, info)
        self._first: BgrImage | None = first  # opening had to read it: do not lose it
        self._timeout_s = wishes.timeout_s
        self._flip = flip_code(wishes)
        self._unsettled = wishes.lock_exposure
        self._when_lost = when_lost
        self._opened_s = time.monotonic()

    def __iter__(self) -> Iterator[Frame]:
        while not self._capture.closed:
            image, self._first = self._first, None
            if image is None:
                image = self._next_image()
            if image is None or self._capture.closed:
                return
            time_s = time.monotonic() - self._opened_s
            if self._unsettled and time_s >= SETTLE_S:
                self._unsettled = False
                self._lock_exposure()
            yield self._frame(image if self._flip is None else flip(image, self._flip), time_s)

    def _lock_exposure(self) -> None:
        """Keep the exposure as it is; cameras that can say how."""

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


def flip_code(wishes: SourceOptions) -> int | None:
    """What cv2.flip calls the way pictures are to be turned over; None for not at all."""
    if wishes.hflip:
        return -1 if wishes.vflip else 1
    return 0 if wishes.vflip else None


def flip(image: BgrImage, code: int) -> BgrImage:
    """Turn (H, W, 3) over: 0 top and bottom, 1 left and right, -1 both."""
    return np.asarray(cv2.flip(image, code), np.uint8)


def read_within(capture: Grabber, timeout_s: float) -> BgrImage | None:
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


def not_granted(name: str, refused: Sequence[str]) -> str:
    """Say what a camera was asked for and does not do; "" where it does all.

    >>> not_granted("camera 0", ["60 frames per second (it gives 30)", "autofocus"])
    'camera 0 does not grant 60 frames per second (it gives 30), autofocus'
    """
    return f"{name} does not grant {', '.join(refused)}" if refused else ""


def wrong_size(wanted: tuple[int, int], got: tuple[int, int]) -> str:
    """Say which size was wanted, and which came.

    >>> wrong_size((1280, 720), (640, 480))
    '1280x720 (it gives 640x480)'
    """
    return f"{wanted[0]}x{wanted[1]} (it gives {got[0]}x{got[1]})"


def sane_fps(fps: float) -> float | None:
    """Return a rate that can be one, None for the rest.

    >>> sane_fps(29.97), sane_fps(0.0), sane_fps(float("nan")), sane_fps(90000.0)
    (29.97, None, None, None)
    """
    return fps if 0 < fps <= MAX_FPS else None
