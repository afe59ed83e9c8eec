"""A video file as frames: each one, in order, none dropped.

Decoding is OpenCV's with FFmpeg. Pictures that cannot be decoded are skipped; a file that stops
before the length it states is reported after the frames it had.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from camdigits.errors import SourceError, SourceLostError
from camdigits.image import cv2
from camdigits.sources.base import SourceInfo
from camdigits.sources.capture import Capture, CaptureSource
from camdigits.sources.container import read_head, states_its_length
from camdigits.values import BgrImage, Frame

FALLBACK_FPS = 30.0
MAX_FRAMES = 1e8  # 19 days at 60 per second; unknown counts come as -9e18
# OpenCV says "no more" at every packet it cannot decode, and goes on when asked again. At the true
# end 250 questions take 3 ms.
MAX_BROKEN_IN_A_ROW = 250
# Complete files miss a frame or two (edit lists, a last one never flushed) of what they state.
TOLERATED_FRAMES, TOLERATED_SHARE = 2, 0.05


class VideoSource(CaptureSource):
    """Every frame of a video file; `time_s` is the file's own clock.

    Raises:
        SourceError: there is no such file, or no video in it.
    """

    def __init__(self, path: str | Path) -> None:
        self._counts = _check_file(Path(path))
        # An absolute path: FFmpeg takes the 12 of 12:30.mp4 for a protocol.
        capture = Capture(os.path.abspath(path), cv2.CAP_FFMPEG)
        if not capture.is_open:
            raise SourceError(_no_video(path, self._counts))
        super().__init__(capture, _facts(str(path), capture))
        self._film = capture
        self._time_s = 0.0
        self._first = self._read()
        if self._first is None:
            self.close()
            raise SourceError(f"cannot open video {path}: none of its pictures can be decoded")

    def __iter__(self) -> Iterator[Frame]:
        while not self._capture.closed:
            image, self._first = self._first, None
            if image is None:
                image = self._read()
            if image is None:
                self._finish()
                return
            yield self._frame(image, self._time_s)

    def _read(self) -> BgrImage | None:
        for _ in range(MAX_BROKEN_IN_A_ROW):
            if self._capture.closed:
                return None
            if self._capture.grab() and (image := self._capture.retrieve()) is not None:
                self._time_s = self._position_s()
                return image
        return None

    def _position_s(self) -> float:
        """Time of the picture just read: the file's where it has one, else counted."""
        position_s = self._film.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if position_s > self._time_s:
            return position_s
        # Raw H.264 has no times; older FFmpeg forgets those of the last frames.
        return max(self._time_s, self._next_index / (self.info.fps or FALLBACK_FPS))

    def _finish(self) -> None:
        """Close at the end.

        Raises:
            SourceLostError: it came too early.
        """
        if self._capture.closed:
            return
        self.close()
        stated, fps = self.info.frame_count, self.info.fps or FALLBACK_FPS
        if stated is None or not self._counts:
            return
        tolerated = max(TOLERATED_FRAMES, TOLERATED_SHARE * stated)
        missing = stated - self._next_index
        # By the clock too: where broken pictures were skipped, the end was reached all the same.
        missing_s = (stated - 1) / fps - self._time_s
        if missing > tolerated and missing_s > tolerated / fps:
            raise SourceLostError(
                f"{self.info.name} broke off after frame {self._next_index} of {stated}: the file "
                "is damaged or was cut short; what came before was read"
            )


def _check_file(path: Path) -> bool:
    """Refuse what cannot be a video; tell whether the file counts its frames.

    Raises:
        SourceError: there is no such file, it is empty, or it cannot be read.
    """
    wanted = f"cannot open video {path}"
    if path.is_dir():
        raise SourceError(f"{wanted}: it is a folder; give a file")
    try:
        str(path).encode()  # OpenCV crashes on a name that is not UTF-8
        head, size = read_head(path), path.stat().st_size
    except FileNotFoundError as error:
        raise SourceError(f"{wanted}: no such file") from error
    except UnicodeEncodeError as error:
        raise SourceError(
            f"cannot open video {str(path)!a}: its name is not UTF-8; rename it"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{wanted}: {reason}") from error
    if not head:
        raise SourceError(f"{wanted}: the file is empty")
    return states_its_length(head, size)


def _no_video(path: str | Path, known_container: bool) -> str:
    if known_container:
        return f"cannot open video {path}: damaged, cut short or without pictures; record it again"
    return f"cannot open video {path}: not a video that OpenCV can read; give MP4, MKV or AVI"


def _facts(name: str, capture: Capture) -> SourceInfo:
    fps = capture.fps
    count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
    known = fps is not None and 0 < count < MAX_FRAMES  # without a rate the count is a guess too
    return SourceInfo(
        name,
        live=False,
        width=round(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        height=round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        fps=fps or FALLBACK_FPS,
        frame_count=round(count) if known else None,
    )
