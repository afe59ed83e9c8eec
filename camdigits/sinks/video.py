"""A video file of annotated frames: its size, its clock, and the choice of an encoder.

encode_av.py (H.264, needs PyAV) and encode_cv.py (OpenCV) encode the pictures. Sound is not
copied. Only the last picture is kept in memory.
"""

import math
from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np

from camdigits.closeable import Closeable
from camdigits.errors import OutputError
from camdigits.image import cv2
from camdigits.sinks._paths import check_output, output_error
from camdigits.sinks._signals import shield
from camdigits.sinks.base import Picture
from camdigits.sinks.encode_cv import CvEncoder
from camdigits.values import BgrImage, Result

SUFFIXES = (".mp4", ".mov", ".mkv", ".avi")
DEFAULT_FPS = 30.0  # chosen: what most cameras deliver
MAX_FPS = 1000.0  # chosen: a file that states more has no usable rate
MAX_STILL_S = 2.0  # chosen: a longer gap in the clock, such as a pause, is cut to this


class Encoder(Protocol):
    """Encodes pictures of one size with even sides into a file.

    Raises OSError when the file cannot be written.
    """

    def write(self, picture: BgrImage) -> None:
        """Append one picture."""

    def close(self) -> bool:
        """Finish the file; True if there is a picture in it. Safe to call twice."""


class VideoSink(Closeable):
    """Writes pictures of one size at a constant rate.

    The first picture fixes the size; others are fitted into it with black bars. H.264 needs even
    sides: an odd one grows by one pixel that repeats the edge.
    """

    def __init__(
        self,
        path: str | Path,
        fps: float | None = None,
        size: tuple[int, int] | None = None,
        *,
        clocked: bool = False,
    ) -> None:
        """Check the path; the first write creates the file.

        Args:
            path: ends in one of SUFFIXES.
            fps: pictures per second; 30 if unknown.
            size: width, height; None takes that of the first picture.
            clocked: follow `Frame.time_s`: repeat or drop pictures so that the file plays at the
                speed at which they arrived. Otherwise each picture is shown once.

        Raises:
            OutputError: `path` cannot be written or its suffix is not in SUFFIXES.
        """
        check_video(path)
        self._path = Path(path)
        self._rate = frame_rate(fps)
        self._size = size
        self._clock = Clock(self._rate) if clocked else None
        self._encoder: Encoder | None = None
        self._last: BgrImage | None = None
        self._closed = False

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def write(self, result: Result, picture: Picture) -> None:
        """Write the annotated frame of one result, shown from its `time_s` on.

        Raises:
            OutputError: the disk is full or the encoder gave up; what was written plays.
        """
        if self._closed:
            raise OutputError(f"cannot write {self._path}: it is closed already")
        rendered = picture()
        with shield():
            try:
                self._write(rendered, result.frame.time_s)
            except OSError as error:
                with suppress(OSError):  # most likely the same error
                    self._finish()
                raise self._error(error) from error

    def close(self) -> None:
        """Finish the file. Safe to call twice.

        Raises:
            OutputError: the end of the file could not be written; what was written plays.
        """
        with shield():
            try:
                self._finish()
            except OSError as error:
                raise self._error(error) from error

    def _write(self, picture: BgrImage, time_s: float) -> None:
        if self._size is None:
            self._size = picture.shape[1], picture.shape[0]
        if self._encoder is None:
            self._encoder = open_encoder(self._path, self._rate, even(self._size))
        fitted = to_even(fit(picture, self._size))
        still, fresh = self._clock.tick(time_s) if self._clock else (0, 1)
        for _ in range(still):
            self._encoder.write(fitted if self._last is None else self._last)
        for _ in range(fresh):
            self._encoder.write(fitted)
        self._last = fitted if self._clock else None

    def _finish(self) -> None:
        self._closed = True
        encoder, self._encoder = self._encoder, None
        if encoder is not None and not encoder.close():
            self._path.unlink(missing_ok=True)

    def _error(self, error: OSError) -> OutputError:
        remains = "what was written before plays" if self._path.exists() else "nothing was kept"
        return output_error(self._path, error, remains)


class Clock:
    """Computes how often to show each picture so that a constant rate keeps the time."""

    def __init__(self, rate: Fraction) -> None:
        self._rate = rate
        self._zero_s: float | None = None
        self._written = 0

    def tick(self, time_s: float) -> tuple[int, int]:
        """Return how often to repeat the last picture, then how often to show this one."""
        if self._zero_s is None:
            self._zero_s = time_s
        due = round((time_s - self._zero_s) * self._rate)
        longest = self._written + math.ceil(MAX_STILL_S * self._rate)
        if due > longest:
            self._zero_s += float((due - longest) / self._rate)
            due = longest
        if due < self._written:
            return 0, 0
        still = due - self._written
        self._written = due + 1
        return still, 1


def check_video(path: str | Path, inputs: Iterable[str | Path] = ()) -> None:
    """Check that a video can be written at `path`.

    Args:
        path: the file to write.
        inputs: files that are read in the same run and must not be overwritten.

    Raises:
        OutputError: it cannot, or its name does not end in one of SUFFIXES.
    """
    if Path(path).suffix.lower() not in SUFFIXES:
        raise OutputError(
            f"cannot write {path}: a video's name must end in one of {' '.join(SUFFIXES)}"
        )
    check_output(path, inputs)


def frame_rate(fps: float | None) -> Fraction:
    """Convert the frame rate of a source to an exact fraction; 30 if it is not usable.

    >>> frame_rate(25.0), frame_rate(29.97), frame_rate(0)
    (Fraction(25, 1), Fraction(30000, 1001), Fraction(30, 1))
    """
    if fps is None or not math.isfinite(fps) or not 0 < fps <= MAX_FPS:
        fps = DEFAULT_FPS
    ntsc = Fraction(max(1, round(fps * 1.001)) * 1000, 1001)  # 23.976, 29.97, 59.94
    near = abs(fps - ntsc) < 0.002 < abs(fps - round(fps))
    return ntsc if near else Fraction(fps).limit_denominator(1001)


def open_encoder(path: Path, rate: Fraction, size: tuple[int, int]) -> Encoder:
    """Open the best available encoder for `path`.

    Raises:
        OSError: the file cannot be made.
        OutputError: no encoder accepts pictures of this size.
    """
    try:
        from camdigits.sinks.encode_av import AvEncoder, encodes
    except ImportError:  # the extra "video" is not installed, or does not load
        return CvEncoder(path, rate, size)
    return AvEncoder(path, rate, size) if encodes(path) else CvEncoder(path, rate, size)


def fit(picture: BgrImage, size: tuple[int, int]) -> BgrImage:
    """Scale (H, W, 3) into `size` (width, height), keeping its shape, with black bars."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    scale = min(size[0] / width, size[1] / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    x, y = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    scaled = cv2.resize(picture, inner, interpolation=method)
    canvas[y : y + inner[1], x : x + inner[0]] = scaled
    return canvas


def even(size: tuple[int, int]) -> tuple[int, int]:
    """Round both sides up to even numbers.

    >>> even((641, 480))
    (642, 480)
    """
    return size[0] + size[0] % 2, size[1] + size[1] % 2


def to_even(picture: BgrImage) -> BgrImage:
    """Give (H, W, 3) even sides by repeating its last row and column where needed."""
    height, width = picture.shape[:2]
    if not height % 2 and not width % 2:
        return picture
    padded = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return np.asarray(padded, np.uint8)
