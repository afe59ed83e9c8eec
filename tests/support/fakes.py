"""A source, a reader and a window of paper."""

import time
from collections.abc import Iterator

import numpy as np

from camdigits.closeable import Closeable
from camdigits.image import frozen
from camdigits.roi import Drag
from camdigits.sources.base import SourceInfo
from camdigits.values import BgrImage, Box, Digit, Frame, Region, Result, Trace

FILE = SourceInfo("clip.mp4", live=False, fps=200.0, frame_count=5)
CAMERA = SourceInfo("0", live=True, fps=30.0)
PICTURES = SourceInfo("folder", live=False)


def frame(index: int) -> Frame:
    picture = np.full((48, 64, 3), 10 * index, np.uint8)
    picture[:, 32:] = 255
    return Frame(index, index / 100, frozen(picture), "fake")


class FakeSource(Closeable):
    """A number of frames, then the end or an error."""

    def __init__(self, info: SourceInfo, count: int, error: BaseException | None = None) -> None:
        self.info, self._count, self._error = info, count, error
        self.closed = False

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self._count):
            if self.closed:
                return
            yield frame(index)
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Close it."""
        self.closed = True


class FakeReader:
    """Finds one digit in every frame; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, bool, int]] = []  # frame, trace, its left column

    def read(self, image: Frame, *, trace: bool = False) -> Result:
        """Read a frame."""
        self.asked.append((image.index, trace, int(image.bgr[0, 0, 0])))
        box = Box(10, 20, 5, 8)
        made = Trace(
            np.zeros((48, 64), np.uint8),
            (Region(box, np.full((8, 5), 255, np.uint8)),),
            np.zeros((1, 28, 28), np.uint8),
            ("7",),
            (0.9,),
        )
        return Result(image, (Digit(box, "7", 0.99),), (), trace=made if trace else None)


class FakeWindow:
    """Presses the next key once its moment has come: when so many frames were read."""

    def __init__(
        self, reader: FakeReader, keys: list[tuple[int, str]], patience: int = 400
    ) -> None:
        self._reader, self._keys, self._patience = reader, keys, patience
        self.shown: list[BgrImage] = []
        self.drags: list[Drag] = []
        self.closed = False

    def show(self, picture: BgrImage) -> None:
        """Keep the picture."""
        self.shown.append(picture)

    def key(self, wait_ms: int) -> str | None:
        """Return the key whose turn it is; close the window when patience is at its end."""
        time.sleep(min(wait_ms, 1) / 1000)
        self._patience -= 1
        self.closed = self.closed or self._patience < 0
        if self._keys and len(self._reader.asked) >= self._keys[0][0]:
            return self._keys.pop(0)[1]
        return None

    def drag(self) -> Drag | None:
        """Return what the mouse drew, if anything."""
        return self.drags.pop(0) if self.drags else None

    def close(self) -> None:
        """Close it."""
        self.closed = True


class Kept:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.frames: list[int] = []
        self.closed = 0

    def write(self, *given: object) -> None:
        """Count it."""
        self.frames.append(len(self.frames))
        if isinstance(given[0], Result):
            self.frames[-1] = given[0].frame.index

    def close(self) -> None:
        """Count it."""
        self.closed += 1
