"""Read all frames of a video file in order, with OpenCV's FFmpeg backend.

Pictures that cannot be decoded are skipped; a file that ends before its stated length raises an
error after its last frame.
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

FALLBACK_FPS = 30.0  # chosen: for files that state no rate
MAX_FRAMES = 1e8  # chosen: 19 days at 60 per second; FFmpeg reports an unknown count as -9e18
# OpenCV returns False for every packet that it cannot decode and continues on the next call. 250
# calls at the end of a file take 3 ms.
MAX_CONSECUTIVE_FAILURES = 250
# Complete files may lack one or two of the stated frames (edit lists, a last frame not flushed);
# the fraction is chosen.
MAX_MISSING_FRAMES, MAX_MISSING_FRACTION = 2, 0.05


class VideoSource(CaptureSource):
    """Every frame of a video file; `time_s` is the file's timestamp.

    Raises:
        SourceError: the file does not exist or holds no video.
    """

    def __init__(self, path: str | Path) -> None:
        self._counts = _check_file(Path(path))
        # An absolute path: FFmpeg parses the 12 of 12:30.mp4 as a protocol.
        capture = Capture(os.path.abspath(path), cv2.CAP_FFMPEG)
        if not capture.is_open:
            raise SourceError(_no_video(path, self._counts))
        super().__init__(capture, _info_of(str(path), capture))
        self._file = capture
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
        for _ in range(MAX_CONSECUTIVE_FAILURES):
            if self._capture.closed:
                return None
            if self._capture.grab() and (image := self._capture.retrieve()) is not None:
                self._time_s = self._position_s()
                return image
        return None

    def _position_s(self) -> float:
        """Return the last picture's timestamp, computed from the frame rate if it has none."""
        position_s = self._file.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if position_s > self._time_s:
            return position_s
        # Raw H.264 has no timestamps; older FFmpeg versions omit those of the last frames.
        return max(self._time_s, self._next_index / (self.info.fps or FALLBACK_FPS))

    def _finish(self) -> None:
        """Close the file at its end.

        Raises:
            SourceLostError: frames are missing.
        """
        if self._capture.closed:
            return
        self.close()
        stated, fps = self.info.frame_count, self.info.fps or FALLBACK_FPS
        if stated is None or not self._counts:
            return
        tolerated = max(MAX_MISSING_FRAMES, MAX_MISSING_FRACTION * stated)
        missing = stated - self._next_index
        # Compare times too: if broken pictures were skipped, the end of the file was reached.
        missing_s = (stated - 1) / fps - self._time_s
        if missing > tolerated and missing_s > tolerated / fps:
            raise SourceLostError(
                f"{self.info.name} broke off after frame {self._next_index} of {stated}: the file "
                "is damaged or was cut short; what came before was read"
            )


def _check_file(path: Path) -> bool:
    """Reject what cannot be a video; return whether the file's frame count is reliable.

    Raises:
        SourceError: the file does not exist, is empty, or cannot be read.
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


def _info_of(name: str, capture: Capture) -> SourceInfo:
    fps = capture.fps
    count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
    known = (
        fps is not None and 0 < count < MAX_FRAMES
    )  # without a rate the count is an estimate too
    return SourceInfo(
        name,
        live=False,
        width=round(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        height=round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        fps=fps or FALLBACK_FPS,
        frame_count=round(count) if known else None,
    )
