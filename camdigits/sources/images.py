"""Read picture files as frames at a constant rate.

A picture that cannot be read is reported and skipped.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from camdigits.closeable import Closeable
from camdigits.errors import PictureError
from camdigits.image import frozen
from camdigits.sources.base import SourceInfo
from camdigits.sources.picture_file import read_picture
from camdigits.values import Frame

DEFAULT_FPS = 1.0  # chosen: `time_s` of picture files without a requested rate


def log_error(error: PictureError) -> None:
    """Log the error as a warning."""
    logging.getLogger(__name__).warning("%s", error)


class ImagesSource(Closeable):
    """Frames from picture files; each frame's `source` is the file's path.

    Raises while iterating:
        PictureError: not one of the pictures could be read.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        name: str,
        fps: float | None = None,
        on_error: Callable[[PictureError], None] = log_error,
    ) -> None:
        self._paths = iter(tuple(paths))
        self._rate = fps or DEFAULT_FPS
        # `info.fps` stays None without a requested rate: picture files have no clock of their own.
        self._info = SourceInfo(name, live=False, fps=fps, frame_count=len(paths))
        self._on_error = on_error
        self._next_index = 0
        self._closed = False

    @property
    def info(self) -> SourceInfo:
        """Properties of the source; `frame_count` includes unreadable pictures."""
        return self._info

    def __iter__(self) -> Iterator[Frame]:
        for path in self._paths:
            if self._closed:
                return
            try:
                image = frozen(read_picture(path))
            except PictureError as error:
                self._on_error(error)
                continue
            index = self._next_index
            self._next_index += 1
            yield Frame(index, index / self._rate, image, str(path))
        if not self._closed and not self._next_index:
            raise PictureError(f"{self.info.name}: not one of its pictures can be read")

    def close(self) -> None:
        """End the iteration. Safe to call twice and from another thread."""
        self._closed = True
