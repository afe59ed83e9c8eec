"""Wrap cv2.VideoCapture for use from several threads, and share code among sources that use it.

Files, cameras and streams have a module each; this one does not depend on the kind.
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

SETTLE_S = 2.0  # chosen: time for a camera to settle its exposure and white balance
MAX_FPS = 480.0  # chosen: higher values are clock ticks of a container (1000, 90000), no rate


class Grabber(Protocol):
    """A device that delivers pictures in two steps, grab and retrieve, until it is closed."""

    @property
    def closed(self) -> bool:
        """True after `close`."""

    @property
    def fps(self) -> float | None:
        """Frames per second; None if the device does not report them."""

    def grab(self) -> bool:
        """Fetch the next picture, undecoded; False if there is none."""

    def retrieve(self) -> BgrImage | None:
        """Decode the grabbed picture to a new (H, W, 3) uint8 array; None if that fails."""

    def close(self) -> None:
        """Release the device. Safe to call twice and from another thread."""


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
        """Whether the target was opened and `close` was not called."""
        return not self._closing.is_set() and self._capture.isOpened()

    @property
    def closed(self) -> bool:
        """True after `close`."""
        return self._closing.is_set()

    @property
    def fps(self) -> float | None:
        """Frames per second that the device or file states; None if that is not plausible."""
        return plausible_fps(self.get(cv2.CAP_PROP_FPS))

    def grab(self) -> bool:
        """Fetch the next picture, undecoded; False if there is none."""
        with self._held():
            return not self.closed and bool(self._capture.grab())

    def retrieve(self) -> BgrImage | None:
        """Decode the grabbed picture to (H, W, 3) uint8; None if that fails."""
        with self._held():
            ok, image = (False, None) if self.closed else self._capture.retrieve()
        return to_bgr(np.asarray(image, np.uint8)) if ok and image is not None else None

    def get(self, property_id: int) -> float:
        """Read one of OpenCV's CAP_PROP values; 0 if it is unknown."""
        with self._held():
            return 0.0 if self.closed else float(self._capture.get(property_id))

    def set(self, property_id: int, value: float) -> bool:
        """Set one of OpenCV's CAP_PROP values; False if the device does not support it."""
        with self._held():
            return not self.closed and bool(self._capture.set(property_id, value))

    def close(self) -> None:
        """Release the device or file now, or when the current read returns."""
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
    """Base class of sources that read from a `Grabber`."""

    def __init__(self, capture: Grabber, info: SourceInfo) -> None:
        self._capture = capture
        self._info = info
        self._next_index = 0

    @property
    def info(self) -> SourceInfo:
        """Properties known since the source was opened."""
        return self._info

    def close(self) -> None:
        """Release the device or file. Safe to call twice and from another thread."""
        self._capture.close()

    def _frame(self, image: BgrImage, time_s: float) -> Frame:
        index = self._next_index
        self._next_index += 1
        return Frame(index, time_s, frozen(image), self.info.name)


class LossMessage(NamedTuple):
    """Parts of the error message about a lost source."""

    subject: str  # such as "camera 0"
    end: str  # such as "stopped"
    advice: str  # what to do


class LiveSource(CaptureSource):
    """A camera or stream: timed by the monotonic clock; its end raises SourceLostError.

    Args:
        capture: the device, open.
        name: as the user named it.
        first: the picture that was read to check that it opened.
        requested: settings; the time limit, the flips and the exposure lock are used.
        when_lost: parts of the message about its end.
        note: requested settings that the device does not support.
    """

    def __init__(
        self,
        capture: Grabber,
        name: str,
        first: BgrImage,
        requested: SourceOptions,
        when_lost: LossMessage,
        note: str = "",
    ) -> None:
        height, width = first.shape[:2]
        info = SourceInfo(name, True, width, height, capture.fps, note=note)
        super().__init__(capture, info)
        self._first: BgrImage | None = first  # read while opening; the first frame
        self._timeout_s = requested.timeout_s
        self._flip = flip_code(requested)
        self._exposure_lock_due = requested.lock_exposure
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
            if self._exposure_lock_due and time_s >= SETTLE_S:
                self._exposure_lock_due = False
                self._lock_exposure()
            yield self._frame(image if self._flip is None else flip(image, self._flip), time_s)

    def _lock_exposure(self) -> None:
        """Fix the exposure at its present value; for cameras that support it."""

    def _next_image(self) -> BgrImage | None:
        started_s = time.monotonic()
        image = read_within(self._capture, self._timeout_s)
        if image is not None or self._capture.closed:
            return image
        self.close()
        waited_s = time.monotonic() - started_s
        silent = waited_s >= 0.9 * self._timeout_s
        what = f"sent nothing for {waited_s:.0f} s" if silent else self._when_lost.end
        raise SourceLostError(
            f"{self._when_lost.subject} {what} after {self._next_index} frames; "
            f"{self._when_lost.advice}"
        )


def flip_code(requested: SourceOptions) -> int | None:
    """Return the flip code of cv2.flip for the options; None for no flip."""
    if requested.hflip:
        return -1 if requested.vflip else 1
    return 0 if requested.vflip else None


def flip(image: BgrImage, code: int) -> BgrImage:
    """Flip (H, W, 3) as cv2.flip does: code 0 top and bottom, 1 left and right, -1 both."""
    return np.asarray(cv2.flip(image, code), np.uint8)


def read_within(capture: Grabber, timeout_s: float) -> BgrImage | None:
    """Read the next picture that can be decoded; None if the source ended or timed out.

    USB cameras send a broken JPEG now and then; such pictures are skipped.
    """
    deadline_s = time.monotonic() + timeout_s
    while capture.grab():
        image = capture.retrieve()
        if image is not None:
            return image
        if time.monotonic() > deadline_s:
            return None
    return None


def unsupported_settings(name: str, unsupported: Sequence[str]) -> str:
    """List requested settings that a camera does not support; "" if there are none.

    >>> unsupported_settings("camera 0", ["60 frames per second (it delivers 30)", "autofocus"])
    'camera 0 does not support 60 frames per second (it delivers 30), autofocus'
    """
    return f"{name} does not support {', '.join(unsupported)}" if unsupported else ""


def wrong_size(wanted: tuple[int, int], got: tuple[int, int]) -> str:
    """Describe a requested size and the size that was delivered.

    >>> wrong_size((1280, 720), (640, 480))
    '1280x720 (it delivers 640x480)'
    """
    return f"{wanted[0]}x{wanted[1]} (it delivers {got[0]}x{got[1]})"


def plausible_fps(fps: float) -> float | None:
    """Return `fps` if it is a plausible rate, None otherwise.

    >>> [plausible_fps(fps) for fps in (29.97, 0.0, float("nan"), 90000.0)]
    [29.97, None, None, None]
    """
    return fps if 0 < fps <= MAX_FPS else None
