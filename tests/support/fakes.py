"""Fakes of a source, a reader, a window and a sink."""

import time
from collections.abc import Iterator

import numpy as np
from support.predictions import candidates, trace_of

from camdigits.app.window.window import Drag
from camdigits.closeable import Closeable
from camdigits.image import frozen
from camdigits.sinks.base import Picture
from camdigits.sources.base import SourceInfo
from camdigits.values import BgrImage, Box, Digit, Frame, Region, Result

FILE = SourceInfo("clip.mp4", live=False, fps=200.0, frame_count=5)
CAMERA = SourceInfo("0", live=True, fps=30.0)
PICTURES = SourceInfo("folder", live=False)


def frame(index: int) -> Frame:
    picture = np.full((48, 64, 3), 10 * index, np.uint8)
    picture[:, 32:] = 255
    return Frame(index, index / 100, frozen(picture), "fake")


class FakeSource(Closeable):
    """Yields a number of frames, then ends or raises an error."""

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
    """Finds one digit in every frame; keeps its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, bool, int]] = []  # frame, trace, value of its left column

    def read(self, image: Frame, *, trace: bool = False, budget: object = None) -> Result:
        """Read a frame."""
        del budget
        self.calls.append((image.index, trace, int(image.bgr[0, 0, 0])))
        box = Box(10, 20, 5, 8)
        region = Region(box, np.full((8, 5), 255, np.uint8))
        steps = trace_of(np.zeros((48, 64), np.uint8), candidates([region], ["7"]))
        return Result(image, (Digit(box, "7", 0.99),), (), trace=steps if trace else None)


class FakeWindow:
    """Presses each key when the reader has read the given number of frames."""

    def __init__(
        self, reader: FakeReader, keys: list[tuple[int, str]], max_polls: int = 400
    ) -> None:
        self._reader, self._keys, self._polls_left = reader, keys, max_polls
        self.shown: list[BgrImage] = []
        self.drags: list[Drag] = []
        self.closed = self.full = False

    def show(self, picture: BgrImage) -> None:
        """Keep the picture."""
        self.shown.append(picture)

    def fill_screen(self, fill: bool) -> None:
        """Remember it."""
        self.full = fill

    def key(self, wait_ms: int) -> str | None:
        """Return the next key if it is due; close the window after `max_polls` calls."""
        time.sleep(min(wait_ms, 1) / 1000)
        self._polls_left -= 1
        self.closed = self.closed or self._polls_left < 0
        if self._keys and len(self._reader.calls) >= self._keys[0][0]:
            return self._keys.pop(0)[1]
        return None

    def drag(self) -> Drag | None:
        """Return what the mouse drew, if anything."""
        return self.drags.pop(0) if self.drags else None

    def close(self) -> None:
        """Close it."""
        self.closed = True


class FakeSink:
    """Keeps the results that it receives."""

    def __init__(self, renders: bool = False) -> None:
        self.results: list[Result] = []
        self.closed = 0  # number of calls of `close`
        self._renders = renders

    @property
    def frames(self) -> list[int]:
        """Indexes of the frames received."""
        return [result.frame.index for result in self.results]

    def write(self, result: Result, picture: Picture) -> None:
        """Keep the result; render its picture if wanted."""
        self.results.append(result)
        if self._renders:
            picture()

    def close(self) -> None:
        """Count the call."""
        self.closed += 1
